/* What the ranks of a group do together, each against the same done by one. */
#include "cells/gene_aliases.h"
#include "cells/gene_union.h"
#include "cells/synthetic_sum.h"
#include "oncomark/gene_sets.h"
#include "oncomark/partition.h"
#include "oncomark/qc.h"
#include "oncomark/random.h"
#include "oncomark/synthetic.h"
#include "unit_test.h"

#include "test_ranks.h"

enum { N_GENES = 70, N_COLUMNS = 50, N_CELLS = 151, N_SAMPLES = 3 };

static om_ctx *ctx;

/* The same on all ranks; cells have 0 to 70 genes. */
static double value_of(int64_t cell, int64_t gene) {
    om_random random = om_random_stream(1, OM_PURPOSE_TEST, (uint64_t)(cell * N_GENES + gene));
    if (om_random_uniform(&random) > (double)cell / N_CELLS) {
        return 0;
    }
    return 1 + (double)om_random_below(&random, 5) + (gene % 7 == 0 ? 0.75 : 0);
}

static om_counts *make_counts(int64_t first, int64_t n_cells) {
    om_counts *counts = NULL;
    assert_int_equal(om_counts_create(&counts, n_cells, n_cells * N_GENES), OM_OK);
    counts->n_genes = N_GENES;
    counts->n_cells_total = N_CELLS;
    counts->first_cell = first;
    for (int64_t cell = 0; cell < n_cells; cell++) {
        int64_t next = counts->indptr[cell];
        for (int32_t gene = 0; gene < N_GENES; gene++) {
            double value = value_of(first + cell, gene);
            if (value > 0) {
                counts->indices[next] = gene;
                counts->values[next++] = value;
            }
        }
        counts->indptr[cell + 1] = next;
    }
    return counts;
}

static void own_range(int64_t *first, int64_t *count) {
    om_range_even(N_CELLS, om_context_size(ctx), om_context_rank(ctx), first, count);
}

static om_strings *make_symbols(void) {
    om_strings *symbols = NULL;
    assert_int_equal(om_strings_create(&symbols), OM_OK);
    for (int gene = 0; gene < N_GENES; gene++) {
        char text[16];
        snprintf(text, sizeof text, gene % 10 == 3 ? "MT-%d" : "G%d", gene);
        assert_int_equal(om_strings_add(symbols, text), OM_OK);
    }
    return symbols;
}

/* Seen in few cells, a gene counts for nothing; which cells those are, only all ranks together
 * know. */
static void qc_equals_plain_counting(void **state) {
    (void)state;
    int64_t first = 0;
    int64_t count = 0;
    own_range(&first, &count);
    om_counts *counts = make_counts(first, count);
    om_strings *symbols = make_symbols();
    om_qc *qc = NULL;
    const om_qc_parameters parameters = {.min_genes = 20,
                                         .max_genes = 60,
                                         .max_mito_percent = 12,
                                         .max_mito_inclusive = true,
                                         .mito_prefix = (char[]){"mt-"},
                                         .min_cells_per_gene = 68};
    assert_int_equal(om_qc_create(&qc, ctx, counts, symbols, &parameters), OM_OK);
    bool kept[N_GENES];
    int64_t n_kept = 0;
    for (int gene = 0; gene < N_GENES; gene++) {
        int64_t n_cells = 0;
        for (int cell = 0; cell < N_CELLS; cell++) {
            int64_t raw = 0;
            for (int g = 0; g < N_GENES; g++) {
                raw += value_of(cell, g) > 0 ? 1 : 0;
            }
            n_cells += raw >= 20 && value_of(cell, gene) > 0 ? 1 : 0;
        }
        kept[gene] = n_cells >= 68;
        n_kept += kept[gene] ? 1 : 0;
    }
    assert_in_range(n_kept, 10, N_GENES - 10);
    for (int64_t i = 0; i < count; i++) {
        int64_t raw = 0;
        int64_t n_genes = 0;
        double total = 0;
        double mito = 0;
        for (int gene = 0; gene < N_GENES; gene++) {
            double value = value_of(first + i, gene);
            raw += value > 0 ? 1 : 0;
            n_genes += value > 0 && kept[gene] ? 1 : 0;
            total += kept[gene] ? value : 0;
            mito += kept[gene] && gene % 10 == 3 ? value : 0;
        }
        double percent = total > 0 ? 100 * mito / total : 0;
        assert_int_equal(qc->n_genes_raw[i], raw);
        assert_int_equal(qc->n_genes[i], n_genes);
        assert_true(qc->n_counts[i] == total && qc->pct_mito[i] == percent);
        assert_int_equal(qc->passed[i],
                         raw >= 20 && n_genes >= 20 && n_genes <= 60 && percent <= 12);
    }
    int64_t n_passed = om_qc_n_passed(qc);
    assert_int_equal(om_sum_i64(ctx, &n_passed, 1), OM_OK);
    assert_in_range(n_passed, 10, N_CELLS - 10);
    om_qc_destroy(&qc);
    om_strings_destroy(&symbols);
    om_counts_destroy(&counts);
}

