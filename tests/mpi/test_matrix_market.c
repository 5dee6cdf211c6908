#include "oncomark/matrix_market.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <inttypes.h>

static om_ctx *ctx;
static char folder[TEST_PATH];

static bool is_root(void) {
    return om_context_is_root(ctx);
}

/* The root writes, all wait. */
static const char *write_shared(const char *name, const char *text, bool gzip) {
    if (is_root()) {
        if (gzip) {
            test_write_gzip(folder, name, text);
        } else {
            test_write(folder, name, text);
        }
    }
    MPI_Barrier(om_context_comm(ctx));
    return test_path(folder, name);
}

/* An entry as it goes into the file. */
typedef struct entry {
    int64_t row;
    int64_t column;
    double value;
} entry;

typedef struct matrix {
    int64_t rows;
    int64_t columns;
    double *expected; /* [columns x rows] */
    entry *entries;
    int64_t n_entries;
} matrix;

/* The same on all ranks: every place with probability `density`, whole numbers or quarters. */
static matrix make_matrix(int64_t rows, int64_t columns, double density, bool quarters) {
    matrix made = {.rows = rows, .columns = columns};
    om_random random = om_random_stream(7, 1, (uint64_t)(rows * 100000 + columns));
    made.expected = om_calloc(rows * columns, sizeof *made.expected);
    made.entries = om_calloc(rows * columns, sizeof *made.entries);
    for (int64_t column = 0; column < columns; column++) {
        for (int64_t row = 0; row < rows; row++) {
            if (om_random_uniform(&random) >= density) {
                continue;
            }
            double value = (double)(1 + om_random_below(&random, 3000));
            value = quarters ? value / 4 : value;
            made.expected[column * rows + row] = value;
            made.entries[made.n_entries++] = (entry){row + 1, column + 1, value};
        }
    }
    return made;
}

static void shuffle(matrix *made) {
    om_random random = om_random_stream(8, 1, 1);
    for (int64_t i = made->n_entries - 1; i > 0; i--) {
        int64_t j = (int64_t)om_random_below(&random, (uint64_t)i + 1);
        entry moved = made->entries[i];
        made->entries[i] = made->entries[j];
        made->entries[j] = moved;
    }
}

static void release_matrix(matrix *made) {
    om_free(made->expected);
    om_free(made->entries);
}

static char *format_matrix(const matrix *made, const char *field, const char *line_end,
                           bool last_line_end) {
    char *text = om_malloc(200 + 40 * made->n_entries, 1);
    char *end = text;
    end += sprintf(end, "%%%%MatrixMarket matrix coordinate %s general%s%% comment%s", field,
                   line_end, line_end);
    end += sprintf(end, "%" PRId64 " %" PRId64 " %" PRId64 "%s", made->rows, made->columns,
                   made->n_entries, line_end);
    for (int64_t i = 0; i < made->n_entries; i++) {
        bool ends = last_line_end || i + 1 < made->n_entries;
        end += sprintf(end, "%" PRId64 " %" PRId64 " %.17g%s", made->entries[i].row,
                       made->entries[i].column, made->entries[i].value, ends ? line_end : "");
    }
    return text;
}

/* Compares every rank's part with the expected matrix, and the parts with the whole. */
static void check_counts(const om_counts *counts, const matrix *made, bool integer) {
    assert_int_equal(counts->n_genes, made->rows);
    assert_int_equal(counts->n_cells_total, made->columns);
    assert_int_equal(counts->integer, integer);
    assert_int_equal(counts->indptr[0], 0);
    for (int64_t cell = 0; cell < counts->n_cells; cell++) {
        const double *expected = made->expected + (counts->first_cell + cell) * made->rows;
        int64_t i = counts->indptr[cell];
        for (int64_t gene = 0; gene < made->rows; gene++) {
            if (expected[gene] > 0) {
                assert_true(i < counts->indptr[cell + 1]);
                assert_int_equal(counts->indices[i], gene);
                assert_true(counts->values[i] == expected[gene]);
                i++;
            }
        }
        assert_int_equal(i, counts->indptr[cell + 1]);
    }
    int64_t next = 0;
    int64_t ends = counts->first_cell + counts->n_cells;
    MPI_Exscan(&counts->n_cells, &next, 1, MPI_INT64_T, MPI_SUM, om_context_comm(ctx));
    assert_int_equal(counts->first_cell, is_root() ? 0 : next);
    assert_int_equal(om_max_i64(ctx, &ends, 1), OM_OK);
    assert_int_equal(ends, made->columns);
}

