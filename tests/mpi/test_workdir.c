#include "oncomark/workdir.h"

#include "oncomark/atomic_file.h"
#include "oncomark/h5.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "unit_test.h"

#include "job_test.h"
#include "test_ranks.h"

#include <cjson/cJSON.h>
#include <fcntl.h>
#include <sys/stat.h>

static om_ctx *ctx;
static char folder[TEST_PATH];
static om_job *job;

static const char *const key_a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char *const key_b = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static void write_file(const char *path, const char *text) {
    assert_int_equal(om_file_write(path, text, (int64_t)strlen(text)), OM_OK);
}

/* One rank writes and commits, as the root of a group does. */
static void commit(om_workdir *workdir, const char *artefact, const char *text, const char *key) {
    om_status status = OM_OK;
    if (om_context_is_root(ctx)) {
        char *temporary = NULL;
        assert_int_equal(om_workdir_temporary(&temporary, workdir, artefact), OM_OK);
        char hex[OM_DIGEST_HEX];
        write_file(temporary, text);
        om_digest_text(text, (int64_t)strlen(text), hex);
        status = om_workdir_commit(workdir, "score", artefact, "stage: score\nseed: 1\n", key, hex);
        om_free(temporary);
    }
    assert_int_equal(om_agree(ctx, status), OM_OK);
}

static char *read_text(const char *name) {
    char *path = om_format("%s/%s", folder, name);
    char *text = NULL;
    int64_t length = 0;
    assert_int_equal(om_file_read_all(path, &text, &length), OM_OK);
    om_free(path);
    return text;
}

static bool is_there(const char *name) {
    char *path = om_format("%s/%s", folder, name);
    bool there = om_file_exists(path);
    om_free(path);
    return there;
}

/* What rank 0 sees once all ranks have come this far; none goes on before it has looked. */
static bool all_see(const char *name) {
    MPI_Barrier(om_context_comm(ctx));
    bool there = is_there(name);
    om_broadcast(ctx, 0, &there, sizeof there);
    return there;
}

static void test_committed_artefact_is_current_in_the_next_run(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    assert_int_equal(om_workdir_stage_begin(workdir, "score"), OM_OK);
    assert_false(om_workdir_is_current(workdir, "scores/A.csv", key_a));
    commit(workdir, "scores/A.csv", "x,y\n", key_a);
    om_workdir_count(workdir, OM_COUNT_NONZEROS, 10 + om_context_rank(ctx));
    assert_int_equal(om_workdir_stage_end(workdir, true), OM_OK);
    assert_true(om_workdir_is_current(workdir, "scores/A.csv", key_a));
    assert_false(om_workdir_is_current(workdir, "scores/A.csv", key_b));
    om_workdir_close(&workdir);

    char *manifest_text = read_text("manifest.json");
    cJSON *manifest = cJSON_Parse(manifest_text);
    cJSON *stage = cJSON_GetObjectItem(cJSON_GetObjectItem(manifest, "stages"), "score");
    cJSON *counts = cJSON_GetObjectItem(stage, "nonzeros");
    assert_int_equal(cJSON_GetArraySize(counts), om_context_size(ctx));
    for (int rank = 0; rank < om_context_size(ctx); rank++) {
        assert_int_equal(cJSON_GetArrayItem(counts, rank)->valueint, 10 + rank);
    }
    cJSON *artefact =
        cJSON_GetObjectItem(cJSON_GetObjectItem(manifest, "artefacts"), "scores/A.csv");
    cJSON *inputs = cJSON_GetObjectItem(artefact, "inputs");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(inputs, "seed")), "1");
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(manifest, "seed")),
                        "18446744073709551615");
    cJSON_Delete(manifest);
    om_free(manifest_text);

    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    assert_true(om_workdir_is_current(workdir, "scores/A.csv", key_a));
    char hex[OM_DIGEST_HEX];
    assert_int_equal(om_workdir_digest(workdir, "scores/B.csv", hex), OM_USAGE);
    assert_message_has("scores/B.csv");
    om_workdir_close(&workdir);
    assert_false(all_see(".oncomark/lock"));
}

