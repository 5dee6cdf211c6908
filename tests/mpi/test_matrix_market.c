#include "oncomark/matrix_market.h"

#include "io/mtx_stream.h"
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

/* What a pass over a stream gave, all ranks together. */
typedef struct reading {
    double *found; /* [columns x rows] */
    int64_t n_rounds;
    int64_t n_restarts;
    bool integer;
} reading;

/* Takes a rank's batch in. */
static void add_batch(reading *read, const om_counts *batch, const matrix *made) {
    assert_int_equal(batch->n_genes, made->rows);
    assert_int_equal(batch->n_cells_total, made->columns);
    assert_int_equal(batch->indptr[0], 0);
    for (int64_t cell = 0; cell < batch->n_cells; cell++) {
        double *cells = read->found + (batch->first_cell + cell) * made->rows;
        for (int64_t i = batch->indptr[cell]; i < batch->indptr[cell + 1]; i++) {
            assert_true(i == batch->indptr[cell] || batch->indices[i] > batch->indices[i - 1]);
            assert_true(batch->values[i] > 0);
            cells[batch->indices[i]] += batch->values[i];
        }
    }
    read->integer = read->integer && batch->integer;
}

/* One pass up to OM_FEED_END; cells have to follow on without gaps, rank by rank. */
static om_status read_pass(om_mtx_stream *stream, const matrix *made, reading *read) {
    int64_t next = 0;
    *read = (reading){.found = om_calloc(made->rows * made->columns, sizeof *read->found),
                      .integer = true};
    for (;;) {
        const om_counts *batch = NULL;
        om_feed_event event = OM_FEED_END;
        om_status status = om_mtx_stream_next(stream, &batch, &event);
        if (status != OM_OK) {
            om_free(read->found);
            return status;
        }
        if (event == OM_FEED_END) {
            break;
        }
        if (event == OM_FEED_RESTART) {
            memset(read->found, 0, (size_t)(made->rows * made->columns) * sizeof *read->found);
            read->n_restarts++;
            read->n_rounds = 0;
            read->integer = true;
            next = 0;
            continue;
        }
        read->n_rounds++;
        int64_t before = 0;
        int64_t n_cells = batch->n_cells;
        MPI_Exscan(&n_cells, &before, 1, MPI_INT64_T, MPI_SUM, om_context_comm(ctx));
        assert_int_equal(batch->first_cell, next + (is_root() ? 0 : before));
        assert_int_equal(om_sum_i64(ctx, &n_cells, 1), OM_OK);
        next += n_cells;
        add_batch(read, batch, made);
    }
    assert_int_equal(next, made->columns);
    MPI_Allreduce(MPI_IN_PLACE, read->found, (int)(made->rows * made->columns), MPI_DOUBLE, MPI_SUM,
                  om_context_comm(ctx));
    MPI_Allreduce(MPI_IN_PLACE, &read->integer, 1, MPI_C_BOOL, MPI_LAND, om_context_comm(ctx));
    return OM_OK;
}

enum { AMPLE = 1 << 26 }; /* bytes of memory */

/* What a file has to give. */
typedef struct expectation {
    bool gzip;
    bool integer;
    int64_t memory;
    int64_t n_restarts;
} expectation;

