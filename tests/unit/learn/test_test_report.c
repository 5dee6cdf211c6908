#include "learn/test_report.h"

#include "oncomark/head_metrics.h"
#include "unit_test.h"

#include "text_files.h"

#include "golden_folds.h"

enum { FOLD = 1, CELLS = OM_N_HALLMARKS * OM_N_HALLMARKS };

static const char heading[] =
    "hallmark,task,n_pos,n_neg,auroc,average_precision,accuracy,balanced_accuracy,precision,recall,"
    "f1,true_pos,false_pos,true_neg,false_neg,brier,call_agreement\n";

/* The golden fold as the test part of a table that has other samples before it. */
static const char *report(om_text *csv, const om_fold_result *fold, const char *unseen) {
    enum { BEFORE = 7 };
    int64_t n = fold->n_test;
    uint8_t *task = calloc((size_t)(n + BEFORE), 1);
    uint8_t *label = calloc((size_t)(n + BEFORE), 1);
    int64_t *rows = malloc((size_t)n * sizeof *rows);
    memcpy(task + BEFORE, fold->task, (size_t)n);
    memcpy(label + BEFORE, fold->label, (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        rows[i] = BEFORE + i;
    }
    om_sample_table table = {.n_samples = n + BEFORE, .task = task, .label = label};
    om_log *log = om_log_create(true);
    int saved = stderr_begin();
    om_status status = om_test_report(csv, log, fold->logits, &table, rows, n, unseen);
    const char *said = stderr_end(saved);
    assert_int_equal(status, OM_OK);
    om_log_destroy(&log);
    free(task);
    free(label);
    free(rows);
    return said;
}

static void check_row(const om_table *table, int i, const double *metrics, const double *calls) {
    static const char *const columns[OM_N_METRICS] = {
        "accuracy", "precision",         "recall", "f1", "balanced_accuracy",
        "auroc",    "average_precision", "brier"};
    assert_string_equal(cell(table, i, "hallmark"), om_hallmark_code(i / OM_N_HALLMARKS));
    assert_string_equal(cell(table, i, "task"), om_hallmark_code(i % OM_N_HALLMARKS));
    for (int m = 0; m < OM_N_METRICS; m++) {
        assert_close(number(table, i, columns[m]), metrics[m]);
    }
    assert_close(number(table, i, "true_neg"), calls[0]);
    assert_close(number(table, i, "false_pos"), calls[1]);
    assert_close(number(table, i, "false_neg"), calls[2]);
    assert_close(number(table, i, "true_pos"), calls[3]);
    assert_close(number(table, i, "n_neg"), calls[0] + calls[1]);
    assert_close(number(table, i, "n_pos"), calls[2] + calls[3]);
}

static void test_table(void **state) {
    (void)state;
    om_fold_result fold = golden_fold(FOLD);
    om_text *csv = NULL;
    assert_int_equal(om_text_create(&csv), OM_OK);
    report(csv, &fold, NULL);
    assert_memory_equal(om_text_get(csv), heading, strlen(heading));
    om_table *table = table_of(csv);
    assert_int_equal(om_table_rows(table), CELLS);
    double *metrics = golden_values("metrics", GOLDEN_FOLDS * CELLS * OM_N_METRICS);
    double *calls = golden_values("confusion", GOLDEN_FOLDS * CELLS * 4);
    double *agreement = golden_values("call_agreement", GOLDEN_FOLDS * (OM_N_HALLMARKS + 1));
    for (int i = 0; i < CELLS; i++) {
        check_row(table, i, metrics + (FOLD * CELLS + i) * OM_N_METRICS,
                  calls + (FOLD * CELLS + i) * 4);
        assert_close(number(table, i, "call_agreement"),
                     agreement[FOLD * (OM_N_HALLMARKS + 1) + i % OM_N_HALLMARKS]);
    }
    free(metrics);
    free(calls);
    free(agreement);
    om_table_destroy(&table);
    om_text_destroy(&csv);
    golden_fold_free(&fold);
}

static void test_log(void **state) {
    (void)state;
    om_fold_result fold = golden_fold(FOLD);
    om_text *csv = NULL;
    assert_int_equal(om_text_create(&csv), OM_OK);
    const char *said = report(csv, &fold, "patients");
    double *metrics = golden_values("metrics", GOLDEN_FOLDS * CELLS * OM_N_METRICS);
    double *agreement = golden_values("call_agreement", GOLDEN_FOLDS * (OM_N_HALLMARKS + 1));
    char expected[256];
    snprintf(expected, sizeof expected, "%d synthetic samples of unseen patients\n",
             (int)fold.n_test);
    assert_says(said, expected);
    snprintf(expected, sizeof expected, "own head: AIM %.4f DCE %.4f EGS ",
             metrics[FOLD * CELLS * OM_N_METRICS + OM_METRIC_AUROC],
             metrics[(FOLD * CELLS + OM_N_HALLMARKS + 1) * OM_N_METRICS + OM_METRIC_AUROC]);
    assert_says(said, expected);
    assert_says(said, " TPI 0.5000\n");
    assert_says(said, " IA - ERI - "); /* no positives; one sample */
    snprintf(expected, sizeof expected, "agree on %.1f %% of samples\n",
             100 * agreement[FOLD * (OM_N_HALLMARKS + 1) + ALL]);
    assert_says(said, expected);
    free(metrics);
    free(agreement);
    om_text_destroy(&csv);
    golden_fold_free(&fold);
}

int main(void) {
    const struct CMUnitTest tests[] = {test_in_folder(test_table), test_in_folder(test_log)};
    return cmocka_run_group_tests_name("test_report", tests, NULL, NULL);
}
