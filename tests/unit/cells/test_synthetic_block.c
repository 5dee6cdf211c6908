/* Cells packed into a window, summed, packed and read back, against plain adding. */
#include "cells/synthetic_block.h"
#include "cells/synthetic_packed.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <stdlib.h>

enum { N_CELLS = 60 };

/* Genes in a mixed order of columns, one in 13 without any; the first tenth is seen in most cells,
 * the others seldom. */
typedef struct fixture {
    int32_t n_genes;
    int32_t *column_of;
    om_counts *counts;
    om_synthetic_layout *layout;
    om_synthetic_window *window;
    om_synthetic_block *block;
    uint64_t *sums; /* [n_genes] */
} fixture;

static double draw_value(om_random *random, bool wide) {
    static const double odd[] = {0.25, 254, 255, 255.5, 256, 511, 65534, 65535, 65535.75};
    static const double large[] = {65536, 70000.5, 16777217, 1500000001.0};
    uint64_t kind = om_random_below(random, 40);
    if (kind < 9) {
        return odd[kind];
    }
    return wide && kind < 13 ? large[kind - 9] : 1 + (double)om_random_below(random, 9);
}

static fixture *make_fixture(int32_t n_genes, bool wide) {
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, (uint64_t)n_genes);
    f->n_genes = n_genes;
    f->column_of = malloc((size_t)n_genes * sizeof *f->column_of);
    f->sums = malloc((size_t)n_genes * sizeof *f->sums);
    assert_non_null(f->column_of);
    assert_non_null(f->sums);
    for (int32_t gene = 0; gene < n_genes; gene++) {
        f->column_of[gene] = gene % 13 == 5 ? -1 : 5 + 2 * (gene * 7 % n_genes);
    }
    assert_int_equal(om_counts_create(&f->counts, N_CELLS, (int64_t)N_CELLS * n_genes), OM_OK);
    f->counts->n_genes = n_genes;
    for (int cell = 0; cell < N_CELLS; cell++) {
        int64_t next = f->counts->indptr[cell];
        for (int32_t gene = 0; gene < n_genes; gene++) {
            if (om_random_uniform(&random) < (gene < n_genes / 10 ? 0.7 : 0.05)) {
                f->counts->indices[next] = gene;
                f->counts->values[next++] = draw_value(&random, wide && cell % 3 == 0);
            }
        }
        f->counts->indptr[cell + 1] = next;
    }
    assert_int_equal(om_synthetic_layout_create(&f->layout, n_genes, f->column_of), OM_OK);
    return f;
}

/* The window and the block of a layout that is now final. */
static void prepare(fixture *f) {
    if (f->window == NULL) {
        assert_int_equal(om_synthetic_window_create(&f->window, 1 << 26), OM_OK);
    }
    assert_int_equal(om_synthetic_block_create(&f->block, f->layout), OM_OK);
    om_synthetic_window_clear(f->window, 100);
    for (int cell = 0; cell < N_CELLS; cell++) {
        /* Some of the rank's cells are needed, others are not. */
        assert_int_equal(
            om_synthetic_window_add(f->window, f->layout, f->counts, cell, 100 + 2 * cell), OM_OK);
    }
    assert_int_equal(f->window->n, 2 * N_CELLS - 1);
}

static void destroy(fixture **f) {
    om_synthetic_block_destroy(&(*f)->block);
    om_synthetic_window_destroy(&(*f)->window);
    om_synthetic_layout_destroy(&(*f)->layout);
    om_counts_destroy(&(*f)->counts);
    free((*f)->column_of);
    free((*f)->sums);
    free(*f);
    *f = NULL;
}

static void add_plainly(fixture *f, int cell) {
    const om_counts *counts = f->counts;
    for (int64_t i = counts->indptr[cell]; i < counts->indptr[cell + 1]; i++) {
        f->sums[counts->indices[i]] += (uint64_t)counts->values[i];
    }
}

static int compare_columns(const void *a, const void *b) {
    return *(const int32_t *)a - *(const int32_t *)b;
}

