/* Tasks that groups of ranks take one after another, as each becomes free. */
#ifndef ONCOMARK_TASK_COUNTER_H
#define ONCOMARK_TASK_COUNTER_H

#include "oncomark/context.h"

typedef struct om_task_counter om_task_counter;

/* A counter at 0, kept by rank 0 of ctx. Collective on ctx. */
om_status om_task_counter_create(om_task_counter **out, om_ctx *ctx);
void om_task_counter_destroy(om_task_counter **counter); /* collective on that ctx */

/* *task: the next number, from 0, that no group has had; the same on all ranks of `group`, whose
 * root takes it from the keeper by a one-sided call. Where MPI makes progress in calls only, the
 * keeper has to enter one at least every 100 ms while it computes: om_poll does. Collective on
 * group only. */
om_status om_task_counter_next(om_task_counter *counter, om_ctx *group, int64_t *task);

#endif
