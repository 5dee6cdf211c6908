/* Synthetic samples of a store, summed by all ranks in little memory, against plain adding. */
#include "cells/synthetic_packed.h"
#include "cells/synthetic_sum.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <mpi.h>

enum { N_GENES = 300, N_CELLS = 151, N_SAMPLES = 3, N_COLUMNS = 500 };

static om_ctx *ctx;
static char folder[TEST_PATH];

/* The same on all ranks; cells have 0 to some 200 genes, the first 100 genes are seen often. A few
 * counts are large. */
static double value_of(int64_t cell, int64_t gene, bool whole) {
    om_random random = om_random_stream(1, OM_PURPOSE_TEST, (uint64_t)(cell * N_GENES + gene));
    double density = (gene < 100 ? 1.0 : 0.2) * (double)cell / N_CELLS;
    if (om_random_uniform(&random) > density) {
        return 0;
    }
    double value = 1 + (double)om_random_below(&random, 5);
    value = om_random_below(&random, 50) == 0 ? 300 * value : value;
    value = om_random_below(&random, 900) == 0 ? 30000 * value : value;
    return whole ? value : value - 0.25 * (double)(gene % 5);
}

/* Made by the root; opened by all. */
static om_h5 *make_store(bool whole, double large) {
    om_h5 *file = NULL;
    const char *path = test_path(folder, whole ? "whole.h5" : "real.h5");
    MPI_Barrier(om_context_comm(ctx)); /* nobody has the last one open */
    if (om_context_is_root(ctx)) {
        int64_t indptr[N_CELLS + 1] = {0};
        int32_t *indices = malloc(sizeof *indices * N_CELLS * N_GENES);
        double *values = malloc(sizeof *values * N_CELLS * N_GENES);
        assert_non_null(indices);
        assert_non_null(values);
        for (int64_t cell = 0; cell < N_CELLS; cell++) {
            int64_t next = indptr[cell];
            for (int32_t gene = 0; gene < N_GENES; gene++) {
                double value = value_of(cell, gene, whole);
                if (value > 0) {
                    indices[next] = gene;
                    values[next++] = large > 0 ? large : value;
                }
            }
            indptr[cell + 1] = next;
        }
        assert_int_equal(om_h5_create(&file, path), OM_OK);
        assert_int_equal(om_h5ad_reserve_csr(file, "X", OM_F64, N_CELLS, N_GENES, indptr[N_CELLS]),
                         OM_OK);
        assert_int_equal(om_h5ad_write_csr_rows(file, "X", OM_F64, 0, N_CELLS, N_CELLS, 0, indptr,
                                                indices, values),
                         OM_OK);
        assert_int_equal(om_h5_close(&file), OM_OK);
        free(indices);
        free(values);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    return file;
}

typedef struct synthesis {
    om_h5 *store;
    om_strings *samples;
    int32_t sample_of[N_CELLS];
    int8_t labels[N_CELLS * OM_N_HALLMARKS];
    int32_t column_of[N_GENES];
    int32_t column_at[N_GENES]; /* by place in a row */
    int64_t n_columns;
    int64_t *first_cells;
    om_synthetic_plan *plan;  /* of this rank */
    om_synthetic_plan *whole; /* with all cells */
    om_synthetic_task task;
} synthesis;

static void set_columns(synthesis *s) {
    for (int gene = 0; gene < N_GENES; gene++) {
        s->column_of[gene] = gene % 11 == 4 ? -1 : gene * 37 % N_COLUMNS;
    }
    for (int32_t column = 0; column < N_COLUMNS; column++) {
        for (int gene = 0; gene < N_GENES; gene++) {
            if (s->column_of[gene] == column) {
                s->column_at[s->n_columns++] = column;
            }
        }
    }
}

/* Blocks of `length` cells; samples in one piece (`spread` 1) or mixed; cells shared out evenly, or
 * with few for all ranks but the last. */
static void set_up(synthesis *s, om_h5 *store, int64_t length, int64_t spread, bool even) {
    int n_ranks = om_context_size(ctx);
    om_random random = om_random_stream(2, OM_PURPOSE_TEST, 0);
    *s = (synthesis){.store = store};
    s->samples = test_strings(N_SAMPLES, (const char *[]){"P", "Q", "R"});
    for (int cell = 0; cell < N_CELLS; cell++) {
        s->sample_of[cell] = (int32_t)((int64_t)cell * spread % N_CELLS * N_SAMPLES / N_CELLS);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            s->labels[cell * OM_N_HALLMARKS + h] = (int8_t)((int)om_random_below(&random, 3) - 1);
        }
    }
    set_columns(s);
    s->first_cells = calloc((size_t)n_ranks + 1, sizeof *s->first_cells);
    assert_non_null(s->first_cells);
    for (int rank = 1; rank <= n_ranks; rank++) {
        s->first_cells[rank] = rank == n_ranks ? N_CELLS : even ? N_CELLS * rank / n_ranks : rank;
    }
    const int64_t all[2] = {0, N_CELLS};
    om_synthetic_source source = {.data_set = "D",
                                  .samples = s->samples,
                                  .n_cells = N_CELLS,
                                  .sample_of = s->sample_of,
                                  .labels = s->labels,
                                  .n_ranks = 1,
                                  .first_cells = all};
    const om_synthetic_parameters parameters = {.cells_per_sample = length, .min_cells = length};
    assert_int_equal(om_synthetic_plan_create(&s->whole, &source, &parameters, 8), OM_OK);
    source.n_ranks = n_ranks;
    source.rank = om_context_rank(ctx);
    source.first_cells = s->first_cells;
    assert_int_equal(om_synthetic_plan_create(&s->plan, &source, &parameters, 8), OM_OK);
    s->task = (om_synthetic_task){.plan = s->plan,
                                  .store = store,
                                  .data = 3,
                                  .first_cell = s->first_cells[source.rank],
                                  .n_cells =
                                      s->first_cells[source.rank + 1] - s->first_cells[source.rank],
                                  .n_genes = N_GENES,
                                  .column_of = s->column_of,
                                  .spill_path = test_path(folder, "spill")};
}

