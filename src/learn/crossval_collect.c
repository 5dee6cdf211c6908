#include "crossval_collect.h"

#include "crossval_report.h"
#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"

static const char stage_name[] = "crossval";

/* The results, in the order of the tasks. */
typedef struct collection {
    om_fold_entry *entries;   /* [n_tasks] */
    om_fold_result **results; /* [n_tasks] */
    om_text *inputs;          /* of the tables */
    char key[OM_DIGEST_HEX];
} collection;

static void release(collection *all, int64_t n) {
    for (int64_t i = 0; all->results != NULL && i < n; i++) {
        om_fold_result_destroy(&all->results[i]);
    }
    om_free((void *)all->results);
    om_free(all->entries);
    om_text_destroy(&all->inputs);
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
        OM_TRY(read_one(all, plan, workdir, i));
    }
    return OM_OK;
}

static om_status make_key(collection *all, const om_crossval_plan *plan,
                          const om_workdir *workdir) {
    OM_TRY(om_text_create(&all->inputs));
    OM_TRY(om_text_add(all->inputs, "stage: %s\n", stage_name));
    OM_TRY(om_job_describe(plan->job, "features", all->inputs));
    OM_TRY(om_job_describe(plan->job, "train", all->inputs));
    OM_TRY(om_job_describe(plan->job, "crossval", all->inputs));
    for (int64_t i = 0; i < plan->n_tasks; i++) {
        char hex[OM_DIGEST_HEX];
        OM_TRY(om_workdir_digest(workdir, plan->tasks[i].artefact, hex));
        OM_TRY(om_text_add(all->inputs, "%s: %s\n", plan->tasks[i].artefact, hex));
    }
    om_digest_text(om_text_get(all->inputs), (int64_t)om_text_length(all->inputs), all->key);
    return OM_OK;
}

static om_status commit_text(const collection *all, om_workdir *workdir, const char *artefact,
                             const om_text *text) {
    char *temporary = NULL;
    char hex[OM_DIGEST_HEX];
    int64_t length = (int64_t)om_text_length(text);
    OM_TRY(om_workdir_temporary(&temporary, workdir, artefact));
    om_status status = om_file_write(temporary, om_text_get(text), length);
    om_free(temporary);
    OM_TRY(status);
    om_digest_text(om_text_get(text), length, hex);
    return om_workdir_commit(workdir, stage_name, artefact, om_text_get(all->inputs), all->key,
                             hex);
}

enum { N_TABLES = 5 };

static const char *const artefacts[N_TABLES] = {"crossval/folds.csv", "crossval/summary.csv",
                                                "crossval/cross_hallmark.csv",
                                                "crossval/calibration.csv", "crossval/sweep.csv"};

static bool are_current(const collection *all, const om_workdir *workdir) {
    for (int i = 0; i < N_TABLES; i++) {
        if (!om_workdir_is_current(workdir, artefacts[i], all->key)) {
            return false;
        }
    }
    return true;
}

static om_status commit_tables(const collection *all, const om_crossval_plan *plan,
                               om_workdir *workdir) {
    om_crossval_tables tables = {0};
    om_status status = om_crossval_tables_make(&tables, plan->job, all->entries, plan->n_tasks);
    const om_text *const texts[N_TABLES] = {tables.folds, tables.summary, tables.cross_hallmark,
                                            tables.calibration, tables.sweep};
    for (int i = 0; status == OM_OK && i < N_TABLES; i++) {
        status = commit_text(all, workdir, artefacts[i], texts[i]);
    }
    om_crossval_tables_destroy(&tables);
    return status;
}

om_status om_crossval_collect(bool *did_work, const om_crossval_plan *plan, om_workdir *workdir,
                              om_log *log) {
    collection all = {0};
    *did_work = false;
    om_status status = read_all(&all, plan, workdir);
    status = status == OM_OK ? make_key(&all, plan, workdir) : status;
    if (status == OM_OK && !are_current(&all, workdir)) {
        status = commit_tables(&all, plan, workdir);
        *did_work = true;
    }
    if (status == OM_OK) {
        status = om_crossval_say(log, plan->job, all.entries, plan->n_tasks);
    }
    release(&all, plan->n_tasks);
    return status;
}
