#include "trainer.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/random.h"
#include "oncomark/stop.h"

#include <string.h>

/* Rows of validation that go through the network together: as many as share a panel of weights
 * while it is in cache. */
enum { VALIDATION_ROWS = 256 };

static int64_t pieces(int64_t total, int64_t size) {
    return (total + size - 1) / size;
}

static om_network_shape shape_of(const om_training_input *input, const om_train_parameters *train) {
    return (om_network_shape){input->samples.n_features, train->hidden, train->head};
}

static om_status create_parts(om_trainer *trainer) {
    const om_train_parameters *train = trainer->train;
    om_network_shape shape = shape_of(trainer->input, train);
    OM_TRY(om_network_create(&trainer->network, shape));
    OM_TRY(om_adam_create(&trainer->adam, trainer->network->n_parameters, train));
    OM_TRY(om_gradient_create(&trainer->gradient, shape, train->block, trainer->n_leaves));
    OM_TRY(om_reduction_create(&trainer->reduction, trainer->team->computing,
                               trainer->network->n_parameters));
    return om_pass_create(&trainer->validation_pass, shape, VALIDATION_ROWS);
}

/* Memory that only this rank needs. */
static om_status create_own(om_trainer **out, const om_team *team, const om_training_input *input,
                            const om_train_parameters *train, uint64_t seed) {
    om_trainer *trainer = om_calloc(1, sizeof *trainer);
    *out = trainer;
    if (trainer == NULL) {
        return OM_MEMORY;
    }
    trainer->team = team;
    trainer->input = input;
    trainer->train = train;
    trainer->seed = seed;
    trainer->n_batches = pieces(input->n_training, train->batch);
    trainer->n_blocks = pieces(train->batch, train->block);
    trainer->n_leaves = om_gradient_leaves(trainer->n_blocks) / team->n_computing;
    om_status status = create_parts(trainer);
    if (status == OM_OK) {
        int64_t n_sums = trainer->n_batches * trainer->n_blocks * OM_N_HALLMARKS;
        int64_t n_validation_sums = pieces(input->n_validation, VALIDATION_ROWS) * OM_N_HALLMARKS;
        trainer->order = om_calloc(input->n_training, sizeof *trainer->order);
        trainer->leaf_sums = om_calloc(trainer->n_leaves * OM_N_HALLMARKS, sizeof(double));
        trainer->training_sums = om_calloc(n_sums, sizeof(double));
        trainer->validation_sums = om_calloc(n_validation_sums, sizeof(double));
        trainer->validation_x =
            om_calloc_aligned((int64_t)VALIDATION_ROWS * OM_PANEL_ROW, sizeof(float));
        trainer->best = om_calloc(trainer->network->n_parameters, sizeof(float));
        trainer->ranges = om_calloc(om_context_size(team->all), sizeof *trainer->ranges);
        bool complete = trainer->order != NULL && trainer->leaf_sums != NULL &&
                        trainer->training_sums != NULL && trainer->validation_sums != NULL &&
                        trainer->validation_x != NULL && trainer->best != NULL &&
                        trainer->ranges != NULL;
        status = complete ? OM_OK : OM_MEMORY;
    }
    return status;
}

om_status om_trainer_create(om_trainer **out, const om_team *team, const om_training_input *input,
                            const om_train_parameters *train, uint64_t seed) {
    om_status status = om_agree(team->all, create_own(out, team, input, train, seed));
    if (status == OM_OK) {
        int64_t batch_rows = (*out)->n_leaves * train->block;
        int64_t most_rows = batch_rows > VALIDATION_ROWS ? batch_rows : VALIDATION_ROWS;
        status = om_row_feed_create(&(*out)->feed, team->all, &input->samples, most_rows);
    }
    if (status != OM_OK) {
        om_trainer_destroy(out);
    }
    return status;
}

void om_trainer_destroy(om_trainer **trainer) {
    if (*trainer == NULL) {
        return;
    }
    om_network_destroy(&(*trainer)->network);
    om_adam_destroy(&(*trainer)->adam);
    om_gradient_destroy(&(*trainer)->gradient);
    om_reduction_destroy(&(*trainer)->reduction);
    om_pass_destroy(&(*trainer)->validation_pass);
    om_free((*trainer)->order);
    om_free((*trainer)->leaf_sums);
    om_free((*trainer)->training_sums);
    om_free((*trainer)->validation_sums);
    om_free((*trainer)->validation_x);
    om_row_feed_destroy(&(*trainer)->feed);
    om_free((*trainer)->best);
    om_free((*trainer)->ranges);
    om_free(*trainer);
    *trainer = NULL;
}