static void tear_down(synthesis *s) {
    om_synthetic_plan_destroy(&s->plan);
    om_synthetic_plan_destroy(&s->whole);
    om_strings_destroy(&s->samples);
    free(s->first_cells);
}

/* `memory` for everything. */
static om_status sum(const synthesis *s, om_synthetic_rows **rows, int64_t memory) {
    const om_synthetic_memory shares = {
        .stream = memory, .window = memory, .parts = memory, .exchange = memory, .rows = memory};
    om_synthetic_window *window = NULL;
    assert_int_equal(om_synthetic_window_create(&window, shares.window), OM_OK);
    assert_int_equal(om_synthetic_rows_create(rows, s->task.spill_path, shares.rows), OM_OK);
    om_status status = om_synthetic_sum(*rows, ctx, &s->task, window, &shares);
    om_synthetic_window_destroy(&window);
    return status;
}

static void check_row(const synthesis *s, om_synthetic_rows *rows, int64_t row, bool whole) {
    uint64_t sums[N_COLUMNS] = {0};
    int64_t block = rows->rows[row].block;
    const int64_t *range = s->whole->first_own + block;
    const void *packed = NULL;
    om_synthetic_reader reader;
    int64_t n_values = 0;
    int64_t place = 0;
    uint32_t value = 0;
    for (int64_t i = range[0]; i < range[1]; i++) {
        for (int gene = 0; gene < N_GENES; gene++) {
            if (s->column_of[gene] >= 0) {
                sums[s->column_of[gene]] += (uint64_t)value_of(s->whole->own[i], gene, whole);
            }
        }
    }
    assert_int_equal(om_synthetic_rows_load(rows, row, &packed), OM_OK);
    assert_int_equal(
        om_synthetic_read_begin(&reader, packed, rows->rows[row].length, s->n_columns, &n_values),
        OM_OK);
    assert_int_equal(n_values, rows->rows[row].n_values);
    while (om_synthetic_read_next(&reader, &place, &value)) {
        assert_in_range(place, 0, s->n_columns - 1);
        assert_int_equal(value, sums[s->column_at[place]]);
        assert_true(value > 0);
        sums[s->column_at[place]] = 0;
    }
    for (int column = 0; column < N_COLUMNS; column++) {
        assert_int_equal(sums[column], 0);
    }
}

/* Every block is one row of its owner, and of nobody else. */
static void check_rows(const synthesis *s, om_synthetic_rows *rows, bool whole) {
    int64_t next = 0;
    om_synthetic_rows_sort(rows);
    for (int64_t block = 0; block < s->plan->n_blocks; block++) {
        if (s->plan->owner[block] == om_context_rank(ctx)) {
            assert_true(next < rows->n_rows);
            assert_int_equal(rows->rows[next].data, 3);
            assert_int_equal(rows->rows[next].block, block);
            check_row(s, rows, next++, whole);
        }
    }
    assert_int_equal(next, rows->n_rows);
}

