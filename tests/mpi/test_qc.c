/* Quality control of cells that come in batches, shared out over ranks, against the method written
 * out plainly on all of them. */
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/qc.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <string.h>

enum { N_GENES = 90, N_CELLS = 260, MIN_GENES = 20 };

static om_ctx *ctx;

typedef enum kind { COUNTS, REALS, MIXED } kind;

/* Every third cell is poor. Every fifth gene is rare, but less so in poor cells; the last one is
 * nowhere, the one before in poor cells only. */
static double density(int64_t cell, int64_t gene) {
    bool poor = cell % 3 == 1;
    if (gene >= N_GENES - 2) {
        return gene == N_GENES - 2 && poor ? 0.3 : 0;
    }
    if (gene % 5 == 0) {
        return poor ? 0.1 : 0.012;
    }
    return poor ? 0.12 : 0.4 + 0.4 * (double)cell / N_CELLS;
}

/* The same on all ranks. In mixed data every other run of 20 cells is of whole numbers. */
static double value_of(kind values, int64_t cell, int64_t gene) {
    om_random random = om_random_stream(1, OM_PURPOSE_TEST, (uint64_t)(cell * N_GENES + gene));
    if (om_random_uniform(&random) >= density(cell, gene)) {
        return 0;
    }
    double value = 1 + (double)om_random_below(&random, 9);
    bool whole = values == COUNTS || (values == MIXED && cell / 20 % 2 == 0);
    return whole ? value : value * om_random_uniform(&random) + 0.01;
}

static bool is_mitochondrial(int64_t gene) {
    return gene % 10 == 3 || gene == 40;
}

static om_strings *make_symbols(void) {
    om_strings *symbols = NULL;
    assert_int_equal(om_strings_create(&symbols), OM_OK);
    for (int gene = 0; gene < N_GENES; gene++) {
        char text[16];
        snprintf(text, sizeof text, is_mitochondrial(gene) ? "Mt-%d" : "G%d", gene % 30);
        assert_int_equal(om_strings_add(symbols, text), OM_OK);
    }
    return symbols;
}

static om_counts *make_batch(kind values, int64_t first, int64_t n_cells) {
    om_counts *batch = NULL;
    assert_int_equal(om_counts_create(&batch, n_cells, n_cells * N_GENES), OM_OK);
    batch->n_genes = N_GENES;
    batch->n_cells_total = N_CELLS;
    batch->first_cell = first;
    batch->integer = true;
    for (int64_t cell = 0; cell < n_cells; cell++) {
        int64_t next = batch->indptr[cell];
        for (int32_t gene = 0; gene < N_GENES; gene++) {
            double value = value_of(values, first + cell, gene);
            if (value > 0) {
                batch->integer = batch->integer && value == (double)(int)value;
                batch->indices[next] = gene;
                batch->values[next++] = value;
            }
        }
        batch->indptr[cell + 1] = next;
    }
    return batch;
}

/* The method's figures of all cells. */
typedef struct figures {
    int64_t raw[N_CELLS];
    int64_t n_genes[N_CELLS];
    double n_counts[N_CELLS];
    double pct_mito[N_CELLS];
    uint8_t passed[N_CELLS];
    bool loses[N_CELLS]; /* has a gene that is ignored */
} figures;

static void count_plainly(figures *f, kind values, const om_qc_parameters *parameters) {
    int64_t seen[N_GENES] = {0};
    memset(f, 0, sizeof *f);
    for (int64_t cell = 0; cell < N_CELLS; cell++) {
        for (int gene = 0; gene < N_GENES; gene++) {
            f->raw[cell] += value_of(values, cell, gene) > 0 ? 1 : 0;
        }
        for (int gene = 0; gene < N_GENES && f->raw[cell] >= parameters->min_genes; gene++) {
            seen[gene] += value_of(values, cell, gene) > 0 ? 1 : 0;
        }
    }
    for (int64_t cell = 0; cell < N_CELLS; cell++) {
        double mito = 0;
        for (int gene = 0; gene < N_GENES; gene++) {
            double value = value_of(values, cell, gene);
            bool ignored = seen[gene] < parameters->min_cells_per_gene;
            f->loses[cell] = f->loses[cell] || (ignored && value > 0);
            if (value > 0 && !ignored) {
                f->n_genes[cell]++;
                f->n_counts[cell] += value;
                mito += is_mitochondrial(gene) ? value : 0;
            }
        }
        f->pct_mito[cell] = f->n_counts[cell] > 0 ? 100 * mito / f->n_counts[cell] : 0;
        f->passed[cell] = f->raw[cell] >= parameters->min_genes &&
                          f->n_genes[cell] >= parameters->min_genes &&
                          f->n_genes[cell] <= parameters->max_genes &&
                          f->pct_mito[cell] <= parameters->max_mito_percent;
    }
}

static const om_qc_parameters usual = {.min_genes = MIN_GENES,
                                       .max_genes = 62,
                                       .max_mito_percent = 12,
                                       .max_mito_inclusive = true,
                                       .mito_prefix = (char[]){"mt-"},
                                       .min_cells_per_gene = 3};