static void test_second_run_is_refused_while_the_first_lives(void **state) {
    (void)state;
    om_workdir *first = NULL;
    om_workdir *second = NULL;
    assert_int_equal(om_workdir_open(&first, ctx, job), OM_OK);
    assert_int_equal(om_workdir_open(&second, ctx, job), OM_USAGE);
    assert_null(second);
    assert_message_has("in use by process");
    assert_message_has(".oncomark/lock");
    om_workdir_close(&first);
    assert_int_equal(om_workdir_open(&second, ctx, job), OM_OK);
    om_workdir_close(&second);
}

static void write_lock(const char *host, long process, const char *slurm_job) {
    if (om_context_is_root(ctx)) {
        char *text = om_format("host %s\nprocess %ld\nstarted 1\njob %s\nrestart 0\ntime x\n", host,
                               process, slurm_job);
        test_write(folder, ".oncomark/lock", text);
        om_free(text);
    }
    MPI_Barrier(om_context_comm(ctx));
}

static void test_stale_lock_is_taken_over_and_a_foreign_one_respected(void **state) {
    (void)state;
    char host[128] = "";
    gethostname(host, sizeof host - 1);
    om_workdir *workdir = NULL;
    write_lock(host, (long)getpid(), "-"); /* lives, but started at another time: a reused number */
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    om_workdir_close(&workdir);
    write_lock(host, 1L << 28, "-"); /* above any process number */
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    om_workdir_close(&workdir);
    write_lock("another-host", 1, "-");
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_USAGE);
    assert_message_has("another-host");

    /* A requeued job takes over what its earlier start left, an equal start does not. */
    write_lock("another-host", 1, "4711");
    setenv("SLURM_JOB_ID", "4711", 1);
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_USAGE);
    setenv("SLURM_RESTART_COUNT", "1", 1);
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    om_workdir_close(&workdir);
    unsetenv("SLURM_JOB_ID");
    unsetenv("SLURM_RESTART_COUNT");
}

static void test_lock_cut_short_is_taken_over(void **state) {
    (void)state;
    const char *const texts[] = {"", "host x\nprocess 1\nstarted"};
    for (int i = 0; i < 2; i++) {
        if (om_context_is_root(ctx)) {
            char *path = om_format("%s/.oncomark/lock", folder);
            write_file(path, texts[i]);
            om_free(path);
        }
        om_workdir *workdir = NULL;
        assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
        om_workdir_close(&workdir);
    }
}

/* A record moves no file but its own aside. */
static void test_record_of_another_file_is_refused(void **state) {
    (void)state;
    const char *const texts[] = {"{}", "[1]", "{\"artefact\": \"../mine.csv\", \"bytes\": \"1\"}"};
    char *record = om_format("%s/.oncomark/artefacts/late.csv.json", folder);
    for (int i = 0; i < 3; i++) {
        if (om_context_is_root(ctx)) {
            write_file(record, texts[i]);
        }
        om_workdir *workdir = NULL;
        assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_INPUT);
        assert_non_null(strstr(om_error_message(), "late.csv.json: found a record of artefact '"));
        MPI_Barrier(om_context_comm(ctx));
    }
    if (om_context_is_root(ctx)) {
        unlink(record);
    }
    om_free(record);
    MPI_Barrier(om_context_comm(ctx));
}

static void test_path_too_long_for_mpi_is_refused(void **state) {
    (void)state;
    om_job *long_job = NULL;
    char *text = om_format("workdir: %s/%0200d\ngene_sets: sets.gmt\n"
                           "data:\n  - {path: Data_X2020_Lung}\n",
                           folder, 1);
    om_strings *settings = NULL;
    assert_int_equal(om_strings_create(&settings), OM_OK);
    assert_int_equal(om_job_parse(&long_job, "job.yaml", text, (int64_t)strlen(text), settings),
                     OM_OK);
    om_workdir *workdir = NULL;
    assert_int_equal(om_workdir_open(&workdir, ctx, long_job), OM_USAGE);
    assert_non_null(strstr(om_error_message(), "expected at most 220"));
    om_strings_destroy(&settings);
    om_job_destroy(&long_job);
    om_free(text);
}

