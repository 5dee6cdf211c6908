/* Matrices of HDF5 files in rounds of whole cells, against a dense copy in memory. */
#include "io/h5_cells.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include "h5_files.h"
#include "test_ranks.h"

#include <inttypes.h>
#include <math.h>

static om_ctx *ctx;
static char folder[TEST_PATH];

/* A matrix, the same on all ranks, as entries in the order of the file. */
typedef struct matrix {
    int64_t n_genes;
    int64_t n_cells;
    double *expected; /* [n_cells x n_genes] */
    int64_t n;
    int64_t *indptr;  /* by cell or by gene */
    int64_t *indices; /* the other one */
    double *values;
} matrix;

typedef struct style {
    om_matrix_layout layout;
    om_type value_type;
    om_type index_type;
    bool untidy; /* lines in no order, with duplicates and explicit zeros */
    bool fractions;
} style;

/* Every fifth cell is empty, every seventh full. */
static double draw(om_random *random, int64_t cell, bool fractions) {
    double shown = om_random_uniform(random);
    double value = (double)(1 + om_random_below(random, 300));
    if (cell % 5 == 3 || (cell % 7 != 1 && shown > 0.3)) {
        return 0;
    }
    return fractions ? value / 4 : value;
}

static void add_entry(matrix *made, int64_t index, double value) {
    made->indices[made->n] = index;
    made->values[made->n++] = value;
}

/* One line of the file. */
static void add_line(matrix *made, const style *how, int64_t line, int64_t n_across) {
    bool by_gene = how->layout == OM_MATRIX_GENES;
    int64_t stride = by_gene ? made->n_genes : 1;
    const double *values = made->expected + (by_gene ? line : line * made->n_genes);
    for (int64_t i = 0; i < n_across; i++) {
        int64_t across = how->untidy ? n_across - 1 - i : i;
        double value = values[across * stride];
        if (value > 1 && how->untidy && across % 3 == 0) { /* in two parts, the second far behind */
            add_entry(made, across, 1);
        } else if (value > 0) {
            add_entry(made, across, value);
        } else if (how->untidy && across % 4 == 0) {
            add_entry(made, across, 0);
        }
    }
    for (int64_t across = 0; how->untidy && across < n_across; across += 3) {
        if (values[across * stride] > 1) {
            add_entry(made, across, values[across * stride] - 1);
        }
    }
    made->indptr[line + 1] = made->n;
}

static matrix make_matrix(const style *how, int64_t n_genes, int64_t n_cells) {
    matrix made = {.n_genes = n_genes, .n_cells = n_cells};
    om_random random = om_random_stream(11, 1, (uint64_t)(n_genes * 1000 + n_cells));
    made.expected = om_calloc(n_genes * n_cells, sizeof *made.expected);
    made.indices = om_calloc(2 * n_genes * n_cells, sizeof *made.indices);
    made.values = om_calloc(2 * n_genes * n_cells, sizeof *made.values);
    made.indptr = om_calloc(n_genes + n_cells + 1, sizeof *made.indptr);
    for (int64_t cell = 0; cell < n_cells; cell++) {
        for (int64_t gene = 0; gene < n_genes; gene++) {
            made.expected[cell * n_genes + gene] = draw(&random, cell, how->fractions);
        }
    }
    bool by_gene = how->layout == OM_MATRIX_GENES;
    for (int64_t line = 0; line < (by_gene ? n_genes : n_cells); line++) {
        add_line(&made, how, line, by_gene ? n_cells : n_genes);
    }
    return made;
}

static void release_matrix(matrix *made) {
    om_free(made->expected);
    om_free(made->indices);
    om_free(made->values);
    om_free(made->indptr);
}

/* Numbers in another type; the root writes alone. */
static void put(om_h5 *file, const char *path, om_type type, int64_t n, const double *values) {
    void *converted = om_malloc(n, 8);
    for (int64_t i = 0; i < n; i++) {
        switch (type) {
        case OM_I32:
            ((int32_t *)converted)[i] = (int32_t)values[i];
            break;
        case OM_I64:
            ((int64_t *)converted)[i] = (int64_t)values[i];
            break;
        case OM_U16:
            ((uint16_t *)converted)[i] = (uint16_t)values[i];
            break;
        case OM_F32:
            ((float *)converted)[i] = (float)values[i];
            break;
        default:
            ((double *)converted)[i] = values[i];
        }
    }
    test_h5_numbers(file, path, type, n, converted);
    om_free(converted);
}

static void put_whole(om_h5 *file, const char *path, om_type type, int64_t n,
                      const int64_t *values) {
    double *copy = om_malloc(n, sizeof *copy);
    for (int64_t i = 0; i < n; i++) {
        copy[i] = (double)values[i];
    }
    put(file, path, type, n, copy);
    om_free(copy);
}

