#include "oncomark/train.h"

#include "oncomark/memory.h"
#include "trainer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static om_status create(om_training **out, const om_training_input *input,
                        const om_train_parameters *train) {
    om_training *training = om_calloc(1, sizeof *training);
    *out = training;
    if (training == NULL) {
        return OM_MEMORY;
    }
    training->epochs = om_calloc(train->epochs, sizeof *training->epochs);
    om_network_shape shape = {input->samples.n_features, train->hidden, train->head};
    om_status status = om_network_create(&training->network, shape);
    return training->epochs == NULL ? OM_MEMORY : status;
}

void om_training_destroy(om_training **training) {
    if (*training == NULL) {
        return;
    }
    om_network_destroy(&(*training)->network);
    om_free((*training)->epochs);
    om_free(*training);
    *training = NULL;
}

static void copy_parameters(float *to, const om_network *from) {
    memcpy(to, from->parameters, (size_t)from->n_parameters * sizeof *to);
}

static om_status check_finite(const om_epoch *epoch, int64_t number) {
    if (isfinite(epoch->loss) && isfinite(epoch->validation_loss)) {
        return OM_OK;
    }
    return om_fail(OM_USAGE,
                   "train: the loss of epoch %" PRId64
                   " is %g (validation %g), expected a finite number; lower train.learning_rate",
                   number, epoch->loss, epoch->validation_loss);
}

/* The epochs, on the ranks that compute. */
static om_status run_epochs(om_training *training, om_trainer *trainer) {
    const om_train_parameters *train = trainer->train;
    om_log *log = om_context_log(trainer->group);
    om_schedule schedule = om_schedule_start(train);
    om_network_initialise(trainer->network, trainer->seed);
    while (training->n_epochs < train->epochs && !schedule.stop) {
        om_epoch *epoch = &training->epochs[training->n_epochs++];
        epoch->learning_rate = schedule.learning_rate;
        OM_TRY(om_trainer_epoch(trainer, training->n_epochs, epoch->learning_rate, &epoch->loss,
                                &training->rows_computed));
        OM_TRY(om_trainer_validate(trainer, &epoch->validation_loss));
        OM_TRY(check_finite(epoch, training->n_epochs));
        om_log_info(log,
                    "train: epoch %" PRId64 ": loss %.6g, validation loss %.6g, learning rate %g",
                    training->n_epochs, epoch->loss, epoch->validation_loss, epoch->learning_rate);
        if (om_schedule_update(&schedule, train, training->n_epochs, epoch->validation_loss)) {
            copy_parameters(trainer->best, trainer->network);
        }
    }
    bool keep_best = train->keep == OM_KEEP_BEST;
    training->kept_epoch = keep_best ? schedule.best_epoch : training->n_epochs;
    memcpy(training->network->parameters, keep_best ? trainer->best : trainer->network->parameters,
           (size_t)training->network->n_parameters * sizeof *trainer->best);
    return OM_OK;
}

static om_status run_group(om_training *training, om_ctx *group, const om_training_input *input,
                           const om_train_parameters *train, uint64_t seed) {
    om_trainer *trainer = NULL;
    om_status status = om_trainer_create(&trainer, group, input, train, seed);
    status = om_agree(group, status);
    if (status == OM_OK) {
        status = run_epochs(training, trainer);
    }
    om_trainer_destroy(&trainer);
    return status;
}

/* What rank 0 has learned, to all. */
static om_status share(om_training *training, om_ctx *ctx) {
    int64_t numbers[2] = {training->n_epochs, training->kept_epoch};
    OM_TRY(om_broadcast(ctx, 0, numbers, sizeof numbers));
    training->n_epochs = numbers[0];
    training->kept_epoch = numbers[1];
    OM_TRY(om_broadcast(ctx, 0, training->epochs,
                        training->n_epochs * (int64_t)sizeof *training->epochs));
    return om_broadcast(ctx, 0, training->network->parameters,
                        training->network->n_parameters * (int64_t)sizeof(float));
}

om_status om_train(om_training **out, om_ctx *ctx, const om_training_input *input,
                   const om_train_parameters *train, uint64_t seed) {
    om_ctx *group = NULL;
    om_status status = om_agree(ctx, create(out, input, train));
    int64_t n_blocks = (train->batch + train->block - 1) / train->block;
    int n_ranks = om_gradient_ranks(om_context_size(ctx), n_blocks);
    bool computes = om_context_rank(ctx) < n_ranks;
    if (status == OM_OK) {
        status = om_context_split(&group, ctx, computes ? 0 : 1);
    }
    if (status == OM_OK) {
        if (computes) {
            status = run_group(*out, group, input, train, seed);
        }
        status = om_agree(ctx, status);
    }
    if (status == OM_OK) {
        status = share(*out, ctx);
    }
    om_context_destroy(&group);
    if (status != OM_OK) {
        om_training_destroy(out);
    }
    return status;
}
