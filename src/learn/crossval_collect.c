#include "crossval_collect.h"

#include "crossval_report.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"
#include "text_artefact.h"

static const char stage_name[] = "crossval";

/* Grows when the tables get other columns, so that earlier ones are made anew. */
enum { TABLES_VERSION = 2 };

/* The results, in the order of the tasks. */
typedef struct collection {
    om_fold_entry *entries;   /* [n_tasks] */
    om_fold_result **results; /* [n_tasks] */
    om_crossval_figures *figures;
} collection;

static void release(collection *all, int64_t n) {
    om_crossval_figures_destroy(&all->figures);
    for (int64_t i = 0; all->results != NULL && i < n; i++) {
        om_fold_result_destroy(&all->results[i]);
    }
    om_free((void *)all->results);
    om_free(all->entries);
}

static om_status read_one(collection *all, const om_crossval_plan *plan, const om_workdir *workdir,
                          int64_t task) {
    char *path = om_workdir_path(workdir, plan->tasks[task].artefact);
    om_status status = path != NULL ? om_fold_result_read(&all->results[task], path) : OM_MEMORY;
    om_free(path);
    all->entries[task] = (om_fold_entry){.setting = task / plan->n_folds,
                                         .fold = task % plan->n_folds,
                                         .name = plan->folds[task % plan->n_folds].name,
                                         .result = all->results[task]};
    return status;
}

static om_status read_all(collection *all, const om_crossval_plan *plan,
                          const om_workdir *workdir) {
    all->entries = om_calloc(plan->n_tasks, sizeof *all->entries);
    all->results = om_calloc(plan->n_tasks, sizeof(om_fold_result *));
    if (all->entries == NULL || all->results == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        OM_TRY(om_stop_status());
        OM_TRY(read_one(all, plan, workdir, i));
    }
    return om_crossval_figures_create(&all->figures, plan->job, all->entries, plan->n_tasks);
}

/* What the tables depend on. */
static om_status add_inputs(om_text *inputs, const om_crossval_plan *plan,
                            const om_workdir *workdir) {
    OM_TRY(om_text_add(inputs, "stage: %s\ntables: %d\n", stage_name, TABLES_VERSION));
    OM_TRY(om_job_describe(plan->job, "features", inputs));
    OM_TRY(om_job_describe(plan->job, "train", inputs));
    OM_TRY(om_job_describe(plan->job, "crossval", inputs));
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        char hex[OM_DIGEST_HEX];
        OM_TRY(om_workdir_digest(workdir, plan->tasks[i].artefact, hex));
        OM_TRY(om_text_add(inputs, "%s: %s\n", plan->tasks[i].artefact, hex));
    }
    return OM_OK;
}

enum { N_TABLES = 5 };

static const char *const artefacts[N_TABLES] = {"crossval/folds.csv", "crossval/summary.csv",
                                                "crossval/cross_hallmark.csv",
                                                "crossval/calibration.csv", "crossval/sweep.csv"};

static bool are_current(const om_text_origin *origin) {
    for (int i = 0; i < N_TABLES; i++) {
        if (!om_text_artefact_is_current(origin, artefacts[i])) {
            return false;
        }
    }
    return true;
}

static om_status commit_tables(const collection *all, const om_text_origin *origin) {
    om_crossval_tables tables = {0};
    om_status status = om_crossval_tables_make(&tables, all->figures);
    const om_text *const texts[N_TABLES] = {tables.folds, tables.summary, tables.cross_hallmark,
                                            tables.calibration, tables.sweep};
    for (int i = 0; status == OM_OK && i < N_TABLES; i++) {
        status = om_stop_status();
        if (status == OM_OK) {
            status = om_text_artefact_commit(origin, artefacts[i], texts[i]);
        }
    }
    om_crossval_tables_destroy(&tables);
    return status;
}

/* Not one setting has a loss in all its folds. */
static bool have_all_diverged(const om_crossval_figures *figures) {
    for (int64_t first = 0; first < figures->n;) {
        om_fold_range folds = om_crossval_figures_range(figures, first);
        if (om_crossval_figures_diverged(figures, folds) == 0) {
            return false;
        }
        first = folds.end;
    }
    return figures->n > 0;
}

om_status om_crossval_collect(bool *did_work, bool *diverged, const om_crossval_plan *plan,
                              om_workdir *workdir, om_log *log) {
    collection all = {0};
    om_text *inputs = NULL;
    om_status status = read_all(&all, plan, workdir);
    status = status == OM_OK ? om_text_create(&inputs) : status;
    status = status == OM_OK ? add_inputs(inputs, plan, workdir) : status;
    const om_text_origin origin = {workdir, stage_name, inputs};
    /* A run that did tasks has withdrawn the tables of before. */
    if (status == OM_OK && (*did_work || !are_current(&origin))) {
        status = commit_tables(&all, &origin);
        *did_work = true;
    }
    status = status == OM_OK ? om_crossval_say(log, all.figures) : status;
    *diverged = status == OM_OK && have_all_diverged(all.figures);
    om_text_destroy(&inputs);
    release(&all, plan->n_tasks);
    return status;
}

om_status om_crossval_withdraw(om_workdir *workdir) {
    for (int i = 0; i < N_TABLES; i++) {
        OM_TRY(om_workdir_withdraw(workdir, artefacts[i]));
    }
    return OM_OK;
}