/* Reads it twice, the second time after a rewind. */
static int64_t check_file(const matrix *made, const char *name, const char *text,
                          expectation expected) {
    const char *path = write_shared(name, text, expected.gzip);
    om_mtx_stream *stream = NULL;
    int64_t n_rounds = 0;
    if (om_mtx_stream_open(&stream, ctx, path, false, expected.memory) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    for (int pass = 0; pass < 2; pass++) {
        reading read;
        if (read_pass(stream, made, &read) != OM_OK) {
            fail_msg("%s", om_error_message());
        }
        for (int64_t i = 0; i < made->rows * made->columns; i++) {
            if (read.found[i] != made->expected[i]) {
                fail_msg("%s: cell %" PRId64 ", gene %" PRId64 ": found %.17g, expected %.17g",
                         name, i / made->rows, i % made->rows, read.found[i], made->expected[i]);
            }
        }
        assert_int_equal(read.integer, expected.integer);
        assert_int_equal(read.n_restarts, pass == 0 ? expected.n_restarts : 0);
        n_rounds = read.n_rounds;
        om_mtx_header header;
        int64_t parsed_bytes = om_mtx_stream_parsed_bytes(stream);
        assert_int_equal(om_mtx_header_read(path, &header), OM_OK);
        assert_int_equal(om_sum_i64(ctx, &parsed_bytes, 1), OM_OK);
        int64_t all = (int64_t)strlen(text) - header.bytes;
        if (expected.n_restarts == 0) {
            assert_int_equal(parsed_bytes, (pass + 1) * all);
        } else {
            assert_true(parsed_bytes >= 2 * all);
        }
        assert_int_equal(om_mtx_stream_rewind(stream), OM_OK);
        om_free(read.found);
    }
    om_mtx_stream_close(&stream);
    assert_null(stream);
    return n_rounds;
}

static void test_orders_line_ends_and_compression(void **state) {
    (void)state;
    for (int variant = 0; variant < 32; variant++) {
        bool quarters = (variant & 4) != 0;
        matrix made = make_matrix(61, 43, 0.3, quarters);
        if ((variant & 2) != 0) {
            shuffle(&made);
        }
        bool windows = (variant & 8) != 0;
        char *text = format_matrix(&made, "real", windows ? "\r\n" : "\n", !windows);
        expectation expected = {.gzip = (variant & 1) != 0,
                                .integer = !quarters,
                                .memory = (variant & 16) != 0 ? AMPLE : 1,
                                .n_restarts = (variant & 2) != 0};
        check_file(&made, expected.gzip ? "v.mtx.gz" : "v.mtx", text, expected);
        om_free(text);
        release_matrix(&made);
    }
}

/* Rows first: every line is another column. */
static void test_row_major(void **state) {
    (void)state;
    matrix made = make_matrix(300, 200, 0.5, false);
    int64_t n = 0;
    for (int64_t row = 0; row < made.rows; row++) {
        for (int64_t column = 0; column < made.columns; column++) {
            double value = made.expected[column * made.rows + row];
            if (value > 0) {
                made.entries[n++] = (entry){row + 1, column + 1, value};
            }
        }
    }
    char *text = format_matrix(&made, "integer", "\n", true);
    for (int gzip = 0; gzip < 2; gzip++) {
        check_file(
            &made, "rows.mtx", text,
            (expectation){.gzip = gzip != 0, .integer = true, .memory = AMPLE, .n_restarts = 1});
    }
    om_free(text);
    release_matrix(&made);
}

/* One entry at the very end belongs to the first cell. */
static void test_a_late_surprise(void **state) {
    (void)state;
    matrix made = make_matrix(300, 400, 0.5, false);
    entry first = made.entries[0];
    memmove(made.entries, made.entries + 1, (size_t)(made.n_entries - 1) * sizeof first);
    made.entries[made.n_entries - 1] = first;
    char *text = format_matrix(&made, "integer", "\n", true);
    for (int gzip = 0; gzip < 2; gzip++) {
        check_file(
            &made, "late.mtx", text,
            (expectation){.gzip = gzip != 0, .integer = true, .memory = 1 << 18, .n_restarts = 1});
    }
    om_free(text);
    release_matrix(&made);
}

/* Many rounds of small pieces, of which some are longer than a column and some are not. */
static void test_many_rounds(void **state) {
    (void)state;
    matrix made = make_matrix(900, 300, 0.8, false);
    char *text = format_matrix(&made, "integer", "\n", true);
    for (int gzip = 0; gzip < 2; gzip++) {
        expectation expected = {.gzip = gzip != 0, .integer = true, .memory = 1 << 19};
        int64_t n_rounds = check_file(&made, "rounds.mtx", text, expected);
        assert_true(n_rounds > 10);
        expected.memory = 1;
        assert_true(check_file(&made, "rounds.mtx", text, expected) >= n_rounds);
        expected.memory = AMPLE;
        assert_true(check_file(&made, "rounds.mtx", text, expected) < n_rounds);
    }
    om_free(text);
    shuffle(&made);
    text = format_matrix(&made, "integer", "\n", false);
    expectation expected = {.integer = true, .memory = 1 << 18, .n_restarts = 1};
    assert_true(check_file(&made, "rounds.mtx", text, expected) > 3);
    expected.memory = AMPLE;
    assert_int_equal(check_file(&made, "rounds.mtx", text, expected), 1);
    expected.gzip = true;
    expected.memory = 1 << 20;
    check_file(&made, "rounds.mtx.gz", text, expected);
    om_free(text);
    release_matrix(&made);
}

/* Cells without entries at the beginning, in the middle, over whole pieces and at the end. */
static void test_empty_cells(void **state) {
    (void)state;
    matrix made = make_matrix(60, 3000, 0.3, false);
    int64_t n = 0;
    for (int64_t i = 0; i < made.n_entries; i++) {
        entry kept = made.entries[i];
        int64_t cell = kept.column - 1;
        bool empty = cell < 5 || cell % 7 == 0 || (cell > 1000 && cell < 2200) || cell > 2900;
        if (empty) {
            made.expected[cell * made.rows + kept.row - 1] = 0;
        } else {
            made.entries[n++] = kept;
        }
    }
    made.n_entries = n;
    for (int variant = 0; variant < 8; variant++) {
        if (variant == 4) {
            shuffle(&made);
        }
        char *text = format_matrix(&made, "integer", "\n", true);
        check_file(&made, "gaps.mtx", text,
                   (expectation){.gzip = (variant & 1) != 0,
                                 .integer = true,
                                 .memory = (variant & 2) != 0 ? AMPLE : 1 << 17,
                                 .n_restarts = variant >= 4});
        om_free(text);
    }
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
        check_file(&made, "few.mtx", texts[i], (expectation){.integer = true, .memory = AMPLE});
        check_file(&made, "few.mtx.gz", texts[i],
                   (expectation){.gzip = true, .integer = true, .memory = AMPLE});
        release_matrix(&made);
    }
}

