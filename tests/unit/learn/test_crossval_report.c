#include "learn/crossval_report.h"

#include "oncomark/head_metrics.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "job_test.h"
#include "text_files.h"

#include "golden_folds.h"

static const char minimal[] = "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n";
static const char sweep[] = "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"
                            "crossval: {sweep: {train.hidden: [16, 32, 64]}}\n";

static om_status make_tables(om_crossval_tables *tables, const om_job *job,
                             const om_fold_entry *entries, int64_t n) {
    om_crossval_figures *figures = NULL;
    *tables = (om_crossval_tables){.folds = NULL};
    om_status status = om_crossval_figures_create(&figures, job, entries, n);
    status = status == OM_OK ? om_crossval_tables_make(tables, figures) : status;
    om_crossval_figures_destroy(&figures);
    return status;
}

/* Every setting has the same test samples, and the validation losses [settings x folds]; where that
 * is NaN, training diverged in epoch 4. */
static void make(om_crossval_tables *tables, const char *text, int64_t n_settings, int64_t n_folds,
                 const double *losses) {
    static const char *const names[] = {"repeat 1, fold 1", "repeat 1, fold 2", "Qian \"2020\""};
    om_job *job = test_job("test.yaml", text);
    om_fold_result folds[16];
    om_fold_entry entries[16];
    int64_t n = n_settings * n_folds;
    assert_true(n <= 16);
    for (int64_t i = 0; i < n; i++) {
        folds[i] = golden_fold((int)(i % n_folds));
        folds[i].validation_loss = losses[i];
        folds[i].diverged_epoch = isnan(losses[i]) ? 4 : 0;
        entries[i] = (om_fold_entry){i / n_folds, i % n_folds, names[i % n_folds], &folds[i]};
    }
    if (make_tables(tables, job, entries, n) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    for (int64_t i = 0; i < n; i++) {
        golden_fold_free(&folds[i]);
    }
    om_job_destroy(&job);
}

static void make_one(om_crossval_tables *tables) {
    make(tables, minimal, 1, GOLDEN_FOLDS, (double[]){0.25, 0.5, 0.125});
}

static const char *code_of(int hallmark) {
    return hallmark == ALL ? "all" : om_hallmark_code(hallmark);
}

static void starts_with(const om_text *csv, const char *heading) {
    assert_memory_equal(om_text_get(csv), heading, strlen(heading));
}

static void test_folds(void **state) {
    (void)state;
    om_crossval_tables tables;
    make_one(&tables);
    starts_with(tables.folds,
                "setting,fold,fold_name,hallmark,n_positive,n_negative,tp,fp,tn,fn,accuracy,"
                "precision,recall,f1,balanced_accuracy,auroc,auprc,brier,call_agreement,n_training,"
                "n_validation,n_test,n_features,epochs,kept_epoch,validation_loss,"
                "diverged_epoch\n1,1,");
    om_table *table = table_of(tables.folds);
    assert_int_equal(om_table_rows(table), GOLDEN_FOLDS * OM_N_HALLMARKS);
    enum { CELLS = OM_N_HALLMARKS * OM_N_HALLMARKS };
    double *metrics = golden_values("metrics", GOLDEN_FOLDS * CELLS * OM_N_METRICS);
    double *calls = golden_values("confusion", GOLDEN_FOLDS * CELLS * 4);
    double *agreement = golden_values("call_agreement", GOLDEN_FOLDS * (OM_N_HALLMARKS + 1));
    for (int row = 0; row < GOLDEN_FOLDS * OM_N_HALLMARKS; row++) {
        int fold = row / OM_N_HALLMARKS;
        int hallmark = row % OM_N_HALLMARKS;
        int at = fold * CELLS + hallmark * OM_N_HALLMARKS + hallmark;
        assert_close(number(table, row, "fold"), fold + 1);
        assert_string_equal(cell(table, row, "hallmark"), om_hallmark_code(hallmark));
        for (int m = 0; m < OM_N_METRICS; m++) {
            assert_close(number(table, row, om_metric_name((om_metric)m)),
                         metrics[at * OM_N_METRICS + m]);
        }
        assert_close(number(table, row, "tn"), calls[at * 4]);
        assert_close(number(table, row, "fp"), calls[at * 4 + 1]);
        assert_close(number(table, row, "fn"), calls[at * 4 + 2]);
        assert_close(number(table, row, "tp"), calls[at * 4 + 3]);
        assert_close(number(table, row, "n_negative"), calls[at * 4] + calls[at * 4 + 1]);
        assert_close(number(table, row, "n_positive"), calls[at * 4 + 2] + calls[at * 4 + 3]);
        assert_close(number(table, row, "call_agreement"),
                     agreement[fold * (OM_N_HALLMARKS + 1) + hallmark]);
        assert_close(number(table, row, "n_training"), 800 + fold);
        assert_close(number(table, row, "n_validation"), 90 + fold);
        assert_close(number(table, row, "n_test"), fold == 0 ? 93 : 94);
        assert_close(number(table, row, "n_features"), 700 + fold);
        assert_close(number(table, row, "epochs"), 20 + fold);
        assert_close(number(table, row, "kept_epoch"), 10 + fold);
        assert_close(number(table, row, "validation_loss"), (double[]){0.25, 0.5, 0.125}[fold]);
        assert_string_equal(cell(table, row, "diverged_epoch"), "");
    }
    assert_string_equal(cell(table, 0, "fold_name"), "repeat 1, fold 1");
    assert_string_equal(cell(table, 29, "fold_name"), "Qian \"2020\"");
    free(metrics);
    free(calls);
    free(agreement);
    om_table_destroy(&table);
    om_crossval_tables_destroy(&tables);
}

static void test_summary(void **state) {
    (void)state;
    om_crossval_tables tables;
    make_one(&tables);
    starts_with(tables.summary, "setting,hallmark,metric,n_folds,mean,sd\n1,AIM,accuracy,3,");
    om_table *table = table_of(tables.summary);
    enum { FIGURES = OM_N_METRICS + 1, ROWS = (OM_N_HALLMARKS + 1) * FIGURES };
    assert_int_equal(om_table_rows(table), ROWS + 1);
    double *expected = golden_values("summary", ROWS * 3);
    for (int row = 0; row < ROWS; row++) {
        int m = row % FIGURES;
        assert_string_equal(cell(table, row, "hallmark"), code_of(row / FIGURES));
        assert_string_equal(cell(table, row, "metric"),
                            m < OM_N_METRICS ? om_metric_name((om_metric)m) : "call_agreement");
        assert_close(number(table, row, "n_folds"), expected[row * 3]);
        assert_close(number(table, row, "mean"), expected[row * 3 + 1]);
        assert_close(number(table, row, "sd"), expected[row * 3 + 2]);
    }
    assert_string_equal(cell(table, ROWS, "hallmark"), "all");
    assert_string_equal(cell(table, ROWS, "metric"), "validation_loss");
    assert_close(number(table, ROWS, "mean"), 0.875 / 3);
    /* Deviations -1/24, 5/24, -4/24: squares 42/576, divided by 2. */
    assert_close(number(table, ROWS, "sd"), sqrt(42.0 / 576 / 2));
    free(expected);
    om_table_destroy(&table);
    om_crossval_tables_destroy(&tables);
}

static void test_one_fold_has_no_sd(void **state) {
    (void)state;
    om_crossval_tables tables;
    make(&tables, minimal, 1, 1, (double[]){0.25});
    om_table *table = table_of(tables.summary);
    for (int64_t row = 0; row < om_table_rows(table); row++) {
        bool defined = number(table, row, "n_folds") > 0;
        assert_true(defined != isnan(number(table, row, "mean")));
        assert_string_equal(cell(table, row, "sd"), "");
    }
    om_table_destroy(&table);
    om_crossval_tables_destroy(&tables);
}

static void test_cross_hallmark(void **state) {
    (void)state;
    om_crossval_tables tables;
    make_one(&tables);
    starts_with(tables.cross_hallmark, "setting,head,task,n_folds,auroc_mean,auroc_sd,"
                                       "balanced_accuracy_mean,balanced_accuracy_sd\n1,AIM,AIM,3,");
    om_table *table = table_of(tables.cross_hallmark);
    enum { ROWS = OM_N_HALLMARKS * OM_N_HALLMARKS };
    assert_int_equal(om_table_rows(table), ROWS);
    double *auroc = golden_values("cross_auroc", ROWS * 3);
    double *balanced = golden_values("cross_balanced_accuracy", ROWS * 3);
    for (int row = 0; row < ROWS; row++) {
        assert_string_equal(cell(table, row, "head"), om_hallmark_code(row / OM_N_HALLMARKS));
        assert_string_equal(cell(table, row, "task"), om_hallmark_code(row % OM_N_HALLMARKS));
        assert_close(number(table, row, "n_folds"), auroc[row * 3]);
        assert_close(number(table, row, "auroc_mean"), auroc[row * 3 + 1]);
        assert_close(number(table, row, "auroc_sd"), auroc[row * 3 + 2]);
        assert_close(balanced[row * 3], auroc[row * 3]);
        assert_close(number(table, row, "balanced_accuracy_mean"), balanced[row * 3 + 1]);
        assert_close(number(table, row, "balanced_accuracy_sd"), balanced[row * 3 + 2]);
    }
    free(auroc);
    free(balanced);
    om_table_destroy(&table);
    om_crossval_tables_destroy(&tables);
}

static void test_calibration(void **state) {
    (void)state;
    om_crossval_tables tables;
    make_one(&tables);
    starts_with(tables.calibration, "setting,hallmark,bin_low,bin_high,n,n_positive,"
                                    "mean_probability,positive_share\n1,AIM,0.0,0.1,");
    om_table *table = table_of(tables.calibration);
    enum { ROWS = (OM_N_HALLMARKS + 1) * OM_CALIBRATION_BINS };
    assert_int_equal(om_table_rows(table), ROWS);
    double *expected = golden_values("calibration", ROWS * 3);
    for (int row = 0; row < ROWS; row++) {
        const double *bin = expected + (ptrdiff_t)row * 3;
        assert_string_equal(cell(table, row, "hallmark"), code_of(row / OM_CALIBRATION_BINS));
        assert_close(number(table, row, "bin_low"), row % OM_CALIBRATION_BINS / 10.0);
        assert_close(number(table, row, "bin_high"), (row % OM_CALIBRATION_BINS + 1) / 10.0);
        assert_close(number(table, row, "n"), bin[0]);
        assert_close(number(table, row, "n_positive"), bin[1]);
        assert_close(number(table, row, "mean_probability"), bin[2]);
        assert_close(number(table, row, "positive_share"), bin[0] > 0 ? bin[1] / bin[0] : NAN);
    }
    free(expected);
    om_table_destroy(&table);
    om_crossval_tables_destroy(&tables);
}

static void test_sweep_ranks_by_validation_loss(void **state) {
    (void)state;
    om_crossval_tables tables;
    /* Means 0.5, 0.25 and 0.5: the first of the two that tie comes first. */
    make(&tables, sweep, 3, GOLDEN_FOLDS,
         (double[]){0.5, 0.5, 0.5, 0.25, 0.125, 0.375, 0.25, 0.5, 0.75});
    starts_with(tables.sweep,
                "setting,train.hidden,rank,chosen,n_folds,n_diverged,validation_loss_mean,"
                "validation_loss_sd,test_accuracy,test_precision,test_recall,test_f1,test_balanced_"
                "accuracy,"
                "test_auroc,test_auprc,test_brier,test_call_agreement\n"
                "2,32,1,1,3,0,0.25,0.125,");
    om_table *table = table_of(tables.sweep);
    assert_int_equal(om_table_rows(table), 3);
    enum { FIGURES = OM_N_METRICS + 1 };
    double *expected = golden_values("summary", (OM_N_HALLMARKS + 1) * FIGURES * 3);
    for (int m = 0; m < FIGURES; m++) {
        char column[64];
        snprintf(column, sizeof column, "test_%s",
                 m < OM_N_METRICS ? om_metric_name((om_metric)m) : "call_agreement");
        assert_close(number(table, 0, column), expected[(ALL * FIGURES + m) * 3 + 1]);
    }
    free(expected);
    om_table_destroy(&table);
    /* The test figures of what was not chosen are nobody's business. */
    assert_says(om_text_get(tables.sweep), "\n1,16,2,0,3,0,0.5,0,,,,,,,,,\n"
                                           "3,64,3,0,3,0,0.5,0.25,,,,,,,,,\n");
    assert_says(om_text_get(tables.folds), "\n3,64,2,\"repeat 1, fold 2\",AIM,");
    assert_says(om_text_get(tables.summary), "\n2,32,DCE,auroc,3,");
    om_crossval_tables_destroy(&tables);
}

/* Its mean over the other fold would be the least. */
static void test_diverged_setting_is_last(void **state) {
    (void)state;
    om_crossval_tables tables;
    make(&tables, sweep, 3, 2, (double[]){0.125, NAN, 0.5, 0.75, 0.25, 0.75});
    om_table *table = table_of(tables.sweep);
    const char *const order[] = {"3", "2", "1"};
    for (int row = 0; row < 3; row++) {
        assert_string_equal(cell(table, row, "setting"), order[row]);
        assert_close(number(table, row, "rank"), row + 1);
        assert_close(number(table, row, "chosen"), row == 0);
    }
    om_table_destroy(&table);
    assert_says(om_text_get(tables.sweep), "\n1,16,3,0,2,1,,,,,,,,,,,\n");
    om_crossval_tables_destroy(&tables);
}

/* Its figures over the other fold would stand beside those over all folds of other settings. */
static void test_diverged_setting_has_no_figures(void **state) {
    (void)state;
    om_crossval_tables tables;
    make(&tables, sweep, 2, 2, (double[]){0.125, NAN, 0.5, 0.75});
    /* The other fold's own row is whole. */
    assert_says(om_text_get(tables.folds),
                "\n1,16,2,\"repeat 1, fold 2\",DCE,,,,,,,,,,,,,,,,801,91,94,701,21,,,4\n");
    assert_says(om_text_get(tables.folds), ",20,10,0.125,\n1,16,2,");
    assert_says(om_text_get(tables.summary), "\n1,16,DCE,auroc,1,,\n");
    assert_says(om_text_get(tables.summary),
                "\n1,16,all,validation_loss,1,,\n2,32,AIM,accuracy,2,");
    assert_says(om_text_get(tables.cross_hallmark), "\n1,16,AIM,DCE,1,,,,\n");
    assert_says(om_text_get(tables.calibration), "\n1,16,DCE,0.0,0.1,0,0,,\n");
    assert_says(om_text_get(tables.calibration), "\n1,16,all,0.9,1.0,0,0,,\n2,32,AIM,0.0,0.1,");
    om_crossval_tables_destroy(&tables);
}

/* Where all have diverged, none is the best. */
static void test_diverged_setting_is_not_chosen(void **state) {
    (void)state;
    om_crossval_tables tables;
    make(&tables, sweep, 2, 2, (double[]){NAN, NAN, 0.5, NAN});
    assert_says(om_text_get(tables.sweep), "\n1,16,1,0,2,2,,,,,,,,,,,\n2,32,2,0,2,1,,,,,,,,,,,\n");
    om_crossval_tables_destroy(&tables);
}

/* The published loss is about a tenth of the masked one, whatever the network is worth. */
static void test_losses_are_ranked_apart(void **state) {
    (void)state;
    om_crossval_tables tables;
    make(&tables,
         "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"
         "crossval: {sweep: {train.loss: [published, masked], train.hidden: [16, 32]}}\n",
         4, 2, (double[]){0.0625, 0.0625, 0.03125, 0.03125, 0.5, 0.5, 0.25, 0.75});
    om_table *table = table_of(tables.sweep);
    assert_int_equal(om_table_rows(table), 4);
    const char *const settings[] = {"3", "4", "2", "1"};
    for (int row = 0; row < 4; row++) {
        assert_string_equal(cell(table, row, "setting"), settings[row]);
        assert_string_equal(cell(table, row, "train.loss"), row < 2 ? "masked" : "published");
        assert_close(number(table, row, "rank"), row % 2 + 1);
        assert_close(number(table, row, "chosen"), row % 2 == 0);
        assert_true(isnan(number(table, row, "test_auroc")) == (row % 2 != 0));
    }
    om_table_destroy(&table);
    om_crossval_tables_destroy(&tables);
}

static void test_nothing_finished(void **state) {
    (void)state;
    om_crossval_tables tables;
    make(&tables, sweep, 0, 1, NULL);
    assert_string_equal(om_text_get(tables.cross_hallmark),
                        "setting,train.hidden,head,task,n_folds,auroc_mean,auroc_sd,"
                        "balanced_accuracy_mean,balanced_accuracy_sd\n");
    om_crossval_tables_destroy(&tables);
}

static void test_out_of_memory(void **state) {
    (void)state;
    om_job *job = test_job("test.yaml", sweep);
    om_fold_result fold = golden_fold(0);
    om_fold_entry entry = {0, 0, "fold", &fold};
    om_crossval_tables tables;
    om_status status = OM_MEMORY;
    int64_t failures = 0;
    for (; status != OM_OK; failures++) {
        om_memory_fail_after(failures);
        status = make_tables(&tables, job, &entry, 1);
        om_memory_fail_after(-1);
        assert_true(status == OM_OK || status == OM_MEMORY);
        assert_true(status == OM_OK || tables.folds == NULL);
    }
    assert_true(failures > 20);
    om_crossval_tables_destroy(&tables);
    golden_fold_free(&fold);
    om_job_destroy(&job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_folds),
        test_in_folder(test_summary),
        test_in_folder(test_one_fold_has_no_sd),
        test_in_folder(test_cross_hallmark),
        test_in_folder(test_calibration),
        test_in_folder(test_sweep_ranks_by_validation_loss),
        test_in_folder(test_diverged_setting_is_last),
        test_in_folder(test_diverged_setting_has_no_figures),
        test_in_folder(test_diverged_setting_is_not_chosen),
        test_in_folder(test_losses_are_ranked_apart),
        test_in_folder(test_nothing_finished),
        test_in_folder(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("crossval_report", tests, NULL, NULL);
}
