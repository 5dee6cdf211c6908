#include "oncomark/transform.h"

#include "golden/golden_arrays.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include <math.h>
#include <string.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

#define GOLDEN OM_TEST_SOURCE_DIR "/tests/golden/transform.txt"

static double *golden(const char *name, int64_t expected_count) {
    int64_t count = 0;
    double *values = golden_array(GOLDEN, name, &count);
    assert_non_null(values);
    if (expected_count > 0) {
        assert_int_equal(count, expected_count);
    }
    return values;
}

static void check_ranks(const double *values, int64_t n, const double *ranks) {
    uint16_t *doubled = om_malloc(n, sizeof *doubled);
    om_ranker *ranker = NULL;
    assert_int_equal(om_ranker_create(&ranker, n), OM_OK);
    /* Twice, since the ranker's memory is used again. */
    for (int round = 0; round < 2; round++) {
        om_ranker_rank(ranker, values, doubled);
        for (int64_t i = 0; i < n; i++) {
            assert_int_equal(doubled[i], (int64_t)(2 * ranks[i]));
        }
    }
    om_ranker_destroy(&ranker);
    assert_null(ranker);
    om_free(doubled);
}

static void test_ranks_by_hand(void **state) {
    (void)state;
    const double zeros[] = {0, 0, 0};
    check_ranks(zeros, 3, (double[]){2, 2, 2});
    const double one[] = {7};
    check_ranks(one, 1, (double[]){1});
    /* Counted values, fractions below and between them, values above all bins, a negative zero. */
    const double mixed[] = {1e6, 4095, 4096, 4095.5, 0, 0.25, -0.0, 2, 2, 1e6, 0.25, 1e300};
    const double expected[] = {2.5, 6, 4, 5, 11.5, 9.5, 11.5, 7.5, 7.5, 2.5, 9.5, 1};
    check_ranks(mixed, 12, expected);
}

static void test_largest_rank_fits(void **state) {
    (void)state;
    double *values = om_calloc(OM_MAX_FEATURES, sizeof *values);
    uint16_t *doubled = om_calloc(OM_MAX_FEATURES, sizeof *doubled);
    for (int64_t i = 0; i < OM_MAX_FEATURES; i++) {
        values[i] = (double)i;
    }
    om_ranker *ranker = NULL;
    assert_int_equal(om_ranker_create(&ranker, OM_MAX_FEATURES), OM_OK);
    om_ranker_rank(ranker, values, doubled);
    for (int64_t i = 0; i < OM_MAX_FEATURES; i++) {
        assert_int_equal(doubled[i], 2 * (OM_MAX_FEATURES - i));
    }
    om_ranker_destroy(&ranker);
    om_free(values);
    om_free(doubled);
}