/* A column that fits no piece, in one cell of two. */
static void test_long_column(void **state) {
    (void)state;
    matrix made = make_matrix(900000, 2, 0.9, false);
    char *text = format_matrix(&made, "integer", "\n", true);
    assert_true(strlen(text) > (size_t)18 << 20);
    for (int gzip = 0; gzip < 2; gzip++) {
        check_file(
            &made, "long.mtx", text,
            (expectation){.gzip = gzip != 0, .integer = true, .memory = AMPLE, .n_restarts = 1});
    }
    om_free(text);
    release_matrix(&made);
}

/* "01" and "1" are the same column, though not the same text. */
static void test_columns_with_zeros_in_front(void **state) {
    (void)state;
    matrix made = make_matrix(3, 2, 0, false);
    made.expected[0] = 5;
    made.expected[1] = 6;
    made.expected[5] = 7;
    const char *text = "%%MatrixMarket matrix coordinate integer general\n3 2 3\n1 01 5\n2 1 6\n"
                       "3 002 7\n";
    const char *path = write_shared("zeros.mtx", text, false);
    om_mtx_stream *stream = NULL;
    assert_int_equal(om_mtx_stream_open(&stream, ctx, path, true, 1), OM_OK);
    reading read;
    assert_int_equal(read_pass(stream, &made, &read), OM_OK);
    assert_memory_equal(read.found, made.expected, 6 * sizeof *read.found);
    om_free(read.found);
    om_mtx_stream_close(&stream);
    release_matrix(&made);
}