/* An epoch's order depends on the epoch only, not on the order of the epoch before. */
static void shuffle(om_trainer *trainer, int64_t epoch) {
    const om_training_input *input = trainer->input;
    uint64_t stream = trainer->train->shuffle == OM_SHUFFLE_ONCE ? 1 : (uint64_t)epoch;
    memcpy(trainer->order, input->training, (size_t)input->n_training * sizeof *trainer->order);
    om_random random = om_random_stream(trainer->seed, OM_PURPOSE_SHUFFLE, stream);
    om_random_shuffle(&random, trainer->order, input->n_training);
}

/* What each rank looks at in a batch: its subtree. */
static void begin_batch(om_trainer *trainer, int64_t index) {
    const om_team *team = trainer->team;
    int64_t size = trainer->train->batch;
    int64_t own = trainer->n_leaves * trainer->train->block;
    int64_t n = om_block_length(trainer->input->n_training, size, index);
    for (int rank = 0; rank < om_context_size(team->all); rank++) {
        int64_t subtree = team->computing_rank[rank];
        trainer->ranges[rank] = subtree < 0 ? (om_row_range){0, 0}
                                            : (om_row_range){index * size + subtree * own,
                                                             om_block_length(n, own, subtree)};
    }
    om_row_feed_begin(trainer->feed, trainer->order, trainer->ranges);
}

static om_batch batch_of(const om_trainer *trainer, int64_t index) {
    const om_training_input *input = trainer->input;
    int64_t size = trainer->train->batch;
    om_batch batch = {.samples = &input->samples, .rows = trainer->order + index * size};
    batch.scope = om_loss_scope_of(trainer->train->loss, input->samples.task, batch.rows,
                                   om_block_length(input->n_training, size, index));
    return batch;
}

static void update(void *context, int64_t first, int64_t count) {
    om_trainer *trainer = context;
    om_adam_update(trainer->adam, trainer->network->parameters,
                   om_gradient_values(trainer->gradient), first, count);
}

/* Alone, a rank updates each part of the weights while its gradient is in cache; with others it
 * updates those that it owns, which then go to all. */
static om_status step(om_trainer *trainer, int64_t index, const uint16_t *const *ranks,
                      double learning_rate, int64_t *rows) {
    om_batch batch = batch_of(trainer, index);
    batch.ranks = ranks;
    int64_t first_leaf = om_context_rank(trainer->team->computing) * trainer->n_leaves;
    bool alone = trainer->team->n_computing == 1;
    const om_gradient_use use = {update, trainer};
    om_adam_begin_step(trainer->adam, learning_rate);
    om_gradient_compute(trainer->gradient, trainer->network, &batch, first_leaf, trainer->leaf_sums,
                        alone ? &use : NULL);
    double *sums = trainer->training_sums + index * trainer->n_blocks * OM_N_HALLMARKS;
    for (int64_t leaf = 0; leaf < trainer->n_leaves; leaf++) {
        int64_t block = first_leaf + leaf;
        if (block < trainer->n_blocks) {
            memcpy(sums + block * OM_N_HALLMARKS, trainer->leaf_sums + leaf * OM_N_HALLMARKS,
                   OM_N_HALLMARKS * sizeof *sums);
            *rows += om_block_length(batch.scope.n_samples, trainer->train->block, block);
        }
    }
    if (alone) {
        return OM_OK;
    }
    OM_TRY(om_reduction_sum(trainer->reduction, om_gradient_values(trainer->gradient)));
    update(trainer, om_reduction_first(trainer->reduction), om_reduction_count(trainer->reduction));
    return om_reduction_gather(trainer->reduction, trainer->network->parameters);
}

/* Loss of the samples of `scope` from its blocks' sums, added in the order of the blocks. */
static double loss_of_blocks(const om_loss_scope *scope, const double *sums, int64_t n_blocks) {
    double head_sums[OM_N_HALLMARKS] = {0};
    for (int64_t b = 0; b < n_blocks; b++) {
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            head_sums[k] += sums[b * OM_N_HALLMARKS + k];
        }
    }
    return om_loss_value(scope, head_sums);
}