static void write_file(const char *path, const matrix *made, const style *how) {
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    if (how->layout == OM_MATRIX_DENSE) {
        const int64_t shape[] = {made->n_cells, made->n_genes};
        assert_int_equal(om_h5_write(file, "X", OM_F64, 2, shape, made->expected), OM_OK);
    } else {
        int64_t n_lines = how->layout == OM_MATRIX_GENES ? made->n_genes : made->n_cells;
        put(file, "X/data", how->value_type, made->n, made->values);
        put_whole(file, "X/indices", how->index_type, made->n, made->indices);
        put_whole(file, "X/indptr", how->index_type, n_lines + 1, made->indptr);
    }
    assert_int_equal(om_h5_close(&file), OM_OK);
}

/* The place of a file's matrix; the texts live in static memory. */
static om_matrix_place place_of(const char *path, const matrix *made, om_matrix_layout layout) {
    static char texts[4][2 * TEST_PATH];
    bool dense = layout == OM_MATRIX_DENSE;
    snprintf(texts[0], sizeof texts[0], "%s", path);
    strcpy(texts[1], dense ? "X" : "X/data");
    strcpy(texts[2], "X/indices");
    strcpy(texts[3], "X/indptr");
    return (om_matrix_place){.layout = layout,
                             .file = texts[0],
                             .data = texts[1],
                             .indices = texts[2],
                             .indptr = texts[3],
                             .n_genes = made->n_genes,
                             .n_cells = made->n_cells,
                             .n_nonzeros = dense ? made->n_genes * made->n_cells : made->n,
                             .n_kept = made->n_genes};
}

static om_matrix_place write_shared(const matrix *made, const style *how) {
    const char *path = test_path(folder, "m.h5");
    if (om_context_is_root(ctx)) {
        write_file(path, made, how);
    }
    MPI_Barrier(om_context_comm(ctx));
    return place_of(path, made, how->layout);
}

/* Cells of this rank against the expected ones. */
static void check_batch(const matrix *made, const om_counts *batch, bool fractions) {
    assert_int_equal(batch->n_genes, made->n_genes);
    assert_int_equal(batch->n_cells_total, made->n_cells);
    assert_int_equal(batch->indptr[0], 0);
    for (int64_t cell = 0; cell < batch->n_cells; cell++) {
        const double *expected = made->expected + (batch->first_cell + cell) * made->n_genes;
        int64_t at = batch->indptr[cell];
        for (int64_t gene = 0; gene < made->n_genes; gene++) {
            if (expected[gene] > 0) {
                assert_true(at < batch->indptr[cell + 1]);
                assert_int_equal(batch->indices[at], gene);
                assert_true(batch->values[at] == expected[gene]);
                at++;
            }
        }
        assert_int_equal(at, batch->indptr[cell + 1]);
    }
    if (!fractions) {
        assert_true(batch->integer);
    }
}

/* The cells of a round follow on each other over the ranks, and on those of the round before. */
static void check_order(const om_counts *batch, int64_t *next_cell) {
    int64_t before = 0;
    int64_t n = batch->n_cells;
    MPI_Exscan(&n, &before, 1, MPI_INT64_T, MPI_SUM, om_context_comm(ctx));
    before = om_context_is_root(ctx) ? 0 : before;
    if (n > 0) {
        assert_int_equal(batch->first_cell, *next_cell + before);
    }
    assert_int_equal(om_sum_i64(ctx, &n, 1), OM_OK);
    *next_cell += n;
}

static int64_t read_all(om_h5_cells *cells, const matrix *made, bool fractions) {
    int64_t n_rounds = 0;
    int64_t next_cell = 0;
    for (;; n_rounds++) {
        const om_counts *batch = NULL;
        om_feed_event event = OM_FEED_RESTART;
        if (om_h5_cells_next(cells, &batch, &event) != OM_OK) {
            fail_msg("%s", om_error_message());
        }
        if (event == OM_FEED_END) {
            assert_int_equal(next_cell, made->n_cells);
            return n_rounds;
        }
        assert_int_equal(event, OM_FEED_ROUND);
        check_batch(made, batch, fractions);
        check_order(batch, &next_cell);
    }
}