/* Batches of random lengths, some of them empty. Returns the cells that had to be seen twice. */
static int64_t add_in_batches(om_qc *qc, kind values, uint64_t seed) {
    om_random random = om_random_stream(2, OM_PURPOSE_TEST, seed);
    int64_t end = qc->first_cell + qc->n_cells;
    for (int64_t cell = qc->first_cell; cell < end;) {
        int64_t n = (int64_t)om_random_below(&random, 2 + seed * 7 % 40);
        n = n < end - cell ? n : end - cell;
        om_counts *batch = make_batch(values, cell, n);
        assert_int_equal(om_qc_add(qc, batch), OM_OK);
        om_counts_destroy(&batch);
        cell += n;
    }
    assert_int_equal(om_qc_finish(qc, ctx), OM_OK);
    int64_t n_again = 0;
    int64_t next = om_qc_next_again(qc, qc->first_cell);
    while (next >= 0) {
        int64_t n = 1 + (int64_t)om_random_below(&random, 5);
        n = n < end - next ? n : end - next;
        for (int64_t cell = next; cell >= 0 && cell < next + n; n_again++) {
            cell = om_qc_next_again(qc, cell + 1);
        }
        om_counts *batch = make_batch(values, next, n);
        assert_int_equal(om_qc_add_again(qc, batch), OM_OK);
        om_counts_destroy(&batch);
        next = om_qc_next_again(qc, next + n);
    }
    assert_int_equal(om_qc_next_again(qc, 0), -1);
    return n_again;
}

static om_qc *run(kind values, const om_qc_parameters *parameters, int64_t memory, uint64_t seed,
                  int64_t *n_again) {
    int64_t first = 0;
    int64_t count = 0;
    om_qc *qc = NULL;
    om_strings *symbols = make_symbols();
    om_range_even(N_CELLS, om_context_size(ctx), om_context_rank(ctx), &first, &count);
    assert_int_equal(om_qc_create(&qc, count, first, symbols, parameters, memory), OM_OK);
    om_strings_destroy(&symbols);
    *n_again = add_in_batches(qc, values, seed);
    return qc;
}

static void compare(const om_qc *qc, const figures *expected) {
    for (int64_t i = 0; i < qc->n_cells; i++) {
        int64_t cell = qc->first_cell + i;
        assert_int_equal(qc->n_genes_raw[i], expected->raw[cell]);
        assert_int_equal(qc->n_genes[i], expected->n_genes[cell]);
        assert_true(qc->n_counts[i] == expected->n_counts[cell]);
        assert_true(qc->pct_mito[i] == expected->pct_mito[cell]);
        assert_int_equal(qc->passed[i], expected->passed[cell]);
    }
}

/* That the data has something of everything. */
static void data_are_varied(void **state) {
    (void)state;
    figures f;
    int64_t n_poor = 0;
    int64_t n_poor_losing = 0;
    int64_t n_losing = 0;
    int64_t n_passed = 0;
    count_plainly(&f, COUNTS, &usual);
    for (int64_t cell = 0; cell < N_CELLS; cell++) {
        bool poor = f.raw[cell] < MIN_GENES;
        n_poor += poor ? 1 : 0;
        n_poor_losing += poor && f.loses[cell] ? 1 : 0;
        n_losing += !poor && f.loses[cell] ? 1 : 0;
        n_passed += f.passed[cell];
    }
    assert_in_range(n_poor, 60, 120);
    assert_in_range(n_poor_losing, 20, n_poor - 5);
    assert_in_range(n_losing, 5, 60);
    assert_in_range(n_passed, 40, N_CELLS - n_poor - 20);
}

/* However the cells come; with `memory` for no, for few and for all rare genes. */
static void equals_plain_counting(void **state) {
    (void)state;
    const int64_t wanted[] = {0, 1, 2, 3, 68, 1000000000};
    const int64_t memory[] = {0, 300, 1000, 4000, 1 << 20};
    uint64_t seed = 0;
    for (int values = COUNTS; values <= MIXED; values++) {
        for (size_t w = 0; w < sizeof wanted / sizeof wanted[0]; w++) {
            om_qc_parameters parameters = usual;
            figures expected;
            parameters.min_cells_per_gene = wanted[w];
            count_plainly(&expected, (kind)values, &parameters);
            for (size_t m = 0; m < sizeof memory / sizeof memory[0]; m++) {
                int64_t n_again = 0;
                om_qc *qc = run((kind)values, &parameters, memory[m], ++seed, &n_again);
                compare(qc, &expected);
                om_qc_destroy(&qc);
            }
        }
    }
}

/* Counts never, where there is memory; real numbers only where a gene is taken off. */
static void few_cells_are_seen_twice(void **state) {
    (void)state;
    figures expected;
    int64_t n_again = 0;
    om_qc *qc = run(COUNTS, &usual, 1 << 20, 3, &n_again);
    om_qc_destroy(&qc);
    assert_int_equal(n_again, 0);
    count_plainly(&expected, REALS, &usual);
    qc = run(REALS, &usual, 1 << 20, 5, &n_again);
    int64_t n_losing = 0;
    for (int64_t i = 0; i < qc->n_cells; i++) {
        n_losing += expected.loses[qc->first_cell + i] ? 1 : 0;
    }
    assert_int_equal(n_again, n_losing);
    om_qc_destroy(&qc);
    om_qc_parameters none = usual;
    none.min_cells_per_gene = 0;
    qc = run(REALS, &none, 0, 5, &n_again);
    assert_int_equal(n_again, 0);
    om_qc_destroy(&qc);
}

/* All ranks hear of the cells that one of them forgot. */
static void missing_cells_are_a_bug(void **state) {
    (void)state;
    om_qc *qc = NULL;
    om_strings *symbols = make_symbols();
    int64_t n_cells = om_context_is_root(ctx) ? 4 : 0;
    assert_int_equal(om_qc_create(&qc, n_cells, 0, symbols, &usual, 0), OM_OK);
    assert_int_equal(om_qc_finish(qc, ctx), OM_BUG);
    assert_message_has("not given all cells");
    om_qc_destroy(&qc);
    om_strings_destroy(&symbols);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_are_varied),
        cmocka_unit_test(equals_plain_counting),
        cmocka_unit_test(few_cells_are_seen_twice),
        cmocka_unit_test(missing_cells_are_a_bug),
    };
    int failed = cmocka_run_group_tests_name("qc_ranks", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
