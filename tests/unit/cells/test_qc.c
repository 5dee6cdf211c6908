#include "oncomark/qc.h"
#include "unit_test.h"

#include "test_ranks.h"

enum { N_GENES = 6, N_CELLS = 6 };

static om_ctx *ctx;

/* Genes A A MT-1 mt-2 B MT-RARE; the last is seen in one cell of the first five only (cell 5 has
 * too few rows to count), A's two rows count as two. */
static const double dense[N_CELLS][N_GENES] = {
    {1, 2, 0, 0, 3, 0}, /* 3 rows, 6 counts */
    {1, 1, 1, 1, 1, 9}, /* 6 rows raw, 5 kept, 5 counts, 40 % */
    {5, 1, 2, 0, 2, 0}, /* 4 rows, 10 counts, 20 % */
    {0, 1, 1, 1, 1, 0}, /* 4 rows, 4 counts, 50 % */
    {1, 1, 0, 1, 1, 0}, /* 4 rows, 4 counts, 25 % */
    {0, 0, 0, 0, 0, 7}, /* 1 row raw, none kept */
};

static om_counts *make_counts(void) {
    om_counts *counts = NULL;
    assert_int_equal(om_counts_create(&counts, N_CELLS, N_CELLS * N_GENES), OM_OK);
    counts->n_genes = N_GENES;
    counts->n_cells_total = N_CELLS;
    int64_t next = 0;
    for (int cell = 0; cell < N_CELLS; cell++) {
        for (int gene = 0; gene < N_GENES; gene++) {
            if (dense[cell][gene] > 0) {
                counts->indices[next] = gene;
                counts->values[next++] = dense[cell][gene];
            }
        }
        counts->indptr[cell + 1] = next;
    }
    return counts;
}

static om_strings *make_symbols(int n) {
    const char *const symbols[N_GENES] = {"A", "A", "MT-1", "mt-2", "B", "MT-RARE"};
    om_strings *list = NULL;
    assert_int_equal(om_strings_create(&list), OM_OK);
    for (int i = 0; i < n; i++) {
        assert_int_equal(om_strings_add(list, symbols[i]), OM_OK);
    }
    return list;
}

static om_qc *run(double max_mito, bool inclusive, int64_t max_genes) {
    om_qc_parameters parameters = {.min_genes = 3,
                                   .max_genes = max_genes,
                                   .max_mito_percent = max_mito,
                                   .max_mito_inclusive = inclusive,
                                   .mito_prefix = (char[]){"MT-"},
                                   .min_cells_per_gene = 2};
    om_counts *counts = make_counts();
    om_strings *symbols = make_symbols(N_GENES);
    om_qc *qc = NULL;
    assert_int_equal(om_qc_create(&qc, ctx, counts, symbols, &parameters), OM_OK);
    om_strings_destroy(&symbols);
    om_counts_destroy(&counts);
    return qc;
}

static void figures_by_hand(void **state) {
    (void)state;
    const int64_t raw[] = {3, 6, 4, 4, 4, 1};
    const int64_t genes[] = {3, 5, 4, 4, 4, 0};
    const double total[] = {6, 5, 10, 4, 4, 0};
    const double mito[] = {0, 40, 20, 50, 25, 0};
    om_qc *qc = run(25, true, 100);
    assert_int_equal(qc->n_cells, N_CELLS);
    assert_memory_equal(qc->n_genes_raw, raw, sizeof raw);
    assert_memory_equal(qc->n_genes, genes, sizeof genes);
    assert_memory_equal(qc->n_counts, total, sizeof total);
    assert_memory_equal(qc->pct_mito, mito, sizeof mito);
    om_qc_destroy(&qc);
    assert_null(qc);
}

static void assert_passed(om_qc *qc, const uint8_t *expected, int64_t n) {
    assert_memory_equal(qc->passed, expected, N_CELLS);
    assert_int_equal(om_qc_n_passed(qc), n);
    om_qc_destroy(&qc);
}

static void limits_are_kept(void **state) {
    (void)state;
    assert_passed(run(25, true, 100), (const uint8_t[]){1, 0, 1, 0, 1, 0}, 3);
    assert_passed(run(25, false, 100), (const uint8_t[]){1, 0, 1, 0, 0, 0}, 2);
    assert_passed(run(100, true, 4), (const uint8_t[]){1, 0, 1, 1, 1, 0}, 4);
    assert_passed(run(100, true, 3), (const uint8_t[]){1, 0, 0, 0, 0, 0}, 1);
}

static void other_gene_list_is_a_bug(void **state) {
    (void)state;
    om_qc_parameters parameters = {.mito_prefix = (char[]){"MT-"}};
    om_counts *counts = make_counts();
    om_strings *symbols = make_symbols(N_GENES - 1);
    om_qc *qc = NULL;
    assert_int_equal(om_qc_create(&qc, ctx, counts, symbols, &parameters), OM_BUG);
    assert_null(qc);
    om_strings_destroy(&symbols);
    om_counts_destroy(&counts);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_by_hand),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(other_gene_list_is_a_bug),
    };
    int failed = cmocka_run_group_tests_name("qc", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
