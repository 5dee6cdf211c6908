/* The features of a task and what the network sees of all samples by them; kept for the next task
 * that has the same. */
#ifndef ONCOMARK_LEARN_CROSSVAL_MATRIX_H
#define ONCOMARK_LEARN_CROSSVAL_MATRIX_H

#include "crossval_plan.h"
#include "feature_matrix.h"

/* Plain data; zeroed: none yet. */
typedef struct om_crossval_matrix {
    bool made;
    om_crossval_selection selection;
    om_feature_matrix content;
} om_crossval_matrix;

/* Makes *matrix that of `task`, unless it is already. `parts` [n_samples] are those of the task's
 * fold. Adds the non-zeros that this rank read to the workdir's counter. Collective on ctx, which
 * must be the same in all calls for a matrix. */
om_status om_crossval_matrix_make(om_crossval_matrix *matrix, om_ctx *ctx, om_workdir *workdir,
                                  const om_crossval_plan *plan, int64_t task, const uint8_t *parts);
void om_crossval_matrix_release(om_crossval_matrix *matrix); /* collective on that ctx */

#endif
