/* The stage `label_check` against NumPy's and SciPy's figures, the same at any number of ranks. */
#include "oncomark/stages.h"

#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/table.h"
#include "unit_test.h"

#include "../golden/golden_arrays.h"
#include "test_ranks.h"

#include <math.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

enum { N_GENES = 40, N_FIGURES = 4 };

static const char artefact[] = "validate/label_check.csv";

static om_ctx *world;
static char folder[TEST_PATH];
static double *task, *label, *counts, *sets, *figures, *ok, *flagged;
static int64_t n_samples, n_set_genes;

static void read_golden(void) {
    static const char path[] = OM_TEST_SOURCE_DIR "/tests/golden/label_check.txt";
    int64_t n = 0;
    task = golden_array(path, "task", &n_samples);
    label = golden_array(path, "label", &n);
    counts = golden_array(path, "counts", &n);
    sets = golden_array(path, "sets", &n_set_genes);
    figures = golden_array(path, "figures", &n);
    ok = golden_array(path, "ok", &n);
    flagged = golden_array(path, "flagged", &n);
    n_set_genes /= 3;
}

static void free_golden(void) {
    double *const arrays[] = {task, label, counts, sets, figures, ok, flagged};
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++) {
        free(arrays[i]);
    }
}

/* Gene 3 has its former name in the sets, and gene 5 small letters. */
static void set_symbol(char *text, size_t size, int64_t i) {
    int gene = (int)sets[3 * i + 2];
    if (gene < 0) {
        snprintf(text, size, "ABSENT");
    } else {
        snprintf(text, size, gene == 3 ? "FORMER%d" : gene == 5 ? "Gene%02d" : "GENE%02d", gene);
    }
}

static void write_sets(void) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    for (int64_t i = 0; i < n_set_genes; i++) {
        char symbol[32];
        int h = (int)sets[3 * i];
        if (i == 0 || h != (int)sets[3 * i - 3]) {
            om_text_add(text, "%s%s\tx", i > 0 ? "\n" : "", om_hallmark_code(h));
        }
        set_symbol(symbol, sizeof symbol, i);
        om_text_add(text, "\t%s%s", symbol, sets[3 * i + 1] > 0 ? "-" : "");
    }
    om_text_add(text, "\n");
    test_write(folder, "sets.gmt", om_text_get(text));
    om_text_destroy(&text);
    test_write(folder, "aliases.tsv", "FORMER3\tGENE03\n");
}

static void write_categories(om_h5 *file, const char *column, const int32_t *codes,
                             om_strings *categories) {
    assert_int_equal(om_h5ad_frame_categories(file, "obs", column, n_samples, codes, categories),
                     OM_OK);
}

static void write_obs(om_h5 *file) {
    static const char *const groups[] = {"data_set", "study", "tissue", "sample", "patient"};
    static const char *const columns[] = {"data_set", "study",    "tissue", "sample",
                                          "patient",  "hallmark", "label"};
    om_strings *names = test_strings(0, NULL);
    om_strings *codes = test_strings(0, NULL);
    om_strings *one = test_strings(1, (const char *const[]){"only"});
    om_strings *order = test_strings(7, columns);
    int32_t *hallmark = om_calloc(n_samples, sizeof *hallmark);
    int32_t *same = om_calloc(n_samples, sizeof *same);
    int64_t *labels = om_calloc(n_samples, sizeof *labels);
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        om_strings_add(codes, om_hallmark_code(k));
    }
    for (int64_t i = 0; i < n_samples; i++) {
        char name[32];
        snprintf(name, sizeof name, "S%d", (int)i);
        om_strings_add(names, name);
        hallmark[i] = (int32_t)task[i];
        labels[i] = (int64_t)label[i];
    }
    assert_int_equal(om_h5ad_frame_begin(file, "obs", "synthetic_sample", names), OM_OK);
    for (int i = 0; i < 5; i++) {
        write_categories(file, groups[i], same, one);
    }
    write_categories(file, "hallmark", hallmark, codes);
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "label", OM_I64, n_samples, labels), OM_OK);
    assert_int_equal(om_h5ad_frame_end(file, "obs", order), OM_OK);
    om_free(hallmark);
    om_free(same);
    om_free(labels);
    om_strings_destroy(&names);
    om_strings_destroy(&codes);
    om_strings_destroy(&one);
    om_strings_destroy(&order);
}

