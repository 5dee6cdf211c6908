/* Gathering from a source of its own: entries in an order that has nothing to do with cells. */
#include "io/cell_gather.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <string.h>

static om_ctx *ctx;

enum { GENES = 50, CELLS = 83, ROUND = 37 };

/* Place i of the matrix (in a scrambled order) has an entry where i % 3 > 0, of value i % 5. */
typedef struct places {
    om_entry_source source;
    int64_t next;
    int64_t n_passes;
    int64_t changes_in_pass; /* from then on one value is missing or one more; -1: never */
    double value_of_change;
    om_entry entries[ROUND];
} places;

static om_entry entry_at(int64_t i) {
    int64_t place = i * 1009 % (GENES * CELLS); /* 1009 is prime to both */
    return (om_entry){.gene = (int32_t)(place / CELLS),
                      .cell = (int32_t)(place % CELLS),
                      .value = (double)(place % 5)};
}

static bool has_entry(int64_t i) {
    om_entry entry = entry_at(i);
    return (entry.gene + entry.cell) % 3 > 0 && entry.cell % 9 != 4;
}

/* Ranks take turns with the places, so that all rounds are of all ranks. */
static om_status next(om_entry_source *source, const om_entry **entries, int64_t *n, bool *end) {
    places *self = (places *)source;
    int size = om_context_size(ctx);
    *entries = self->entries;
    *n = 0;
    *end = self->next >= GENES * CELLS;
    for (int64_t i = self->next; i < self->next + (int64_t)ROUND * size; i++) {
        if (i < GENES * CELLS && has_entry(i) && i % size == om_context_rank(ctx)) {
            self->entries[*n] = entry_at(i);
            if (self->n_passes == self->changes_in_pass && self->entries[*n].cell == 20) {
                self->entries[*n].value = self->value_of_change;
            }
            (*n)++;
        }
    }
    self->next += (int64_t)ROUND * size;
    return OM_OK;
}

static om_status rewind_places(om_entry_source *source) {
    places *self = (places *)source;
    self->next = 0;
    self->n_passes++;
    return OM_OK;
}

static places make_places(void) {
    return (places){.source = {.next = next, .rewind = rewind_places}, .changes_in_pass = -1};
}

/* One pass over all cells against the table. Returns the number of windows. */
static int64_t check_pass(om_cell_gather *gather) {
    static double found[CELLS][GENES];
    memset(found, 0, sizeof found);
    int64_t next_cell = 0;
    for (int64_t n_windows = 0;; n_windows++) {
        const om_counts *batch = NULL;
        om_feed_event event = OM_FEED_RESTART;
        assert_int_equal(om_cell_gather_next(gather, &batch, &event), OM_OK);
        if (event == OM_FEED_END) {
            MPI_Allreduce(MPI_IN_PLACE, found, CELLS * GENES, MPI_DOUBLE, MPI_SUM,
                          om_context_comm(ctx));
            for (int64_t i = 0; i < GENES * CELLS; i++) {
                om_entry entry = entry_at(i);
                assert_true(found[entry.cell][entry.gene] == (has_entry(i) ? entry.value : 0));
            }
            assert_int_equal(next_cell, CELLS);
            return n_windows;
        }
        assert_int_equal(event, OM_FEED_ROUND);
        assert_int_equal(batch->n_genes, GENES);
        assert_int_equal(batch->n_cells_total, CELLS);
        assert_true(batch->integer);
        int64_t before = 0;
        int64_t n_cells = batch->n_cells;
        MPI_Exscan(&n_cells, &before, 1, MPI_INT64_T, MPI_SUM, om_context_comm(ctx));
        before = om_context_is_root(ctx) ? 0 : before;
        assert_int_equal(batch->first_cell, next_cell + before);
        assert_int_equal(om_sum_i64(ctx, &n_cells, 1), OM_OK);
        next_cell += n_cells;
        for (int64_t cell = 0; cell < batch->n_cells; cell++) {
            for (int64_t i = batch->indptr[cell]; i < batch->indptr[cell + 1]; i++) {
                assert_true(i == batch->indptr[cell] || batch->indices[i] > batch->indices[i - 1]);
                found[batch->first_cell + cell][batch->indices[i]] = batch->values[i];
            }
        }
    }
}

static void test_windows_of_all_sizes(void **state) {
    (void)state;
    int64_t n_before = CELLS;
    for (int64_t memory = 1; memory < 1 << 20; memory *= 8) {
        places source = make_places();
        om_cell_gather *gather = NULL;
        assert_int_equal(
            om_cell_gather_create(&gather, ctx, &source.source, "made", GENES, CELLS, true, memory),
            OM_OK);
        int64_t n_windows = check_pass(gather);
        assert_true(n_windows <= n_before);
        assert_int_equal(source.n_passes, n_windows + 1);
        assert_int_equal(om_cell_gather_rewind(gather), OM_OK);
        assert_int_equal(check_pass(gather), n_windows);
        n_before = n_windows;
        om_cell_gather_destroy(&gather);
        assert_null(gather);
        if (memory == 1) {
            assert_int_equal(n_windows, CELLS);
        }
    }
    assert_int_equal(n_before, 1);
}

/* More, and fewer, entries than the first pass counted: never beyond what was made room for. */
static void test_a_source_that_changes(void **state) {
    (void)state;
    const double values[] = {0, 7};
    for (int i = 0; i < 2; i++) {
        places source = make_places();
        source.changes_in_pass = 2;
        source.value_of_change = values[i];
        om_cell_gather *gather = NULL;
        const om_counts *batch = NULL;
        om_feed_event event = OM_FEED_END;
        assert_int_equal(om_cell_gather_create(&gather, ctx, &source.source, "made", GENES, CELLS,
                                               true, 1 << 20),
                         OM_OK);
        assert_int_equal(om_cell_gather_next(gather, &batch, &event), OM_SYSTEM);
        assert_message_has("made: changed while it was read");
        om_cell_gather_destroy(&gather);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows_of_all_sizes),
        cmocka_unit_test(test_a_source_that_changes),
    };
    int failed = cmocka_run_group_tests_name("cell gather", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
