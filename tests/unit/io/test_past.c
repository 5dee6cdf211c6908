/* What is read back of earlier runs. */
#include "oncomark/past.h"
#include "unit_test.h"

#include "oncomark/memory.h"
#include "text_files.h"

#include <mpi.h>

static om_ctx *ctx;
static om_job *job;

static om_past *read_manifest(const char *text) {
    om_workdir *workdir = NULL;
    om_past *past = NULL;
    if (text != NULL) {
        test_write(test_folder, "manifest.json", text);
    }
    job->workdir = test_folder;
    assert_int_equal(om_workdir_look(&workdir, ctx, job), OM_OK);
    assert_int_equal(om_past_create(&past, workdir), OM_OK);
    om_workdir_close(&workdir);
    return past;
}

static void test_stage(void **state) {
    (void)state;
    om_past_stage stage;
    om_past *past = read_manifest(
        "{\"stages\": {\"score\": {\"finished\": \"2031-01-31T12:00:00Z\", \"wall_seconds\": 2.5,"
        "\"ranks\": 2, \"nonzeros\": [10, 20], \"parsed_bytes\": [0, 0], \"training_rows\": [1, 2],"
        "\"peak_memory_bytes\": [700, 900], \"cpu_seconds\": [1, 1]}}}");
    assert_true(om_past_find(&stage, past, "score"));
    assert_string_equal(stage.finished, "2031-01-31T12:00:00Z");
    assert_true(stage.wall_seconds == 2.5);
    assert_int_equal(stage.n_ranks, 2);
    assert_int_equal(stage.counters[OM_COUNT_NONZEROS], 30);
    assert_int_equal(stage.counters[OM_COUNT_TRAINING_ROWS], 3);
    assert_int_equal(stage.peak_memory, 900);
    assert_false(om_past_find(&stage, past, "train"));
    om_past_destroy(&past);
}

/* A manifest is a file that anybody may have written: what is not as expected was not there. */
static void test_odd_figures(void **state) {
    (void)state;
    static const char *const manifests[] = {
        NULL,
        "{}",
        "{\"stages\": {\"score\": 3}}",
        "{\"stages\": {\"score\": {\"finished\": 1}}}",
        "{\"stages\": {\"score\": {\"finished\": \"x\", \"wall_seconds\": -1, \"ranks\": 1}}}",
        "{\"stages\": {\"score\": {\"finished\": \"x\", \"wall_seconds\": 1, \"ranks\": 0}}}",
        "{\"stages\": {\"score\": {\"finished\": \"x\", \"wall_seconds\": 1, \"ranks\": 1, "
        "\"peak_memory_bytes\": [1e300]}}}",
        "{\"stages\": {\"score\": {\"finished\": \"x\", \"wall_seconds\": 1, \"ranks\": 1, "
        "\"peak_memory_bytes\": [1], \"nonzeros\": [], \"parsed_bytes\": [1], "
        "\"training_rows\": [1]}}}",
    };
    for (size_t i = 0; i < sizeof manifests / sizeof manifests[0]; i++) {
        om_past_stage stage;
        om_past *past = read_manifest(manifests[i]);
        assert_false(om_past_find(&stage, past, "score"));
        om_past_destroy(&past);
    }
}

static bool made_from(const om_workdir *workdir, const char *artefact, const char *lines) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_text_add(text, "%s", lines), OM_OK);
    bool is_made = om_past_made_from(workdir, artefact, text);
    om_text_destroy(&text);
    return is_made;
}

static void test_inputs(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    char *temporary = NULL;
    const char key[OM_DIGEST_HEX] = "0123456789abcdef0123456789abcdef";
    job->workdir = test_folder;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    assert_int_equal(om_workdir_temporary(&temporary, workdir, "thresholds.csv"), OM_OK);
    FILE *file = fopen(temporary, "w");
    assert_non_null(file);
    fclose(file);
    om_free(temporary);
    assert_int_equal(om_workdir_commit(workdir, "threshold", "thresholds.csv",
                                       "stage: threshold\nbins: 256\na: b: c\n", key, key),
                     OM_OK);
    om_workdir_close(&workdir);
    assert_int_equal(om_workdir_look(&workdir, ctx, job), OM_OK);
    assert_true(made_from(workdir, "thresholds.csv", ""));
    assert_true(made_from(workdir, "thresholds.csv", "bins: 256\nstage: threshold\n"));
    assert_true(made_from(workdir, "thresholds.csv", "a: b: c\n"));
    assert_false(made_from(workdir, "thresholds.csv", "bins: 25\n"));
    assert_false(made_from(workdir, "thresholds.csv", "bins: 2560\n"));
    assert_false(made_from(workdir, "thresholds.csv", "bin: 256\n"));
    assert_false(made_from(workdir, "thresholds.csv", "bins\n"));
    assert_false(made_from(workdir, "thresholds.csv", "bins: 256\nmore: 1\n"));
    assert_false(made_from(workdir, "model.h5", ""));
    om_workdir_close(&workdir);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_stage),
        test_in_folder(test_odd_figures),
        test_in_folder(test_inputs),
    };
    static const char text[] = "gene_sets: none.gmt\ndata:\n  - {path: Data_A2020_Lung}\n";
    MPI_Init(&argc, &argv);
    om_log *log = om_log_create(false);
    if (log == NULL || om_context_create(&ctx, MPI_COMM_WORLD, log) != OM_OK ||
        om_job_parse(&job, "job.yaml", text, (int64_t)strlen(text), NULL) != OM_OK) {
        return 1;
    }
    char *own = job->workdir;
    int failed = cmocka_run_group_tests_name("past", tests, NULL, NULL);
    job->workdir = own;
    om_job_destroy(&job);
    om_context_destroy(&ctx);
    om_log_destroy(&log);
    MPI_Finalize();
    return failed;
}
