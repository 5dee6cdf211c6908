#include "oncomark/counts.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <string.h>

enum { GENES = 300, CELLS = 40 };

/* The same by a table of all places, with values whose sums are exact. */
static void test_random_cells_against_a_table(void **state) {
    (void)state;
    om_random random = om_random_stream(1, 2, 3);
    for (int variant = 0; variant < 20; variant++) {
        int64_t most = variant < 10 ? 12 : 400; /* entries of a cell: both sorts */
        om_counts *counts = NULL;
        assert_int_equal(om_counts_create(&counts, CELLS, CELLS * most), OM_OK);
        counts->n_genes = GENES;
        double *table = om_calloc((int64_t)CELLS * GENES, sizeof *table);
        int64_t *seen = om_calloc((int64_t)CELLS * GENES, sizeof *seen);
        int64_t n = 0;
        int64_t repeats = 0;
        for (int64_t cell = 0; cell < CELLS; cell++) {
            int64_t n_entries = (int64_t)om_random_below(&random, (uint64_t)most + 1);
            for (int64_t i = 0; i < n_entries; i++) {
                int32_t gene = (int32_t)om_random_below(&random, GENES);
                double value = (double)om_random_below(&random, 5) / 4;
                counts->indices[n] = gene;
                counts->values[n++] = value;
                table[cell * GENES + gene] += value;
                seen[cell * GENES + gene] += value > 0;
                repeats += value > 0 && seen[cell * GENES + gene] > 1;
            }
            counts->indptr[cell + 1] = n;
        }
        int64_t n_duplicates = 0;
        assert_int_equal(om_counts_tidy(counts, &n_duplicates), OM_OK);
        assert_int_equal(n_duplicates, repeats);
        int64_t i = 0;
        for (int64_t cell = 0; cell < CELLS; cell++) {
            for (int32_t gene = 0; gene < GENES; gene++) {
                if (seen[cell * GENES + gene] > 0) {
                    assert_int_equal(counts->indices[i], gene);
                    assert_true(counts->values[i] == table[cell * GENES + gene]);
                    i++;
                }
            }
            assert_int_equal(counts->indptr[cell + 1], i);
        }
        om_free(table);
        om_free(seen);
        om_counts_destroy(&counts);
    }
}

static om_counts *one_cell(int64_t n, const int32_t *genes, const double *values) {
    om_counts *counts = NULL;
    assert_int_equal(om_counts_create(&counts, 1, n), OM_OK);
    counts->n_genes = 70000;
    counts->indptr[1] = n;
    memcpy(counts->indices, genes, (size_t)n * sizeof *genes);
    memcpy(counts->values, values, (size_t)n * sizeof *values);
    return counts;
}

/* 0.1 + 0.7 + 1e-17: other orders give other doubles. */
static void test_sums_do_not_depend_on_order(void **state) {
    (void)state;
    const double parts[] = {0.1, 0.7, 1e-17};
    const double expected = (1e-17 + 0.1) + 0.7;
    const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int order = 0; order < 6; order++) {
        const int32_t genes[] = {66000, 5, 66000, 66000};
        const double values[] = {parts[orders[order][0]], 3, parts[orders[order][1]],
                                 parts[orders[order][2]]};
        om_counts *counts = one_cell(4, genes, values);
        int64_t n_duplicates = 0;
        assert_int_equal(om_counts_tidy(counts, &n_duplicates), OM_OK);
        assert_int_equal(n_duplicates, 2);
        assert_int_equal(counts->indptr[1], 2);
        assert_int_equal(counts->indices[0], 5);
        assert_int_equal(counts->indices[1], 66000);
        assert_true(counts->values[1] == expected);
        om_counts_destroy(&counts);
    }
}

static void test_a_cell_of_zeros_becomes_empty(void **state) {
    (void)state;
    om_counts *counts = one_cell(1, (const int32_t[]){9}, (const double[]){0});
    int64_t n_duplicates = 1;
    assert_int_equal(om_counts_tidy(counts, &n_duplicates), OM_OK);
    assert_int_equal(n_duplicates, 0);
    assert_int_equal(counts->indptr[1], 0);
    om_counts_destroy(&counts);
}

static void test_without_memory(void **state) {
    (void)state;
    om_counts *counts = one_cell(2, (const int32_t[]){9, 8}, (const double[]){1, 1});
    int64_t n_duplicates = 0;
    om_memory_fail_after(0);
    assert_int_equal(om_counts_tidy(counts, &n_duplicates), OM_MEMORY);
    om_memory_fail_after(-1);
    om_counts_destroy(&counts);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_cells_against_a_table),
        cmocka_unit_test(test_sums_do_not_depend_on_order),
        cmocka_unit_test(test_a_cell_of_zeros_becomes_empty),
        cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests_name("counts", tests, NULL, NULL);
}