typedef struct synthesis {
    om_strings *samples;
    int32_t sample_of[N_CELLS];
    int8_t labels[N_CELLS * OM_N_HALLMARKS];
    int32_t column_of[N_GENES];
    om_counts *counts;
    om_synthetic_plan *plan;  /* of this rank */
    om_synthetic_plan *whole; /* with all cells */
} synthesis;

static void set_up(synthesis *s, int64_t length, int64_t spread) {
    om_random random = om_random_stream(2, OM_PURPOSE_TEST, 0);
    s->samples = test_strings(N_SAMPLES, (const char *[]){"P", "Q", "R"});
    for (int cell = 0; cell < N_CELLS; cell++) {
        s->sample_of[cell] = (int32_t)((int64_t)cell * spread % N_CELLS * N_SAMPLES / N_CELLS);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            s->labels[cell * OM_N_HALLMARKS + h] = (int8_t)((int)om_random_below(&random, 3) - 1);
        }
    }
    for (int gene = 0; gene < N_GENES; gene++) {
        s->column_of[gene] = gene < 60 ? (gene * 7 + 3) % 60 : -1;
        s->column_of[gene] = s->column_of[gene] < N_COLUMNS ? s->column_of[gene] : -1;
    }
    om_synthetic_source source = {.data_set = "D",
                                  .samples = s->samples,
                                  .n_cells = N_CELLS,
                                  .sample_of = s->sample_of,
                                  .labels = s->labels,
                                  .n_own_cells = N_CELLS};
    const om_synthetic_parameters parameters = {.cells_per_sample = length, .min_cells = length};
    assert_int_equal(om_synthetic_plan_create(&s->whole, &source, &parameters, 8), OM_OK);
    own_range(&source.first_cell, &source.n_own_cells);
    assert_int_equal(om_synthetic_plan_create(&s->plan, &source, &parameters, 8), OM_OK);
    s->counts = make_counts(source.first_cell, source.n_own_cells);
}

static void tear_down(synthesis *s) {
    om_synthetic_plan_destroy(&s->plan);
    om_synthetic_plan_destroy(&s->whole);
    om_counts_destroy(&s->counts);
    om_strings_destroy(&s->samples);
}

static void compare_rows(const synthesis *s, const om_synthetic_rows *rows) {
    int64_t first = 0;
    int64_t count = 0;
    om_range_even(s->whole->n_blocks, om_context_size(ctx), om_context_rank(ctx), &first, &count);
    assert_int_equal(rows->n_rows, count);
    for (int64_t row = 0; row < count; row++) {
        uint64_t sums[N_COLUMNS] = {0};
        const int64_t *range = s->whole->first_own + first + row;
        for (int64_t i = range[0]; i < range[1]; i++) {
            for (int gene = 0; gene < N_GENES; gene++) {
                if (s->column_of[gene] >= 0) {
                    sums[s->column_of[gene]] += (uint64_t)value_of(s->whole->own[i], gene);
                }
            }
        }
        int64_t next = rows->indptr[row];
        for (int32_t column = 0; column < N_COLUMNS; column++) {
            if (sums[column] > 0) {
                assert_true(next < rows->indptr[row + 1]);
                assert_int_equal(rows->indices[next], column);
                assert_int_equal(rows->values[next++], sums[column]);
            }
        }
        assert_int_equal(next, rows->indptr[row + 1]);
    }
}