/* Ranks, scaler and z-scores against SciPy and scikit-learn. */
static void test_against_golden(void **state) {
    (void)state;
    int64_t n_counts = 0;
    int64_t n_samples = 0;
    double *counts = golden_array(GOLDEN, "counts", &n_counts);
    double *training = golden_array(GOLDEN, "training", &n_samples);
    assert_non_null(counts);
    assert_non_null(training);
    int64_t n = n_counts / n_samples;
    double *ranks = golden("ranks", n_counts);
    double *mean_expected = golden("mean", n);
    double *sd_expected = golden("sd", n);
    double *z_expected = golden("z", n_counts);

    om_ranker *ranker = NULL;
    om_scaler_sums *sums = NULL;
    om_transform *transform = NULL;
    uint16_t *doubled = om_malloc(n_counts, sizeof *doubled);
    double *mean = om_malloc(n, sizeof *mean);
    double *sd = om_malloc(n, sizeof *sd);
    float *z = om_malloc(n, sizeof *z);
    assert_int_equal(om_ranker_create(&ranker, n), OM_OK);
    assert_int_equal(om_scaler_sums_create(&sums, n), OM_OK);
    for (int64_t s = 0; s < n_samples; s++) {
        om_ranker_rank(ranker, counts + s * n, doubled + s * n);
        for (int64_t f = 0; f < n; f++) {
            assert_int_equal(doubled[s * n + f], (int64_t)(2 * ranks[s * n + f]));
        }
        if (training[s] == 1) {
            om_scaler_sums_add(sums, doubled + s * n);
        }
    }
    om_scaler_finish(sums, mean, sd);
    for (int64_t f = 0; f < n; f++) {
        assert_true(fabs(mean[f] - mean_expected[f]) < 1e-12);
        assert_true(fabs(sd[f] - sd_expected[f]) < 1e-11);
    }
    assert_int_equal(om_transform_create(&transform, n, mean, sd), OM_OK);
    for (int64_t s = 0; s < n_samples; s++) {
        om_transform_apply(transform, doubled + s * n, z);
        for (int64_t f = 0; f < n; f++) {
            double want = z_expected[s * n + f];
            /* log2, the mean and their difference in float32. */
            assert_true(fabs((double)z[f] - want) <= 1.5e-6 / sd[f] + 1e-6 * fabs(want));
        }
    }
    om_transform_destroy(&transform);
    om_scaler_sums_destroy(&sums);
    om_ranker_destroy(&ranker);
    om_free(doubled);
    om_free(mean);
    om_free(sd);
    om_free(z);
    free(counts);
    free(training);
    free(ranks);
    free(mean_expected);
    free(sd_expected);
    free(z_expected);
}

static void test_constant_feature(void **state) {
    (void)state;
    om_scaler_sums *sums = NULL;
    double mean[2];
    double sd[2];
    assert_int_equal(om_scaler_sums_create(&sums, 2), OM_OK);
    /* Ranks (1.5, 1.5) always: both features are constant at log2(1.5). */
    const uint16_t tied[] = {3, 3};
    for (int i = 0; i < 3; i++) {
        om_scaler_sums_add(sums, tied);
    }
    om_scaler_finish(sums, mean, sd);
    assert_true(fabs(mean[0] - log2(1.5)) < 1e-13);
    assert_true(sd[0] == 1 && sd[1] == 1);
    /* Now ranks 1 and 2 once: log2 is 0 and 1, so feature 1 has 3 x log2(1.5) and 1. */
    const uint16_t apart[] = {2, 4};
    om_scaler_sums_add(sums, apart);
    om_scaler_finish(sums, mean, sd);
    double expected_mean = (3 * log2(1.5) + 1) / 4;
    double expected_sd = sqrt(3) / 4 * (1 - log2(1.5));
    assert_true(fabs(mean[1] - expected_mean) < 1e-13);
    assert_true(fabs(sd[1] - expected_sd) < 1e-12);
    om_scaler_sums_destroy(&sums);
}

static void test_out_of_memory(void **state) {
    (void)state;
    double numbers[4] = {1, 1, 1, 1};
    for (int64_t successes = 0; successes < 4; successes++) {
        om_ranker *ranker = NULL;
        om_scaler_sums *sums = NULL;
        om_memory_fail_after(successes);
        assert_int_equal(om_ranker_create(&ranker, 4), OM_MEMORY);
        om_memory_fail_after(successes);
        assert_int_equal(om_scaler_sums_create(&sums, 4), OM_MEMORY);
        assert_null(ranker);
        assert_null(sums);
    }
    for (int64_t successes = 0; successes < 3; successes++) {
        om_transform *transform = NULL;
        om_memory_fail_after(successes);
        assert_int_equal(om_transform_create(&transform, 4, numbers, numbers), OM_MEMORY);
        assert_null(transform);
    }
    om_memory_fail_after(-1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranks_by_hand),  cmocka_unit_test(test_largest_rank_fits),
        cmocka_unit_test(test_against_golden), cmocka_unit_test(test_constant_feature),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("transform", tests, NULL, NULL);
}
