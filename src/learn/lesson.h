/* What a network learns from and is tested on: the samples of each part, as it sees them. */
#ifndef ONCOMARK_LEARN_LESSON_H
#define ONCOMARK_LEARN_LESSON_H

#include "feature_matrix.h"
#include "oncomark/split.h"
#include "oncomark/train.h"

/* Plain data. */
typedef struct om_lesson {
    const om_sample_table *table;    /* borrowed */
    int64_t *rows[OM_N_PARTS];       /* samples of each part */
    int64_t counts[OM_N_PARTS];      /* how many */
    const om_feature_matrix *matrix; /* borrowed; NULL before om_lesson_scale */
    double *mean;                    /* [n_features] of log2 ranks over the training part */
    double *sd;                      /* [n_features] */
    om_transform *transform;
} om_lesson;

/* The rows of each part: parts [n_samples]. The table is borrowed. Local. */
om_status om_lesson_create(om_lesson **out, const om_sample_table *table, const uint8_t *parts);
void om_lesson_destroy(om_lesson **lesson);

/* Scales the features of `matrix`, which is borrowed, by the training part. Collective on ctx. */
om_status om_lesson_scale(om_lesson *lesson, om_ctx *ctx, const om_feature_matrix *matrix);

/* A training on a scaled lesson (see om_train). Adds the rows that this rank went through to the
 * workdir's counter. Collective on ctx. */
om_status om_lesson_learn(om_training **out, const om_lesson *lesson, om_ctx *ctx,
                          om_workdir *workdir, const om_train_parameters *train, uint64_t seed,
                          const om_checkpoint_place *place);

/* What the trained network says of the test part: logits [counts[OM_PART_TEST] x 10]. Collective
 * on ctx. */
om_status om_lesson_test(float *logits, const om_lesson *lesson, om_ctx *ctx,
                         const om_network *network, int64_t block);

#endif
