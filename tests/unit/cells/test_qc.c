#include "oncomark/memory.h"
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

static char mito_prefix[] = "MT-";

static om_qc_parameters make_parameters(double max_mito, bool inclusive, int64_t max_genes) {
    return (om_qc_parameters){.min_genes = 3,
                              .max_genes = max_genes,
                              .max_mito_percent = max_mito,
                              .max_mito_inclusive = inclusive,
                              .mito_prefix = mito_prefix,
                              .min_cells_per_gene = 2};
}

/* Whole numbers, or taken for any. */
static om_qc *run(const om_qc_parameters *parameters, bool integer, int64_t memory) {
    om_counts *counts = make_counts();
    om_strings *symbols = make_symbols(N_GENES);
    om_qc *qc = NULL;
    counts->integer = integer;
    assert_int_equal(om_qc_create(&qc, N_CELLS, 0, symbols, parameters, memory), OM_OK);
    assert_int_equal(om_qc_add(qc, counts), OM_OK);
    assert_int_equal(om_qc_finish(qc, ctx), OM_OK);
    bool loses_a_gene[N_CELLS] = {false, true, false, false, false, true};
    for (int cell = 0; cell < N_CELLS && memory > 0; cell++) {
        bool again = om_qc_next_again(qc, cell) == cell;
        assert_int_equal(again, !integer && loses_a_gene[cell]);
    }
    assert_int_equal(om_qc_add_again(qc, counts), OM_OK);
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
    const om_qc_parameters parameters = make_parameters(25, true, 100);
    for (int variant = 0; variant < 4; variant++) {
        om_qc *qc = run(&parameters, variant % 2 == 0, variant < 2 ? 1 << 20 : 0);
        assert_int_equal(qc->n_cells, N_CELLS);
        assert_memory_equal(qc->n_genes_raw, raw, sizeof raw);
        assert_memory_equal(qc->n_genes, genes, sizeof genes);
        assert_memory_equal(qc->n_counts, total, sizeof total);
        assert_memory_equal(qc->pct_mito, mito, sizeof mito);
        om_qc_destroy(&qc);
        assert_null(qc);
    }
}

static void assert_passed(double max_mito, bool inclusive, int64_t max_genes,
                          const uint8_t *expected, int64_t n) {
    const om_qc_parameters parameters = make_parameters(max_mito, inclusive, max_genes);
    om_qc *qc = run(&parameters, true, 1 << 20);
    assert_memory_equal(qc->passed, expected, N_CELLS);
    assert_int_equal(om_qc_n_passed(qc), n);
    om_qc_destroy(&qc);
}

static void limits_are_kept(void **state) {
    (void)state;
    assert_passed(25, true, 100, (const uint8_t[]){1, 0, 1, 0, 1, 0}, 3);
    assert_passed(25, false, 100, (const uint8_t[]){1, 0, 1, 0, 0, 0}, 2);
    assert_passed(100, true, 4, (const uint8_t[]){1, 0, 1, 1, 1, 0}, 4);
    assert_passed(100, true, 3, (const uint8_t[]){1, 0, 0, 0, 0, 0}, 1);
}

/* A sum beyond 2^53 depends on its order, also of whole numbers: it is that of the genes, with and
 * without the one that is ignored. */
static void sums_beyond_exact_numbers_keep_their_order(void **state) {
    (void)state;
    enum { LONG = (1 << 21) + 40 };
    om_strings *symbols = NULL;
    om_counts *counts = NULL;
    om_qc *qc = NULL;
    om_qc_parameters parameters = make_parameters(25, true, 100);
    assert_int_equal(om_strings_create(&symbols), OM_OK);
    assert_int_equal(om_counts_create(&counts, 2, 2 * LONG), OM_OK);
    counts->n_genes = LONG;
    counts->n_cells_total = 2;
    counts->integer = true;
    double sum = 0;
    for (int64_t i = 0; i < LONG; i++) {
        assert_int_equal(om_strings_add(symbols, "G"), OM_OK);
        counts->indices[i] = (int32_t)i;
        counts->values[i] = 4294967295.0 - (double)(i * 7919 % 1000);
        sum += i == 1 ? 0 : counts->values[i]; /* gene 1 is in one cell only */
    }
    int64_t next = LONG;
    for (int64_t i = 0; i < LONG; i++) {
        if (i != 1) {
            counts->indices[next] = (int32_t)i;
            counts->values[next++] = counts->values[i];
        }
    }
    counts->indptr[1] = LONG;
    counts->indptr[2] = next;
    assert_true(sum > 0x1p53);
    assert_int_equal(om_qc_create(&qc, 2, 0, symbols, &parameters, (int64_t)1 << 30), OM_OK);
    assert_int_equal(om_qc_add(qc, counts), OM_OK);
    assert_int_equal(om_qc_finish(qc, ctx), OM_OK);
    assert_int_equal(om_qc_next_again(qc, 0), 0);
    assert_int_equal(om_qc_next_again(qc, 1), -1);
    assert_int_equal(om_qc_add_again(qc, counts), OM_OK);
    assert_true(qc->n_counts[0] == sum);
    assert_true(qc->n_counts[1] == sum);
    assert_int_equal(qc->n_genes[0], LONG - 1);
    om_qc_destroy(&qc);
    om_counts_destroy(&counts);
    om_strings_destroy(&symbols);
}