om_status om_trainer_epoch(om_trainer *trainer, int64_t epoch, double learning_rate, double *loss,
                           int64_t *rows) {
    int64_t batch_sums = trainer->n_blocks * OM_N_HALLMARKS;
    int64_t bytes = trainer->n_batches * batch_sums * (int64_t)sizeof *trainer->training_sums;
    memset(trainer->training_sums, 0, (size_t)bytes);
    shuffle(trainer, epoch);
    om_stop_pace pace = {0};
    begin_batch(trainer, 0);
    for (int64_t index = 0; index < trainer->n_batches; index++) {
        OM_TRY(om_stop_check_at_pace(trainer->team->all, &pace));
        if (index + 1 < trainer->n_batches) {
            begin_batch(trainer, index + 1);
        }
        const uint16_t *const *ranks = om_row_feed_take(trainer->feed);
        if (trainer->team->computes) {
            OM_TRY(step(trainer, index, ranks, learning_rate, rows));
        }
    }
    OM_TRY(om_join_bytes(trainer->team->all, trainer->training_sums, bytes));
    double sum = 0;
    for (int64_t index = 0; index < trainer->n_batches; index++) {
        om_loss_scope scope = batch_of(trainer, index).scope;
        sum +=
            loss_of_blocks(&scope, trainer->training_sums + index * batch_sums, trainer->n_blocks) *
            (double)scope.n_samples;
    }
    *loss = sum / (double)trainer->input->n_training;
    return OM_OK;
}

/* The block of validation samples that a rank that computes looks at in a round, -1: none. */
static int64_t validation_block(const om_trainer *trainer, int computing_rank, int64_t round) {
    int64_t n_blocks = pieces(trainer->input->n_validation, VALIDATION_ROWS);
    int64_t first = 0, count = 0;
    om_range_even(n_blocks, trainer->team->n_computing, computing_rank, &first, &count);
    return round < count ? first + round : -1;
}

static void begin_validation(om_trainer *trainer, int64_t round) {
    const om_team *team = trainer->team;
    for (int rank = 0; rank < om_context_size(team->all); rank++) {
        int subtree = team->computing_rank[rank];
        int64_t block = subtree < 0 ? -1 : validation_block(trainer, subtree, round);
        trainer->ranges[rank] = (om_row_range){0, 0};
        if (block >= 0) {
            trainer->ranges[rank] = (om_row_range){
                block * VALIDATION_ROWS,
                om_block_length(trainer->input->n_validation, VALIDATION_ROWS, block)};
        }
    }
    om_row_feed_begin(trainer->feed, trainer->input->validation, trainer->ranges);
}

static void validate_block(om_trainer *trainer, int64_t block, const uint16_t *const *ranks) {
    const om_training_input *input = trainer->input;
    const om_samples *samples = &input->samples;
    const int64_t *rows = input->validation + block * VALIDATION_ROWS;
    int64_t n = om_block_length(input->n_validation, VALIDATION_ROWS, block);
    om_block_forward(trainer->network, samples, ranks, n, trainer->validation_x,
                     trainer->validation_pass);
    om_loss_sums(trainer->train->loss, trainer->validation_pass->logits, samples->task,
                 samples->label, rows, n, trainer->validation_sums + block * OM_N_HALLMARKS);
}

om_status om_trainer_validate(om_trainer *trainer, double *loss) {
    const om_training_input *input = trainer->input;
    const om_samples *samples = &input->samples;
    int64_t n_blocks = pieces(input->n_validation, VALIDATION_ROWS);
    int64_t bytes = n_blocks * OM_N_HALLMARKS * (int64_t)sizeof *trainer->validation_sums;
    memset(trainer->validation_sums, 0, (size_t)bytes);
    int64_t n_rounds = pieces(n_blocks, trainer->team->n_computing);
    int own = trainer->team->computes ? om_context_rank(trainer->team->computing) : -1;
    for (int64_t round = 0; round < n_rounds; round++) {
        om_serve(trainer->team->all);
        if (round == 0) {
            begin_validation(trainer, 0);
        }
        if (round + 1 < n_rounds) {
            begin_validation(trainer, round + 1);
        }
        const uint16_t *const *ranks = om_row_feed_take(trainer->feed);
        int64_t block = own < 0 ? -1 : validation_block(trainer, own, round);
        if (block >= 0) {
            validate_block(trainer, block, ranks);
        }
    }
    OM_TRY(om_join_bytes(trainer->team->all, trainer->validation_sums, bytes));
    om_loss_scope scope = om_loss_scope_of(trainer->train->loss, samples->task, input->validation,
                                           input->n_validation);
    *loss = loss_of_blocks(&scope, trainer->validation_sums, n_blocks);
    return OM_OK;
}

om_trainer_state om_trainer_state_of(om_trainer *trainer) {
    return (om_trainer_state){.n_parameters = trainer->network->n_parameters,
                              .parameters = trainer->network->parameters,
                              .mean = om_adam_mean(trainer->adam),
                              .square = om_adam_square(trainer->adam),
                              .best = trainer->best,
                              .adam_steps = om_adam_steps(trainer->adam)};
}

om_status om_trainer_gather_state(om_trainer *trainer) {
    if (!trainer->team->computes) {
        return OM_OK;
    }
    OM_TRY(om_reduction_gather(trainer->reduction, om_adam_mean(trainer->adam)));
    return om_reduction_gather(trainer->reduction, om_adam_square(trainer->adam));
}
