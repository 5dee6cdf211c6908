/* The threshold between positive and negative samples: against all cuts by their definition. */
#include "learn/balance.h"

#include "oncomark/random.h"
#include "unit_test.h"

#include <math.h>
#include <stdlib.h>

static void expect(double found, double expected) {
    assert_true(fabs(found - expected) < 1e-12);
}

static void test_separated(void **state) {
    (void)state;
    const float probabilities[] = {0.25F, 0.875F, 0.125F, 0.75F};
    const uint8_t labels[] = {0, 1, 0, 1};
    om_balance found;
    assert_int_equal(om_balance_find(&found, probabilities, labels, 4), OM_OK);
    assert_int_equal(found.n_positive, 2);
    assert_int_equal(found.n_negative, 2);
    expect(found.threshold, 0.5);
    expect(found.sensitivity, 1);
    expect(found.specificity, 1);
}

/* Heads that say "positive" too easily: 0.5 would call all of them. */
static void test_shifted(void **state) {
    (void)state;
    const float probabilities[] = {0.625F, 0.75F, 0.875F, 0.9375F, 1};
    const uint8_t labels[] = {0, 0, 1, 0, 1};
    om_balance found;
    assert_int_equal(om_balance_find(&found, probabilities, labels, 5), OM_OK);
    expect(found.threshold, (0.875 + 0.9375) / 2); /* 1/2 and 2/3; below it 1 and 2/3 */
    expect(found.sensitivity, 0.5);
    expect(found.specificity, 2.0 / 3);
}

/* Two cuts are equally close, and find equally many: the higher one. */
static void test_equally_close(void **state) {
    (void)state;
    /* Sensitivity and specificity are 1/2 apart at 0.5 (1, 1/2) as at 0.75 (1/2, 1). */
    const float probabilities[] = {0.875F, 0.625F, 0.625F, 0.375F};
    const uint8_t labels[] = {1, 1, 0, 0};
    om_balance found;
    assert_int_equal(om_balance_find(&found, probabilities, labels, 4), OM_OK);
    expect(found.threshold, 0.75);
    expect(found.sensitivity, 0.5);
    expect(found.specificity, 1);
}

static void test_undefined(void **state) {
    (void)state;
    const float probabilities[] = {0.5F, 0.5F, 0.5F};
    const uint8_t positive[] = {1, 1, 1};
    const uint8_t both[] = {1, 0, 1};
    om_balance found;
    assert_int_equal(om_balance_find(&found, probabilities, positive, 3), OM_OK);
    assert_true(isnan(found.threshold));
    assert_int_equal(found.n_positive, 3);
    assert_int_equal(om_balance_find(&found, probabilities, both, 3), OM_OK);
    assert_true(isnan(found.threshold));
    assert_true(isnan(found.sensitivity));
    assert_int_equal(om_balance_find(&found, NULL, NULL, 0), OM_OK);
    assert_int_equal(found.n_negative, 0);
    assert_true(isnan(found.specificity));
}

/* Sensitivity and specificity by counting. */
static void judge(double *sensitivity, double *specificity, const float *probabilities,
                  const uint8_t *labels, int n, double threshold) {
    int counts[2][2] = {{0}};
    for (int i = 0; i < n; i++) {
        counts[labels[i]][(double)probabilities[i] > threshold]++;
    }
    *sensitivity = counts[1][1] / (double)(counts[1][0] + counts[1][1]);
    *specificity = counts[0][0] / (double)(counts[0][0] + counts[0][1]);
}

static void test_against_all_cuts(void **state) {
    (void)state;
    enum { N = 60, TRIALS = 200, STEPS = 32 };
    om_random random = om_random_stream(5, OM_PURPOSE_TEST, 1);
    for (int trial = 0; trial < TRIALS; trial++) {
        float probabilities[N];
        uint8_t labels[N];
        for (int i = 0; i < N; i++) {
            labels[i] = i < 2 ? (uint8_t)i : (uint8_t)om_random_below(&random, 2);
            probabilities[i] = (float)(om_random_below(&random, STEPS - 8) + 8 * labels[i]) / STEPS;
        }
        om_balance found;
        assert_int_equal(om_balance_find(&found, probabilities, labels, N), OM_OK);
        double sensitivity = 0;
        double specificity = 0;
        judge(&sensitivity, &specificity, probabilities, labels, N, found.threshold);
        expect(found.sensitivity, sensitivity);
        expect(found.specificity, specificity);
        for (int step = 0; step < STEPS; step++) {
            double other[2];
            judge(&other[0], &other[1], probabilities, labels, N, (step + 0.5) / STEPS);
            assert_true(fabs(sensitivity - specificity) < fabs(other[0] - other[1]) + 1e-12);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_separated),        cmocka_unit_test(test_shifted),
        cmocka_unit_test(test_equally_close),    cmocka_unit_test(test_undefined),
        cmocka_unit_test(test_against_all_cuts),
    };
    return cmocka_run_group_tests_name("balance", tests, NULL, NULL);
}