/* The packed sum is that of `sums`, in the order of columns. */
static void check_packed(const fixture *f, const void *packed, int64_t length, int64_t n_values) {
    om_synthetic_reader reader;
    int64_t found = 0;
    int64_t place = -1;
    uint32_t value = 0;
    int32_t n_columns = 0;
    int32_t *columns = malloc((size_t)f->n_genes * sizeof *columns);
    assert_non_null(columns);
    for (int32_t gene = 0; gene < f->n_genes; gene++) {
        if (f->column_of[gene] >= 0) {
            columns[n_columns++] = f->column_of[gene];
        }
    }
    qsort(columns, (size_t)n_columns, sizeof *columns, compare_columns);
    assert_int_equal(f->layout->n_columns, n_columns);
    assert_memory_equal(f->layout->columns, columns, (size_t)n_columns * sizeof *columns);
    uint64_t *expected = calloc(5 + 2 * (size_t)f->n_genes, sizeof *expected);
    assert_non_null(expected);
    for (int32_t gene = 0; gene < f->n_genes; gene++) {
        if (f->column_of[gene] >= 0) {
            expected[f->column_of[gene]] = f->sums[gene];
        }
    }
    assert_int_equal(om_synthetic_read_begin(&reader, packed, length, n_columns, &found), OM_OK);
    assert_int_equal(found, n_values);
    bool more = om_synthetic_read_next(&reader, &place, &value);
    for (int32_t i = 0; i < n_columns; i++) {
        if (expected[columns[i]] > 0) {
            assert_true(more);
            assert_int_equal(place, i);
            assert_int_equal(value, expected[columns[i]]);
            found--;
            more = om_synthetic_read_next(&reader, &place, &value);
        }
    }
    assert_false(more);
    assert_int_equal(found, 0);
    free(expected);
    free(columns);
}

static void pack_and_check(const fixture *f) {
    const void *packed = NULL;
    int64_t length = 0;
    int64_t n_values = 0;
    assert_int_equal(om_synthetic_block_pack(f->block, &packed, &length, &n_values), OM_OK);
    check_packed(f, packed, length, n_values);
}

static void add(fixture *f, int n, const int32_t *cells) {
    int32_t own[N_CELLS];
    for (int i = 0; i < n; i++) {
        own[i] = 100 + 2 * cells[i];
        add_plainly(f, cells[i]);
    }
    om_synthetic_block_add_cells(f->block, f->window, n, own);
}

static void clear(fixture *f) {
    memset(f->sums, 0, (size_t)f->n_genes * sizeof *f->sums);
}

/* With and without hot genes, values beyond 16 bits, and columns beyond them. */
static void sums_equal_plain_adding(void **state) {
    (void)state;
    const int32_t n_genes[] = {40, 3000, 72000};
    for (int i = 0; i < 12; i++) {
        fixture *f = make_fixture(n_genes[i % 3], i >= 6);
        if (i / 3 % 2 == 0) {
            assert_int_equal(om_synthetic_layout_warm(f->layout, f->counts), OM_OK);
            assert_true(f->layout->n_hot > 0 || f->n_genes == 40);
            assert_int_equal(f->layout->n_hot % OM_SYNTHETIC_HOT_UNIT, 0);
        }
        prepare(f);
        clear(f);
        add(f, 3, (const int32_t[]){0, 7, 59});
        pack_and_check(f);
        /* It starts anew. */
        clear(f);
        add(f, 1, (const int32_t[]){3});
        add(f, 2, (const int32_t[]){8, 30});
        pack_and_check(f);
        clear(f);
        pack_and_check(f);
        destroy(&f);
    }
}

/* A window that served a data set where other genes were hot: nothing of it is left. */
static void window_serves_several_data_sets(void **state) {
    (void)state;
    fixture *before = make_fixture(3000, false);
    prepare(before);
    fixture *f = make_fixture(3000, false);
    assert_int_equal(om_synthetic_layout_warm(f->layout, f->counts), OM_OK);
    assert_int_equal(before->layout->n_hot, 0);
    assert_true(f->layout->n_hot > 0);
    f->window = before->window;
    before->window = NULL;
    prepare(f);
    clear(f);
    add(f, 2, (const int32_t[]){0, 1}); /* the first one is packed first */
    pack_and_check(f);
    destroy(&before);
    destroy(&f);
}

