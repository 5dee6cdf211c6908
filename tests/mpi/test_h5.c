/* Files made by one rank and filled by all: the same content, and digest, at any number of ranks.
 */
#include "oncomark/context.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <mpi.h>

static om_ctx *ctx;
static char path[2 * TEST_PATH];

static void assert_ok(om_status status) {
    if (status != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static om_strings *make_names(const char *prefix, int64_t n) {
    om_strings *names = NULL;
    assert_ok(om_strings_create(&names));
    for (int64_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s%d", prefix, (int)i);
        assert_ok(om_strings_add(names, name));
    }
    return names;
}

/* Row r of the matrix: (r % 4) entries, r + 1 times column + 1, in columns r % 3 + 2 i. */
static int64_t row_length(int64_t row) {
    return row % 4;
}

static int64_t nonzeros_before(int64_t row) {
    int64_t n = 0;
    for (int64_t r = 0; r < row; r++) {
        n += row_length(r);
    }
    return n;
}

enum { N_COLUMNS = 9 };

/* The new file, still open, with all but its rows. */
static om_h5 *make_structure(int64_t n_rows) {
    om_h5 *file = NULL;
    om_strings *cells = make_names("cell", n_rows);
    om_strings *genes = make_names("gene", N_COLUMNS);
    om_strings *none = make_names("", 0);
    om_strings *columns = make_names("column", 1);
    assert_ok(om_h5_create(&file, path));
    assert_ok(om_h5ad_begin(file));
    assert_ok(om_h5ad_frame_begin(file, "obs", "cell_name", cells));
    assert_ok(om_h5ad_frame_reserve(file, "obs", "column0", OM_BOOL, n_rows));
    assert_ok(om_h5ad_frame_end(file, "obs", columns));
    assert_ok(om_h5ad_frame_begin(file, "var", "gene", genes));
    assert_ok(om_h5ad_frame_end(file, "var", none));
    assert_ok(om_h5ad_reserve_csr(file, "X", OM_U32, n_rows, N_COLUMNS, nonzeros_before(n_rows)));
    assert_ok(om_h5ad_reserve_dense(file, "obsm/scores", OM_F64, n_rows, 3));
    om_strings_destroy(&columns);
    om_strings_destroy(&none);
    om_strings_destroy(&genes);
    om_strings_destroy(&cells);
    return file;
}

/* The caller's rows of a parallel file, or rows of a serial one. */
static void write_rows(om_h5 *file, int64_t total, int64_t first, int64_t n_rows) {
    int64_t first_nonzero = nonzeros_before(first);
    int64_t n_nonzeros = nonzeros_before(first + n_rows) - first_nonzero;
    int64_t *indptr = om_calloc(n_rows + 1, sizeof *indptr);
    int32_t *indices = om_calloc(n_nonzeros, sizeof *indices);
    uint32_t *values = om_calloc(n_nonzeros, sizeof *values);
    double *scores = om_calloc(n_rows * 3, sizeof *scores);
    uint8_t *passed = om_calloc(n_rows, sizeof *passed);
    int64_t at = 0;
    for (int64_t r = 0; r < n_rows; r++) {
        int64_t row = first + r;
        for (int64_t i = 0; i < row_length(row); i++) {
            indices[at] = (int32_t)(row % 3 + 2 * i);
            values[at] = (uint32_t)((row + 1) * (indices[at] + 1));
            at++;
        }
        indptr[r + 1] = at;
        passed[r] = row % 2 == 0;
        for (int64_t k = 0; k < 3; k++) {
            scores[3 * r + k] = (double)row / (double)(k + 1);
        }
    }
    assert_int_equal(om_h5ad_write_csr_rows(file, "X", OM_U32, first, n_rows, total, first_nonzero,
                                            indptr, indices, values),
                     OM_OK);
    assert_ok(om_h5_write_rows(file, "obsm/scores", OM_F64, first, n_rows, scores));
    assert_ok(om_h5_write_rows(file, "obs/column0", OM_BOOL, first, n_rows, passed));
    om_free(passed);
    om_free(scores);
    om_free(values);
    om_free(indices);
    om_free(indptr);
}

static om_digest make_file(int64_t n_rows, int64_t first, int64_t count) {
    om_digest digest = {{0, 0}};
    om_h5 *file = NULL;
    assert_ok(om_agree(ctx, OM_OK)); /* nobody reads the last test's file any more */
    if (om_context_is_root(ctx)) {
        file = make_structure(n_rows);
        digest = om_h5_digest(file);
        assert_ok(om_h5_close(&file));
    }
    assert_ok(om_agree(ctx, OM_OK));
    assert_ok(om_h5_open_parallel(&file, ctx, path));
    write_rows(file, n_rows, first, count);
    om_digest written = om_h5_digest(file);
    om_digest_add(&digest, &written);
    assert_ok(om_h5_close(&file));
    assert_ok(om_sum_digest(ctx, &digest));
    return digest;
}

static void assert_content(int64_t n_rows) {
    om_h5 *file = NULL;
    om_counts *counts = NULL;
    assert_ok(om_h5_open(&file, path));
    assert_ok(om_h5ad_read_counts(&counts, file, "X", 0, n_rows));
    assert_int_equal(counts->indptr[n_rows], nonzeros_before(n_rows));
    for (int64_t row = 0; row < n_rows; row++) {
        assert_int_equal(counts->indptr[row], nonzeros_before(row));
        for (int64_t at = counts->indptr[row]; at < counts->indptr[row + 1]; at++) {
            int64_t column = row % 3 + 2 * (at - counts->indptr[row]);
            assert_int_equal(counts->indices[at], column);
            assert_true(counts->values[at] == (double)((row + 1) * (column + 1)));
        }
    }
    om_counts_destroy(&counts);
    double *scores = om_calloc(3 * n_rows, sizeof *scores);
    assert_ok(om_h5_read_rows(file, "obsm/scores", OM_F64, 0, n_rows, scores));
    for (int64_t i = 0; i < 3 * n_rows; i++) {
        assert_true(scores[i] == (double)(i / 3) / (double)(i % 3 + 1));
    }
    om_free(scores);
    assert_ok(om_h5_close(&file));
}

static void assert_digest_of_file(om_digest expected) {
    om_digest found;
    assert_ok(om_h5_digest_file(path, &found));
    assert_memory_equal(&found, &expected, sizeof found);
}

/* The same file by one process through one handle, in two pieces. */
static void assert_serial_digest(int64_t n_rows, om_digest expected) {
    om_h5 *file = make_structure(n_rows);
    write_rows(file, n_rows, 0, 5);
    write_rows(file, n_rows, 5, n_rows - 5);
    om_digest digest = om_h5_digest(file);
    assert_ok(om_h5_close(&file));
    assert_memory_equal(&digest, &expected, sizeof digest);
    assert_content(n_rows);
}

static void test_ranks_fill_one_file(void **state) {
    (void)state;
    int64_t first;
    int64_t count;
    om_range_even(23, om_context_size(ctx), om_context_rank(ctx), &first, &count);
    om_digest digest = make_file(23, first, count);
    assert_content(23);
    assert_digest_of_file(digest);
    assert_ok(om_agree(ctx, OM_OK));
    if (om_context_is_root(ctx)) {
        assert_serial_digest(23, digest);
    }
}

/* Some ranks have no rows, before, between and after those that have. */
static void test_ranks_without_rows_take_part(void **state) {
    (void)state;
    int rank = om_context_rank(ctx);
    int size = om_context_size(ctx);
    int64_t first = rank <= size / 2 ? 0 : 2;
    int64_t count = rank == size / 2 ? 2 : 0;
    om_digest digest = make_file(2, first, count);
    assert_content(2);
    assert_digest_of_file(digest);
}

static void test_a_file_without_rows(void **state) {
    (void)state;
    om_digest digest = make_file(0, 0, 0);
    assert_content(0);
    assert_digest_of_file(digest);
}

/* A mistake of one rank is everyone's, and nobody waits. */
static void test_a_failure_of_one_rank_is_shared(void **state) {
    (void)state;
    int rank = om_context_rank(ctx);
    int last = om_context_size(ctx) - 1;
    const double row[3] = {1, 2, 3};
    om_h5 *file = NULL;
    make_file(2, rank == 0 ? 0 : 2, rank == 0 ? 2 : 0);
    assert_ok(om_h5_open_parallel(&file, ctx, path));
    assert_int_equal(om_h5_write_rows(file, "obsm/scores", OM_F64, rank == last ? 2 : 0,
                                      rank == last ? 1 : 0, row),
                     OM_BUG);
    assert_message_has("object 'obsm/scores': rows 2 to 3 written");
    assert_int_equal(om_h5_write_rows(file, "obsm/none", OM_F64, 0, 0, row), OM_INPUT);
    assert_ok(om_h5_close(&file));
    assert_ok(om_agree(ctx, OM_OK));
    if (rank == 0) {
        assert_int_equal(truncate(path, 100), 0);
    }
    assert_ok(om_agree(ctx, OM_OK));
    assert_int_equal(om_h5_open_parallel(&file, ctx, path), OM_SYSTEM);
    assert_message_has("file.h5ad: cannot open by MPI-IO: ");
    assert_null(file);
    assert_int_equal(om_h5_open_parallel(&file, ctx, "/nowhere/file.h5ad"), OM_INPUT);
    assert_null(file);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    char folder[TEST_PATH];
    test_folder_share(ctx, folder);
    strcpy(path, test_path(folder, "file.h5ad"));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranks_fill_one_file),
        cmocka_unit_test(test_ranks_without_rows_take_part),
        cmocka_unit_test(test_a_file_without_rows),
        cmocka_unit_test(test_a_failure_of_one_rank_is_shared),
    };
    int failed = cmocka_run_group_tests_name("h5", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
