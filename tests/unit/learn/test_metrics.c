#include "oncomark/metrics.h"

#include "golden/golden_arrays.h"
#include "unit_test.h"

#include <math.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

static double *golden(const char *name, int i, int64_t *count) {
    char full[64];
    snprintf(full, sizeof full, "%s_%d", name, i);
    double *values = golden_array(OM_TEST_SOURCE_DIR "/tests/golden/metrics.txt", full, count);
    assert_non_null(values);
    return values;
}

static void assert_close(double value, double expected) {
    if (!(fabs(value - expected) <= 1e-14)) {
        fail_msg("found %.17g, expected %.17g", value, expected);
    }
}

static void check_case(int i) {
    int64_t n = 0, four = 0, seven = 0;
    double *label = golden("label", i, &n);
    double *score = golden("score", i, &n);
    double *matrix = golden("confusion", i, &four);
    double *expected = golden("expected", i, &seven);
    assert_int_equal(four, 4);
    assert_int_equal(seven, 7);
    float *scores = malloc((size_t)n * sizeof *scores);
    uint8_t *labels = malloc((size_t)n * sizeof *labels);
    for (int64_t s = 0; s < n; s++) {
        scores[s] = (float)score[s];
        labels[s] = (uint8_t)label[s];
    }
    om_confusion confusion = om_confusion_count(scores, labels, n, 0.5F);
    assert_int_equal(confusion.true_negative, (int64_t)matrix[0]);
    assert_int_equal(confusion.false_positive, (int64_t)matrix[1]);
    assert_int_equal(confusion.false_negative, (int64_t)matrix[2]);
    assert_int_equal(confusion.true_positive, (int64_t)matrix[3]);
    assert_close(om_confusion_accuracy(confusion), expected[0]);
    assert_close(om_confusion_precision(confusion), expected[1]);
    assert_close(om_confusion_recall(confusion), expected[2]);
    assert_close(om_confusion_f1(confusion), expected[3]);
    assert_close(om_confusion_balanced_accuracy(confusion), expected[4]);
    double area = 0;
    assert_int_equal(om_auroc(&area, scores, labels, n), OM_OK);
    assert_close(area, expected[5]);
    assert_int_equal(om_average_precision(&area, scores, labels, n), OM_OK);
    assert_close(area, expected[6]);
    free(scores);
    free(labels);
    free(label);
    free(score);
    free(matrix);
    free(expected);
}

static void test_against_scikit_learn(void **state) {
    (void)state;
    for (int i = 0; i < 3; i++) {
        check_case(i);
    }
}

static void test_by_hand(void **state) {
    (void)state;
    double area = 0;
    /* Pairs (positive, negative): 3 > 2, 3 > 1, 2 = 2, 2 > 1: 3.5 of 4. */
    assert_int_equal(om_auroc(&area, (float[]){3, 2, 2, 1}, (uint8_t[]){1, 1, 0, 0}, 4), OM_OK);
    assert_close(area, 3.5 / 4);
    assert_int_equal(om_auroc(&area, (float[]){1, 2}, (uint8_t[]){1, 0}, 2), OM_OK);
    assert_close(area, 0);
}

static void test_missing_label(void **state) {
    (void)state;
    double area = 0;
    assert_int_equal(om_auroc(&area, (float[]){1, 2}, (uint8_t[]){1, 1}, 2), OM_OK);
    assert_true(isnan(area));
    assert_int_equal(om_auroc(&area, NULL, NULL, 0), OM_OK);
    assert_true(isnan(area));
    assert_int_equal(om_average_precision(&area, (float[]){1, 2}, (uint8_t[]){0, 0}, 2), OM_OK);
    assert_true(isnan(area));
    om_confusion none = {.true_negative = 3};
    assert_true(isnan(om_confusion_precision(none)));
    assert_true(isnan(om_confusion_balanced_accuracy(none)));
    assert_close(om_confusion_accuracy(none), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_scikit_learn),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_missing_label),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