static void test_nothing_is_committed_when_the_lock_was_taken_over(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    write_lock("another-host", 1, "-");
    /* The last rank commits: it is not the one that took the lock, but watches it too. */
    om_status status = OM_OK;
    if (om_context_rank(ctx) == om_context_size(ctx) - 1) {
        char *temporary = NULL;
        assert_int_equal(om_workdir_temporary(&temporary, workdir, "late.csv"), OM_OK);
        write_file(temporary, "late");
        status = om_workdir_commit(workdir, "score", "late.csv", "", key_a, key_a);
        unlink(temporary);
        om_free(temporary);
    }
    assert_int_equal(om_agree(ctx, status), OM_SYSTEM);
    assert_message_has("another-host");
    assert_false(all_see("late.csv"));
    om_workdir_close(&workdir);
    assert_true(all_see(".oncomark/lock")); /* not ours to remove */
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        unlink(test_path(folder, ".oncomark/lock"));
    }
    MPI_Barrier(om_context_comm(ctx));
}

static void test_changed_artefact_is_kept_and_made_anew(void **state) {
    (void)state;
    if (om_context_is_root(ctx)) {
        test_write(folder, "scores/A.csv", "x,z\n"); /* same size */
    }
    MPI_Barrier(om_context_comm(ctx));
    om_workdir *workdir = NULL;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    assert_false(om_workdir_is_current(workdir, "scores/A.csv", key_a));
    assert_false(all_see("scores/A.csv"));
    char *kept = read_text("scores/A.csv.changed-1");
    assert_string_equal(kept, "x,z\n");
    om_free(kept);
    commit(workdir, "scores/A.csv", "x,y\n", key_a);
    om_workdir_close(&workdir);
}

static void test_file_of_the_user_is_never_overwritten(void **state) {
    (void)state;
    if (om_context_is_root(ctx)) {
        test_write(folder, "thresholds.csv", "mine");
    }
    om_workdir *workdir = NULL;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    commit(workdir, "thresholds.csv", "ours", key_a);
    char *kept = read_text("thresholds.csv.changed-1");
    char *made = read_text("thresholds.csv");
    assert_string_equal(kept, "mine");
    assert_string_equal(made, "ours");
    om_free(kept);
    om_free(made);
    om_workdir_close(&workdir);
}

