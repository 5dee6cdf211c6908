#include "learn/value_sort.h"

#include "oncomark/random.h"
#include "unit_test.h"

#include <math.h>
#include <stdlib.h>

enum { MOST = 5000 };

static const double *sorted_by;

static int by_decreasing_value(const void *left, const void *right) {
    double a = sorted_by[*(const uint64_t *)left];
    double b = sorted_by[*(const uint64_t *)right];
    return (a < b) - (a > b);
}

/* Every second of the first 2 n places. */
static void check(const double *values, int64_t n) {
    uint64_t *places = malloc((size_t)(n + 1) * sizeof *places);
    uint64_t *expected = malloc((size_t)(n + 1) * sizeof *expected);
    uint64_t *scratch = malloc((size_t)(n + 1) * sizeof *scratch);
    bool *seen = calloc((size_t)(2 * n + 1), sizeof *seen);
    for (int64_t i = 0; i < n; i++) {
        places[i] = expected[i] = (uint64_t)(2 * i);
    }
    sorted_by = values;
    qsort(expected, (size_t)n, sizeof *expected, by_decreasing_value);
    om_value_sort(places, scratch, n, values);
    for (int64_t i = 0; i < n; i++) {
        assert_true(places[i] < (uint64_t)(2 * n) && !seen[places[i]] && places[i] % 2 == 0);
        seen[places[i]] = true;
        assert_true(values[places[i]] == values[expected[i]]);
    }
    free(places);
    free(expected);
    free(scratch);
    free(seen);
}

/* Values of all magnitudes, with many ties, and ones that differ in their last bits only. */
static double make_value(om_random *random, int kind) {
    double uniform = om_random_uniform(random);
    switch (kind) {
    case 0:
        return exp(1400 * uniform - 700);
    case 1:
        return floor(20 * uniform) / 8;
    case 2:
        return 1000 + floor(200 * uniform) * 0x1p-40;
    case 3:
        return uniform < 0.5 ? 7 : 1000 + 0x1p-42 * floor(100 * uniform);
    default:
        return kind == 4 ? uniform : 0.25;
    }
}

static void test_against_qsort(void **state) {
    (void)state;
    static const int64_t sizes[] = {0, 1, 2, 31, 32, 33, 64, 500, MOST};
    static double values[2 * MOST];
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 1);
    for (int kind = 0; kind < 6; kind++) {
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
            for (int64_t i = 0; i < 2 * sizes[s]; i++) {
                values[i] = make_value(&random, kind);
            }
            check(values, sizes[s]);
        }
    }
}

static void test_extremes(void **state) {
    (void)state;
    static double values[200];
    for (int i = 0; i < 200; i++) {
        values[i] = i % 6 == 0 ? 0 : i % 6 == 2 ? 1.7976931348623157e308 : 4.9e-324 * (i / 12);
    }
    check(values, 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_qsort),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests_name("value_sort", tests, NULL, NULL);
}