static void check_sums(bool whole, int64_t memory) {
    om_h5 *store = make_store(whole, 0);
    for (int variant = 0; variant < 8; variant++) {
        synthesis s;
        om_synthetic_rows *rows = NULL;
        set_up(&s, store, variant % 2 == 0 ? 4 : 13, variant / 2 % 2 == 0 ? 1 : 37, variant < 4);
        assert_true(s.plan->n_blocks > 20);
        if (sum(&s, &rows, memory) != OM_OK) {
            fail_msg("%s", om_error_message());
        }
        check_rows(&s, rows, whole);
        om_synthetic_rows_destroy(&rows);
        tear_down(&s);
    }
    assert_int_equal(om_h5_close(&store), OM_OK);
}

static void sums_equal_plain_adding(void **state) {
    (void)state;
    check_sums(true, 1 << 24);
    check_sums(false, 1 << 24);
}

/* A cell at a time, a few, and parts of blocks in any number. */
static void memory_does_not_matter(void **state) {
    (void)state;
    check_sums(true, 1);
    check_sums(true, 5000);
    check_sums(false, 30000);
}

static void nothing_to_sum_is_fine(void **state) {
    (void)state;
    om_h5 *store = make_store(true, 0);
    synthesis s;
    om_synthetic_rows *rows = NULL;
    set_up(&s, store, N_CELLS, 1, true);
    assert_int_equal(s.plan->n_blocks, 0);
    assert_int_equal(sum(&s, &rows, 1000), OM_OK);
    assert_int_equal(rows->n_rows, 0);
    om_synthetic_rows_destroy(&rows);
    tear_down(&s);
    assert_int_equal(om_h5_close(&store), OM_OK);
}

static void assert_refused(double value, bool only_counts, int64_t memory, const char *message) {
    om_h5 *store = make_store(true, value);
    synthesis s;
    om_synthetic_rows *rows = NULL;
    set_up(&s, store, 13, 37, true);
    s.task.only_counts = only_counts;
    assert_int_equal(sum(&s, &rows, memory), OM_INPUT);
    assert_message_has(message);
    om_synthetic_rows_destroy(&rows);
    tear_down(&s);
    assert_int_equal(om_h5_close(&store), OM_OK);
}

/* Every cell gets half of 2^32 for each of its genes: one fits, two do not. */
static void overflow_names_synthetic_sample(void **state) {
    (void)state;
    assert_refused(2147483648.0, false, 1 << 24, "synthetic sample D|");
    assert_refused(2147483648.0, false, 1, "synthetic sample D|");
    assert_refused(2147483648.0, true, 1, "expected one below 2^32");
    assert_refused(4294967296.0, false, 5000, "data set D: cell ");
    assert_refused(1.5, true, 5000, "data set D: found values that are no whole numbers");
}

/* No memory on one rank only: all ranks get the same failure, and none waits. (An object of a file
 * that there is no memory to look for counts as missing.) */
static void memory_failure_is_shared(void **state) {
    (void)state;
    om_h5 *store = make_store(true, 0);
    synthesis s;
    om_status status = OM_MEMORY;
    set_up(&s, store, 13, 37, true);
    for (int64_t n = 0; status != OM_OK; n++) {
        assert_in_range(n, 0, 10000);
        const om_synthetic_memory shares = {.window = 1 << 20, .exchange = 1 << 14};
        om_synthetic_window *window = NULL;
        om_synthetic_rows *rows = NULL;
        assert_int_equal(om_synthetic_window_create(&window, shares.window), OM_OK);
        assert_int_equal(om_synthetic_rows_create(&rows, s.task.spill_path, 1 << 20), OM_OK);
        om_memory_fail_after(om_context_rank(ctx) == om_context_size(ctx) - 1 ? n : -1);
        status = om_synthetic_sum(rows, ctx, &s.task, window, &shares);
        om_memory_fail_after(-1);
        int64_t worst = status;
        assert_int_equal(om_max_i64(ctx, &worst, 1), OM_OK);
        assert_int_equal(worst, status);
        om_synthetic_window_destroy(&window);
        om_synthetic_rows_destroy(&rows);
    }
    tear_down(&s);
    assert_int_equal(om_h5_close(&store), OM_OK);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_equal_plain_adding),
        cmocka_unit_test(memory_does_not_matter),
        cmocka_unit_test(nothing_to_sum_is_fine),
        cmocka_unit_test(overflow_names_synthetic_sample),
        cmocka_unit_test(memory_failure_is_shared),
    };
    int failed = cmocka_run_group_tests_name("synthesis", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