/* Samples in one piece, so that a block's cells lie on few ranks, and mixed. */
static void sums_equal_plain_adding(void **state) {
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        synthesis s = {0};
        om_synthetic_rows *rows = NULL;
        set_up(&s, variant < 2 ? 4 : 13, variant % 2 == 0 ? 1 : 37);
        assert_true(s.plan->n_blocks > 20);
        assert_int_equal(om_synthetic_sum(&rows, ctx, s.plan, s.counts, s.column_of, N_COLUMNS),
                         OM_OK);
        compare_rows(&s, rows);
        om_synthetic_rows_destroy(&rows);
        tear_down(&s);
    }
}

/* However little is exchanged at a time. */
static void rounds_do_not_matter(void **state) {
    (void)state;
    const int64_t bounds[] = {1, 300, 1000};
    synthesis s = {0};
    set_up(&s, 4, 37);
    for (int i = 0; i < 3; i++) {
        om_synthetic_rows *rows = NULL;
        assert_int_equal(om_synthetic_sum_bounded(&rows, ctx, s.plan, s.counts, s.column_of,
                                                  N_COLUMNS, bounds[i]),
                         OM_OK);
        compare_rows(&s, rows);
        om_synthetic_rows_destroy(&rows);
    }
    tear_down(&s);
}

static void nothing_to_sum_is_fine(void **state) {
    (void)state;
    synthesis s = {0};
    om_synthetic_rows *rows = NULL;
    set_up(&s, N_CELLS, 1);
    assert_int_equal(om_synthetic_sum(&rows, ctx, s.plan, s.counts, s.column_of, N_COLUMNS), OM_OK);
    assert_int_equal(rows->n_rows, 0);
    om_synthetic_rows_destroy(&rows);
    tear_down(&s);
}

/* Every cell gets half of 2^32 for one gene: each fits, two do not. */
static void overflow_names_synthetic_sample(void **state) {
    (void)state;
    synthesis s = {0};
    om_synthetic_rows *rows = NULL;
    set_up(&s, 13, 37);
    for (int64_t i = 0; i < s.counts->indptr[s.counts->n_cells]; i++) {
        s.counts->values[i] = 2147483648.0;
    }
    assert_int_equal(om_synthetic_sum(&rows, ctx, s.plan, s.counts, s.column_of, N_COLUMNS),
                     OM_INPUT);
    assert_null(rows);
    assert_message_has("synthetic sample D|");
    assert_message_has("expected one below 2^32");
    if (om_context_rank(ctx) == 0) {
        for (int64_t i = 0; i < s.counts->indptr[s.counts->n_cells]; i++) {
            s.counts->values[i] = 4294967296.0;
        }
    }
    assert_int_equal(om_synthetic_sum(&rows, ctx, s.plan, s.counts, s.column_of, N_COLUMNS),
                     OM_INPUT);
    tear_down(&s);
}

