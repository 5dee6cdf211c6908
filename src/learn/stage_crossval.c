/* synthetic.h5ad -> crossval/tasks/<fold and setting>.h5ad, and from these crossval/<table>.csv */
#include "oncomark/stages.h"

#include "crossval_collect.h"
#include "crossval_task.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"
#include "oncomark/task_counter.h"
#include "same_arithmetic.h"

#include <inttypes.h>

/* The tasks that this run takes on. */
typedef struct task_list {
    int64_t *tasks;
    int64_t n;
} task_list;

/* Groups of ranks that take tasks, each at its own pace. */
typedef struct task_crew {
    om_ctx *all; /* of these ranks, with a log that does not speak of single epochs */
    om_log *quiet;
    om_task_counter *counter;
    om_crossval_matrix matrix; /* of all tasks, where they have one */
    om_crossval_worker worker;
} task_crew;

/* Trains and tests until no task is left. */
static om_status take_tasks(task_crew *crew, const task_list *todo) {
    om_ctx *group = crew->worker.group;
    for (;;) {
        int64_t next = 0;
        OM_TRY(om_stop_check(group));
        OM_TRY(om_task_counter_next(crew->counter, group, &next));
        if (next >= todo->n) {
            return OM_OK;
        }
        OM_TRY(om_crossval_task_run(&crew->worker, todo->tasks[next]));
    }
}

static int64_t count_groups(const om_ctx *ctx, int64_t n_tasks) {
    return n_tasks < om_context_size(ctx) ? n_tasks : om_context_size(ctx);
}

static om_status gather_crew(task_crew *crew, om_ctx *ctx, const om_crossval_plan *plan,
                             om_workdir *workdir, const task_list *todo) {
    crew->quiet = om_log_create(false);
    OM_TRY(om_agree(ctx, crew->quiet != NULL ? OM_OK : OM_MEMORY));
    OM_TRY(om_context_create(&crew->all, om_context_comm(ctx), crew->quiet));
    int64_t group = om_context_rank(ctx) * count_groups(ctx, todo->n) / om_context_size(ctx);
    crew->worker.workdir = workdir;
    crew->worker.plan = plan;
    OM_TRY(om_context_split(&crew->worker.group, crew->all, (int)group));
    OM_TRY(om_task_counter_create(&crew->counter, crew->all));
    if (om_crossval_matrix_is_one(plan, todo->tasks, todo->n)) {
        crew->worker.shared = &crew->matrix;
    }
    return OM_OK;
}

static void dismiss_crew(task_crew *crew) {
    om_crossval_worker_release(&crew->worker);
    om_crossval_matrix_release(&crew->matrix);
    om_task_counter_destroy(&crew->counter);
    om_context_destroy(&crew->worker.group);
    om_context_destroy(&crew->all);
    om_log_destroy(&crew->quiet);
}

/* A matrix of one fold's training part is made where all tasks are of that fold. */
static om_status make_shared_matrix(task_crew *crew, const om_crossval_plan *plan,
                                    const task_list *todo) {
    if (crew->worker.shared == NULL) {
        return OM_OK;
    }
    uint8_t *parts = om_malloc(plan->table->n_samples, sizeof *parts);
    om_status status = parts != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = om_crossval_parts(parts, plan, todo->tasks[0] % plan->n_folds);
    }
    status = om_agree(crew->all, status);
    if (status == OM_OK) {
        status = om_crossval_matrix_make(&crew->matrix, crew->all, crew->worker.workdir, plan,
                                         todo->tasks[0], parts);
    }
    om_free(parts);
    return status;
}

static om_status run_tasks(om_ctx *ctx, const om_crossval_plan *plan, om_workdir *workdir,
                           const task_list *todo) {
    task_crew crew = {0};
    om_status status = om_check_same_arithmetic(ctx, "crossval");
    status = status == OM_OK ? gather_crew(&crew, ctx, plan, workdir, todo) : status;
    status = status == OM_OK ? make_shared_matrix(&crew, plan, todo) : status;
    if (status == OM_OK) {
        /* A group that fails tells the others, and all meet here. */
        status = om_agree(crew.all, take_tasks(&crew, todo));
    }
    dismiss_crew(&crew);
    return status;
}

