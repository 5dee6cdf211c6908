#include "crossval_todo.h"

#include "oncomark/memory.h"

#include <stdlib.h>

typedef struct pending {
    om_crossval_selection selection;
    int64_t task;
} pending;

static int compare_pending(const void *left, const void *right) {
    const pending *a = left;
    const pending *b = right;
    int by_features = om_crossval_selection_compare(a->selection, b->selection);
    return by_features != 0 ? by_features : (a->task > b->task) - (a->task < b->task);
}

static bool share_has(om_share share, int64_t task) {
    return share.of == 0 || task % share.of + 1 == share.number;
}

om_status om_crossval_todo_list(om_crossval_todo *todo, const om_crossval_plan *plan,
                                om_share share) {
    todo->tasks = om_malloc(plan->n_tasks, sizeof *todo->tasks);
    pending *order = om_malloc(plan->n_tasks, sizeof *order);
    if (todo->tasks == NULL || order == NULL) {
        om_free(order);
        return OM_MEMORY;
    }
    int64_t n = 0;
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        if (share_has(share, i) && !plan->tasks[i].done) {
            order[n++] = (pending){om_crossval_selection_of(plan, i), i};
        }
    }
    qsort(order, (size_t)n, sizeof *order, compare_pending);
    for (int64_t i = 0; i < n; i++) {
        todo->tasks[i] = order[i].task;
    }
    todo->n = n;
    om_free(order);
    return OM_OK;
}

void om_crossval_todo_release(om_crossval_todo *todo) {
    om_free(todo->tasks);
    *todo = (om_crossval_todo){.tasks = NULL};
}

bool om_crossval_todo_is_alike(const om_crossval_todo *todo, const om_crossval_plan *plan) {
    for (int64_t i = 1; i < todo->n; i++) {
        if (om_crossval_selection_compare(om_crossval_selection_of(plan, todo->tasks[i]),
                                          om_crossval_selection_of(plan, todo->tasks[0])) != 0) {
            return false;
        }
    }
    return todo->n > 0;
}
