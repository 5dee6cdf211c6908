/* Tasks that groups of ranks take one after another, as each becomes free. */
#ifndef ONCOMARK_TASK_COUNTER_H
#define ONCOMARK_TASK_COUNTER_H

#include "oncomark/context.h"

typedef struct om_task_counter om_task_counter;

/* A counter at 0, kept by rank 0 of ctx, which answers the others in its calls of om_serve, om_poll
 * and om_agree on its own part of ctx, and in om_task_counter_destroy, but in no other call:
 * whoever asks waits for it. `ctx` is borrowed. Collective on ctx. */
om_status om_task_counter_create(om_task_counter **out, om_ctx *ctx);

/* Each rank comes here when it asks no more, also after a failure, and before any other collective
 * call on ctx; the keeper answers those that do until all are here. Collective on that ctx. */
void om_task_counter_destroy(om_task_counter **counter);

/* *task: the next number, from 0, that no group has had; the same on all ranks of `group`: ctx or a
 * part of it (om_context_split), whose root asks the keeper. Collective on group only. */
om_status om_task_counter_next(om_task_counter *counter, om_ctx *group, int64_t *task);

#endif