static void write_var(om_h5 *file) {
    om_strings *genes = test_strings(0, NULL);
    om_strings *order = test_strings(0, NULL);
    for (int g = 0; g < N_GENES; g++) {
        char symbol[32];
        snprintf(symbol, sizeof symbol, "GENE%02d", g);
        om_strings_add(genes, symbol);
    }
    assert_int_equal(om_h5ad_frame_begin(file, "var", "gene", genes), OM_OK);
    assert_int_equal(om_h5ad_frame_end(file, "var", order), OM_OK);
    om_strings_destroy(&genes);
    om_strings_destroy(&order);
}

static void write_x(om_h5 *file) {
    uint32_t *data = om_calloc(n_samples * N_GENES, sizeof *data);
    int32_t *indices = om_calloc(n_samples * N_GENES, sizeof *indices);
    int64_t *indptr = om_calloc(n_samples + 1, sizeof *indptr);
    int64_t n = 0;
    for (int64_t i = 0; i < n_samples * N_GENES; i++) {
        if (counts[i] > 0) {
            data[n] = (uint32_t)counts[i];
            indices[n++] = (int32_t)(i % N_GENES);
        }
        indptr[i / N_GENES + 1] = n;
    }
    assert_int_equal(om_h5ad_reserve_csr(file, "X", OM_U32, n_samples, N_GENES, n), OM_OK);
    assert_int_equal(om_h5ad_write_csr_rows(file, "X", OM_U32, 0, n_samples, n_samples, 0, indptr,
                                            indices, data),
                     OM_OK);
    om_free(data);
    om_free(indices);
    om_free(indptr);
}

static om_job *make_job(const char *run, const char *more) {
    om_job *job = NULL;
    char *text = om_format("workdir: %s/%s\ngene_sets: %s/sets.gmt\nalias_table: %s/aliases.tsv\n"
                           "data:\n  - {path: Data_A2020_Lung}\n%s",
                           folder, run, folder, folder, more);
    if (om_job_parse(&job, "job.yaml", text, (int64_t)strlen(text), NULL) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_free(text);
    return job;
}

/* Puts synthetic.h5ad into the workdir as the stage before would. */
static void commit_samples(om_workdir *workdir) {
    char *path = NULL;
    char hex[OM_DIGEST_HEX];
    om_h5 *file = NULL;
    assert_int_equal(om_workdir_temporary(&path, workdir, "synthetic.h5ad"), OM_OK);
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5ad_begin(file), OM_OK);
    write_obs(file);
    write_var(file);
    write_x(file);
    om_digest digest = om_h5_digest(file);
    om_digest_hex(&digest, hex);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_int_equal(
        om_workdir_commit(workdir, "synthesize", "synthetic.h5ad", "stage: x\n", hex, hex), OM_OK);
    om_free(path);
}

