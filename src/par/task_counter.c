#include "oncomark/task_counter.h"

#include "oncomark/memory.h"
#include "service.h"

enum { KEEPER = 0, REQUEST_TAG = 1, ANSWER_TAG = 2 };

struct om_task_counter {
    om_ctx *ctx;   /* borrowed */
    MPI_Comm comm; /* own; MPI_COMM_NULL: nobody can ask */
    bool keeps;
    int64_t next;       /* the keeper's */
    om_service service; /* the keeper's */
};

/* Everybody who has asked. */
static void answer(void *holder) {
    om_task_counter *counter = holder;
    for (;;) {
        int arrived = 0;
        MPI_Status request;
        MPI_Iprobe(MPI_ANY_SOURCE, REQUEST_TAG, counter->comm, &arrived, &request);
        if (!arrived) {
            return;
        }
        MPI_Recv(NULL, 0, MPI_BYTE, request.MPI_SOURCE, REQUEST_TAG, counter->comm,
                 MPI_STATUS_IGNORE);
        MPI_Send(&counter->next, 1, MPI_INT64_T, request.MPI_SOURCE, ANSWER_TAG, counter->comm);
        counter->next++;
    }
}

static om_status open_counter(om_task_counter *counter, om_ctx *ctx) {
    if (MPI_Comm_dup(om_context_comm(ctx), &counter->comm) != MPI_SUCCESS) {
        counter->comm = MPI_COMM_NULL;
        return om_fail(OM_SYSTEM, "MPI: cannot duplicate the communicator");
    }
    counter->ctx = ctx;
    counter->keeps = om_context_rank(ctx) == KEEPER;
    counter->service = (om_service){.serve = answer, .holder = counter};
    if (counter->keeps) {
        om_service_begin(ctx, &counter->service);
    }
    return OM_OK;
}

om_status om_task_counter_create(om_task_counter **out, om_ctx *ctx) {
    om_task_counter *counter = om_calloc(1, sizeof *counter);
    *out = counter;
    if (counter != NULL) {
        counter->comm = MPI_COMM_NULL;
    }
    om_status status = om_agree(ctx, counter != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        status = open_counter(counter, ctx);
    }
    if (status != OM_OK) {
        om_task_counter_destroy(out);
    }
    return status;
}

/* Whoever is here has had all its answers, so that nobody asks once all are. */
static void leave(om_task_counter *counter) {
    MPI_Request all_left = MPI_REQUEST_NULL;
    int done = 0;
    MPI_Ibarrier(counter->comm, &all_left);
    while (counter->keeps && done == 0) {
        answer(counter);
        MPI_Test(&all_left, &done, MPI_STATUS_IGNORE);
    }
    MPI_Wait(&all_left, MPI_STATUS_IGNORE);
    if (counter->keeps) {
        om_service_end(counter->ctx, &counter->service);
    }
    MPI_Comm_free(&counter->comm);
}

void om_task_counter_destroy(om_task_counter **counter) {
    if (*counter == NULL) {
        return;
    }
    if ((*counter)->comm != MPI_COMM_NULL) {
        leave(*counter);
    }
    om_free(*counter);
    *counter = NULL;
}

static int64_t take(om_task_counter *counter) {
    int64_t number = 0;
    if (counter->keeps) {
        return counter->next++;
    }
    MPI_Sendrecv(NULL, 0, MPI_BYTE, KEEPER, REQUEST_TAG, &number, 1, MPI_INT64_T, KEEPER,
                 ANSWER_TAG, counter->comm, MPI_STATUS_IGNORE);
    return number;
}

om_status om_task_counter_next(om_task_counter *counter, om_ctx *group, int64_t *task) {
    *task = om_context_is_root(group) ? take(counter) : 0;
    return om_broadcast(group, 0, task, sizeof *task);
}
