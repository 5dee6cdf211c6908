#include "baseline_network.h"

#include "oncomark/fold_result.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

bool om_baseline_is_trained(const om_workdir *workdir, const om_job *job, const char *artefact) {
    static const char *const sections[] = {"seed", "features", "train"};
    char digest[OM_DIGEST_HEX];
    bool is_of_job = om_workdir_digest(workdir, artefact, digest) == OM_OK;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0] && is_of_job; i++) {
        is_of_job = om_workdir_check_made_for(workdir, artefact, job, sections[i]) == OM_OK;
    }
    return is_of_job;
}

static om_status fail_cell(const om_table *table, int64_t row, const char *column) {
    return om_fail(OM_INPUT,
                   "%s:%" PRId64 ": found no number in a column '%s', expected test.csv "
                   "as `oncomark train` makes it",
                   om_table_path(table), om_table_line(table, row), column);
}

static om_status read_count(int64_t *count, const om_table *table, int64_t row, const char *name) {
    int64_t column = om_table_find(table, name);
    bool is_one = column >= 0 && om_parse_i64(om_table_cell(table, row, column), count);
    return is_one ? OM_OK : fail_cell(table, row, name);
}

static om_status read_area(double *area, const om_table *table, int64_t row, const char *name) {
    int64_t column = om_table_find(table, name);
    *area = NAN;
    if (column >= 0 && om_table_cell(table, row, column)[0] == '\0') {
        return OM_OK;
    }
    bool is_one = column >= 0 && om_parse_f64(om_table_cell(table, row, column), area);
    return is_one ? OM_OK : fail_cell(table, row, name);
}

static om_status read_row(om_baseline_figures *out, const om_table *table, int64_t row) {
    om_confusion calls = {0};
    double auroc = NAN, auprc = NAN;
    OM_TRY(read_count(&calls.true_positive, table, row, "true_pos"));
    OM_TRY(read_count(&calls.false_positive, table, row, "false_pos"));
    OM_TRY(read_count(&calls.true_negative, table, row, "true_neg"));
    OM_TRY(read_count(&calls.false_negative, table, row, "false_neg"));
    OM_TRY(read_area(&auroc, table, row, "auroc"));
    OM_TRY(read_area(&auprc, table, row, "average_precision"));
    *out = om_baseline_figures_of(calls, auroc, auprc);
    return OM_OK;
}

static om_status read_rows(om_baseline_figures out[OM_N_HALLMARKS], const om_table *table) {
    int64_t head = om_table_find(table, "hallmark"), task = om_table_find(table, "task");
    for (int64_t row = 0; row < om_table_rows(table); row++) {
        int hallmark = head >= 0 ? om_hallmark_find(om_table_cell(table, row, head)) : -1;
        int tested = task >= 0 ? om_hallmark_find(om_table_cell(table, row, task)) : -1;
        if (hallmark < 0 || tested < 0) {
            return fail_cell(table, row, "hallmark");
        }
        if (hallmark == tested) {
            OM_TRY(read_row(&out[hallmark], table, row));
        }
    }
    return OM_OK;
}

om_status om_baseline_network_test(om_baseline_figures out[OM_N_HALLMARKS], const char *path) {
    om_table *table = NULL;
    om_status status = om_table_read(&table, path);
    status = status == OM_OK ? read_rows(out, table) : status;
    om_table_destroy(&table);
    return status;
}

/* Parameters of features and training but for the loss. */
static om_status describe(om_text *text, const om_job *job, const om_feature_parameters *features,
                          const om_train_parameters *train) {
    om_job effective = *job;
    effective.features = *features;
    effective.train = *train;
    effective.train.loss = job->train.loss;
    OM_TRY(om_job_describe(&effective, "features", text));
    return om_job_describe(&effective, "train", text);
}

static om_status describe_own(om_text *text, const om_job *job) {
    om_train_parameters train = job->train;
    train.patience = job->crossval.patience;
    train.keep = job->crossval.keep;
    return describe(text, job, &job->features, &train);
}

static bool is_done(const om_crossval_plan *plan, int64_t setting) {
    for (int64_t fold = 0; fold < plan->n_folds; fold++) {
        if (!plan->tasks[setting * plan->n_folds + fold].done) {
            return false;
        }
    }
    return true;
}

/* `own` and `other`: what the job and a setting of it say. */
static om_status find(int64_t *found, const om_crossval_plan *plan, om_loss loss, om_text *own,
                      om_text *other) {
    OM_TRY(describe_own(own, plan->job));
    for (int64_t i = 0; i < plan->n_settings && *found < 0; i++) {
        const om_crossval_setting *setting = &plan->settings[i];
        om_text_clear(other);
        OM_TRY(describe(other, plan->job, &setting->features, &setting->train));
        bool is_alike = strcmp(om_text_get(own), om_text_get(other)) == 0;
        *found = is_alike && setting->train.loss == loss && is_done(plan, i) ? i : -1;
    }
    return OM_OK;
}

om_status om_baseline_find_setting(int64_t *setting, const om_crossval_plan *plan, om_loss loss) {
    om_text *own = NULL, *other = NULL;
    *setting = -1;
    om_status status = om_text_create(&own);
    status = status == OM_OK ? om_text_create(&other) : status;
    status = status == OM_OK ? find(setting, plan, loss, own, other) : status;
    om_text_destroy(&other);
    om_text_destroy(&own);
    return status;
}

static om_status measure(om_baseline_figures figures[OM_N_HALLMARKS],
                         const om_fold_result *result) {
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        om_head_metrics metrics;
        OM_TRY(om_head_metrics_compute(&metrics, result->logits, result->task, result->label,
                                       result->n_test, k, k));
        figures[k] =
            om_baseline_figures_of(metrics.confusion, metrics.auroc, metrics.average_precision);
    }
    return OM_OK;
}

static om_status read_fold(om_baseline_figures figures[OM_N_HALLMARKS], bool *diverged,
                           const om_workdir *workdir, const char *artefact) {
    om_fold_result *result = NULL;
    char *path = om_workdir_path(workdir, artefact);
    om_status status = path != NULL ? om_fold_result_read(&result, path) : OM_MEMORY;
    if (status == OM_OK && result->diverged_epoch > 0) {
        *diverged = true;
        memset(result->logits, 0, (size_t)(result->n_test * OM_N_HALLMARKS) * sizeof(float));
    }
    status = status == OM_OK ? measure(figures, result) : status;
    om_fold_result_destroy(&result);
    om_free(path);
    return status;
}

om_status om_baseline_network_folds(om_baseline_figures *all, const om_crossval_plan *plan,
                                    const om_workdir *workdir, int64_t setting) {
    bool diverged = false;
    for (int64_t fold = 0; fold < plan->n_folds; fold++) {
        const om_crossval_task *task = &plan->tasks[setting * plan->n_folds + fold];
        OM_TRY(om_stop_status());
        OM_TRY(read_fold(all + fold * OM_N_HALLMARKS, &diverged, workdir, task->artefact));
    }
    for (int64_t i = 0; i < plan->n_folds * OM_N_HALLMARKS && diverged; i++) {
        om_baseline_figures_clear(&all[i]);
    }
    return OM_OK;
}