/* A lock of this process: whoever is asked finds it alive. */
static void open_share(om_workdir **workdir, int64_t number, int64_t of) {
    if (om_workdir_open_share(workdir, ctx, job, (om_share){number, of}) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static void test_shares_live_side_by_side_but_with_nobody_else(void **state) {
    (void)state;
    om_workdir *first = NULL;
    om_workdir *second = NULL;
    om_workdir *other = NULL;
    open_share(&first, 1, 2);
    open_share(&second, 2, 2);
    assert_int_equal(om_workdir_open(&other, ctx, job), OM_USAGE);
    assert_null(other);
    assert_message_has(".oncomark/lock-crossval-");
    assert_message_has("in use by process");
    assert_message_has(" of 2 of a cross-validation");
    assert_int_equal(om_workdir_open_share(&other, ctx, job, (om_share){1, 2}), OM_USAGE);
    assert_message_has("share 1 of 2");
    assert_int_equal(om_workdir_open_share(&other, ctx, job, (om_share){1, 3}), OM_USAGE);
    om_workdir_close(&first);
    assert_int_equal(om_workdir_open(&other, ctx, job), OM_USAGE);
    assert_message_has("lock-crossval-2-of-2");
    om_workdir_close(&second);
    assert_false(all_see(".oncomark/lock-crossval-1-of-2"));
    assert_int_equal(om_workdir_open(&other, ctx, job), OM_OK);
    assert_int_equal(om_workdir_open_share(&second, ctx, job, (om_share){2, 2}), OM_USAGE);
    assert_message_has(".oncomark/lock:");
    om_workdir_close(&other);
}

/* A share that seemed dead and lives after all can commit nothing more. */
static void test_whole_run_removes_locks_of_dead_shares(void **state) {
    (void)state;
    om_workdir *share = NULL;
    om_workdir *whole = NULL;
    open_share(&share, 3, 4);
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        char host[128] = "";
        gethostname(host, sizeof host - 1);
        char *text = om_format("host %s\nprocess 268435456\nstarted 1\njob -\nrestart 0\n"
                               "time x\n",
                               host);
        test_write(folder, ".oncomark/lock-crossval-3-of-4", text);
        om_free(text);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(om_workdir_open(&whole, ctx, job), OM_OK);
    assert_false(all_see(".oncomark/lock-crossval-3-of-4"));
    assert_int_equal(om_workdir_check_lock(share), OM_SYSTEM);
    assert_int_equal(om_workdir_check_lock(whole), OM_OK);
    om_workdir_close(&share);
    om_workdir_close(&whole);
}

static void test_share_leaves_its_record_to_the_next_whole_run(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        test_write(folder, "scores/A.csv", "x,z\n"); /* changed: not a share's to set aside */
    }
    char *before = read_text("manifest.json");
    open_share(&workdir, 2, 3);
    assert_int_equal(om_workdir_stage_begin(workdir, "crossval"), OM_OK);
    assert_false(om_workdir_is_current(workdir, "scores/A.csv", key_a));
    char hex[OM_DIGEST_HEX];
    assert_int_equal(om_workdir_digest(workdir, "scores/A.csv", hex), OM_USAGE);
    assert_message_has("not as this program made it");
    commit(workdir, "crossval/B.csv", "b\n", key_b);
    assert_int_equal(om_workdir_stage_end(workdir, true), OM_OK);
    assert_true(om_workdir_is_current(workdir, "crossval/B.csv", key_b));
    om_workdir_close(&workdir);
    char *after = read_text("manifest.json");
    assert_string_equal(before, after);
    om_free(before);
    om_free(after);
    assert_true(all_see("scores/A.csv"));

    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    assert_int_equal(om_workdir_stage_begin(workdir, "score"), OM_OK);
    assert_int_equal(om_workdir_stage_end(workdir, false), OM_OK);
    assert_true(om_workdir_is_current(workdir, "crossval/B.csv", key_b));
    om_workdir_close(&workdir);
    char *manifest_text = read_text("manifest.json");
    cJSON *manifest = cJSON_Parse(manifest_text);
    cJSON *stages = cJSON_GetObjectItem(manifest, "stages");
    assert_non_null(cJSON_GetObjectItem(stages, "score"));
    cJSON *share = cJSON_GetObjectItem(stages, "crossval-2-of-3");
    assert_int_equal(cJSON_GetObjectItem(share, "ranks")->valueint, om_context_size(ctx));
    cJSON *artefacts = cJSON_GetObjectItem(manifest, "artefacts");
    assert_non_null(cJSON_GetObjectItem(artefacts, "crossval/B.csv"));
    cJSON_Delete(manifest);
    om_free(manifest_text);
}

static void test_looking_takes_no_lock_and_changes_nothing(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    om_workdir *looking = NULL;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    assert_int_equal(om_workdir_look(&looking, ctx, job), OM_OK);
    assert_true(om_workdir_is_current(looking, "crossval/B.csv", key_b));
    char hex[OM_DIGEST_HEX];
    assert_int_equal(om_workdir_digest(looking, "crossval/B.csv", hex), OM_OK);
    om_workdir_close(&looking);
    assert_int_equal(om_workdir_check_lock(workdir), OM_OK);
    om_workdir_close(&workdir);

    char *nowhere = om_format("%s/nowhere", folder);
    char *workdir_name = job->workdir;
    job->workdir = nowhere;
    assert_int_equal(om_workdir_look(&looking, ctx, job), OM_OK);
    assert_false(om_workdir_is_current(looking, "crossval/B.csv", key_b));
    om_workdir_close(&looking);
    job->workdir = workdir_name;
    om_free(nowhere);
    assert_false(all_see("nowhere"));
}

/* What is put aside goes where this rank's environment says. */
static void test_scratch_is_looked_up_on_every_rank(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    char *path = om_workdir_spill(workdir, "x.spill");
    assert_string_equal(path, test_path(folder, "x.spill"));
    om_free(path);
    om_workdir_close(&workdir);

    char *own = om_format("%s/rank%d", folder, om_context_rank(ctx));
    char *expected = om_format("%s/oncomark-x.spill", own);
    assert_int_equal(om_folder_make(own), OM_OK);
    setenv("OM_TEST_DISK", own, 1);
    job->scratch = om_strdup("$OM_TEST_DISK");
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    path = om_workdir_spill(workdir, "x.spill");
    assert_string_equal(path, expected);
    om_free(path);
    om_workdir_close(&workdir);

    /* One rank without it: all hear of it, and nobody has the lock. */
    if (om_context_rank(ctx) == om_context_size(ctx) - 1) {
        unsetenv("OM_TEST_DISK");
    }
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_USAGE);
    assert_null(workdir);
    assert_message_has("the variable OM_TEST_DISK is not set on host ");
    assert_false(all_see(".oncomark/lock"));
    unsetenv("OM_TEST_DISK");
    om_free(job->scratch);
    job->scratch = NULL;
    om_free(expected);
    om_free(own);
}

