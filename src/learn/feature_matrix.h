/* The features that a network looks at, and what it sees of all samples by them. */
#ifndef ONCOMARK_LEARN_FEATURE_MATRIX_H
#define ONCOMARK_LEARN_FEATURE_MATRIX_H

#include "oncomark/training_set.h"
#include "oncomark/workdir.h"

/* Where synthetic samples are read from. All borrowed. */
typedef struct om_sample_source {
    const char *path;             /* of synthetic.h5ad */
    const om_sample_table *table; /* what it says of them */
    om_workdir *workdir;          /* whose counter of non-zeros grows by those that are read */
} om_sample_source;

/* Plain data; zeroed: none yet. */
typedef struct om_feature_matrix {
    int64_t *genes; /* [n_features] numbers of the features' genes, ascending */
    int64_t n_features;
    om_training_set *set;
} om_feature_matrix;

/* Features by the samples of the training part, so that the other parts stay unseen, or as
 * published by all samples (`parts` [n_samples] NULL); then the ranks of all samples. Ends with
 * what it has where it fails: release it. Collective on ctx. */
om_status om_feature_matrix_make(om_feature_matrix *matrix, om_ctx *ctx,
                                 const om_sample_source *source, const uint8_t *parts,
                                 int64_t most_variable);

/* To zeros again. Collective on that ctx. */
void om_feature_matrix_release(om_feature_matrix *matrix);

#endif
