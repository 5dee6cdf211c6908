#include "oncomark/train.h"

#include "checkpoint_writer.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

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

static bool is_finite(const om_epoch *epoch) {
    return isfinite(epoch->loss) && isfinite(epoch->validation_loss);
}

om_status om_training_check(const om_training *training) {
    if (!training->diverged) {
        return OM_OK;
    }
    const om_epoch *last = &training->epochs[training->n_epochs - 1];
    return om_fail(OM_USAGE,
                   "train: the loss of epoch %" PRId64
                   " is %g (validation %g), expected a finite number; lower train.learning_rate "
                   "(%g in this epoch)",
                   training->n_epochs, last->loss, last->validation_loss, last->learning_rate);
}

/* The state to start from: that of the checkpoint, or a new one. */
static om_status start(om_checkpoint *checkpoint, om_training *training, om_trainer *trainer,
                       const om_checkpoint_place *place) {
    const om_train_parameters *train = trainer->train;
    *checkpoint = (om_checkpoint){.state = om_trainer_state_of(trainer),
                                  .schedule = om_schedule_start(train),
                                  .max_epochs = train->epochs,
                                  .epochs = training->epochs};
    if (place != NULL) {
        OM_TRY(om_checkpoint_resume(checkpoint, trainer->team->all, place));
    }
    if (checkpoint->n_epochs == 0) {
        om_network_initialise(trainer->network, trainer->seed);
        return OM_OK;
    }
    if (om_context_is_root(trainer->team->all)) {
        training->rows_computed = checkpoint->n_epochs * trainer->input->n_training;
    }
    om_log_info(om_context_log(trainer->team->all),
                "train: going on after epoch %" PRId64 " of %" PRId64, checkpoint->n_epochs,
                train->epochs);
    return OM_OK;
}

static om_status run_epoch(om_checkpoint *checkpoint, om_training *training, om_trainer *trainer) {
    om_schedule *schedule = &checkpoint->schedule;
    om_epoch *epoch = &checkpoint->epochs[checkpoint->n_epochs];
    int64_t number = checkpoint->n_epochs + 1;
    epoch->learning_rate = schedule->learning_rate;
    OM_TRY(om_trainer_epoch(trainer, number, epoch->learning_rate, &epoch->loss,
                            &training->rows_computed));
    OM_TRY(om_trainer_validate(trainer, &epoch->validation_loss));
    checkpoint->n_epochs = number;
    if (!is_finite(epoch)) {
        training->diverged = true;
        return OM_OK;
    }
    om_log_info(om_context_log(trainer->team->all),
                "train: epoch %" PRId64 ": loss %.6g, validation loss %.6g, learning rate %g",
                number, epoch->loss, epoch->validation_loss, epoch->learning_rate);
    if (om_schedule_update(schedule, trainer->train, number, epoch->validation_loss)) {
        copy_parameters(trainer->best, trainer->network);
    }
    return OM_OK;
}

/* `writer`: NULL but on the root. */
static om_status keep(om_checkpoint_writer *writer, const om_checkpoint *checkpoint,
                      om_trainer *trainer, const om_checkpoint_place *place) {
    OM_TRY(om_trainer_gather_state(trainer));
    om_status status =
        writer != NULL ? om_checkpoint_writer_begin(writer, checkpoint, place) : OM_OK;
    return om_agree(trainer->team->all, status);
}

/* When the last checkpoint is there, or cannot be: the worse of both outcomes. */
static om_status end_writing(om_checkpoint_writer **writer, om_status status) {
    om_status written = *writer != NULL ? om_checkpoint_writer_wait(*writer) : OM_OK;
    om_checkpoint_writer_destroy(writer);
    return written > status ? written : status;
}

/* The epochs, on the ranks that compute. One that is stopped half-way leaves nothing: it runs anew
 * from the checkpoint of the epoch before. */
