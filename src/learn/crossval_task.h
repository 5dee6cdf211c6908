/* One task of a cross-validation, by a group of ranks. */
#ifndef ONCOMARK_LEARN_CROSSVAL_TASK_H
#define ONCOMARK_LEARN_CROSSVAL_TASK_H

#include "crossval_matrix.h"

/* What a group works with. Plain data; what is not `own` is borrowed. */
typedef struct om_crossval_worker {
    om_ctx *group;
    om_workdir *workdir;
    const om_crossval_plan *plan;
    const om_crossval_matrix *shared; /* of all tasks; NULL: the group makes its own */
    om_crossval_matrix own;           /* of the last task */
    om_strings *names;                /* own: of all synthetic samples; on the group's root */
} om_crossval_worker;

/* Trains, tests and commits the result. The same bits whatever the group's size. Collective on the
 * group. */
om_status om_crossval_task_run(om_crossval_worker *worker, int64_t task);

void om_crossval_worker_release(om_crossval_worker *worker); /* collective on the group */

#endif
