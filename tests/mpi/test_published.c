/* The published tables, out and in again: the same at any number of ranks, and as plain sums say.
 */
#include "oncomark/published_export.h"

#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/stages.h"
#include "tiny_synthetic.h"
#include "unit_test.h"

#include "job_test.h"
#include "test_ranks.h"

#include <inttypes.h>
#include <sys/stat.h>

enum { MOST = 40 };

static om_ctx *ctx;
static om_ctx *alone; /* rank 0 on its own; the others each likewise */
static char folder[TEST_PATH];
static char synthetic[2 * TEST_PATH];
static uint32_t counts[TINY_SAMPLES][TINY_GENES];
static bool chosen[2][TINY_GENES];

/* The most variable genes of a label, by whole numbers. */
static void choose(int label) {
    om_wide variance[TINY_GENES];
    for (int g = 0; g < TINY_GENES; g++) {
        om_wide n = 0, sum = 0, squares = 0;
        for (int64_t row = 0; row < TINY_SAMPLES; row++) {
            if (tiny_row_of(row).label == label) {
                n++;
                sum += counts[row][g];
                squares += (om_wide)counts[row][g] * counts[row][g];
            }
        }
        variance[g] = n * squares - sum * sum;
    }
    for (int g = 0; g < TINY_GENES; g++) {
        int above = 0;
        for (int h = 0; h < TINY_GENES; h++) {
            above += variance[h] > variance[g] || (variance[h] == variance[g] && h < g);
        }
        chosen[label][g] = above < MOST;
    }
}

static om_text *new_text(void) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    return text;
}

static void add_name(om_text *text, int64_t row) {
    tiny_row is = tiny_row_of(row);
    assert_int_equal(om_text_add(text, "S%d|P%d&%s_UCell&%d", is.patient / 3, is.patient,
                                 om_hallmark_code(is.task), is.block + 1),
                     OM_OK);
}

/* The table of a label as it has to be. */
static om_text *expected_data(int label) {
    om_text *text = new_text();
    for (int g = 0; g < TINY_GENES; g++) {
        if (chosen[label][g]) {
            assert_int_equal(om_text_add(text, ",GENE%02d", g), OM_OK);
        }
    }
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        if (tiny_row_of(row).label != label) {
            continue;
        }
        assert_int_equal(om_text_add(text, "\n"), OM_OK);
        add_name(text, row);
        for (int g = 0; g < TINY_GENES; g++) {
            if (chosen[label][g]) {
                assert_int_equal(om_text_add(text, ",%" PRIu32, counts[row][g]), OM_OK);
            }
        }
    }
    assert_int_equal(om_text_add(text, "\n"), OM_OK);
    return text;
}

static om_text *expected_meta(int label) {
    om_text *text = new_text();
    assert_int_equal(om_text_add(text, ",Cancer,Hallmark\n"), OM_OK);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        tiny_row is = tiny_row_of(row);
        if (is.label == label) {
            add_name(text, row);
            assert_int_equal(
                om_text_add(text, ",Tissue%d,%s\n", is.patient / 6, om_hallmark_code(is.task)),
                OM_OK);
        }
    }
    return text;
}

static void assert_file(const char *path, om_text *expected) {
    char *bytes = NULL;
    int64_t length = 0;
    assert_int_equal(om_file_read_all(path, &bytes, &length), OM_OK);
    assert_string_equal(bytes, om_text_get(expected));
    om_free(bytes);
    om_text_destroy(&expected);
}