/* In a first batch of one cell all its genes are in more than a tenth of the cells. */
static void more_genes_than_can_be_hot(void **state) {
    (void)state;
    const int32_t n_genes = 90000;
    fixture *f = make_fixture(n_genes, false);
    om_counts *dense = NULL;
    assert_int_equal(om_counts_create(&dense, 1, n_genes), OM_OK);
    dense->n_genes = n_genes;
    dense->indptr[1] = n_genes;
    for (int32_t gene = 0; gene < n_genes; gene++) {
        dense->indices[gene] = gene;
        dense->values[gene] = 1;
    }
    assert_int_equal(om_synthetic_layout_warm(f->layout, dense), OM_OK);
    assert_int_equal(f->layout->n_hot, OM_SYNTHETIC_MOST_HOT);
    prepare(f);
    clear(f);
    add(f, 3, (const int32_t[]){0, 7, 59});
    pack_and_check(f);
    om_counts_destroy(&dense);
    destroy(&f);
}

/* More cells than bytes hold in 16 bits, and more than 16-bit counts do in 32 bits. */
static void many_cells_do_not_overflow(void **state) {
    (void)state;
    const int64_t n_cells[] = {257, 258, 1000, 65536, 65537, 65600};
    for (int i = 0; i < 6; i++) {
        fixture *f = make_fixture(701, false);
        for (int64_t j = 0; j < f->counts->indptr[N_CELLS]; j++) {
            f->counts->values[j] = i < 3 ? 255 : 65535;
        }
        assert_int_equal(om_synthetic_layout_warm(f->layout, f->counts), OM_OK);
        assert_int_equal(f->layout->n_hot, 64);
        prepare(f);
        clear(f);
        for (int64_t cell = 0; cell < n_cells[i]; cell++) {
            om_synthetic_block_add_cells(f->block, f->window, 1, (const int32_t[]){102});
        }
        add_plainly(f, 1);
        for (int32_t gene = 0; gene < f->n_genes; gene++) {
            f->sums[gene] *= (uint64_t)n_cells[i];
        }
        /* 65537 x 65535 = 2^32 - 1. */
        if (n_cells[i] <= 65537) {
            pack_and_check(f);
        } else {
            const void *packed = NULL;
            int64_t length = 0;
            int64_t n_values = 0;
            assert_int_equal(om_synthetic_block_pack(f->block, &packed, &length, &n_values),
                             OM_INPUT);
            assert_message_has("found a sum of 4299096000, expected one below 2^32");
        }
        destroy(&f);
    }
}

static void parts_add_up(void **state) {
    (void)state;
    fixture *f = make_fixture(3000, true);
    unsigned char *kept = malloc((size_t)om_synthetic_packed_capacity(3000));
    const void *packed = NULL;
    int64_t length = 0;
    int64_t n_values = 0;
    assert_non_null(kept);
    assert_int_equal(om_synthetic_layout_warm(f->layout, f->counts), OM_OK);
    prepare(f);
    clear(f);
    add(f, 2, (const int32_t[]){3, 2});
    assert_int_equal(om_synthetic_block_pack(f->block, &packed, &length, &n_values), OM_OK);
    memcpy(kept, packed, (size_t)length);
    add(f, 2, (const int32_t[]){6, 5});
    assert_int_equal(om_synthetic_block_add_packed(f->block, kept, length), OM_OK);
    pack_and_check(f);
    assert_int_equal(om_synthetic_block_add_packed(f->block, kept, length - 1), OM_BUG);
    assert_int_equal(om_synthetic_block_add_packed(f->block, kept, 3), OM_BUG);
    free(kept);
    destroy(&f);
}