/* Every three cells have ten genes to themselves, which are then rare no longer: what was noted of
 * them makes room. The first cell has the one gene that stays rare. */
static void forgets_what_is_not_rare(void **state) {
    (void)state;
    enum { GROUPS = 100, GENES = 10 * GROUPS + 1 };
    const om_qc_parameters parameters = {.max_genes = 100,
                                         .max_mito_percent = 100,
                                         .mito_prefix = mito_prefix,
                                         .min_cells_per_gene = 3};
    om_strings *symbols = NULL;
    om_counts *counts = NULL;
    om_qc *qc = NULL;
    int64_t next = 0;
    assert_int_equal(om_strings_create(&symbols), OM_OK);
    assert_int_equal(om_counts_create(&counts, 3 * GROUPS, 30 * GROUPS + 1), OM_OK);
    counts->n_genes = GENES;
    counts->integer = true;
    for (int64_t cell = 0; cell < 3 * GROUPS; cell++) {
        for (int32_t i = 0; i < 10; i++) {
            counts->indices[next] = (int32_t)(cell / 3 * 10) + i;
            counts->values[next++] = 2;
        }
        if (cell == 0) {
            counts->indices[next] = GENES - 1;
            counts->values[next++] = 5;
        }
        counts->indptr[cell + 1] = next;
    }
    for (int i = 0; i < GENES; i++) {
        assert_int_equal(om_strings_add(symbols, "G"), OM_OK);
    }
    assert_int_equal(om_qc_create(&qc, 3 * GROUPS, 0, symbols, &parameters, 2000), OM_OK);
    assert_int_equal(om_qc_add(qc, counts), OM_OK);
    assert_int_equal(om_qc_finish(qc, ctx), OM_OK);
    assert_int_equal(om_qc_next_again(qc, 0), -1);
    for (int cell = 0; cell < 3 * GROUPS; cell++) {
        assert_int_equal(qc->n_genes_raw[cell], cell == 0 ? 11 : 10);
        assert_int_equal(qc->n_genes[cell], 10);
        assert_true(qc->n_counts[cell] == 20);
    }
    om_qc_destroy(&qc);
    om_counts_destroy(&counts);
    om_strings_destroy(&symbols);
}

static void misuse_is_a_bug(void **state) {
    (void)state;
    const om_qc_parameters parameters = make_parameters(25, true, 100);
    om_counts *counts = make_counts();
    om_strings *symbols = make_symbols(N_GENES - 1);
    om_qc *qc = NULL;
    assert_int_equal(om_qc_create(&qc, N_CELLS, 0, symbols, &parameters, 0), OM_OK);
    assert_int_equal(om_qc_add(qc, counts), OM_BUG);
    assert_message_has("different gene lists");
    om_qc_destroy(&qc);
    om_strings_destroy(&symbols);
    symbols = make_symbols(N_GENES);
    assert_int_equal(om_qc_create(&qc, N_CELLS + 1, 3, symbols, &parameters, 0), OM_OK);
    assert_int_equal(om_qc_add(qc, counts), OM_BUG);
    assert_message_has("not its own");
    counts->first_cell = 5;
    assert_int_equal(om_qc_add(qc, counts), OM_BUG);
    assert_message_has("not its own");
    counts->first_cell = 4;
    assert_int_equal(om_qc_add(qc, counts), OM_BUG);
    assert_message_has("out of order");
    om_qc_destroy(&qc);
    om_strings_destroy(&symbols);
    om_counts_destroy(&counts);
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    const om_qc_parameters parameters = make_parameters(25, true, 100);
    om_counts *counts = make_counts();
    om_strings *symbols = make_symbols(N_GENES);
    om_status status = OM_MEMORY;
    int64_t n = 0;
    for (; status == OM_MEMORY; n++) {
        om_qc *qc = NULL;
        om_memory_fail_after(n);
        status = om_qc_create(&qc, N_CELLS, 0, symbols, &parameters, 1 << 20);
        assert_true(status == OM_OK ? qc != NULL : qc == NULL);
        if (status == OM_OK) {
            status = om_qc_add(qc, counts);
        }
        om_qc_destroy(&qc);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    assert_true(n > 8);
    om_strings_destroy(&symbols);
    om_counts_destroy(&counts);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_by_hand),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(sums_beyond_exact_numbers_keep_their_order),
        cmocka_unit_test(forgets_what_is_not_rare),
        cmocka_unit_test(misuse_is_a_bug),
        cmocka_unit_test(memory_failure_is_reported),
    };
    int failed = cmocka_run_group_tests_name("qc", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