static void test_export(void **state) {
    (void)state;
    const char *tables = test_path(folder, "tables");
    if (om_published_export(ctx, synthetic, tables, MOST, false) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_file(test_path(tables, "data_pos_sep_hallmark.csv"), expected_data(1));
    assert_file(test_path(tables, "data_neg_sep_hallmark.csv"), expected_data(0));
    assert_file(test_path(tables, "meta_pos_sep_hallmark.csv"), expected_meta(1));
    assert_file(test_path(tables, "meta_neg_sep_hallmark.csv"), expected_meta(0));
    assert_int_not_equal(access(test_path(tables, "data_pos_sep_hallmark.csv.tmp"), F_OK), 0);
    /* Nothing is overwritten unless that is wanted. */
    assert_int_equal(om_published_export(ctx, synthetic, tables, MOST, false), OM_USAGE);
    assert_message_has("expected a new or an empty folder");
    assert_int_equal(om_published_export(ctx, synthetic, tables, MOST, true), OM_OK);
    assert_file(test_path(tables, "data_pos_sep_hallmark.csv"), expected_data(1));
}

static om_job *make_job(const char *workdir, const char *tables) {
    char *text = om_format("workdir: %s/%s\npublished: %s/%s\n", folder, workdir, folder, tables);
    om_job *job = test_job("job.yaml", text);
    om_free(text);
    return job;
}

/* Ingests on the ranks of `group`; *hex: the artefact's digest. */
static om_status ingest(om_ctx *group, const char *workdir, const char *tables,
                        char hex[OM_DIGEST_HEX]) {
    om_workdir *opened = NULL;
    om_job *job = make_job(workdir, tables);
    assert_int_equal(om_workdir_open(&opened, group, job), OM_OK);
    om_status status = om_stage_published(group, job, opened);
    if (status == OM_OK) {
        assert_int_equal(om_workdir_digest(opened, "synthetic.h5ad", hex), OM_OK);
    }
    om_workdir_close(&opened);
    om_job_destroy(&job);
    return status;
}

/* The row of synthetic.h5ad that becomes row `row`: positive ones first. */
static int64_t original_row(int64_t row) {
    int64_t seen = 0;
    for (int label = 1; label >= 0; label--) {
        for (int64_t i = 0; i < TINY_SAMPLES; i++) {
            if (tiny_row_of(i).label == label && seen++ == row) {
                return i;
            }
        }
    }
    return -1;
}

static void assert_column(const om_h5 *file, const char *column, int64_t row,
                          const char *expected) {
    int32_t *codes = NULL;
    om_strings *categories = NULL;
    assert_int_equal(om_h5ad_read_categories(file, "obs", column, &codes, &categories), OM_OK);
    assert_string_equal(om_strings_get(categories, codes[row]), expected);
    om_free(codes);
    om_strings_destroy(&categories);
}

static void assert_obs(const om_h5 *file) {
    for (int64_t row = 0; row < TINY_SAMPLES; row += 37) {
        tiny_row is = tiny_row_of(original_row(row));
        char data_set[24], sample[24], tissue[24];
        snprintf(data_set, sizeof data_set, "S%d", is.patient / 3);
        snprintf(sample, sizeof sample, "P%d", is.patient);
        snprintf(tissue, sizeof tissue, "Tissue%d", is.patient / 6);
        assert_column(file, "data_set", row, data_set);
        assert_column(file, "study", row, data_set);
        assert_column(file, "tissue", row, tissue);
        assert_column(file, "sample", row, sample);
        assert_column(file, "patient", row, sample);
        assert_column(file, "hallmark", row, om_hallmark_code(is.task));
    }
    om_strings *names = NULL;
    assert_int_equal(om_h5ad_read_index(file, "obs", &names), OM_OK);
    assert_string_equal(om_strings_get(names, 0), "S0|P0|AIM|pos|0");
    assert_string_equal(om_strings_get(names, TINY_SAMPLES - 1), "S3|P11|TPI|neg|1");
    om_strings_destroy(&names);
    int64_t label[TINY_SAMPLES], block[TINY_SAMPLES];
    assert_int_equal(om_h5_read_rows(file, "obs/label", OM_I64, 0, TINY_SAMPLES, label), OM_OK);
    assert_int_equal(om_h5_read_rows(file, "obs/block", OM_I64, 0, TINY_SAMPLES, block), OM_OK);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        assert_int_equal(label[row], tiny_row_of(original_row(row)).label);
        assert_int_equal(block[row], tiny_row_of(original_row(row)).block);
    }
}

static void assert_values(const om_h5 *file) {
    om_strings *genes = NULL;
    om_counts *x = NULL;
    int columns[TINY_GENES];
    int n = 0;
    for (int g = 0; g < TINY_GENES; g++) {
        columns[n] = g;
        n += chosen[0][g] && chosen[1][g] ? 1 : 0;
    }
    assert_true(n > 0 && n < MOST); /* or nothing is tested */
    assert_int_equal(om_h5ad_read_index(file, "var", &genes), OM_OK);
    assert_int_equal(om_strings_count(genes), n);
    assert_int_equal(om_h5ad_read_counts(&x, file, "X", 0, TINY_SAMPLES), OM_OK);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        int64_t at = x->indptr[row];
        for (int c = 0; c < n; c++) {
            uint32_t expected = counts[original_row(row)][columns[c]];
            if (expected > 0) {
                assert_int_equal(x->indices[at], c);
                assert_true(x->values[at++] == (double)expected);
            }
        }
        assert_int_equal(at, x->indptr[row + 1]);
    }
    om_strings_destroy(&genes);
    om_counts_destroy(&x);
}