static void value_beyond_32_bits_is_refused(void **state) {
    (void)state;
    const double values[] = {4294967296.0, 1e19, 1e300};
    for (int i = 0; i < 3; i++) {
        fixture *f = make_fixture(100, false);
        f->counts->first_cell = 1000;
        om_synthetic_window_destroy(&f->window);
        assert_int_equal(om_synthetic_window_create(&f->window, 1 << 20), OM_OK);
        om_synthetic_window_clear(f->window, 0);
        int64_t place = f->counts->indptr[2] + 1;
        f->counts->values[place] = values[i];
        f->counts->indices[place] = 5; /* has no column */
        assert_int_equal(om_synthetic_window_add(f->window, f->layout, f->counts, 2, 2), OM_OK);
        f->counts->indices[place] = 6;
        assert_int_equal(om_synthetic_window_add(f->window, f->layout, f->counts, 2, 3), OM_INPUT);
        assert_message_has("cell 1002: found the value ");
        assert_message_has(", expected one below 2^32");
        destroy(&f);
    }
}

/* It says so before it is above its memory; a single cell is taken in any case. */
static void window_keeps_to_its_memory(void **state) {
    (void)state;
    const int64_t memory[] = {1, 1000, 50000};
    for (int i = 0; i < 3; i++) {
        fixture *f = make_fixture(3000, true);
        int cell = 0;
        assert_int_equal(om_synthetic_window_create(&f->window, memory[i]), OM_OK);
        om_synthetic_window_clear(f->window, 0);
        while (cell < N_CELLS &&
               (cell == 0 || om_synthetic_window_has_room(f->window, f->layout, 0,
                                                          f->counts->indptr[cell + 1] -
                                                              f->counts->indptr[cell]))) {
            assert_int_equal(om_synthetic_window_add(f->window, f->layout, f->counts, cell, cell),
                             OM_OK);
            cell++;
        }
        assert_true(i < 2 ? cell == 1 : cell > 5 && cell < N_CELLS);
        assert_true(i < 2 || f->window->n_words * 4 + f->window->n * 16 <= memory[i]);
        assert_true(om_synthetic_window_is_half_full(f->window));
        /* Cells that are left out take their place in the list. */
        om_synthetic_window_clear(f->window, 7);
        assert_false(om_synthetic_window_is_half_full(f->window));
        assert_false(om_synthetic_window_has_room(f->window, f->layout, memory[i] / 16, 1));
        destroy(&f);
    }
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    fixture *f = make_fixture(300, true);
    om_status status = OM_MEMORY;
    for (int64_t n = 0; status == OM_MEMORY; n++) {
        om_synthetic_layout *layout = NULL;
        om_synthetic_window *window = NULL;
        om_synthetic_block *block = NULL;
        om_memory_fail_after(n);
        status = om_synthetic_layout_create(&layout, 300, f->column_of);
        if (status == OM_OK) {
            status = om_synthetic_layout_warm(layout, f->counts);
        }
        if (status == OM_OK) {
            status = om_synthetic_window_create(&window, 1000);
        }
        if (status == OM_OK) {
            om_synthetic_window_clear(window, 0);
            status = om_synthetic_window_add(window, layout, f->counts, 0, 0);
        }
        if (status == OM_OK) {
            status = om_synthetic_block_create(&block, layout);
        }
        om_synthetic_block_destroy(&block);
        om_synthetic_window_destroy(&window);
        om_synthetic_layout_destroy(&layout);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    destroy(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_equal_plain_adding),
        cmocka_unit_test(more_genes_than_can_be_hot),
        cmocka_unit_test(window_serves_several_data_sets),
        cmocka_unit_test(many_cells_do_not_overflow),
        cmocka_unit_test(parts_add_up),
        cmocka_unit_test(value_beyond_32_bits_is_refused),
        cmocka_unit_test(window_keeps_to_its_memory),
        cmocka_unit_test(memory_failure_is_reported),
    };
    return cmocka_run_group_tests_name("synthetic_block", tests, NULL, NULL);
}