static om_status run_epochs(om_training *training, om_trainer *trainer,
                            const om_checkpoint_place *place) {
    const om_train_parameters *train = trainer->train;
    om_checkpoint checkpoint;
    om_checkpoint_writer *writer = NULL;
    OM_TRY(start(&checkpoint, training, trainer, place));
    om_status status = OM_OK;
    if (place != NULL && om_context_is_root(trainer->team->all)) {
        status = om_checkpoint_writer_create(&writer, &checkpoint);
    }
    status = om_agree(trainer->team->all, status);
    while (status == OM_OK && checkpoint.n_epochs < train->epochs && !checkpoint.schedule.stop) {
        status = run_epoch(&checkpoint, training, trainer);
        if (training->diverged) {
            break;
        }
        if (status == OM_OK && place != NULL) {
            status = keep(writer, &checkpoint, trainer, place);
        }
        status = status == OM_OK ? om_stop_check(trainer->team->all) : status;
    }
    status = end_writing(&writer, status);
    if (status == OM_STOPPED && place != NULL) {
        om_log_info(om_context_log(trainer->team->all),
                    "train: stopping; of %" PRId64 " epochs, %" PRId64 " are whole and kept",
                    train->epochs, checkpoint.n_epochs);
    }
    OM_TRY(status);
    training->n_epochs = checkpoint.n_epochs;
    if (training->diverged) {
        return OM_OK;
    }
    bool keep_best = train->keep == OM_KEEP_BEST;
    training->kept_epoch = keep_best ? checkpoint.schedule.best_epoch : checkpoint.n_epochs;
    memcpy(training->network->parameters, keep_best ? trainer->best : trainer->network->parameters,
           (size_t)training->network->n_parameters * sizeof *trainer->best);
    return OM_OK;
}

static om_status run_team(om_training *training, const om_team *team,
                          const om_training_input *input, const om_train_parameters *train,
                          uint64_t seed, const om_checkpoint_place *place) {
    om_trainer *trainer = NULL;
    om_status status = om_trainer_create(&trainer, team, input, train, seed);
    if (status == OM_OK) {
        status = run_epochs(training, trainer, place);
    }
    om_trainer_destroy(&trainer);
    return status;
}

/* A rank that takes no part sleeps meanwhile, so that its processor is free. A request to stop
 * that came to it alone reaches the others because the agreement of a part tells all of its failure
 * (see om_agree): `alone` is a part of this one rank. */
static om_status wait_for_team(om_ctx *ctx, om_ctx *alone) {
    static const struct timespec pause = {.tv_nsec = 10L * 1000 * 1000};
    om_status status = OM_OK;
    MPI_Request request = MPI_REQUEST_NULL;
    int done = 0;
    MPI_Ibarrier(om_context_comm(ctx), &request);
    for (MPI_Test(&request, &done, MPI_STATUS_IGNORE); done == 0;
         MPI_Test(&request, &done, MPI_STATUS_IGNORE)) {
        status = status == OM_OK ? om_stop_check(alone) : status;
        nanosleep(&pause, NULL);
    }
    return status;
}

static void wake_waiting(om_ctx *ctx) {
    MPI_Request request = MPI_REQUEST_NULL;
    MPI_Ibarrier(om_context_comm(ctx), &request);
    MPI_Wait(&request, MPI_STATUS_IGNORE);
}

/* What rank 0 has learned, to all. */
static om_status share(om_training *training, om_ctx *ctx) {
    int64_t numbers[3] = {training->n_epochs, training->kept_epoch, training->diverged ? 1 : 0};
    OM_TRY(om_broadcast(ctx, 0, numbers, sizeof numbers));
    training->n_epochs = numbers[0];
    training->kept_epoch = numbers[1];
    training->diverged = numbers[2] != 0;
    OM_TRY(om_broadcast(ctx, 0, training->epochs,
                        training->n_epochs * (int64_t)sizeof *training->epochs));
    return om_broadcast(ctx, 0, training->network->parameters,
                        training->network->n_parameters * (int64_t)sizeof(float));
}

om_status om_train(om_training **out, om_ctx *ctx, const om_training_input *input,
                   const om_train_parameters *train, uint64_t seed,
                   const om_checkpoint_place *place) {
    om_team *team = NULL;
    om_status status = om_agree(ctx, create(out, input, train));
    int64_t n_blocks = (train->batch + train->block - 1) / train->block;
    int n_ranks = om_gradient_ranks(om_context_size(ctx), n_blocks);
    if (status == OM_OK) {
        status = om_team_create(&team, ctx, input->samples.shares, n_ranks);
    }
    if (status == OM_OK) {
        if (team->takes_part) {
            status = run_team(*out, team, input, train, seed, place);
            wake_waiting(ctx);
        } else {
            status = wait_for_team(ctx, team->all);
        }
        status = om_agree(ctx, status);
    }
    if (status == OM_OK) {
        status = share(*out, ctx);
    }
    om_team_destroy(&team);
    if (status != OM_OK) {
        om_training_destroy(out);
    }
    return status;
}
