#include "oncomark/features.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/transform.h"
#include "unit_test.h"

#include <string.h>

enum { GENES = 40, ROWS = 25 };

/* Adds a dense row. */
static void add(om_gene_sums *sums, const double *values, int64_t n_genes, int label) {
    om_counts *counts = NULL;
    assert_int_equal(om_counts_create(&counts, 1, n_genes), OM_OK);
    int64_t n = 0;
    for (int64_t g = 0; g < n_genes; g++) {
        if (values[g] > 0) {
            counts->indices[n] = (int32_t)g;
            counts->values[n++] = values[g];
        }
    }
    counts->indptr[1] = n;
    om_gene_sums_add(sums, counts, 0, label);
    om_counts_destroy(&counts);
}

static void assert_features(const om_gene_sums *sums, int64_t most_variable, int64_t n,
                            const int64_t *expected) {
    int64_t *genes = NULL;
    int64_t n_features = 0;
    assert_int_equal(om_features_select(&genes, &n_features, sums, most_variable), OM_OK);
    assert_int_equal(n_features, n);
    assert_memory_equal(genes, expected, (size_t)n * sizeof *genes);
    om_free(genes);
}

static void test_by_hand(void **state) {
    (void)state;
    om_gene_sums *sums = NULL;
    assert_int_equal(om_gene_sums_create(&sums, 5), OM_OK);
    /* Variances x 4 of the positive ones: 4, 16, 0, 36, 4; of the negative ones: 0, 4, 4, 100, 1.
     */
    add(sums, (double[]){0, 1, 7, 0, 5}, 5, 1);
    add(sums, (double[]){2, 5, 7, 6, 3}, 5, 1);
    add(sums, (double[]){1, 0, 2, 10, 1}, 5, 0);
    add(sums, (double[]){1, 2, 0, 0, 0}, 5, 0);
    assert_features(sums, 1, 1, (int64_t[]){3});
    assert_features(sums, 2, 2, (int64_t[]){1, 3});
    /* Gene 0 ties with gene 4 in third place and comes first; the negative third is gene 2. */
    assert_features(sums, 3, 2, (int64_t[]){1, 3});
    assert_features(sums, 4, 3, (int64_t[]){1, 3, 4});
    assert_features(sums, 100, 5, (int64_t[]){0, 1, 2, 3, 4});
    om_gene_sums_destroy(&sums);
    assert_null(sums);
}

/* Values near 2^32 whose variances differ by little: a double would lose the difference. */
static void test_is_exact(void **state) {
    (void)state;
    om_gene_sums *sums = NULL;
    assert_int_equal(om_gene_sums_create(&sums, 2), OM_OK);
    double top = 4294967295.0;
    for (int label = 0; label < 2; label++) {
        add(sums, (double[]){top, top}, 2, label);
        add(sums, (double[]){top - 1, top - 1}, 2, label);
        add(sums, (double[]){top - 2, top - 3}, 2, label);
    }
    /* n S2 - S1^2: 3 x (0 + 1 + 4) - 9 = 6 and 3 x (0 + 1 + 9) - 16 = 14. */
    for (int label = 0; label < 2; label++) {
        om_wide first =
            3 * sums->sum_of_squares[label][0] - sums->sum[label][0] * sums->sum[label][0];
        om_wide second =
            3 * sums->sum_of_squares[label][1] - sums->sum[label][1] * sums->sum[label][1];
        assert_true(first == 6 && second == 14);
    }
    assert_features(sums, 1, 1, (int64_t[]){1});
    om_gene_sums_destroy(&sums);
}

/* Against variances about the mean, in floating point, for values without near ties. */
static void test_against_definition(void **state) {
    (void)state;
    om_random random = om_random_stream(4, OM_PURPOSE_TEST, 0);
    static double values[2][ROWS][GENES];
    om_gene_sums *sums = NULL;
    assert_int_equal(om_gene_sums_create(&sums, GENES), OM_OK);
    for (int label = 0; label < 2; label++) {
        for (int row = 0; row < ROWS; row++) {
            for (int g = 0; g < GENES; g++) {
                values[label][row][g] =
                    (double)om_random_poisson(&random, 1 + 20 * (double)((g * 7 + label) % GENES));
            }
            add(sums, values[label][row], GENES, label);
        }
    }
    double variance[2][GENES];
    for (int label = 0; label < 2; label++) {
        for (int g = 0; g < GENES; g++) {
            double mean = 0, squares = 0;
            for (int row = 0; row < ROWS; row++) {
                mean += values[label][row][g] / ROWS;
            }
            for (int row = 0; row < ROWS; row++) {
                squares += (values[label][row][g] - mean) * (values[label][row][g] - mean);
            }
            variance[label][g] = squares / ROWS;
        }
    }
    int64_t expected[GENES];
    int64_t n = 0;
    for (int g = 0; g < GENES; g++) {
        int above[2] = {0, 0};
        for (int label = 0; label < 2; label++) {
            for (int other = 0; other < GENES; other++) {
                above[label] += variance[label][other] > variance[label][g];
            }
        }
        if (above[0] < 15 && above[1] < 15) {
            expected[n++] = g;
        }
    }
    assert_true(n > 0 && n <= 15);
    assert_features(sums, 15, n, expected);
    om_gene_sums_destroy(&sums);
}

static void test_count_is_checked(void **state) {
    (void)state;
    assert_int_equal(om_features_check_count(OM_MAX_FEATURES), OM_OK);
    assert_int_equal(om_features_check_count(OM_MAX_FEATURES + 1), OM_USAGE);
    assert_message_has("features.most_variable");
    assert_message_has("32768");
    assert_int_equal(om_features_check_count(0), OM_INPUT);
}

static void test_errors(void **state) {
    (void)state;
    om_gene_sums *sums = NULL;
    int64_t *genes = NULL;
    int64_t n = 0;
    assert_int_equal(om_gene_sums_create(&sums, 2), OM_OK);
    add(sums, (double[]){1, 0}, 2, 1);
    assert_int_equal(om_features_select(&genes, &n, sums, 1), OM_INPUT);
    assert_message_has("no negative synthetic samples");
    add(sums, (double[]){0, 1}, 2, 0);
    add(sums, (double[]){3, 0}, 2, 1);
    add(sums, (double[]){0, 3}, 2, 0);
    assert_int_equal(om_features_select(&genes, &n, sums, 1), OM_INPUT);
    assert_message_has("no gene is in both lists");
    assert_null(genes);
    for (int64_t successes = 0; successes < 3; successes++) {
        om_memory_fail_after(successes);
        assert_int_equal(om_features_select(&genes, &n, sums, 2), OM_MEMORY);
        assert_null(genes);
    }
    om_memory_fail_after(-1);
    om_gene_sums_destroy(&sums);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_is_exact),
        cmocka_unit_test(test_against_definition),
        cmocka_unit_test(test_count_is_checked),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests_name("features", tests, NULL, NULL);
}