static void test_ingest(void **state) {
    (void)state;
    char hex[OM_DIGEST_HEX], again[OM_DIGEST_HEX], single[OM_DIGEST_HEX];
    om_h5 *file = NULL;
    if (ingest(ctx, "w", "tables", hex) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    const char *path = test_path(folder, "w/synthetic.h5ad");
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_obs(file);
    assert_values(file);
    om_h5_close(&file);
    /* The digest is that of the file, and of one rank's work; a second run does nothing. */
    om_digest whole = {{0, 0}};
    assert_int_equal(om_h5_digest_file(path, &whole), OM_OK);
    om_digest_hex(&whole, again);
    assert_string_equal(again, hex);
    struct stat before, after;
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(ingest(ctx, "w", "tables", again), OM_OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    if (om_context_is_root(ctx)) {
        assert_int_equal(ingest(alone, "w1", "tables", single), OM_OK);
        assert_string_equal(single, hex);
    }
    MPI_Barrier(om_context_comm(ctx));
}

/* What was read in is written out again as it was, and read in again. */
static void test_second_turn(void **state) {
    (void)state;
    char hex[OM_DIGEST_HEX], again[OM_DIGEST_HEX];
    assert_int_equal(om_published_export(ctx, test_path(folder, "w/synthetic.h5ad"),
                                         test_path(folder, "tables2"), MOST, false),
                     OM_OK);
    assert_int_equal(ingest(ctx, "w", "tables", hex), OM_OK);
    assert_int_equal(ingest(ctx, "w2", "tables2", again), OM_OK);
    assert_string_equal(hex, again);
}

/* Copies the tables to `bad` with `command` run in it, and expects a failure. */
static void assert_bad(const char *command, const char *message) {
    char hex[OM_DIGEST_HEX];
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        char *line = om_format("cd '%s' && rm -rf bad wbad && cp -r tables bad && cd bad && %s",
                               folder, command);
        assert_int_equal(system(line), 0);
        om_free(line);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(ingest(ctx, "wbad", "bad", hex), OM_INPUT);
    assert_message_has(message);
    assert_int_not_equal(access(test_path(folder, "wbad/synthetic.h5ad"), F_OK), 0);
}

static void test_bad_tables(void **state) {
    (void)state;
    assert_bad("rm meta_neg*", "found no table of the negative samples' hallmarks");
    assert_bad("sed -i '101s/,[0-9]*$/,2.5/' data_neg*",
               "data_neg_sep_hallmark.csv:101: gene GENE");
    assert_bad("sed -i '101s/,[0-9]*$/,-2/' data_pos* && gzip data_pos*",
               "data_pos_sep_hallmark.csv.gz:101: gene GENE");
    assert_bad("sed -i '77s/,[0-9]*$//' data_pos*",
               "data_pos_sep_hallmark.csv:77: found 39 values behind the row's name, expected 40");
    assert_bad("sed -i '50s/&[A-Z]*_UCell&/\\&XY\\&/' data_pos*",
               "data_pos_sep_hallmark.csv:50: found the row name '");
    assert_bad("sed -i '50s/P./PX/' data_pos*", "meta_pos_sep_hallmark.csv: found no row 'S");
    assert_bad("sed -i '50d' meta_neg*", "meta_neg_sep_hallmark.csv: found no row 'S");
    assert_bad("sed -i '50d' data_neg*", "meta_neg_sep_hallmark.csv:50: found the row 'S");
    assert_bad("sed -i '50s/,[A-Z]*$/,TPI/' meta_pos*", "but the metadata say TPI");
    assert_bad("sed -i '1s/GENE/G_/g' data_pos*", "found no gene that both have");
    assert_bad("sed -i '1s/Cancer/Tumour/' meta_pos*", "found no column Cancer");
}

static om_status export_again(void) {
    return om_published_export(ctx, synthetic, test_path(folder, "short"), MOST, true);
}

static om_workdir *short_workdir;
static om_job *short_job;

static om_status ingest_again(void) {
    return om_stage_published(ctx, short_job, short_workdir);
}

/* Lets one allocation of a rank fail, a later one each time, until all succeed: all ranks get the
 * same failure, and none waits. */
static void fail_on(int rank, om_status (*call)(void)) {
    om_status status = OM_MEMORY;
    for (int64_t successes = 0; status != OM_OK; successes += 1 + successes / 6) {
        om_memory_fail_after(om_context_rank(ctx) == rank ? successes : -1);
        status = call();
        om_memory_fail_after(-1);
        int64_t range[2] = {(int64_t)status, -(int64_t)status};
        assert_int_equal(om_max_i64(ctx, range, 2), OM_OK);
        assert_int_equal(range[0], -range[1]);
        assert_true(successes > 0 || status == OM_MEMORY);
        assert_true(successes < 10000000);
    }
}

static void test_no_memory_on_one_rank(void **state) {
    (void)state;
    int last = om_context_size(ctx) - 1;
    fail_on(0, export_again);
    fail_on(last, export_again);
    assert_file(test_path(folder, "short/data_pos_sep_hallmark.csv"), expected_data(1));
    for (int turn = 0; turn < 2; turn++) {
        char *name = om_format("wshort%d", turn);
        short_job = make_job(name, "tables");
        assert_int_equal(om_workdir_open(&short_workdir, ctx, short_job), OM_OK);
        fail_on(turn == 0 ? 0 : last, ingest_again);
        om_workdir_close(&short_workdir);
        om_job_destroy(&short_job);
        om_free(name);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    if (om_context_split(&alone, ctx, om_context_rank(ctx)) != OM_OK) {
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    tiny_share(ctx, folder, synthetic);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        tiny_counts(row, counts[row]);
    }
    choose(0);
    choose(1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_export),
        cmocka_unit_test(test_ingest),
        cmocka_unit_test(test_second_turn),
        cmocka_unit_test(test_bad_tables),
        cmocka_unit_test(test_no_memory_on_one_rank),
    };
    int failures = cmocka_run_group_tests_name("published", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    om_context_destroy(&alone);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failures;
}
