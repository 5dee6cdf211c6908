/* Training of the network by all ranks. */
#ifndef ONCOMARK_TRAIN_H
#define ONCOMARK_TRAIN_H

#include "oncomark/context.h"
#include "oncomark/job.h"
#include "oncomark/network.h"
#include "oncomark/training_set.h"
#include "oncomark/transform.h"
#include "oncomark/workdir.h"

/* Samples as the network sees them. Borrowed arrays, the same on all ranks but for where the
 * samples are shared out over nodes. */
typedef struct om_samples {
    const uint16_t *doubled_ranks; /* [n_samples x n_features], or with shares this node's only */
    int64_t n_features;
    const uint8_t *task;  /* [n_samples] */
    const uint8_t *label; /* [n_samples] */
    const om_transform *transform;
    const om_shares *shares; /* NULL: this node holds all samples */
} om_samples;

/* All samples of a set, as `transform` makes them. Borrowed. Local. */
om_samples om_samples_of(const om_training_set *set, const om_transform *transform);

typedef struct om_epoch {
    double learning_rate;
    double loss;            /* mean over the epoch's batches, weighted by their samples */
    double validation_loss; /* after the epoch */
} om_epoch;

/* What training gives. Plain data. */
typedef struct om_training {
    om_network *network; /* the kept epoch's */
    int64_t n_epochs;
    om_epoch *epochs;      /* [n_epochs] */
    int64_t kept_epoch;    /* from 1 */
    bool diverged;         /* the last epoch's loss is not finite: nothing is kept, kept_epoch 0 */
    int64_t rows_computed; /* training rows that this rank went through; those of the epochs before
                            * a checkpoint count for rank 0 */
} om_training;

/* What to train on; all borrowed, the same on all ranks. */
typedef struct om_training_input {
    om_samples samples;
    const int64_t *training;
    int64_t n_training;
    const int64_t *validation;
    int64_t n_validation;
} om_training_input;

/* Where a training keeps its state after every epoch, and what it belongs to. All borrowed; read on
 * rank 0 only, but for whether there is a place at all. */
typedef struct om_checkpoint_place {
    const char *path;          /* of the file; not removed when the training is done */
    const char *key;           /* hex digest of everything that the training depends on */
    const om_workdir *workdir; /* whose lock must still be ours; NULL: none */
} om_checkpoint_place;

/* Trains by `train` (loss, sizes, Adam, schedule, shuffle, keep). At most batch / block ranks, a
 * power of two, compute; the others wait, or hand out what their node holds. The result has the
 * same bits on all ranks and at any number of them, also where it goes on from a checkpoint at
 * `place` (NULL: none is kept). Training ends where the loss stops being finite, which is no
 * failure of om_train: see `diverged`. OM_STOPPED where a rank was asked to stop: the epochs before
 * the one at hand are kept at `place`. Collective on ctx. */
om_status om_train(om_training **out, om_ctx *ctx, const om_training_input *input,
                   const om_train_parameters *train, uint64_t seed,
                   const om_checkpoint_place *place);
void om_training_destroy(om_training **training);

/* OM_USAGE, naming the epoch and the learning rate, where the training has diverged. Local. */
om_status om_training_check(const om_training *training);

#endif
