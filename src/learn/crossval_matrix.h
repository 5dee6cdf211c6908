/* The features of a task and what the network sees of all samples by them. */
#ifndef ONCOMARK_LEARN_CROSSVAL_MATRIX_H
#define ONCOMARK_LEARN_CROSSVAL_MATRIX_H

#include "crossval_plan.h"
#include "oncomark/training_set.h"

/* Plain data; zeroed: none yet. */
typedef struct om_crossval_matrix {
    int64_t most_variable; /* what the features were selected by ... */
    int64_t fold;          /* ... and in which fold's training part; -1: in all samples */
    int64_t *genes;        /* [n_features] */
    int64_t n_features;
    om_training_set *set; /* NULL: none yet */
} om_crossval_matrix;

/* Whether all of these tasks [n] have the same matrix. Local. */
bool om_crossval_matrix_is_one(const om_crossval_plan *plan, const int64_t *tasks, int64_t n);

/* Makes *matrix that of `task`, unless it is already. `parts` [n_samples] are those of the task's
 * fold. Adds the non-zeros that this rank read to the workdir's counter. Collective on ctx, which
 * must be the same in all calls for a matrix. */
om_status om_crossval_matrix_make(om_crossval_matrix *matrix, om_ctx *ctx, om_workdir *workdir,
                                  const om_crossval_plan *plan, int64_t task, const uint8_t *parts);
void om_crossval_matrix_release(om_crossval_matrix *matrix); /* collective on that ctx */

#endif
