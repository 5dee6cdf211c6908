#include "oncomark/task_counter.h"

#include "oncomark/memory.h"

struct om_task_counter {
    MPI_Win window;
    int64_t *value; /* of rank 0; the window's memory */
};

static void open_window(om_task_counter *counter, om_ctx *ctx) {
    MPI_Aint bytes = om_context_is_root(ctx) ? (MPI_Aint)sizeof *counter->value : 0;
    MPI_Win_allocate(bytes, sizeof *counter->value, MPI_INFO_NULL, om_context_comm(ctx),
                     &counter->value, &counter->window);
    if (om_context_is_root(ctx)) {
        MPI_Win_lock(MPI_LOCK_EXCLUSIVE, 0, 0, counter->window);
        *counter->value = 0;
        MPI_Win_unlock(0, counter->window);
    }
    MPI_Barrier(om_context_comm(ctx));
    MPI_Win_lock_all(0, counter->window);
}

om_status om_task_counter_create(om_task_counter **out, om_ctx *ctx) {
    om_task_counter *counter = om_calloc(1, sizeof *counter);
    *out = counter;
    if (counter != NULL) {
        counter->window = MPI_WIN_NULL;
    }
    om_status status = om_agree(ctx, counter != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        open_window(counter, ctx);
    } else {
        om_task_counter_destroy(out);
    }
    return status;
}

void om_task_counter_destroy(om_task_counter **counter) {
    if (*counter == NULL) {
        return;
    }
    if ((*counter)->window != MPI_WIN_NULL) {
        MPI_Win_unlock_all((*counter)->window);
        MPI_Win_free(&(*counter)->window);
    }
    om_free(*counter);
    *counter = NULL;
}

om_status om_task_counter_next(om_task_counter *counter, om_ctx *group, int64_t *task) {
    *task = 0;
    if (om_context_is_root(group)) {
        const int64_t one = 1;
        MPI_Fetch_and_op(&one, task, MPI_INT64_T, 0, 0, MPI_SUM, counter->window);
        MPI_Win_flush(0, counter->window);
    }
    return om_broadcast(group, 0, task, sizeof *task);
}
