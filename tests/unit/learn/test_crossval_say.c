#include "learn/crossval_report.h"
#include "learn/published_figures.h"

#include "oncomark/head_metrics.h"
#include "unit_test.h"

#include "job_test.h"
#include "text_files.h"

#include "golden_folds.h"

#define JOB "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"

/* What is said of so many settings with the golden folds; the later ones have the lower losses. The
 * last fold of the first n_diverged settings diverged. */
static const char *say_diverged(const char *text, int64_t n_settings, int64_t n_folds,
                                int64_t n_diverged) {
    om_crossval_figures *figures = NULL;
    om_job *job = test_job("test.yaml", text);
    om_fold_result folds[16];
    om_fold_entry entries[16];
    int64_t n = n_settings * n_folds;
    assert_true(n <= 16);
    for (int64_t i = 0; i < n; i++) {
        folds[i] = golden_fold((int)(i % n_folds));
        folds[i].validation_loss = 1.0 / (double)(2 + i / n_folds);
        folds[i].diverged_epoch =
            i % n_folds == n_folds - 1 && i / n_folds < n_diverged ? folds[i].n_epochs : 0;
        entries[i] = (om_fold_entry){i / n_folds, i % n_folds, "fold", &folds[i]};
    }
    om_log *log = om_log_create(true);
    int saved = stderr_begin();
    om_status status = om_crossval_figures_create(&figures, job, entries, n);
    status = status == OM_OK ? om_crossval_say(log, figures) : status;
    const char *said = stderr_end(saved);
    assert_int_equal(status, OM_OK);
    om_crossval_figures_destroy(&figures);
    om_log_destroy(&log);
    for (int64_t i = 0; i < n; i++) {
        golden_fold_free(&folds[i]);
    }
    om_job_destroy(&job);
    return said;
}

static const char *say(const char *text, int64_t n_settings, int64_t n_folds) {
    return say_diverged(text, n_settings, n_folds, 0);
}

/* Mean over the golden folds, as scikit-learn and NumPy have it. */
static double golden_mean(int hallmark, om_metric metric, int of) {
    enum { FIGURES = OM_N_METRICS + 1 };
    double *summary = golden_values("summary", (OM_N_HALLMARKS + 1) * FIGURES * 3);
    double value = summary[(hallmark * FIGURES + (int)metric) * 3 + of];
    free(summary);
    return value;
}

static int64_t count(const char *text, const char *part) {
    int64_t n = 0;
    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        n++;
    }
    return n;
}

static void test_ours_alone(void **state) {
    (void)state;
    const char *said = say(JOB, 1, GOLDEN_FOLDS); /* masked */
    assert_int_equal(count(said, "\n"), 14);
    assert_int_equal(count(said, "crossval: "), 14);
    assert_says(said, "mean over 3 folds\n");
    assert_says(said, "crossval: hallmark  accuracy      F1  balanced accuracy   AUROC  PR AUC   "
                      "Brier\n");
    char line[256];
    snprintf(line, sizeof line, "\ncrossval: DCE     %10.4f%8.4f%19.4f%8.4f%8.4f%8.4f\n",
             golden_mean(1, OM_METRIC_ACCURACY, 1), golden_mean(1, OM_METRIC_F1, 1),
             golden_mean(1, OM_METRIC_BALANCED_ACCURACY, 1), golden_mean(1, OM_METRIC_AUROC, 1),
             golden_mean(1, OM_METRIC_AUPRC, 1), golden_mean(1, OM_METRIC_BRIER, 1));
    assert_says(said, line);
    snprintf(line, sizeof line, "\ncrossval: all     %10.4f%8.4f%19.4f%8.4f",
             golden_mean(ALL, OM_METRIC_ACCURACY, 1), golden_mean(ALL, OM_METRIC_F1, 1),
             golden_mean(ALL, OM_METRIC_BALANCED_ACCURACY, 1),
             golden_mean(ALL, OM_METRIC_AUROC, 1));
    assert_says(said, line);
    assert_says(said, "                  -       -       -  "); /* IA has no positives */
    snprintf(line, sizeof line, "all ten calls agree on %.1f %% of the test samples\n",
             100 * golden_mean(ALL, OM_N_METRICS, 1));
    assert_says(said, line);
    assert_int_equal(count(said, "published"), 0);
    assert_int_equal(count(said, "permuted"), 0);
}

static void test_beside_published(void **state) {
    (void)state;
    const char *said = say(JOB "train: {loss: published}\n", 1, GOLDEN_FOLDS);
    assert_says(said, "hallmark  accuracy  published      F1  published  balanced accuracy"
                      "  published   AUROC  PR AUC   Brier\n");
    char line[256];
    snprintf(line, sizeof line,
             "\ncrossval: GIM     %10.4f     0.9873%8.4f     0.9894%19.4f     0.9874%8.4f",
             golden_mean(3, OM_METRIC_ACCURACY, 1), golden_mean(3, OM_METRIC_F1, 1),
             golden_mean(3, OM_METRIC_BALANCED_ACCURACY, 1), golden_mean(3, OM_METRIC_AUROC, 1));
    assert_says(said, line);
    /* Mean of the ten published accuracies: 9.95840 / 10. */
    snprintf(line, sizeof line, "\ncrossval: all     %10.4f     0.9958",
             golden_mean(ALL, OM_METRIC_ACCURACY, 1));
    assert_says(said, line);
    assert_says(said, "doi 10.1038/s42003-025-08727-z\n");
}