static void union_by_hand(void **state) {
    (void)state;
    const char *const first[] = {"tp53", " Y_RNA ", "B_1", "B", "b", "", "C_12", "A-B"};
    const char *const second[] = {"Z", "B_1", "TP53", "A_1", "A", "C_x"};
    const char *const expected[] = {"A", "A-B", "B", "B_1", "C_12", "C_X", "TP53", "Y_RNA", "Z"};
    const int32_t first_columns[] = {6, 7, 2, -1, -1, -1, 4, 1};
    const int32_t second_columns[] = {8, 3, 6, 0, -1, 5};
    om_strings *symbols[2] = {test_strings(8, first), test_strings(6, second)};
    om_gene_union *genes = NULL;
    int32_t columns[8];
    int root = om_context_size(ctx) - 1;
    if (om_context_rank(ctx) == root) {
        assert_int_equal(om_gene_union_create(&genes), OM_OK);
        assert_int_equal(om_gene_union_add(genes, symbols[0]), OM_OK);
        assert_int_equal(om_gene_union_add(genes, symbols[1]), OM_OK);
    }
    assert_int_equal(om_gene_union_share(ctx, root, &genes), OM_OK);
    assert_int_equal(om_strings_count(om_gene_union_genes(genes)), 9);
    for (int i = 0; i < 9; i++) {
        assert_string_equal(om_strings_get(om_gene_union_genes(genes), i), expected[i]);
    }
    assert_int_equal(om_gene_union_columns(genes, symbols[0], columns), OM_OK);
    assert_memory_equal(columns, first_columns, sizeof first_columns);
    assert_int_equal(om_gene_union_columns(genes, symbols[1], columns), OM_OK);
    assert_memory_equal(columns, second_columns, sizeof second_columns);
    om_strings *other = test_strings(1, (const char *[]){"NEW"});
    assert_int_equal(om_gene_union_columns(genes, other, columns), OM_BUG);
    om_strings_destroy(&other);
    om_strings_destroy(&symbols[0]);
    om_strings_destroy(&symbols[1]);
    om_gene_union_destroy(&genes);
}

static void sets_and_aliases_reach_all_ranks(void **state) {
    (void)state;
    om_gene_sets *sets = NULL;
    om_gene_aliases *aliases = NULL;
    char hex[OM_DIGEST_HEX] = "";
    if (om_context_is_root(ctx)) {
        char folder[TEST_PATH];
        char text[512] = "";
        test_folder_make(folder);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            snprintf(text + strlen(text), 50, "%s\tx\tA%d\tA%d\tB-\n", om_hallmark_code(h), h, h);
        }
        assert_int_equal(om_gene_sets_read(&sets, test_write(folder, "sets", text)), OM_OK);
        assert_int_equal(
            om_gene_aliases_read(&aliases, test_write(folder, "aliases", "X\tY\nX\tZ\n")), OM_OK);
        om_gene_sets_digest(sets, hex);
        test_folder_remove(folder);
    }
    assert_int_equal(om_gene_sets_broadcast(ctx, 0, &sets), OM_OK);
    assert_int_equal(om_gene_aliases_broadcast(ctx, 0, &aliases), OM_OK);
    assert_int_equal(om_broadcast(ctx, 0, hex, sizeof hex), OM_OK);
    char own[OM_DIGEST_HEX];
    om_gene_sets_digest(sets, own);
    assert_string_equal(own, hex);
    assert_int_equal(om_gene_sets_duplicates(sets), OM_N_HALLMARKS);
    assert_string_equal(om_strings_get(om_gene_sets_genes(sets, 9, OM_POSITIVE), 0), "A9");
    assert_string_equal(om_strings_get(om_gene_sets_genes(sets, 9, OM_NEGATIVE), 0), "B");
    int64_t entry = om_gene_aliases_first(aliases, OM_TO_SYMBOL, "X");
    assert_string_equal(om_gene_aliases_target(aliases, OM_TO_SYMBOL, entry), "Y");
    entry = om_gene_aliases_next(aliases, OM_TO_SYMBOL, entry);
    assert_string_equal(om_gene_aliases_target(aliases, OM_TO_SYMBOL, entry), "Z");
    assert_int_equal(om_gene_aliases_next(aliases, OM_TO_SYMBOL, entry), -1);
    om_gene_aliases_destroy(&aliases);
    om_gene_sets_destroy(&sets);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(qc_equals_plain_counting),
        cmocka_unit_test(sums_equal_plain_adding),
        cmocka_unit_test(rounds_do_not_matter),
        cmocka_unit_test(nothing_to_sum_is_fine),
        cmocka_unit_test(overflow_names_synthetic_sample),
        cmocka_unit_test(union_by_hand),
        cmocka_unit_test(sets_and_aliases_reach_all_ranks),
    };
    int failed = cmocka_run_group_tests_name("cells", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