static void check_matrix(const style *how, int64_t n_genes, int64_t n_cells, int64_t memory,
                         int64_t least_rounds) {
    matrix made = make_matrix(how, n_genes, n_cells);
    om_matrix_place place = write_shared(&made, how);
    om_h5_cells *cells = NULL;
    long warnings = om_log_warnings(om_context_log(ctx));
    assert_int_equal(om_h5_cells_open(&cells, ctx, &place, !how->fractions, memory), OM_OK);
    assert_true(read_all(cells, &made, how->fractions) >= least_rounds);
    assert_int_equal(om_h5_cells_rewind(cells), OM_OK);
    read_all(cells, &made, how->fractions);
    int64_t parsed = om_h5_cells_parsed_bytes(cells);
    assert_int_equal(om_sum_i64(ctx, &parsed, 1), OM_OK);
    assert_true(parsed >= 16 * made.n);
    bool duplicates = how->untidy && how->layout != OM_MATRIX_DENSE;
    warnings = om_log_warnings(om_context_log(ctx)) - warnings;
    assert_int_equal(warnings, duplicates && om_context_is_root(ctx) ? 1 : 0);
    om_h5_cells_close(&cells);
    assert_null(cells);
    release_matrix(&made);
    MPI_Barrier(om_context_comm(ctx));
}

static const style styles[] = {
    {OM_MATRIX_CELLS, OM_F32, OM_I32, false, false},
    {OM_MATRIX_CELLS, OM_I64, OM_I64, true, false},
    {OM_MATRIX_CELLS, OM_F64, OM_I32, true, true},
    {OM_MATRIX_GENES, OM_U16, OM_I64, false, false},
    {OM_MATRIX_GENES, OM_I32, OM_I32, true, false},
    {OM_MATRIX_GENES, OM_F32, OM_I32, true, true},
    {OM_MATRIX_DENSE, OM_F64, OM_I32, false, false},
    {OM_MATRIX_DENSE, OM_F64, OM_I32, false, true},
};

static void test_all_layouts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        check_matrix(&styles[i], 37, 101, (int64_t)1 << 28, 1);
        check_matrix(&styles[i], 1, 1, (int64_t)1 << 28, 1);
        check_matrix(&styles[i], 300, 3, (int64_t)1 << 28, 1); /* fewer cells than ranks */
    }
}

static void test_little_memory(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
        check_matrix(&styles[i], 37, 60, 6000 / om_context_size(ctx), 2);
        check_matrix(&styles[i], 11, 23, 1, 2); /* a cell a rank */
    }
}

/* --- faults --- */

typedef struct fault {
    style how;
    const char *object;
    int64_t at;
    double value;
    bool any_value; /* values need not be counts */
    const char *message;
} fault;

static void spoil(const char *path, const fault *what) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t set = H5Dopen2(file, what->object, H5P_DEFAULT);
    hid_t space = H5Dget_space(set);
    hsize_t where[2] = {(hsize_t)what->at, 0};
    hid_t one = H5Screate(H5S_SCALAR);
    if (what->how.layout == OM_MATRIX_DENSE) {
        where[0] = (hsize_t)what->at / 6;
        where[1] = (hsize_t)what->at % 6;
    }
    assert_true(H5Sselect_elements(space, H5S_SELECT_SET, 1, where) >= 0);
    assert_true(H5Dwrite(set, H5T_NATIVE_DOUBLE, one, space, H5P_DEFAULT, &what->value) >= 0);
    H5Sclose(one);
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(file);
}

static om_status read_faulty(const om_matrix_place *place, bool only_counts) {
    om_h5_cells *cells = NULL;
    om_feed_event event = OM_FEED_ROUND;
    om_status status = om_h5_cells_open(&cells, ctx, place, only_counts, 2000);
    while (status == OM_OK && event != OM_FEED_END) {
        const om_counts *batch = NULL;
        status = om_h5_cells_next(cells, &batch, &event);
    }
    om_h5_cells_close(&cells);
    return status;
}

#define CELLS                                                                                      \
    { OM_MATRIX_CELLS, OM_F64, OM_I64, false, false }
#define NARROW                                                                                     \
    { OM_MATRIX_CELLS, OM_F64, OM_I32, false, false }
#define GENES                                                                                      \
    { OM_MATRIX_GENES, OM_F64, OM_I64, false, false }
#define DENSE                                                                                      \
    { OM_MATRIX_DENSE, OM_F64, OM_I64, false, false }
#define COUNTS                                                                                     \
    "expected a count, a whole number from 0 to 4294967295, since the data set's values are "      \
    "counts (other choices: values: tpm, values: log)"

