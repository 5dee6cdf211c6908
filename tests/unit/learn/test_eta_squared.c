#include "learn/eta_squared.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include <math.h>

static double eta_squared(int64_t n, int64_t n_groups, int32_t *group, const double *values,
                          int64_t step) {
    const om_grouping grouping = {n, n_groups, group};
    double found = -1;
    assert_int_equal(om_eta_squared(&found, &grouping, values, step), OM_OK);
    return found;
}

/* About the mean, 3.2: total 4.84 + 1.44 + 0.04 + 0.64 + 7.84 = 14.8; between 3 x 1.2^2 + 2 x 1.8^2
 * = 10.8. */
static void test_by_hand(void **state) {
    (void)state;
    int32_t group[] = {0, 0, 0, 1, 1};
    const double values[] = {1, 2, 3, 4, 6};
    assert_true(fabs(eta_squared(5, 2, group, values, 1) - 10.8 / 14.8) < 1e-15);
}

/* scipy.stats.f_oneway([2.5, 3.25, 1.0, 4.75], [7.5, 6.0], [3.5, 3.0, 9.25]) has F =
 * 2.0607805502239285 with 2 and 6 degrees of freedom. */
static void test_against_scipy(void **state) {
    (void)state;
    int32_t group[] = {0, 2, 1, 0, 0, 2, 1, 0, 2};
    const double values[] = {2.5, 3.5, 7.5, 3.25, 1.0, 3.0, 6.0, 4.75, 9.25};
    const double f = 2.0607805502239285;
    assert_true(fabs(eta_squared(9, 3, group, values, 1) - 2 * f / (2 * f + 6)) < 1e-14);
}

/* Columns of a matrix; far from zero nothing is lost. */
static void test_steps_and_offsets(void **state) {
    (void)state;
    int32_t group[] = {0, 0, 1, 1};
    const double values[] = {1e9 + 1, 5, 1e9 + 2, 5, 1e9 + 4, 8, 1e9 + 5, 8};
    assert_true(fabs(eta_squared(4, 2, group, values, 2) - 0.9) < 1e-9);
    assert_true(eta_squared(4, 2, group, values + 1, 2) == 1);
}

static void test_limits(void **state) {
    (void)state;
    int32_t one[] = {0, 0, 0}, apart[] = {2, 0, 1};
    const double values[] = {1, 2, 4}, same[] = {3, 3, 3};
    assert_true(eta_squared(3, 1, one, values, 1) < 1e-30);
    assert_true(fabs(eta_squared(3, 3, apart, values, 1) - 1) < 1e-15);
    assert_true(isnan(eta_squared(3, 1, one, same, 1)));
}

/* The mean over all 24 orders of two pairs is exactly what chance gives. */
static void test_chance(void **state) {
    (void)state;
    int32_t splits[3][4] = {{0, 0, 1, 1}, {0, 1, 0, 1}, {0, 1, 1, 0}};
    const double values[] = {1, 2, 4, 9};
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        sum += eta_squared(4, 2, splits[i], values, 1);
    }
    const om_grouping grouping = {4, 2, splits[0]}, lonely = {1, 1, splits[0]};
    assert_true(fabs(sum / 3 - om_eta_squared_by_chance(&grouping)) < 1e-15);
    assert_true(isnan(om_eta_squared_by_chance(&lonely)));
}

static void test_no_memory(void **state) {
    (void)state;
    int32_t group[] = {0, 1};
    const double values[] = {1, 2};
    const om_grouping grouping = {2, 2, group};
    for (int64_t successes = 0; successes < 2; successes++) {
        double found = 0;
        om_memory_fail_after(successes);
        assert_int_equal(om_eta_squared(&found, &grouping, values, 1), OM_MEMORY);
    }
    om_memory_fail_after(-1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_against_scipy),
        cmocka_unit_test(test_steps_and_offsets),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_chance),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests_name("eta_squared", tests, NULL, NULL);
}
