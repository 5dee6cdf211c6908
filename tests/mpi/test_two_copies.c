/* Two live copies of a run on one workdir, as when Slurm has lost sight of a node and started the
 * job again: whenever the new one takes over and commits while the old one is just committing, the
 * old one fails, and whatever stands is what its record says. om_file_rename is wrapped by the
 * linker. */
#include "oncomark/workdir.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <dirent.h>
#include <sys/stat.h>

static om_ctx *ctx;
static char folder[TEST_PATH];
static om_job *job;

static const char *const key_a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char *const key_b = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/* When the new copy steps in: before renaming number `steps_in` (from 1) of the old one, or, with
 * `after`, right after it. */
static int steps_in;
static bool after;
static const char *new_text; /* what it commits; NULL: it only takes over */
static int n_renames = -1;   /* -1: nothing is to happen */

om_status __real_om_file_rename(const char *temporary, const char *path);
om_status __wrap_om_file_rename(const char *temporary, const char *path);

static void write_record(const char *text, const char *key, const char *hex) {
    struct stat info;
    const char *path = test_write(folder, "scores/A.csv", text);
    assert_int_equal(stat(path, &info), 0);
    char *record = om_format("{\"artefact\": \"scores/A.csv\", \"stage\": \"score\", \"digest\": "
                             "\"%s\", \"key\": \"%s\", \"bytes\": \"%lld\", \"changed\": \"%lld\"}",
                             hex, key, (long long)info.st_size,
                             (long long)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec);
    test_write(folder, ".oncomark/artefacts/scores|A.csv.json", record);
    om_free(record);
}

/* What another process on another host would do meanwhile. */
static void step_in(void) {
    char hex[OM_DIGEST_HEX];
    test_write(folder, ".oncomark/new",
               "host elsewhere\nprocess 7\nstarted 1\njob 11\nrestart 1\n"
               "time then\ntoken 0123abcd\nplan -\n");
    assert_int_equal(
        rename(test_path(folder, ".oncomark/new"), test_path(folder, ".oncomark/lock")), 0);
    if (new_text != NULL) {
        unlink(test_path(folder, "scores/A.csv"));
        om_digest_text(new_text, (int64_t)strlen(new_text), hex);
        write_record(new_text, key_b, hex);
    }
}

om_status __wrap_om_file_rename(const char *temporary, const char *path) {
    bool now = n_renames >= 0 && ++n_renames == steps_in;
    if (now && !after) {
        step_in();
    }
    om_status status = __real_om_file_rename(temporary, path);
    if (now && after) {
        step_in();
    }
    return status;
}

static om_status commit(om_workdir *workdir, const char *text, const char *key) {
    char *temporary = NULL;
    char hex[OM_DIGEST_HEX];
    assert_int_equal(om_workdir_temporary(&temporary, workdir, "scores/A.csv"), OM_OK);
    assert_int_equal(om_file_fill(temporary, text, (int64_t)strlen(text)), OM_OK);
    om_digest_text(text, (int64_t)strlen(text), hex);
    om_status status = om_workdir_commit(workdir, "score", "scores/A.csv", "", key, hex);
    om_free(temporary);
    return status;
}

static void barrier(void) {
    MPI_Barrier(om_context_comm(ctx));
}

