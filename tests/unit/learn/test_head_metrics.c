#include "oncomark/head_metrics.h"

#include "unit_test.h"

#include "text_files.h"

#include "golden_folds.h"

/* Heads and tasks of all folds against scikit-learn, cases without a label or a sample among them.
 */
static void test_against_scikit_learn(void **state) {
    (void)state;
    enum { CELLS = OM_N_HALLMARKS * OM_N_HALLMARKS };
    double *confusion = golden_values("confusion", GOLDEN_FOLDS * CELLS * 4);
    double *expected = golden_values("metrics", GOLDEN_FOLDS * CELLS * OM_N_METRICS);
    for (int f = 0; f < GOLDEN_FOLDS; f++) {
        om_fold_result fold = golden_fold(f);
        for (int i = 0; i < CELLS; i++) {
            om_head_metrics metrics;
            assert_int_equal(om_head_metrics_compute(&metrics, fold.logits, fold.task, fold.label,
                                                     fold.n_test, i / OM_N_HALLMARKS,
                                                     i % OM_N_HALLMARKS),
                             OM_OK);
            const double *calls = confusion + (f * CELLS + i) * 4;
            assert_int_equal(metrics.confusion.true_negative, (int64_t)calls[0]);
            assert_int_equal(metrics.confusion.false_positive, (int64_t)calls[1]);
            assert_int_equal(metrics.confusion.false_negative, (int64_t)calls[2]);
            assert_int_equal(metrics.confusion.true_positive, (int64_t)calls[3]);
            for (int m = 0; m < OM_N_METRICS; m++) {
                assert_close(om_head_metrics_value(&metrics, (om_metric)m),
                             expected[(f * CELLS + i) * OM_N_METRICS + m]);
            }
        }
        golden_fold_free(&fold);
    }
    free(confusion);
    free(expected);
}

static void test_agreement(void **state) {
    (void)state;
    double *expected = golden_values("call_agreement", GOLDEN_FOLDS * (OM_N_HALLMARKS + 1));
    for (int f = 0; f < GOLDEN_FOLDS; f++) {
        om_fold_result fold = golden_fold(f);
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            assert_close(om_call_agreement_of_task(fold.logits, fold.task, fold.n_test, task),
                         expected[f * (OM_N_HALLMARKS + 1) + task]);
        }
        assert_close(om_call_agreement(fold.logits, fold.n_test),
                     expected[f * (OM_N_HALLMARKS + 1) + ALL]);
        golden_fold_free(&fold);
    }
    free(expected);
    assert_true(isnan(om_call_agreement(NULL, 0)));
    /* A logit of 0 is p = 0.5, which is no positive call. */
    float logits[2 * OM_N_HALLMARKS] = {[OM_N_HALLMARKS] = 1};
    assert_close(om_call_agreement(logits, 1), 1);
    assert_close(om_call_agreement(logits, 2), 0.5);
}

/* One sample for each logit, of hallmark 3 and read from head 6. */
static om_head_metrics compute(const float *values, const uint8_t *labels, int64_t n) {
    float logits[8 * OM_N_HALLMARKS] = {0};
    uint8_t tasks[8] = {3, 3, 3, 3, 3, 3, 3, 3};
    for (int64_t i = 0; i < n; i++) {
        logits[i * OM_N_HALLMARKS + 6] = values[i];
    }
    om_head_metrics metrics;
    assert_int_equal(om_head_metrics_compute(&metrics, logits, tasks, labels, n, 6, 3), OM_OK);
    return metrics;
}

static void test_no_samples(void **state) {
    (void)state;
    om_head_metrics metrics = compute(NULL, NULL, 0);
    for (int m = 0; m < OM_N_METRICS; m++) {
        assert_true(isnan(om_head_metrics_value(&metrics, (om_metric)m)));
    }
    for (int b = 0; b < OM_CALIBRATION_BINS; b++) {
        assert_int_equal(metrics.bins[b].n, 0);
    }
}

/* Logits beyond what a probability can tell still order samples, and their squares stay finite. */
static void test_saturated(void **state) {
    (void)state;
    om_head_metrics metrics =
        compute((float[]){2000, 1000, -1000, -2000}, (uint8_t[]){1, 0, 1, 0}, 4);
    assert_close(metrics.brier, 0.5);
    assert_close(metrics.auroc, 0.75);
    assert_int_equal(metrics.bins[0].n, 2);
    assert_int_equal(metrics.bins[9].n, 2);
    assert_int_equal(metrics.bins[9].n_positive, 1);
    assert_close(metrics.bins[0].probability_sum, 0);
    assert_close(metrics.bins[9].probability_sum, 2);
}

/* 0.5 is in (0.4, 0.5], as it is no positive call; what is just above it is not. */
static void test_bins_are_closed_above(void **state) {
    (void)state;
    om_head_metrics metrics =
        compute((float[]){0, 1e-6F, -1e-6F, -2.2F}, (uint8_t[]){1, 1, 0, 1}, 4);
    assert_int_equal(metrics.confusion.true_positive, 1);
    assert_int_equal(metrics.confusion.false_negative, 2);
    assert_int_equal(metrics.confusion.true_negative, 1);
    assert_int_equal(metrics.bins[4].n, 2);
    assert_int_equal(metrics.bins[4].n_positive, 1);
    assert_int_equal(metrics.bins[5].n, 1);
    assert_int_equal(metrics.bins[0].n, 1); /* p = 0.0998 */
    assert_int_equal(metrics.bins[0].n_positive, 1);
}

static void test_names(void **state) {
    (void)state;
    assert_string_equal(om_metric_name(OM_METRIC_ACCURACY), "accuracy");
    assert_string_equal(om_metric_name(OM_METRIC_AUPRC), "auprc");
    assert_string_equal(om_metric_name(OM_METRIC_BRIER), "brier");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_scikit_learn),
        cmocka_unit_test(test_agreement),
        cmocka_unit_test(test_no_samples),
        cmocka_unit_test(test_saturated),
        cmocka_unit_test(test_bins_are_closed_above),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("head_metrics", tests, NULL, NULL);
}
