/* Against the golden values of tests/golden/make_statistics.py, and by hand. */
#include "oncomark/statistics.h"
#include "unit_test.h"

#include "../../golden/golden_arrays.h"

#include <math.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

static const double precise = 1e-12;

static double *array(const char *name, int64_t *count) {
    double *values = golden_array(OM_TEST_SOURCE_DIR "/tests/golden/statistics.txt", name, count);
    assert_non_null(values);
    return values;
}

static void assert_close(double found, double expected, double error) {
    if (!(fabs(found - expected) <= error * fabs(expected))) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

static void student_tails_are_precise(void **state) {
    (void)state;
    int64_t count = 0;
    double *rows = array("student", &count);
    double least = 1;
    for (int64_t i = 0; i < count; i += 3) {
        assert_close(om_student_p(rows[i], rows[i + 1]), rows[i + 2], precise);
        assert_true(om_student_p(-rows[i], rows[i + 1]) == om_student_p(rows[i], rows[i + 1]));
        least = rows[i + 2] < least ? rows[i + 2] : least;
    }
    assert_true(least < 1e-290);
    free(rows);
}

/* With one degree of freedom Cauchy's distribution, with two an algebraic function. */
static void student_by_hand(void **state) {
    (void)state;
    assert_close(om_student_p(1, 1), 0.5, precise);
    assert_close(om_student_p(2, 2), 1 - 2 / sqrt(6), precise);
    assert_true(om_student_p(0, 5) == 1);
    assert_true(om_student_p(INFINITY, 5) == 0);
    assert_true(isnan(om_student_p(NAN, 5)));
    assert_true(isnan(om_student_p(1, 0)));
    assert_true(isnan(om_student_p(1, NAN)));
}

static void welch_is_precise(void **state) {
    (void)state;
    int64_t count = 0;
    double *rows = array("welch", &count);
    for (int64_t i = 0; i < count; i += 9) {
        const double *row = rows + i;
        om_moments a = {row[0], row[1], row[2]};
        om_moments b = {row[3], row[4], row[5]};
        om_welch test = om_welch_test(a, b);
        assert_close(test.t, row[6], precise);
        assert_close(test.degrees, row[7], precise);
        assert_close(test.p, row[8], precise);
        om_welch reverse = om_welch_test(b, a);
        assert_true(reverse.t == -test.t && reverse.p == test.p);
    }
    free(rows);
}

static void welch_without_variance(void **state) {
    (void)state;
    om_welch test = om_welch_test((om_moments){3, 2, 0}, (om_moments){4, 1, 0});
    assert_true(isinf(test.t) && test.t > 0 && test.degrees == 1 && test.p == 0);
    test = om_welch_test((om_moments){3, 1, 0}, (om_moments){4, 1, 0});
    assert_true(isnan(test.t) && isnan(test.degrees) && isnan(test.p));
    test = om_welch_test((om_moments){1, 2, NAN}, (om_moments){4, 1, 1});
    assert_true(isnan(test.t) && isnan(test.degrees) && isnan(test.p));
    test = om_welch_test((om_moments){4, 2, 1}, (om_moments){0, NAN, NAN});
    assert_true(isnan(test.p));
}

static void smirnov_is_precise(void **state) {
    (void)state;
    int64_t count = 0, n_values = 0;
    double *tests = array("smirnov", &count);
    double *values = array("smirnov_values", &n_values);
    const double *next = values;
    for (int64_t i = 0; i < count; i += 4) {
        int64_t n = (int64_t)tests[i], m = (int64_t)tests[i + 1];
        double statistic = 0, p = 0;
        assert_int_equal(om_ks_two_sample(&statistic, &p, next, n, next + n, m), OM_OK);
        assert_close(statistic, tests[i + 2], precise);
        assert_close(p, tests[i + 3], precise);
        assert_int_equal(om_ks_two_sample(&statistic, &p, next + n, m, next, n), OM_OK);
        assert_close(statistic, tests[i + 2], precise);
        next += n + m;
    }
    assert_int_equal(next - values, n_values);
    free(tests);
    free(values);
}

static void smirnov_by_hand(void **state) {
    (void)state;
    double statistic = 0, p = 0;
    const double a[] = {3, 1, INFINITY};
    const double b[] = {2, 2};
    assert_int_equal(om_ks_two_sample(&statistic, &p, a, 3, b, 2), OM_OK);
    assert_close(statistic, 2.0 / 3, precise);
    assert_int_equal(om_ks_two_sample(&statistic, &p, a, 3, b, 0), OM_OK);
    assert_true(isnan(statistic) && isnan(p));
    const double unknown[] = {1, NAN};
    assert_int_equal(om_ks_two_sample(&statistic, &p, a, 3, unknown, 2), OM_INPUT);
    assert_message_has("found NaN");
}

static void false_discoveries_are_adjusted(void **state) {
    (void)state;
    int64_t count = 0, same = 0;
    double *p = array("p", &count);
    double *expected = array("adjusted", &same);
    assert_int_equal(same, count);
    assert_int_equal(om_adjust_false_discovery(p, count), OM_OK);
    int64_t unknown = 0;
    for (int64_t i = 0; i < count; i++) {
        unknown += isnan(p[i]);
        if (isnan(expected[i])) {
            assert_true(isnan(p[i]));
        } else {
            assert_close(p[i], expected[i], precise);
        }
    }
    assert_int_equal(unknown, 2);
    free(p);
    free(expected);
    double few[] = {0.04, 0.01, 0.03};
    assert_int_equal(om_adjust_false_discovery(few, 3), OM_OK);
    assert_close(few[0], 0.04, precise);
    assert_close(few[1], 0.03, precise);
    assert_close(few[2], 0.04, precise);
    assert_int_equal(om_adjust_false_discovery(NULL, 0), OM_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(student_tails_are_precise),
        cmocka_unit_test(student_by_hand),
        cmocka_unit_test(welch_is_precise),
        cmocka_unit_test(welch_without_variance),
        cmocka_unit_test(smirnov_is_precise),
        cmocka_unit_test(smirnov_by_hand),
        cmocka_unit_test(false_discoveries_are_adjusted),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