/* Known ones, unknown ones and nonsense: files are the same. */
static void test_hints_reach_mpi_and_change_nothing(void **state) {
    (void)state;
    om_hint hints[] = {{"romio_cb_write", "enable"},
                       {"striping_factor", "2"},
                       {"no_such_hint", "x"},
                       {"cb_nodes", "1"}};
    om_workdir *workdir = NULL;
    om_ctx *part = NULL;
    assert_true(om_context_hints(ctx) == MPI_INFO_NULL);
    job->mpi_io = hints;
    job->n_hints = 4;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    char value[MPI_MAX_INFO_VAL] = "";
    int found = 0;
    assert_int_equal(om_context_split(&part, ctx, 0), OM_OK);
    MPI_Info_get(om_context_hints(part), "no_such_hint", MPI_MAX_INFO_VAL - 1, value, &found);
    assert_int_equal(found, 1);
    assert_string_equal(value, "x");

    om_digest digest = {{0, 0}};
    const char *path = test_path(folder, "hints.h5");
    int64_t rank = om_context_rank(ctx);
    int64_t n = om_context_size(ctx);
    om_status status = OM_OK;
    if (om_context_is_root(ctx)) {
        om_h5 *file = NULL;
        status = om_h5_prepare(part, path);
        assert_true(status != OM_OK || om_file_exists(path));
        status = status == OM_OK ? om_h5_create(&file, path) : status;
        status = status == OM_OK ? om_h5_reserve(file, "a", OM_I64, 1, &n) : status;
        om_status closed = om_h5_close(&file);
        status = status == OM_OK ? closed : status;
    }
    if (om_agree(ctx, status) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_h5 *file = NULL;
    if (om_h5_open_parallel(&file, part, path) != OM_OK ||
        om_h5_write_rows(file, "a", OM_I64, rank, 1, &rank) != OM_OK ||
        om_h5_close(&file) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    int64_t read = -1;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5_read_rows(file, "a", OM_I64, n - 1, 1, &read), OM_OK);
    assert_int_equal(read, n - 1);
    om_h5_close(&file);
    assert_int_equal(om_h5_digest_file(path, &digest), OM_OK);
    om_context_destroy(&part);
    om_workdir_close(&workdir);
    assert_true(om_context_hints(ctx) == MPI_INFO_NULL);

    char *long_key = om_format("%0*d", MPI_MAX_INFO_KEY, 1);
    hints[3].key = long_key;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_USAGE);
    assert_message_has("job.yaml: found 000");
    assert_message_has(" in mpi_io, of ");
    assert_true(om_context_hints(ctx) == MPI_INFO_NULL);
    om_free(long_key);
    job->mpi_io = NULL;
    job->n_hints = 0;
}