static void check_file(const matrix *made, const char *name, const char *text, bool gzip,
                       bool integer) {
    om_counts *counts = NULL;
    int64_t parsed_bytes = 0;
    const char *path = write_shared(name, text, gzip);
    om_status status = om_mtx_read(&counts, ctx, path, &parsed_bytes);
    if (status != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    check_counts(counts, made, integer);
    om_mtx_header header;
    assert_int_equal(om_mtx_header_read(path, &header), OM_OK);
    assert_int_equal(om_sum_i64(ctx, &parsed_bytes, 1), OM_OK);
    assert_int_equal(parsed_bytes, (int64_t)strlen(text) - header.bytes);
    om_counts_destroy(&counts);
}

static void test_orders_line_ends_and_compression(void **state) {
    (void)state;
    for (int variant = 0; variant < 16; variant++) {
        bool gzip = (variant & 1) != 0;
        bool quarters = (variant & 4) != 0;
        matrix made = make_matrix(61, 43, 0.3, quarters);
        if ((variant & 2) != 0) {
            shuffle(&made);
        }
        bool windows = (variant & 8) != 0;
        char *text = format_matrix(&made, "real", windows ? "\r\n" : "\n", !windows);
        check_file(&made, gzip ? "v.mtx.gz" : "v.mtx", text, gzip, !quarters);
        om_free(text);
        release_matrix(&made);
    }
}

/* Several pieces a rank, also at seven ranks for gzip. */
static void test_many_pieces(void **state) {
    (void)state;
    matrix made = make_matrix(900, 1300, 0.8, false);
    char *text = format_matrix(&made, "integer", "\n", true);
    assert_true(strlen(text) > (size_t)9 << 20);
    check_file(&made, "big.mtx", text, false, true);
    check_file(&made, "big.mtx.gz", text, true, true);
    om_free(text);
    shuffle(&made);
    text = format_matrix(&made, "integer", "\n", false);
    check_file(&made, "big.mtx", text, false, true);
    om_free(text);
    release_matrix(&made);
}

static void test_fewer_entries_than_ranks(void **state) {
    (void)state;
    const char *const texts[] = {
        "%%MatrixMarket matrix coordinate integer general\n5 1 1\n2 1 9",
        "%%MatrixMarket matrix coordinate integer general\n5 3 0\n",
        "%%MatrixMarket matrix coordinate integer general\n5 3 0",
        "%%MatrixMarket matrix coordinate integer general\n5 2 3\n2 1 9\n5 2 0\n1 2 4\n\n \n\n",
    };
    const int64_t columns[] = {1, 3, 3, 2};
    for (int i = 0; i < 4; i++) {
        matrix made = make_matrix(5, columns[i], 0, false);
        if (i == 0 || i == 3) {
            made.expected[1] = 9;
        }
        if (i == 3) {
            made.expected[5] = 4;
        }
        check_file(&made, "few.mtx", texts[i], false, true);
        check_file(&made, "few.mtx.gz", texts[i], true, true);
        release_matrix(&made);
    }
}

static void test_duplicates_are_summed_with_one_warning(void **state) {
    (void)state;
    matrix made = make_matrix(70, 31, 0.4, false);
    /* Each of the first 300 entries in three parts that sum to other doubles in other orders. */
    for (int64_t i = 0; i < 300; i++) {
        entry *whole = &made.entries[i];
        double parts[] = {0.1, 0.7, 1e-17 * (double)(i + 1)};
        made.expected[(whole->column - 1) * made.rows + whole->row - 1] =
            (parts[2] + parts[0]) + parts[1];
        for (int part = 0; part < 3; part++) {
            entry copy = {whole->row, whole->column, parts[part]};
            made.entries[part == 0 ? i : made.n_entries] = copy;
            made.n_entries += part > 0;
        }
    }
    shuffle(&made);
    char *text = format_matrix(&made, "real", "\n", true);
    long before = om_log_warnings(om_context_log(ctx));
    check_file(&made, "twice.mtx", text, false, false);
    check_file(&made, "twice.mtx.gz", text, true, false);
    assert_int_equal(om_log_warnings(om_context_log(ctx)) - before, is_root() ? 2 : 0);
    om_free(text);
    release_matrix(&made);
}

static void test_large_values(void **state) {
    (void)state;
    om_counts *counts = NULL;
    const char *real = "%%MatrixMarket matrix coordinate real general\n1 2 3\n1 1 4294967295\n"
                       "1 1 1\n1 2 7\n";
    const char *path = write_shared("large.mtx", real, false);
    assert_int_equal(om_mtx_read(&counts, ctx, path, NULL), OM_OK);
    assert_false(counts->integer);
    om_counts_destroy(&counts);
    assert_int_equal(om_mtx_read_integers(&counts, ctx, path, NULL), OM_INPUT);
    assert_message_has("large.mtx: found entries of row 1, column 1 that "
                       "add up to 4294967296, expected at most 429496");
    assert_null(counts);
}

/* Every rank has to fail in the same way. */
static void check_fault(const char *path, bool only_integers, const char *message) {
    om_counts *counts = NULL;
    om_status status = only_integers ? om_mtx_read_integers(&counts, ctx, path, NULL)
                                     : om_mtx_read(&counts, ctx, path, NULL);
    assert_int_equal(status, OM_INPUT);
    assert_null(counts);
    char mine[1000];
    char roots[1000];
    snprintf(mine, sizeof mine, "%s", om_error_message());
    memcpy(roots, mine, sizeof roots);
    assert_int_equal(om_broadcast(ctx, 0, roots, sizeof roots), OM_OK);
    assert_string_equal(mine, roots);
    char expected[1000];
    snprintf(expected, sizeof expected, "%s:%s", path, message);
    if (strncmp(mine, expected, strlen(expected)) != 0) {
        fail_msg("found \"%s\", expected \"%s...\"", mine, expected);
    }
}

static void test_faults_have_one_message_on_all_ranks(void **state) {
    (void)state;
    static const struct {
        const char *body; /* behind a banner and a comment, lines 1 and 2 */
        const char *message;
        bool only_integers;
    } cases[] = {
        {"3 3 2\n1 1 1\n4 1 1\n", "5: found row 4 in \"4 1 1\", expected 1 to 3", false},
        {"3 3 2\n1 1 1\n1 4 1", "5: found column 4 in \"1 4 1\", expected 1 to 3", false},
        {"3 3 2\n1 1 1\n1 3 -2\n", "5: found value -2, expected none below 0", false},
        {"3 3 2\n1 1 1\n1 3 NaN\n", "5: found \"1 3 NaN\", expected a finite value", false},
        {"3 3 2\n1 1 1\n\n1 3\n", "6: found \"1 3\", expected \"<row> <column> <value>\"", false},
        {"3 3 2\n1 1 1\n1 3 2.5\n", "5: found value 2.5, expected a whole number", true},
        {"3 3 2\n1 1 4294967296\n1 3 2\n", "4: found value 4294967296, expected a count", true},
        {"3 3 3\n1 1 1\n1 3 0000000000002\n",
         "3: found 2 entries in the file, expected 3 as the size line says", false},
        {"3 3 1\n1 1 1\n1 3 2\n",
         "3: found 2 entries in the file, expected 1 as the size line says", false},
        {"3 3 1000000000000000000\n1 1 1\n", "3: found 1000000000000000000 entries in the size",
         false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[1000];
        snprintf(text, sizeof text, "%%%%MatrixMarket matrix coordinate real general\n%%\n%s",
                 cases[i].body);
        check_fault(write_shared("bad.mtx", text, false), cases[i].only_integers, cases[i].message);
        check_fault(write_shared("bad.mtx.gz", text, true), cases[i].only_integers,
                    cases[i].message);
    }
    check_fault(write_shared("empty.mtx", "", false), false, " found an empty file");
    check_fault(test_path(folder, "none.mtx"), false, " found no such file");
}

/* One bad line in a file of several pieces: the line number has to be right wherever the cuts are.
 */
static void test_line_numbers_far_into_the_file(void **state) {
    (void)state;
    matrix made = make_matrix(900, 1300, 0.8, false);
    const int64_t lines[] = {3, 4, made.n_entries / 3, made.n_entries - 2};
    for (int i = 0; i < 4; i++) {
        int64_t index = i == 0 ? 0 : lines[i] - 3;
        entry kept = made.entries[index];
        made.entries[index].row = 901;
        char message[200];
        snprintf(message, sizeof message, "%" PRId64 ": found row 901", index + 4);
        char *text = format_matrix(&made, "integer", "\n", true);
        check_fault(write_shared("far.mtx", text, false), true, message);
        if (i == 2) {
            check_fault(write_shared("far.mtx.gz", text, true), true, message);
        }
        om_free(text);
        made.entries[index] = kept;
    }
    release_matrix(&made);
}

static void test_lines_without_end(void **state) {
    (void)state;
    size_t length = (size_t)5 << 20;
    char *text = om_malloc((int64_t)length + 1, 1);
    int start = snprintf(text, length,
                         "%%%%MatrixMarket matrix coordinate real general\n2 2 2\n"
                         "1 1 1\n");
    memset(text + start, ' ', length - (size_t)start);
    text[length] = '\0';
    check_fault(write_shared("endless.mtx", text, false), false, "4: found ");
    check_fault(write_shared("endless.mtx.gz", text, true), false, "4: found ");
    om_free(text);
}

static void test_truncated_gzip(void **state) {
    (void)state;
    matrix made = make_matrix(900, 1300, 0.8, false);
    char *text = format_matrix(&made, "integer", "\n", true);
    const char *path = write_shared("cut.mtx.gz", text, true);
    if (is_root()) {
        test_cut(path, 1000000);
    }
    MPI_Barrier(om_context_comm(ctx));
    check_fault(path, true, " found a truncated or damaged gzip stream");
    om_free(text);
    release_matrix(&made);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders_line_ends_and_compression),
        cmocka_unit_test(test_many_pieces),
        cmocka_unit_test(test_fewer_entries_than_ranks),
        cmocka_unit_test(test_duplicates_are_summed_with_one_warning),
        cmocka_unit_test(test_large_values),
        cmocka_unit_test(test_faults_have_one_message_on_all_ranks),
        cmocka_unit_test(test_line_numbers_far_into_the_file),
        cmocka_unit_test(test_lines_without_end),
        cmocka_unit_test(test_truncated_gzip),
    };
    int failed = cmocka_run_group_tests_name("matrix market", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
