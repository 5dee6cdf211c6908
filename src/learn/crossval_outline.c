/* The plan of a cross-validation, and how long it will take, for people to read. */
#include "oncomark/stages.h"

#include "crossval_experience.h"
#include "crossval_todo.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

enum { MOST_RANKS = 1 << 16 };

static om_status add_tasks(om_text *text, const om_crossval_plan *plan, int64_t n_todo) {
    OM_TRY(om_text_add(text,
                       "%" PRId64 " setting%s x %" PRId64 " folds = %" PRId64 " tasks: %" PRId64
                       " done, %" PRId64 " to do\n\n",
                       plan->n_settings, plan->n_settings == 1 ? "" : "s", plan->n_folds,
                       plan->n_tasks, plan->n_tasks - n_todo, n_todo));
    for (int64_t i = 0; i < plan->n_folds; i++) {
        const om_crossval_fold *fold = &plan->folds[i];
        OM_TRY(om_text_add(
            text, "%s: %" PRId64 " training, %" PRId64 " validation, %" PRId64 " test samples\n",
            fold->name, fold->counts[OM_PART_TRAINING], fold->counts[OM_PART_VALIDATION],
            fold->counts[OM_PART_TEST]));
    }
    OM_TRY(om_text_add(text, "\n"));
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        OM_TRY(om_text_add(text, "task %" PRId64 ": ", i + 1));
        OM_TRY(om_crossval_describe(text, plan, i));
        OM_TRY(om_text_add(text, ": %s\n", plan->tasks[i].done ? "done" : "to do"));
    }
    return OM_OK;
}

/* On what the hours rest. */
static om_status add_grounds(om_text *text, const om_crossval_plan *plan,
                             const om_crossval_experience *known) {
    double slowest = 0, fastest = INFINITY;
    for (int64_t i = 0; i < plan->n_settings; i++) {
        slowest = fmax(slowest, known->row_seconds[i]);
        fastest = fmin(fastest, known->row_seconds[i]);
    }
    OM_TRY(om_text_add(text,
                       "\nExpected hours of training, if every rank has a core like this one\n"
                       "(%.0f",
                       1 / slowest));
    if (slowest > fastest) {
        OM_TRY(om_text_add(text, " to %.0f", 1 / fastest));
    }
    OM_TRY(om_text_add(text, " training rows a second, measured now%s)\n",
                       known->is_bound ? " with as many features as there can be" : ""));
    if (known->n_done > 0) {
        return om_text_add(text, "and tasks take %.1f epochs, as those that are done:\n",
                           known->epochs);
    }
    return om_text_add(text, "and no task stops early:\n");
}

/* Powers of two, while more ranks help. */
static om_status add_hours(om_text *text, const om_forecast_task *tasks, int64_t n) {
    double before = INFINITY;
    OM_TRY(om_text_add(text, "\n%8s  %10s\n", "ranks", "hours"));
    for (int64_t ranks = 1; ranks <= MOST_RANKS; ranks *= 2) {
        double seconds = 0;
        OM_TRY(om_forecast_seconds(&seconds, tasks, n, ranks));
        if (seconds >= before) {
            break;
        }
        OM_TRY(om_text_add(text, "%8" PRId64 "  %10.3g\n", ranks, seconds / 3600));
        before = seconds;
    }
    return OM_OK;
}

static om_status add_forecast(om_text *text, const om_crossval_plan *plan,
                              const om_workdir *workdir, const om_crossval_todo *todo) {
    om_crossval_experience known = {0};
    om_forecast_task *tasks = om_malloc(todo->n, sizeof *tasks);
    om_status status = tasks != NULL ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? om_crossval_experience_gain(&known, plan, workdir) : status;
    for (int64_t i = 0; i < todo->n && status == OM_OK; i++) {
        tasks[i] = om_crossval_experience_expect(&known, plan, todo->tasks[i]);
    }
    status = status == OM_OK ? add_grounds(text, plan, &known) : status;
    status = status == OM_OK ? add_hours(text, tasks, todo->n) : status;
    om_free(tasks);
    om_crossval_experience_release(&known);
    return status;
}

static om_status outline(om_text *text, const om_crossval_plan *plan, const om_workdir *workdir) {
    om_crossval_todo todo = {0};
    om_status status = om_crossval_todo_list(&todo, plan, (om_share){0, 0});
    status = status == OM_OK ? add_tasks(text, plan, todo.n) : status;
    if (status == OM_OK && todo.n > 0) {
        status = add_forecast(text, plan, workdir, &todo);
    }
    om_crossval_todo_release(&todo);
    return status;
}

om_status om_stage_crossval_outline(om_text *text, om_ctx *ctx, const om_job *job,
                                    const om_workdir *workdir) {
    om_crossval_plan *plan = NULL;
    om_status status = om_crossval_plan_create(&plan, ctx, job, workdir);
    if (status == OM_OK) {
        status = om_agree(ctx, om_context_is_root(ctx) ? outline(text, plan, workdir) : OM_OK);
    }
    om_crossval_plan_destroy(&plan);
    return status;
}
