/* Groups of ranks that take the tasks of a cross-validation one after another, each at its own
 * pace. */
#ifndef ONCOMARK_LEARN_CROSSVAL_CREW_H
#define ONCOMARK_LEARN_CROSSVAL_CREW_H

#include "crossval_todo.h"

typedef struct om_crossval_crew om_crossval_crew;

/* Shares the ranks of ctx out: a group for each task, or for each rank, but not more than their
 * nodes have memory for, where each group makes a matrix of its own; then makes the matrix of all
 * tasks, where they have one. All but ctx is borrowed until the crew is dismissed. Collective on
 * ctx. */
om_status om_crossval_crew_gather(om_crossval_crew **out, om_ctx *ctx, const om_crossval_plan *plan,
                                  om_workdir *workdir, const om_crossval_todo *todo);
void om_crossval_crew_dismiss(om_crossval_crew **crew); /* collective on that ctx */

/* Does all tasks, or leaves with OM_STOPPED. Collective on that ctx. */
om_status om_crossval_crew_work(om_crossval_crew *crew);

#endif