static om_workdir *open_well(void) {
    om_workdir *workdir = NULL;
    if (om_workdir_open(&workdir, ctx, job) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return workdir;
}

static int64_t count_names(const char *sub_folder, const char *part) {
    int64_t n = 0;
    DIR *list = opendir(test_path(folder, sub_folder));
    for (struct dirent *entry = list != NULL ? readdir(list) : NULL; entry != NULL;
         entry = readdir(list)) {
        n += strstr(entry->d_name, part) != NULL ? 1 : 0;
    }
    if (list != NULL) {
        closedir(list);
    }
    return n;
}

/* Commits "old" under key a while the other one steps in; then the folder is opened by a third run.
 * `expected`: the text and key that it finds current; NULL: none. *kept: files that were set aside.
 */
static void try_case(const char *what, int renaming, bool is_after, const char *text,
                     const char *expected, const char *expected_key, int64_t *kept) {
    om_workdir *workdir = open_well();
    om_status status = OM_OK;
    if (om_context_rank(ctx) == om_context_size(ctx) - 1) {
        steps_in = renaming;
        after = is_after;
        new_text = text;
        n_renames = 0;
        status = commit(workdir, "old", key_a);
        n_renames = -1;
    }
    status = om_agree(ctx, status);
    /* Where the other one came after the very last check, what is there is whole. */
    assert_int_equal(status, renaming == 2 ? OM_OK : OM_SYSTEM);
    if (status != OM_OK) {
        assert_message_has("host elsewhere (Slurm job 11) has taken the folder over");
    }
    assert_int_equal(om_workdir_check_lock(workdir), OM_SYSTEM);
    om_workdir_close(&workdir);
    barrier();
    if (om_context_is_root(ctx)) {
        unlink(test_path(folder, ".oncomark/lock")); /* the new one ends */
    }
    barrier();
    workdir = open_well();
    const char *const keys[] = {key_a, key_b};
    for (int i = 0; i < 2; i++) {
        bool current = expected != NULL && strcmp(keys[i], expected_key) == 0;
        if (om_workdir_is_current(workdir, "scores/A.csv", keys[i]) != current) {
            fail_msg("%s: key %d is %s", what, i, current ? "not current" : "current");
        }
    }
    if (expected != NULL) {
        char hex[OM_DIGEST_HEX];
        char recorded[OM_DIGEST_HEX];
        char *found = NULL;
        int64_t length = 0;
        om_digest_text(expected, (int64_t)strlen(expected), hex);
        assert_int_equal(om_workdir_digest(workdir, "scores/A.csv", recorded), OM_OK);
        assert_string_equal(recorded, hex);
        assert_int_equal(om_file_read_all(test_path(folder, "scores/A.csv"), &found, &length),
                         OM_OK);
        assert_string_equal(found, expected);
        om_free(found);
    }
    barrier();
    /* A new run makes what is not current, and sets nothing of the same content aside. */
    om_status made = om_context_is_root(ctx) ? commit(workdir, "old", key_a) : OM_OK;
    assert_int_equal(om_agree(ctx, made), OM_OK);
    om_workdir_close(&workdir);
    barrier();
    *kept = count_names("scores", ".changed-");
    assert_int_equal(count_names("scores", ".tmp"), 0);
    assert_int_equal(count_names(".oncomark/artefacts", ".tmp"), 0);
    barrier();
    if (om_context_is_root(ctx)) {
        test_folder_remove(test_path(folder, "scores"));
        unlink(test_path(folder, ".oncomark/artefacts/scores|A.csv.json"));
    }
    barrier();
}

/* Renaming 1 is that of the artefact, 2 that of its record. */
static void test_same_content(void **state) {
    (void)state;
    int64_t kept = 0;
    try_case("takeover before the artefact", 1, false, NULL, NULL, NULL, &kept);
    assert_int_equal(kept, 0);
    try_case("takeover after the artefact", 1, true, NULL, NULL, NULL, &kept);
    assert_int_equal(kept, 0);
    try_case("takeover before the record", 2, false, NULL, "old", key_a, &kept);
    assert_int_equal(kept, 0);
    try_case("commit before the artefact", 1, false, "old", "old", key_b, &kept);
    assert_int_equal(kept, 0);
    try_case("commit after the artefact", 1, true, "old", "old", key_b, &kept);
    assert_int_equal(kept, 0);
    try_case("commit before the record", 2, false, "old", "old", key_a, &kept);
    assert_int_equal(kept, 0);
    try_case("commit after the record", 2, true, "old", "old", key_b, &kept);
    assert_int_equal(kept, 0);
}

/* As when the job file was changed in between: no record ever passes for the other one's file. */
static void test_other_content(void **state) {
    (void)state;
    int64_t kept = 0;
    try_case("other commit before the artefact", 1, false, "new", NULL, NULL, &kept);
    assert_int_equal(kept, 1);
    try_case("other commit after the artefact", 1, true, "new", "new", key_b, &kept);
    assert_int_equal(kept, 0);
    try_case("other commit before the record", 2, false, "new", NULL, NULL, &kept);
    assert_int_equal(kept, 1);
    try_case("other commit after the record", 2, true, "new", "new", key_b, &kept);
    assert_int_equal(kept, 0);
}

/* Temporary files: two copies have two, and each goes when nobody can be writing to it. */
static void test_temporary_files(void **state) {
    (void)state;
    char *temporary = NULL;
    om_workdir *workdir = open_well();
    assert_int_equal(om_workdir_temporary(&temporary, workdir, "scores/A.csv"), OM_OK);
    assert_non_null(strstr(temporary, "/scores/A.csv."));
    char *root_name = om_strdup(temporary);
    char name[TEST_PATH] = "";
    snprintf(name, sizeof name, "%s", root_name);
    assert_int_equal(om_broadcast(ctx, 0, name, sizeof name), OM_OK);
    assert_string_equal(name, temporary); /* the same on all ranks */
    if (om_context_is_root(ctx)) {
        test_write(folder, "scores/A.csv.89abcdef.tmp", "of a run that was killed at another time");
        assert_int_equal(om_file_fill(temporary, "half", 4), OM_OK);
    }
    om_workdir_close(&workdir); /* a stage failed */
    barrier();
    assert_false(om_file_exists(name));
    assert_int_equal(count_names("scores", ".tmp"), 1);
    om_free(root_name);
    om_free(temporary);
    barrier();

    /* The run before may live on unseen: its files stay, those of all others go. */
    if (om_context_is_root(ctx)) {
        test_write(folder, "scores/B.csv.0123abcd.tmp", "half");
        step_in();
    }
    barrier();
    setenv("SLURM_JOB_ID", "11", 1);
    setenv("SLURM_RESTART_COUNT", "2", 1);
    workdir = open_well();
    assert_int_equal(count_names("scores", ".0123abcd.tmp"), 1);
    assert_int_equal(count_names("scores", ".tmp"), 1);
    om_workdir_close(&workdir);
    unsetenv("SLURM_JOB_ID");
    unsetenv("SLURM_RESTART_COUNT");
    workdir = open_well();
    assert_int_equal(count_names("scores", ".tmp"), 0);
    om_workdir_close(&workdir);
    barrier();
}

static void make_job(void) {
    test_folder_share(ctx, folder);
    char *text =
        om_format("workdir: %s\ngene_sets: sets.gmt\ndata:\n  - {path: Data_X2020_Lung}\n", folder);
    if (om_job_parse(&job, "job.yaml", text, (int64_t)strlen(text), NULL) != OM_OK) {
        fprintf(stderr, "%s\n", om_error_message());
    }
    om_free(text);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    make_job();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_content),
        cmocka_unit_test(test_other_content),
        cmocka_unit_test(test_temporary_files),
    };
    int failed = job != NULL ? cmocka_run_group_tests_name("two_copies", tests, NULL, NULL) : 1;
    test_folder_unshare(ctx, folder);
    om_job_destroy(&job);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