/* Runs the stage; returns how many warnings this rank gave. */
static long run_stage(char hex[OM_DIGEST_HEX], om_ctx *ctx, const char *run, const char *more,
                      bool fresh) {
    om_workdir *workdir = NULL;
    om_job *job = make_job(run, more);
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    if (fresh) {
        if (om_context_is_root(ctx)) {
            commit_samples(workdir);
        }
        om_workdir_close(&workdir);
        assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    }
    long before = om_log_warnings(om_context_log(ctx));
    if (om_stage_label_check(ctx, job, workdir) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_int_equal(om_workdir_digest(workdir, artefact, hex), OM_OK);
    om_workdir_close(&workdir);
    om_job_destroy(&job);
    return om_log_warnings(om_context_log(ctx)) - before;
}

static void assert_figure(const om_table *table, int64_t row, const char *column, double expected) {
    double found = NAN;
    const char *text = om_table_cell(table, row, om_table_find(table, column));
    if (isnan(expected)) {
        assert_string_equal(text, "");
        return;
    }
    assert_true(om_parse_f64(text, &found));
    if (!(fabs(found - expected) <= 1e-9 * fabs(expected))) {
        fail_msg("row %d, %s: found %.17g, expected %.17g", (int)row, column, found, expected);
    }
}

static void assert_cell(const om_table *table, int64_t row, const char *column,
                        const char *expected) {
    assert_string_equal(om_table_cell(table, row, om_table_find(table, column)), expected);
}

static void test_figures(void **state) {
    (void)state;
    char hex[OM_DIGEST_HEX];
    om_table *table = NULL;
    long warnings = run_stage(hex, world, "run", "", true);
    assert_int_equal(warnings, om_context_is_root(world) ? 3 : 0);
    char *path = om_format("%s/run/%s", folder, artefact);
    assert_int_equal(om_table_read(&table, path), OM_OK);
    om_free(path);
    assert_int_equal(om_table_rows(table), n_set_genes);
    for (int64_t i = 0; i < n_set_genes; i++) {
        const double *figure = figures + N_FIGURES * i;
        char symbol[32];
        int h = (int)sets[3 * i];
        set_symbol(symbol, sizeof symbol, i);
        assert_cell(table, i, "hallmark", om_hallmark_code(h));
        assert_cell(table, i, "gene", symbol);
        assert_cell(table, i, "expected", sets[3 * i + 1] > 0 ? "down" : "up");
        assert_cell(table, i, "flagged", flagged[h] > 0 ? "1" : "0");
        assert_cell(table, i, "ok", sets[3 * i + 2] < 0 ? "" : ok[i] > 0 ? "1" : "0");
        assert_figure(table, i, "log2_fold_change", figure[0]);
        assert_figure(table, i, "t", figure[1]);
        assert_figure(table, i, "p", figure[2]);
        assert_figure(table, i, "p_adjusted", figure[3]);
    }
    om_table_destroy(&table);
}

static void test_same_at_any_number_of_ranks(void **state) {
    (void)state;
    char together[OM_DIGEST_HEX], alone[OM_DIGEST_HEX];
    om_ctx *part = NULL;
    assert_int_equal(run_stage(together, world, "run", "", false), 0); /* done already */
    bool is_root = om_context_is_root(world);
    assert_int_equal(om_context_split(&part, world, is_root ? 0 : 1), OM_OK);
    if (is_root) {
        assert_int_equal(run_stage(alone, part, "alone", "", true), 3);
    }
    om_context_destroy(&part);
    assert_int_equal(om_broadcast(world, 0, alone, sizeof alone), OM_OK);
    assert_string_equal(alone, together);
}

/* Without aliases gene 3 is missing, and the key is another one. */
static void test_follows_its_parameters(void **state) {
    (void)state;
    char hex[OM_DIGEST_HEX];
    om_table *table = NULL;
    run_stage(hex, world, "run", "score: {aliases: false}\n", false);
    char *path = om_format("%s/run/%s", folder, artefact);
    assert_int_equal(om_table_read(&table, path), OM_OK);
    om_free(path);
    int64_t n_former = 0;
    for (int64_t i = 0; i < n_set_genes; i++) {
        bool missing = sets[3 * i + 2] < 0 || (int)sets[3 * i + 2] == 3;
        n_former += (int)sets[3 * i + 2] == 3;
        assert_figure(table, i, "log2_fold_change", missing ? NAN : figures[N_FIGURES * i]);
    }
    assert_true(n_former > 0);
    om_table_destroy(&table);
}

static void test_what_is_missing_is_named(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    om_job *job = make_job("empty", "");
    assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
    assert_int_equal(om_stage_label_check(world, job, workdir), OM_USAGE);
    assert_message_has("synthetic.h5ad");
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_same_at_any_number_of_ranks),
        cmocka_unit_test(test_follows_its_parameters),
        cmocka_unit_test(test_what_is_missing_is_named),
    };
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    read_golden();
    if (om_context_is_root(world)) {
        write_sets();
    }
    MPI_Barrier(om_context_comm(world));
    int failed = cmocka_run_group_tests_name("label_check", tests, NULL, NULL);
    free_golden();
    test_folder_unshare(world, folder);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
