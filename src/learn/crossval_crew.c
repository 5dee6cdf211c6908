#include "crossval_crew.h"

#include "crossval_groups.h"
#include "crossval_task.h"
#include "oncomark/memory.h"
#include "oncomark/node_memory.h"
#include "oncomark/stop.h"
#include "oncomark/task_counter.h"
#include "same_arithmetic.h"

#include <inttypes.h>

struct om_crossval_crew {
    const om_crossval_plan *plan;
    const om_crossval_todo *todo;
    int64_t n_groups;
    om_ctx *all; /* of these ranks, with a log that does not speak of single epochs */
    om_log *quiet;
    om_task_counter *counter;
    om_crossval_matrix matrix; /* of all tasks, where they have one */
    om_crossval_worker worker;
};

/* Bytes of the largest matrix of these tasks, if nearly all genes that may be features are. */
static int64_t matrix_bytes(const om_crossval_plan *plan, const om_crossval_todo *todo) {
    int64_t most = 0;
    for (int64_t i = 0; i < todo->n; i++) {
        int64_t n_features = om_crossval_most_features(plan, todo->tasks[i] / plan->n_folds);
        most = n_features > most ? n_features : most;
    }
    return most * plan->table->n_samples * (int64_t)sizeof(uint16_t);
}

static bool is_shared_out(const om_crossval_crew *crew) {
    return crew->worker.shared != NULL && om_training_set_shares(crew->matrix.content.set) != NULL;
}

static void say_groups(const om_ctx *ctx, const om_crossval_crew *crew, int64_t most,
                       int64_t bytes) {
    om_log *log = om_context_log(ctx);
    om_log_info(log, "crossval: %" PRId64 " to do, by %" PRId64 " group%s of ranks", crew->todo->n,
                crew->n_groups, crew->n_groups == 1 ? "" : "s");
    if (crew->n_groups < most && is_shared_out(crew)) {
        om_log_info(log, "crossval: not by more, since no node has memory for the whole matrix");
    } else if (crew->n_groups < most) {
        om_log_info(log,
                    "crossval: not by %" PRId64
                    " groups, since each makes its own matrix of up to %" PRId64
                    " MiB, and a node has no memory for more of them",
                    most, (bytes >> 20) + 1);
    }
}

/* An eighth of the memory is left for what else a training needs. */
static om_status limit_groups(om_crossval_crew *crew, om_ctx *ctx, int64_t most, int64_t bytes) {
    int64_t available = om_node_memory_available("");
    om_nodes *nodes = NULL;
    OM_TRY(om_nodes_create(&nodes, ctx, 0));
    om_status status =
        om_crossval_groups_count(&crew->n_groups, nodes, most, bytes, available - available / 8);
    om_nodes_destroy(&nodes);
    return status;
}

static om_status count_groups(om_crossval_crew *crew, om_ctx *ctx) {
    int64_t n_ranks = om_context_size(ctx);
    int64_t most = crew->todo->n < n_ranks ? crew->todo->n : n_ranks;
    int64_t bytes = matrix_bytes(crew->plan, crew->todo);
    crew->n_groups = most;
    if (crew->worker.shared == NULL) {
        OM_TRY(limit_groups(crew, ctx, most, bytes));
    } else if (is_shared_out(crew)) {
        crew->n_groups = 1; /* its samples are on all nodes */
    }
    say_groups(ctx, crew, most, bytes);
    return OM_OK;
}

static om_status make_context(om_crossval_crew *crew, om_ctx *ctx) {
    crew->quiet = om_log_create(false);
    OM_TRY(om_agree(ctx, crew->quiet != NULL ? OM_OK : OM_MEMORY));
    return om_context_create(&crew->all, om_context_comm(ctx), crew->quiet);
}

static om_status form_groups(om_crossval_crew *crew) {
    int64_t group = om_crossval_group_of(om_context_rank(crew->all), om_context_size(crew->all),
                                         crew->n_groups);
    OM_TRY(om_context_split(&crew->worker.group, crew->all, (int)group));
    return om_task_counter_create(&crew->counter, crew->all);
}

/* A matrix of one fold's training part is made where all tasks are of that fold. */
static om_status make_shared_matrix(om_crossval_crew *crew) {
    const om_crossval_plan *plan = crew->plan;
    int64_t task = crew->todo->tasks[0];
    uint8_t *parts = om_malloc(plan->table->n_samples, sizeof *parts);
    om_status status = parts != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = om_crossval_parts(parts, plan, task % plan->n_folds);
    }
    status = om_agree(crew->all, status);
    if (status == OM_OK) {
        status = om_crossval_matrix_make(&crew->matrix, crew->all, crew->worker.workdir, plan, task,
                                         parts);
    }
    om_free(parts);
    return status;
}

static om_status gather(om_crossval_crew *crew, om_ctx *ctx) {
    bool is_alike = om_crossval_todo_is_alike(crew->todo, crew->plan);
    crew->worker.shared = is_alike ? &crew->matrix : NULL;
    OM_TRY(om_check_same_arithmetic(ctx, "crossval"));
    OM_TRY(make_context(crew, ctx));
    if (is_alike) {
        OM_TRY(make_shared_matrix(crew));
    }
    OM_TRY(count_groups(crew, ctx));
    return form_groups(crew);
}

om_status om_crossval_crew_gather(om_crossval_crew **out, om_ctx *ctx, const om_crossval_plan *plan,
                                  om_workdir *workdir, const om_crossval_todo *todo) {
    om_crossval_crew *crew = om_calloc(1, sizeof *crew);
    *out = crew;
    om_status status = om_agree(ctx, crew != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        crew->plan = plan;
        crew->todo = todo;
        crew->worker.plan = plan;
        crew->worker.workdir = workdir;
        status = gather(crew, ctx);
    }
    if (status != OM_OK) {
        om_crossval_crew_dismiss(out);
    }
    return status;
}

void om_crossval_crew_dismiss(om_crossval_crew **crew) {
    if (*crew == NULL) {
        return;
    }
    om_crossval_worker_release(&(*crew)->worker);
    om_crossval_matrix_release(&(*crew)->matrix);
    om_task_counter_destroy(&(*crew)->counter);
    om_context_destroy(&(*crew)->worker.group);
    om_context_destroy(&(*crew)->all);
    om_log_destroy(&(*crew)->quiet);
    om_free(*crew);
    *crew = NULL;
}

/* Trains and tests until no task is left. */
static om_status take_tasks(om_crossval_crew *crew) {
    om_ctx *group = crew->worker.group;
    for (;;) {
        int64_t next = 0;
        OM_TRY(om_stop_check(group));
        OM_TRY(om_task_counter_next(crew->counter, group, &next));
        if (next >= crew->todo->n) {
            return OM_OK;
        }
        OM_TRY(om_crossval_task_run(&crew->worker, crew->todo->tasks[next]));
    }
}

om_status om_crossval_crew_work(om_crossval_crew *crew) {
    om_status status = take_tasks(crew);
    /* A group that fails tells the others, and all meet here. */
    om_task_counter_destroy(&crew->counter);
    return om_agree(crew->all, status);
}