static void say_plan(const om_ctx *ctx, const om_crossval_plan *plan, const task_list *todo,
                     om_share share) {
    om_log *log = om_context_log(ctx);
    om_log_info(log, "crossval: %" PRId64 " setting%s x %" PRId64 " folds: %" PRId64 " tasks",
                plan->n_settings, plan->n_settings == 1 ? "" : "s", plan->n_folds, plan->n_tasks);
    if (share.of > 0) {
        om_log_info(log, "crossval: share %" PRId64 " of %" PRId64, share.number, share.of);
    }
    if (todo->n > 0) {
        int64_t n_groups = count_groups(ctx, todo->n);
        om_log_info(log, "crossval: %" PRId64 " to do, by %" PRId64 " group%s of ranks", todo->n,
                    n_groups, n_groups == 1 ? "" : "s");
    }
}

static om_status run_share(bool *did_work, om_ctx *ctx, const om_crossval_plan *plan,
                           om_workdir *workdir, om_share share) {
    task_list todo = {0};
    om_status status = om_agree(ctx, om_crossval_todo(&todo.tasks, &todo.n, plan, share));
    if (status == OM_OK) {
        say_plan(ctx, plan, &todo, share);
        *did_work = todo.n > 0;
        status = todo.n > 0 ? run_tasks(ctx, plan, workdir, &todo) : OM_OK;
    }
    om_free(todo.tasks);
    return status;
}

static om_status collect(bool *did_work, om_ctx *ctx, const om_crossval_plan *plan,
                         om_workdir *workdir) {
    bool wrote = false;
    om_status status = OM_OK;
    if (om_context_is_root(ctx)) {
        status = om_crossval_collect(&wrote, plan, workdir, om_context_log(ctx));
    }
    *did_work = *did_work || wrote;
    return om_agree(ctx, status);
}

/* Names the tasks without a result: the first few, and how many there are. */
static om_status name_missing(om_text *text, int64_t *n, const om_crossval_plan *plan) {
    enum { NAMED = 10 };
    *n = 0;
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        if (!plan->tasks[i].done && (*n)++ < NAMED) {
            OM_TRY(om_text_add(text, "%s%" PRId64 " (", *n > 1 ? ", " : "", i + 1));
            OM_TRY(om_crossval_describe(text, plan, i));
            OM_TRY(om_text_add(text, ")"));
        }
    }
    return *n > NAMED ? om_text_add(text, ", ...") : OM_OK;
}

static om_status check_complete(const om_crossval_plan *plan) {
    om_text *names = NULL;
    int64_t n = 0;
    OM_TRY(om_text_create(&names));
    om_status status = name_missing(names, &n, plan);
    if (status == OM_OK && n > 0) {
        status = om_fail(OM_USAGE,
                         "crossval: %" PRId64 " of %" PRId64
                         " tasks have no result yet: %s; run `oncomark crossval %s`, or the shares "
                         "that have them (task t belongs to --task I/N with I = (t - 1) mod N + 1)",
                         n, plan->n_tasks, om_text_get(names), plan->job->path);
    }
    om_text_destroy(&names);
    return status;
}

/* What a run is to do: its share of the tasks, the tables, or both. */
typedef struct run_duties {
    bool tasks;
    bool tables;
    om_share share;
} run_duties;

static om_status run_stage(om_ctx *ctx, const om_job *job, om_workdir *workdir, run_duties duties) {
    om_crossval_plan *plan = NULL;
    bool did_work = false;
    OM_TRY(om_workdir_stage_begin(workdir, "crossval"));
    om_status status = om_crossval_plan_create(&plan, ctx, job, workdir);
    if (status == OM_OK) {
        status = duties.tasks ? run_share(&did_work, ctx, plan, workdir, duties.share)
                              : om_agree(ctx, check_complete(plan));
    }
    if (status == OM_OK && duties.tables) {
        status = collect(&did_work, ctx, plan, workdir);
    }
    om_crossval_plan_destroy(&plan);
    OM_TRY(status);
    return om_workdir_stage_end(workdir, did_work);
}

om_status om_stage_crossval(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    return run_stage(ctx, job, workdir, (run_duties){.tasks = true, .tables = true});
}

om_status om_stage_crossval_share(om_ctx *ctx, const om_job *job, om_workdir *workdir,
                                  om_share share) {
    return run_stage(ctx, job, workdir, (run_duties){.tasks = true, .share = share});
}

om_status om_stage_crossval_collect(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    return run_stage(ctx, job, workdir, (run_duties){.tables = true});
}
