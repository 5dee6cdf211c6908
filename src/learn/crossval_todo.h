/* The tasks of a cross-validation that a run takes on. */
#ifndef ONCOMARK_LEARN_CROSSVAL_TODO_H
#define ONCOMARK_LEARN_CROSSVAL_TODO_H

#include "crossval_plan.h"

/* Plain data; zeroed: none. */
typedef struct om_crossval_todo {
    int64_t *tasks; /* [n] owned */
    int64_t n;
} om_crossval_todo;

/* The tasks of a share that are not done, in an order in which neighbours need the same features
 * where that can be. Release it in any case. Local. */
om_status om_crossval_todo_list(om_crossval_todo *todo, const om_crossval_plan *plan,
                                om_share share);
void om_crossval_todo_release(om_crossval_todo *todo);

/* Whether all of them need the same features. */
bool om_crossval_todo_is_alike(const om_crossval_todo *todo, const om_crossval_plan *plan);

#endif
