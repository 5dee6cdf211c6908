/* Rows written in rounds by all ranks, plain and deflated: what plain HDF5 reads back is what was
 * given, and the digest is that of the file, at any number of ranks and any cut into rounds. */
#include "oncomark/cell_stream.h"
#include "oncomark/csr_writer.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "io/csr_deflate.h"
#include "test_ranks.h"

#include <hdf5.h>

static om_ctx *ctx;
static char path[2 * TEST_PATH];

static void assert_ok(om_status status) {
    if (status != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

enum { N_COLUMNS = 300 };

/* Row r has (7 r) % 23 entries, some rows have none and one has many. */
static int64_t row_length(int64_t row) {
    return row % 11 == 3 ? 0 : row == 20 ? 290 : 7 * row % 23;
}

static int64_t nonzeros_before(int64_t row) {
    int64_t n = 0;
    for (int64_t r = 0; r < row; r++) {
        n += row_length(r);
    }
    return n;
}

static double value_at(om_type type, int64_t row, int64_t i) {
    double whole = (double)((row * 31 + i * i) % 1000 + 1);
    switch (type) {
    case OM_U16:
        return row == 5 ? 65535.0 : whole;
    case OM_U32:
        return row == 5 ? 4294967295.0 : whole;
    case OM_F32:
        return whole / 8;
    default:
        return whole / 7;
    }
}

static om_counts *make_rows(om_type type, int64_t first, int64_t n_rows) {
    om_counts *rows = NULL;
    int64_t n = nonzeros_before(first + n_rows) - nonzeros_before(first);
    assert_ok(om_counts_create(&rows, n_rows, n));
    rows->n_genes = N_COLUMNS;
    rows->first_cell = first;
    int64_t at = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        for (int64_t i = 0; i < row_length(first + r); i++) {
            rows->indices[at] = (int32_t)(i + (first + r) % 10);
            rows->values[at++] = value_at(type, first + r, i);
        }
        rows->indptr[r + 1] = at;
    }
    return rows;
}

typedef struct plan {
    om_csr_layout layout;
    int64_t chunk;  /* elements */
    int64_t rounds; /* rows are cut evenly into rounds, of which some ranks get none */
} plan;

static om_digest reserve(const plan *test) {
    om_h5 *file = NULL;
    assert_ok(om_h5_create(&file, path));
    assert_ok(test->layout.compression == OM_COMPRESSION_DEFLATE
                  ? om_csr_deflate_reserve(file, "X", &test->layout, test->chunk)
                  : om_csr_writer_reserve(file, "X", &test->layout));
    om_digest digest = om_h5_digest(file);
    assert_ok(om_h5_close(&file));
    return digest;
}

/* Rows of a round that belong to this rank: cut unevenly, and in every third round rank 1 has all.
 */
static void find_share(int64_t round, int64_t n, int64_t *first, int64_t *count) {
    int64_t size = om_context_size(ctx);
    int64_t rank = om_context_rank(ctx);
    if (round % 3 == 2) {
        *first = rank <= 1 % size ? 0 : n;
        *count = rank == 1 % size ? n : 0;
        return;
    }
    *first = n * rank * rank / (size * size);
    *count = n * (rank + 1) * (rank + 1) / (size * size) - *first;
}

static om_status write_rounds(om_csr_writer *writer, const plan *test) {
    for (int64_t round = 0; round < test->rounds; round++) {
        int64_t begin = test->layout.n_rows * round / test->rounds;
        int64_t end = test->layout.n_rows * (round + 1) / test->rounds;
        int64_t first = 0, count = 0;
        find_share(round, end - begin, &first, &count);
        om_counts *rows = make_rows(test->layout.type, begin + first, count);
        om_status status = om_csr_writer_add(writer, rows);
        om_counts_destroy(&rows);
        OM_TRY(status);
    }
    return OM_OK;
}

static om_digest write_file(const plan *test) {
    om_digest digest = {{0, 0}};
    om_digest written;
    om_csr_writer *writer = NULL;
    assert_ok(om_agree(ctx, OM_OK)); /* nobody reads the last test's file any more */
    if (om_context_is_root(ctx)) {
        digest = reserve(test);
    }
    assert_ok(om_agree(ctx, OM_OK));
    assert_ok(om_csr_writer_open(&writer, ctx, path, "X", &test->layout));
    assert_ok(write_rounds(writer, test));
    assert_ok(om_csr_writer_finish(&writer, &written));
    assert_null(writer);
    om_digest_add(&digest, &written);
    assert_ok(om_sum_digest(ctx, &digest));
    return digest;
}

/* Without any of our code for reading. */
static void read_plainly(const char *object, hid_t type, int64_t expected_length, void *values) {
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t data_set = H5Dopen2(file, object, H5P_DEFAULT);
    hid_t space = H5Dget_space(data_set);
    assert_int_equal(H5Sget_simple_extent_npoints(space), expected_length);
    assert_true(H5Dread(data_set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Sclose(space);
    H5Dclose(data_set);
    H5Fclose(file);
}

static void assert_content(const plan *test) {
    int64_t n_rows = test->layout.n_rows;
    int64_t n = test->layout.n_nonzeros;
    om_counts *expected = make_rows(test->layout.type, 0, n_rows);
    double *values = om_calloc(n, sizeof *values);
    int32_t *indices = om_calloc(n, sizeof *indices);
    int64_t *indptr = om_calloc(n_rows + 1, sizeof *indptr);
    read_plainly("X/data", H5T_NATIVE_DOUBLE, n, values);
    read_plainly("X/indices", H5T_NATIVE_INT32, n, indices);
    read_plainly("X/indptr", H5T_NATIVE_INT64, n_rows + 1, indptr);
    assert_memory_equal(values, expected->values, (size_t)n * sizeof *values);
    assert_memory_equal(indices, expected->indices, (size_t)n * sizeof *indices);
    assert_memory_equal(indptr, expected->indptr, (size_t)(n_rows + 1) * sizeof *indptr);
    om_free(indptr);
    om_free(indices);
    om_free(values);
    om_counts_destroy(&expected);
}

static void assert_same(om_digest a, om_digest b) {
    assert_int_equal(a.lane[0], b.lane[0]);
    assert_int_equal(a.lane[1], b.lane[1]);
}

static void check(plan test) {
    om_digest found;
    om_digest digest = write_file(&test);
    assert_ok(om_h5_digest_file(path, &found));
    assert_same(digest, found);
    assert_content(&test);
    plan other = test;
    other.rounds = 1;
    other.layout.compression = OM_COMPRESSION_NONE;
    assert_same(write_file(&other), digest);
}

static plan make_plan(om_type type, int64_t n_rows, om_compression compression, int64_t chunk,
                      int64_t rounds) {
    return (plan){.layout = {.type = type,
                             .n_rows = n_rows,
                             .n_columns = N_COLUMNS,
                             .n_nonzeros = nonzeros_before(n_rows),
                             .compression = compression},
                  .chunk = chunk,
                  .rounds = rounds};
}

static const om_type types[] = {OM_U16, OM_U32, OM_F32, OM_F64};
enum { N_TYPES = 4 };

static void test_rows_come_back(void **state) {
    (void)state;
    for (int t = 0; t < N_TYPES; t++) {
        for (int64_t rounds = 1; rounds <= 6; rounds += 5) {
            check(make_plan(types[t], 100, OM_COMPRESSION_NONE, 0, rounds));
            check(make_plan(types[t], 100, OM_COMPRESSION_DEFLATE, 64, rounds));
        }
    }
}

/* Chunks of one element, chunks that span all ranks and rounds, and one chunk for all. */
static void test_chunks_of_any_length_are_filled(void **state) {
    (void)state;
    static const int64_t chunks[] = {1, 3, 50, 301, 1000, 100000};
    for (int i = 0; i < 6; i++) {
        check(make_plan(OM_U16, 60, OM_COMPRESSION_DEFLATE, chunks[i], 1));
        check(make_plan(OM_U16, 60, OM_COMPRESSION_DEFLATE, chunks[i], 7));
        check(make_plan(OM_U16, 60, OM_COMPRESSION_DEFLATE, chunks[i], 60));
    }
    /* The last chunk is just full. */
    check(make_plan(OM_F32, 60, OM_COMPRESSION_DEFLATE, nonzeros_before(60) / 2, 4));
}

static void test_nothing_can_be_written(void **state) {
    (void)state;
    for (int compression = 0; compression < 2; compression++) {
        check(make_plan(OM_U16, 0, (om_compression)compression, 8, 1));
        check(make_plan(OM_U16, 0, (om_compression)compression, 8, 0));
        check(make_plan(OM_U16, 1, (om_compression)compression, 8, 3)); /* a row without entries */
    }
}

/* More than one chunk of the program's own length. */
static void test_real_chunks_work(void **state) {
    (void)state;
    plan test = make_plan(OM_U16, 20000, OM_COMPRESSION_DEFLATE, OM_CSR_CHUNK_ELEMENTS, 3);
    assert_true(test.layout.n_nonzeros > OM_CSR_CHUNK_ELEMENTS);
    check(test);
    om_h5 *file = NULL;
    om_cell_stream *stream = NULL;
    const om_counts *batch = NULL;
    write_file(&test);
    assert_ok(om_h5_open(&file, path));
    assert_ok(om_cell_stream_open(&stream, file, "X", 0, 20000, 1 << 20));
    for (int64_t cell = 0; cell < 20000; cell += batch->n_cells) {
        assert_ok(om_cell_stream_next(stream, &batch));
        assert_int_equal(batch->first_cell, cell);
        om_counts *expected = make_rows(OM_U16, cell, batch->n_cells);
        size_t n = (size_t)batch->indptr[batch->n_cells];
        assert_memory_equal(batch->values, expected->values, n * sizeof(double));
        assert_memory_equal(batch->indices, expected->indices, n * sizeof(int32_t));
        om_counts_destroy(&expected);
    }
    om_cell_stream_close(&stream);
    assert_ok(om_h5_close(&file));
}

static void assert_failure(om_status status, const char *message) {
    assert_int_equal(status, OM_BUG);
    assert_message_has(message);
}

static om_csr_writer *open_writer(const plan *test) {
    om_csr_writer *writer = NULL;
    assert_ok(om_agree(ctx, OM_OK));
    if (om_context_is_root(ctx)) {
        reserve(test);
    }
    assert_ok(om_agree(ctx, OM_OK));
    assert_ok(om_csr_writer_open(&writer, ctx, path, "X", &test->layout));
    return writer;
}

static void test_values_that_do_not_fit_are_a_bug(void **state) {
    (void)state;
    static const struct {
        om_type type;
        double value;
    } misfits[] = {{OM_U16, 65536},     {OM_U16, 0.5},        {OM_U16, -1},
                   {OM_U16, 0.0 / 0.0}, {OM_U32, 4294967296}, {OM_U32, 1e300},
                   {OM_U32, 1 + 1e-9},  {OM_F32, 0.1},        {OM_F32, 1e300},
                   {OM_F32, 0.0 / 0.0}};
    for (size_t i = 0; i < 2 * sizeof misfits / sizeof misfits[0]; i++) {
        om_compression compression = i % 2 == 0 ? OM_COMPRESSION_NONE : OM_COMPRESSION_DEFLATE;
        plan test = make_plan(misfits[i / 2].type, 40, compression, 16, 1);
        om_csr_writer *writer = open_writer(&test);
        int rank = om_context_rank(ctx);
        om_counts *rows = make_rows(OM_U16, 0, rank == 0 ? 40 : 0);
        for (int64_t at = 0; at < rows->indptr[rows->n_cells]; at++) {
            rows->values[at] = at == 77 ? misfits[i / 2].value : 1;
        }
        assert_failure(om_csr_writer_add(writer, rows), "cannot hold");
        om_counts_destroy(&rows);
        om_csr_writer_abandon(&writer);
        assert_null(writer);
    }
}

static void test_rows_that_are_not_the_layouts_are_a_bug(void **state) {
    (void)state;
    for (int compression = 0; compression < 2; compression++) {
        plan test = make_plan(OM_U32, 30, (om_compression)compression, 16, 1);
        om_csr_writer *writer = open_writer(&test);
        om_counts *rows = make_rows(OM_U32, 0, om_context_is_root(ctx) ? 31 : 0);
        assert_failure(om_csr_writer_add(writer, rows), "31 rows");
        om_csr_writer_abandon(&writer);
        om_counts_destroy(&rows);
        om_digest digest;
        writer = open_writer(&test);
        rows = make_rows(OM_U32, 0, om_context_is_root(ctx) ? 29 : 0);
        assert_ok(om_csr_writer_add(writer, rows));
        assert_failure(om_csr_writer_finish(&writer, &digest), "29 rows");
        assert_null(writer);
        om_counts_destroy(&rows);
    }
}

static void test_a_missing_file_is_an_error_on_all_ranks(void **state) {
    (void)state;
    om_csr_writer *writer = NULL;
    for (int compression = 0; compression < 2; compression++) {
        plan test = make_plan(OM_U32, 30, (om_compression)compression, 16, 1);
        assert_true(om_csr_writer_open(&writer, ctx, "/nowhere/x.h5ad", "X", &test.layout) !=
                    OM_OK);
        assert_message_has("/nowhere/x.h5ad");
        assert_null(writer);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    char folder[TEST_PATH];
    test_folder_share(ctx, folder);
    snprintf(path, sizeof path, "%s/rows.h5ad", folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_come_back),
        cmocka_unit_test(test_chunks_of_any_length_are_filled),
        cmocka_unit_test(test_nothing_can_be_written),
        cmocka_unit_test(test_real_chunks_work),
        cmocka_unit_test(test_values_that_do_not_fit_are_a_bug),
        cmocka_unit_test(test_rows_that_are_not_the_layouts_are_a_bug),
        cmocka_unit_test(test_a_missing_file_is_an_error_on_all_ranks),
    };
    int failures = cmocka_run_group_tests_name("csr_writer", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failures;
}