static void test_duplicates_are_summed_with_one_warning(void **state) {
    (void)state;
    for (int sorted = 0; sorted < 2; sorted++) {
        matrix made = make_matrix(70, 31, 0.4, false);
        entry *parts_of = om_calloc(3 * made.n_entries, sizeof *parts_of);
        int64_t n = 0;
        /* Each of the first 300 entries in three parts that sum to other doubles in other orders,
         * and a zero. */
        for (int64_t i = 0; i < made.n_entries; i++) {
            entry whole = made.entries[i];
            double parts[] = {0.1, 0.7, 1e-17 * (double)(i + 1), 0};
            if (i >= 300) {
                parts_of[n++] = whole;
                continue;
            }
            made.expected[(whole.column - 1) * made.rows + whole.row - 1] =
                (parts[2] + parts[0]) + parts[1];
            for (int part = 0; part < 4; part++) {
                parts_of[n++] = (entry){whole.row, whole.column, parts[(part + i) % 4]};
            }
        }
        om_free(made.entries);
        made.entries = parts_of;
        made.n_entries = n;
        if (sorted == 0) {
            shuffle(&made);
        }
        char *text = format_matrix(&made, "real", "\n", true);
        long before = om_log_warnings(om_context_log(ctx));
        expectation expected = {.memory = 1 << 17, .n_restarts = sorted == 0};
        check_file(&made, "twice.mtx", text, expected);
        expected.gzip = true;
        check_file(&made, "twice.mtx.gz", text, expected);
        assert_int_equal(om_log_warnings(om_context_log(ctx)) - before, is_root() ? 2 : 0);
        om_free(text);
        release_matrix(&made);
    }
}

/* A pass to the end or to a fault. */
static om_status read_all(const char *path, bool only_counts, int64_t memory, bool *integer) {
    om_mtx_stream *stream = NULL;
    om_status status = om_mtx_stream_open(&stream, ctx, path, only_counts, memory);
    om_feed_event event = OM_FEED_ROUND;
    *integer = true;
    while (status == OM_OK && event != OM_FEED_END) {
        const om_counts *batch = NULL;
        status = om_mtx_stream_next(stream, &batch, &event);
        if (status == OM_OK && event == OM_FEED_ROUND) {
            *integer = *integer && batch->integer;
        }
    }
    om_mtx_stream_close(&stream);
    return status;
}

static void test_large_values(void **state) {
    (void)state;
    const char *const texts[] = {
        "%%MatrixMarket matrix coordinate real general\n1 2 3\n1 1 4294967295\n1 1 1\n1 2 7\n",
        "%%MatrixMarket matrix coordinate real general\n1 2 3\n1 1 4294967295\n1 2 7\n1 1 1\n",
    };
    for (int i = 0; i < 2; i++) {
        const char *path = write_shared("large.mtx", texts[i], false);
        bool integer = true;
        assert_int_equal(read_all(path, false, AMPLE, &integer), OM_OK);
        int64_t fractions = integer ? 0 : 1;
        assert_int_equal(om_sum_i64(ctx, &fractions, 1), OM_OK);
        assert_int_equal(fractions, 1);
        assert_int_equal(read_all(path, true, AMPLE, &integer), OM_INPUT);
        assert_message_has("large.mtx: found entries of row 1, column 1 that "
                           "add up to 4294967296, expected at most 429496");
    }
}

/* Every rank has to fail in the same way. */
static void check_fault(const char *path, bool only_integers, const char *message) {
    bool integer = true;
    assert_int_equal(read_all(path, only_integers, 1 << 21, &integer), OM_INPUT);
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
        {"3 3 3\n1 2 1\n1 1 2\n1 3 x\n", "6: found \"1 3 x\", expected", false},
        {"3 3 3\n1 2 1\n1 1 2\n1 3 1.5\n",
         "6: found value 1.5, expected a whole number, since the data set's values are counts "
         "(other choices: values: tpm, values: log)",
         true},
        {"3 3 3\n1 2 1\n1 1 0000000000002\n",
         "3: found 2 entries in the file, expected 3 as the size line says", false},
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
    matrix made = make_matrix(900, 600, 0.8, false);
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
        cmocka_unit_test(test_row_major),
        cmocka_unit_test(test_a_late_surprise),
        cmocka_unit_test(test_many_rounds),
        cmocka_unit_test(test_empty_cells),
        cmocka_unit_test(test_long_column),
        cmocka_unit_test(test_columns_with_zeros_in_front),
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
