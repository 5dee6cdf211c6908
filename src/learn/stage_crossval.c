/* synthetic.h5ad -> crossval/tasks/<fold and setting>.h5ad, and from these crossval/<table>.csv */
#include "oncomark/stages.h"
#include "oncomark/stop.h"

#include "crossval_collect.h"
#include "crossval_crew.h"

#include <inttypes.h>

static void say_plan(const om_ctx *ctx, const om_crossval_plan *plan, om_share share) {
    om_log *log = om_context_log(ctx);
    om_log_info(log, "crossval: %" PRId64 " setting%s x %" PRId64 " folds: %" PRId64 " tasks",
                plan->n_settings, plan->n_settings == 1 ? "" : "s", plan->n_folds, plan->n_tasks);
    if (share.of > 0) {
        om_log_info(log, "crossval: share %" PRId64 " of %" PRId64, share.number, share.of);
    }
}

/* From here on tables of before are not of the results that there will be. A share leaves them: it
 * makes none. */
static om_status withdraw_tables(om_ctx *ctx, om_workdir *workdir, om_share share) {
    bool withdraws = om_context_is_root(ctx) && share.of == 0;
    return om_agree(ctx, withdraws ? om_crossval_withdraw(workdir) : OM_OK);
}

static om_status run_tasks(om_ctx *ctx, const om_crossval_plan *plan, om_workdir *workdir,
                           om_share share, const om_crossval_todo *todo) {
    om_crossval_crew *crew = NULL;
    om_status status = om_crossval_crew_gather(&crew, ctx, plan, workdir, todo);
    status = status == OM_OK ? withdraw_tables(ctx, workdir, share) : status;
    status = status == OM_OK ? om_crossval_crew_work(crew) : status;
    om_crossval_crew_dismiss(&crew);
    return status;
}

static om_status run_share(bool *did_work, om_ctx *ctx, const om_crossval_plan *plan,
                           om_workdir *workdir, om_share share) {
    om_crossval_todo todo = {0};
    om_status status = om_agree(ctx, om_crossval_todo_list(&todo, plan, share));
    if (status == OM_OK) {
        say_plan(ctx, plan, share);
        *did_work = todo.n > 0;
        status = todo.n > 0 ? run_tasks(ctx, plan, workdir, share, &todo) : OM_OK;
    }
    om_crossval_todo_release(&todo);
    return status;
}

static om_status collect(bool *did_work, bool *diverged, om_ctx *ctx, const om_crossval_plan *plan,
                         om_workdir *workdir) {
    om_status status = om_stop_check(ctx);
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = om_crossval_collect(did_work, diverged, plan, workdir, om_context_log(ctx));
    }
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

static om_status fail_diverged(const om_job *job) {
    return om_fail(OM_USAGE,
                   "crossval: training diverged with every setting, so that none can be chosen; "
                   "crossval/folds.csv has the folds and epochs; lower train.learning_rate (%g%s)",
                   job->train.learning_rate,
                   job->crossval.n_axes > 0 ? ", or what crossval.sweep has in its place" : "");
}

static om_status run_duties_of(bool *did_work, bool *diverged, om_ctx *ctx, const om_job *job,
                               om_workdir *workdir, run_duties duties) {
    om_crossval_plan *plan = NULL;
    om_status status = om_crossval_plan_create(&plan, ctx, job, workdir);
    if (status == OM_OK) {
        status = duties.tasks ? run_share(did_work, ctx, plan, workdir, duties.share)
                              : om_agree(ctx, check_complete(plan));
    }
    if (status == OM_OK && duties.tables) {
        status = collect(did_work, diverged, ctx, plan, workdir);
    }
    om_crossval_plan_destroy(&plan);
    return status;
}

static om_status run_stage(om_ctx *ctx, const om_job *job, om_workdir *workdir, run_duties duties) {
    bool did_work = false;
    bool diverged = false;
    OM_TRY(om_workdir_stage_begin(workdir, "crossval"));
    OM_TRY(run_duties_of(&did_work, &diverged, ctx, job, workdir, duties));
    OM_TRY(om_workdir_stage_end(workdir, did_work));
    /* After the tables, which show it, are in the manifest. */
    return om_agree(ctx, diverged ? fail_diverged(job) : OM_OK);
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