static void test_what_is_as_published(void **state) {
    (void)state;
    static const char *const others[] = {
        JOB,
        JOB "train: {loss: published}\ncrossval: {folds: 4}\n",
        JOB "train: {loss: published}\ncrossval: {repeats: 1}\n",
        JOB "train: {loss: published}\ncrossval: {group: patient}\n",
        JOB "train: {loss: published}\ncrossval: {group: study, leave_one_out: true}\n",
        JOB "train: {loss: published}\ncrossval: {permute_labels: true}\n"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        om_job *job = test_job("test.yaml", others[i]);
        assert_false(om_published_figures_compare(&job->crossval, job->train.loss));
        om_job_destroy(&job);
    }
    om_job *job = test_job("test.yaml", JOB "train: {loss: published}\n");
    assert_true(om_published_figures_compare(&job->crossval, job->train.loss));
    om_job_destroy(&job);
}

static void test_published_values(void **state) {
    (void)state;
    assert_close(om_published_figures_mean(OM_METRIC_ACCURACY, OM_HALLMARK_AIM), 0.99974);
    assert_close(om_published_figures_mean(OM_METRIC_PRECISION, OM_HALLMARK_TPI), 0.98280);
    assert_close(om_published_figures_mean(OM_METRIC_BALANCED_ACCURACY, OM_HALLMARK_ERI), 0.99073);
    assert_true(isnan(om_published_figures_mean(OM_METRIC_AUROC, OM_HALLMARK_AIM)));
    assert_true(isnan(om_published_figures_mean_all(OM_METRIC_BRIER)));
    /* F1 is that of precision and recall but for its mean over folds. */
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        double p = om_published_figures_mean(OM_METRIC_PRECISION, k);
        double r = om_published_figures_mean(OM_METRIC_RECALL, k);
        double f1 = om_published_figures_mean(OM_METRIC_F1, k);
        assert_true(fabs(f1 - 2 * p * r / (p + r)) < 2e-4);
    }
}

static void test_permuted_labels(void **state) {
    (void)state;
    const char *said = say(JOB "crossval: {permute_labels: true}\n", 1, GOLDEN_FOLDS);
    char line[256];
    snprintf(line, sizeof line,
             "permuted labels: mean AUROC %.4f, standard error %.4f; chance is 0.5\n",
             golden_mean(ALL, OM_METRIC_AUROC, 1),
             golden_mean(ALL, OM_METRIC_AUROC, 2) / sqrt(GOLDEN_FOLDS));
    assert_says(said, line);
    said = say(JOB "crossval: {permute_labels: true}\n", 1, 1);
    assert_says(said, "mean over 1 fold\n");
    assert_int_equal(count(said, "standard error"), 0);
}

static void test_sweep(void **state) {
    (void)state;
    const char *said =
        say(JOB "crossval: {sweep: {train.hidden: [16, 32], train.head: 8}}\n", 2, 2);
    assert_says(said, "crossval: setting 2 of 2 has the least validation loss (masked), mean "
                      "0.333333: train.hidden=32 train.head=8\n");
    assert_int_equal(count(said, "AIM"), 1);
    said = say(JOB "crossval: {sweep: {train.loss: [masked, published]}}\n", 2, 2);
    assert_says(said, "setting 1 of 2 has the least validation loss (masked), mean 0.500000: ");
    assert_says(said, "setting 2 of 2 has the least validation loss (published), mean 0.333333: ");
    assert_int_equal(count(said, "AIM"), 2);
    assert_int_equal(count(said, "doi"), 1);
}

static void test_diverged_settings_are_named(void **state) {
    (void)state;
    static const char swept[] = JOB "crossval: {sweep: {train.hidden: [16, 32, 64]}}\n";
    const char *said = say_diverged(swept, 3, 2, 2);
    assert_says(said, "crossval: setting 3 of 3 has the least validation loss (masked)");
    assert_says(said, "crossval: setting 1 of 3 diverged in 1 of 2 folds: train.hidden=16\n");
    assert_says(said, "crossval: setting 2 of 3 diverged in 1 of 2 folds: train.hidden=32\n");
    assert_int_equal(count(said, "AIM"), 1);
    said = say_diverged(JOB, 1, 1, 1);
    assert_string_equal(said, "crossval: setting 1 of 1 diverged in 1 of 1 fold\n");
}

static void test_nothing_finished(void **state) {
    (void)state;
    const char *said = say(JOB, 0, 1);
    assert_string_equal(said, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_ours_alone),
        test_in_folder(test_beside_published),
        cmocka_unit_test(test_what_is_as_published),
        cmocka_unit_test(test_published_values),
        test_in_folder(test_permuted_labels),
        test_in_folder(test_sweep),
        test_in_folder(test_diverged_settings_are_named),
        test_in_folder(test_nothing_finished),
    };
    return cmocka_run_group_tests_name("crossval_say", tests, NULL, NULL);
}