/* Only its time was changed, as by a copy: recorded anew, so that it is not read at every start. */
static void test_time_that_changed_is_recorded_anew(void **state) {
    (void)state;
    om_workdir *workdir = NULL;
    MPI_Barrier(om_context_comm(ctx));
    char *before = read_text(".oncomark/artefacts/crossval|B.csv.json");
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        const struct timespec times[2] = {{1000000000, 5}, {1000000000, 5}};
        assert_int_equal(utimensat(AT_FDCWD, test_path(folder, "crossval/B.csv"), times, 0), 0);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(om_workdir_look(&workdir, ctx, job), OM_OK);
    assert_true(om_workdir_is_current(workdir, "crossval/B.csv", key_b));
    om_workdir_close(&workdir);
    char *looked = read_text(".oncomark/artefacts/crossval|B.csv.json");
    assert_string_equal(looked, before); /* looking changes nothing */
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    assert_true(om_workdir_is_current(workdir, "crossval/B.csv", key_b));
    om_workdir_close(&workdir);
    char *record = read_text(".oncomark/artefacts/crossval|B.csv.json");
    assert_non_null(strstr(record, "\"1000000000000000005\""));
    om_free(before);
    om_free(looked);
    om_free(record);
}

/* Whoever edits the job file while an array of shares is queued starts shares of another plan. */
static void test_shares_of_changed_jobs_do_not_live_together(void **state) {
    (void)state;
    om_workdir *first = NULL;
    om_workdir *second = NULL;
    open_share(&first, 1, 2);
    job->crossval.repeats++;
    assert_int_equal(om_workdir_open_share(&second, ctx, job, (om_share){2, 2}), OM_USAGE);
    assert_message_has(
        " does share 1 of 2 with other parameters: seed, features, train or crossval");
    job->crossval.repeats--;
    job->threshold.bins++; /* no share depends on it */
    open_share(&second, 2, 2);
    job->threshold.bins--;
    om_workdir_close(&second);
    om_workdir_close(&first);
}

static void make_job(void) {
    test_folder_share(ctx, folder);
    char *text = om_format("workdir: %s\nseed: 18446744073709551615\ngene_sets: sets.gmt\n"
                           "data:\n  - {path: Data_X2020_Lung}\n",
                           folder);
    job = test_job("job.yaml", text);
    om_free(text);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    make_job();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_committed_artefact_is_current_in_the_next_run),
        cmocka_unit_test(test_second_run_is_refused_while_the_first_lives),
        cmocka_unit_test(test_stale_lock_is_taken_over_and_a_foreign_one_respected),
        cmocka_unit_test(test_lock_cut_short_is_taken_over),
        cmocka_unit_test(test_record_of_another_file_is_refused),
        cmocka_unit_test(test_path_too_long_for_mpi_is_refused),
        cmocka_unit_test(test_nothing_is_committed_when_the_lock_was_taken_over),
        cmocka_unit_test(test_changed_artefact_is_kept_and_made_anew),
        cmocka_unit_test(test_file_of_the_user_is_never_overwritten),
        cmocka_unit_test(test_shares_live_side_by_side_but_with_nobody_else),
        cmocka_unit_test(test_whole_run_removes_locks_of_dead_shares),
        cmocka_unit_test(test_share_leaves_its_record_to_the_next_whole_run),
        cmocka_unit_test(test_looking_takes_no_lock_and_changes_nothing),
        cmocka_unit_test(test_time_that_changed_is_recorded_anew),
        cmocka_unit_test(test_shares_of_changed_jobs_do_not_live_together),
        cmocka_unit_test(test_scratch_is_looked_up_on_every_rank),
        cmocka_unit_test(test_hints_reach_mpi_and_change_nothing),
    };
    int failed = job != NULL ? cmocka_run_group_tests_name("workdir", tests, NULL, NULL) : 1;
    test_folder_unshare(ctx, folder);
    om_job_destroy(&job);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