static void test_faults(void **state) {
    (void)state;
    static const fault faults[] = {
        {CELLS, "X/data", 7, -2, false, "found -2, " COUNTS},
        {CELLS, "X/data", 7, 0.5, false, "found 0.5, " COUNTS},
        {CELLS, "X/data", 7, 4294967296, false, "found 4294967296, " COUNTS},
        {CELLS, "X/data", 7, -2, true, "found -2, expected a finite value not below 0"},
        {CELLS, "X/data", 7, NAN, true, "nan, expected a finite value not below 0"},
        {CELLS, "X/data", 7, INFINITY, true, "found inf, expected a finite value not below 0"},
        {GENES, "X/data", 7, 1.5, false, "found 1.5, " COUNTS},
        {DENSE, "X", 6 * 4 + 2, -1, false,
         "m.h5: object 'X': cell 4, gene 2 (from 0): found -1, " COUNTS},
        {CELLS, "X/indices", 0, 6, true,
         "m.h5: object 'X/indices': cell 0 (from 0): found the index 6 of a gene, expected 0 to 5"},
        {CELLS, "X/indices", 0, 1e15, true, "found the index 1000000000000000 of a gene"},
        {NARROW, "X/indices", 0, -1, true, "found the index -1 of a gene, expected 0 to 5"},
        {GENES, "X/indices", 0, 9, true,
         "m.h5: object 'X/indices': gene 0 (from 0): found the index 9 of a cell, expected 0 to 8"},
        {CELLS, "X/indptr", 0, 1, true,
         "m.h5: object 'X/indptr': element 0: found offset 1, expected 0 to 0"},
        {CELLS, "X/indptr", 2, 1e15, true, "element 2: found offset 1000000000000000, expected"},
        {CELLS, "X/indptr", 2, -7, true, "element 2: found offset -7, expected"},
        {CELLS, "X/indptr", 9, 1, true, "element 9: found offset 1, expected"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        matrix made = make_matrix(&faults[i].how, 6, 9);
        om_matrix_place place = write_shared(&made, &faults[i].how);
        if (om_context_is_root(ctx)) {
            spoil(place.file, &faults[i]);
        }
        MPI_Barrier(om_context_comm(ctx));
        assert_int_equal(read_faulty(&place, !faults[i].any_value), OM_INPUT);
        assert_message_has(faults[i].message);
        release_matrix(&made);
        MPI_Barrier(om_context_comm(ctx));
    }
}

/* The fault of the lowest cell is reported, with its place. */
static void test_place_of_a_fault(void **state) {
    (void)state;
    const style how = CELLS;
    matrix made = make_matrix(&how, 6, 9);
    int64_t entry = made.indptr[5] + 1;
    assert_true(entry < made.indptr[6]);
    fault what = {CELLS, "X/data", entry, -3, false, NULL};
    char expected[200];
    snprintf(expected, sizeof expected,
             "m.h5: object 'X/data': cell 5, gene %" PRId64 " (from 0): found -3",
             made.indices[entry]);
    om_matrix_place place = write_shared(&made, &how);
    if (om_context_is_root(ctx)) {
        spoil(place.file, &what);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(read_faulty(&place, true), OM_INPUT);
    assert_message_has(expected);
    release_matrix(&made);
    MPI_Barrier(om_context_comm(ctx));
}

static void test_raw_is_another_choice(void **state) {
    (void)state;
    const style how = DENSE;
    const fault what = {DENSE, "X", 0, -1, false, NULL};
    matrix made = make_matrix(&how, 6, 9);
    om_matrix_place place = write_shared(&made, &how);
    if (om_context_is_root(ctx)) {
        spoil(place.file, &what);
        test_h5_put(place.file, "raw.X", H5T_NATIVE_INT, 1, &(int){1});
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(read_faulty(&place, true), OM_INPUT);
    assert_message_has("(other choices: raw: true, values: tpm, values: log)");
    assert_int_equal(read_faulty(&place, false), OM_INPUT);
    assert_message_has("expected a finite value not below 0 (another choice: raw: true)");
    release_matrix(&made);
    MPI_Barrier(om_context_comm(ctx));
}

/* The file is not what it was when the place was found. */
static void test_other_sizes(void **state) {
    (void)state;
    static const style layouts[] = {CELLS, GENES, DENSE};
    for (size_t i = 0; i < 3; i++) {
        matrix made = make_matrix(&layouts[i], 6, 9);
        om_matrix_place place = write_shared(&made, &layouts[i]);
        om_matrix_place other = place;
        other.n_cells++;
        other.n_genes++;
        assert_int_equal(read_faulty(&other, true), OM_INPUT);
        assert_message_has(i == 2 ? "object 'X': found another shape"
                                  : "object 'X/indptr': found ");
        if (i < 2) {
            other = place;
            other.n_nonzeros--;
            assert_int_equal(read_faulty(&other, true), OM_INPUT);
            assert_message_has("object 'X/data': found ");
        }
        release_matrix(&made);
        MPI_Barrier(om_context_comm(ctx));
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_layouts),
        cmocka_unit_test(test_little_memory),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_place_of_a_fault),
        cmocka_unit_test(test_raw_is_another_choice),
        cmocka_unit_test(test_other_sizes),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    int failed = cmocka_run_group_tests_name("cells of HDF5 files", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed != 0;
}
