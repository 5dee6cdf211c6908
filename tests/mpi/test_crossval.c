/* The stage `crossval` as a whole: the same artefacts at any number of ranks, groups and shares;
 * what is done is kept. */
#include "oncomark/fold_result.h"
#include "oncomark/folds.h"
#include "oncomark/split.h"
#include "unit_test.h"

#include "crossval_runs.h"

#include <dirent.h>

/* 2 settings x 4 folds; all tasks see the same features. */
static const char published_like[] =
    SMALL "crossval: {folds: 2, repeats: 2, keep: last, sweep: {train.hidden: [3, 4]}}\n";
static const char one_more_setting[] =
    SMALL "crossval: {folds: 2, repeats: 2, keep: last, sweep: {train.hidden: [3, 4, 5]}}\n";

/* 2 settings x 3 folds; features differ between folds and settings. */
static const char by_patient[] =
    SMALL "crossval: {folds: 3, repeats: 1, group: patient, permute_labels: true, sweep: "
          "{features.most_variable: [50, 55]}}\n";

static artefacts whole; /* of published_like */

static void test_same_at_any_number_of_ranks(void **state) {
    (void)state;
    artefacts alone, together;
    run_alone(&whole, "whole-1", published_like);
    commit_synthetic(world, "whole", NULL);
    run_well(world, "whole", published_like, all_of_it);
    read_artefacts(&together, world, "whole");
    assert_int_equal(whole.n, 8 + N_TABLES);
    assert_same(&whole, &together);

    run_alone(&alone, "patient-1", by_patient);
    commit_synthetic(world, "patient", NULL);
    run_well(world, "patient", by_patient, all_of_it);
    read_artefacts(&together, world, "patient");
    assert_int_equal(alone.n, 6 + N_TABLES);
    assert_same(&alone, &together);
}

static om_sample_table *read_table(void) {
    om_sample_table *table = NULL;
    char *path = om_format("%s/whole/synthetic.h5ad", folder);
    assert_int_equal(om_sample_table_read(&table, world, path), OM_OK);
    om_free(path);
    return table;
}

/* The test part of the fold that the file's name tells, with these labels. */
static void check_result(const char *run, const char *name, const om_job *job,
                         const om_sample_table *table) {
    om_fold_result *result = NULL;
    char *path = om_format("%s/%s/%s", folder, run, name);
    assert_int_equal(om_fold_result_read(&result, path), OM_OK);
    uint8_t parts[TINY_SAMPLES];
    int64_t fold = strtol(name + 15, NULL, 10) - 1;
    assert_int_equal(
        om_folds_assign(parts, table, &job->crossval, job->train.split_validation, fold, job->seed),
        OM_OK);
    int64_t counts[OM_N_PARTS] = {0};
    for (int64_t i = 0; i < TINY_SAMPLES; i++) {
        if (parts[i] == OM_PART_TEST) {
            int64_t place = counts[OM_PART_TEST];
            assert_true(place < result->n_test);
            assert_int_equal(result->rows[place], i);
            assert_int_equal(result->task[place], table->task[i]);
            assert_int_equal(result->label[place], table->label[i]);
        }
        counts[parts[i]]++;
    }
    assert_int_equal(result->n_test, counts[OM_PART_TEST]);
    assert_int_equal(result->n_training, counts[OM_PART_TRAINING]);
    assert_int_equal(result->n_validation, counts[OM_PART_VALIDATION]);
    assert_int_equal(result->n_epochs, 2);
    assert_in_range(result->n_features, 30, 55);
    om_fold_result_destroy(&result);
    om_free(path);
}

static void test_results_are_of_their_folds(void **state) {
    (void)state;
    om_sample_table *table = read_table();
    om_job *job = tiny_job(folder, "whole", published_like);
    for (int i = 0; i < whole.n; i++) {
        if (is_task(&whole.list[i])) {
            check_result("whole", whole.list[i].name, job, table);
        }
    }
    om_job_destroy(&job);
    artefacts others;
    read_artefacts(&others, world, "patient");
    job = tiny_job(folder, "patient", by_patient);
    uint8_t permuted[TINY_SAMPLES];
    assert_int_equal(om_folds_permute_labels(permuted, table, job->seed), OM_OK);
    assert_memory_not_equal(permuted, table->label, TINY_SAMPLES);
    memcpy(table->label, permuted, TINY_SAMPLES);
    for (int i = 0; i < others.n; i++) {
        if (is_task(&others.list[i])) {
            check_result("patient", others.list[i].name, job, table);
        }
    }
    om_job_destroy(&job);
    om_sample_table_destroy(&table);
}

/* Settings and folds differ; with another seed for each, so would all of them. */
static void test_no_two_results_are_alike(void **state) {
    (void)state;
    for (int i = 0; i < whole.n; i++) {
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(whole.list[i].digest, whole.list[j].digest);
        }
    }
}

static void test_finished_work_is_kept(void **state) {
    (void)state;
    stamp before[MOST_ARTEFACTS];
    artefacts again;
    read_stamps(before, &whole, "whole");
    run_well(world, "whole", published_like, all_of_it);
    read_artefacts(&again, world, "whole");
    assert_same(&whole, &again);
    for (int i = 0; i < whole.n; i++) {
        assert_true(is_untouched("whole", whole.list[i].name, before[i]));
    }
}

static void test_extended_sweep_keeps_its_tasks(void **state) {
    (void)state;
    stamp before[MOST_ARTEFACTS];
    artefacts extended, fresh;
    read_stamps(before, &whole, "whole");
    run_well(world, "whole", one_more_setting, all_of_it);
    read_artefacts(&extended, world, "whole");
    assert_int_equal(extended.n, 12 + N_TABLES);
    for (int i = 0; i < whole.n; i++) {
        bool is_same = is_untouched("whole", whole.list[i].name, before[i]);
        assert_true(is_same == is_task(&whole.list[i]));
    }
    run_alone(&fresh, "extended-1", one_more_setting);
    assert_same(&fresh, &extended);
}

/* Other samples, as far as their record goes: all anew, under the same names. */
static void test_changed_samples_make_all_anew(void **state) {
    (void)state;
    artefacts before, after;
    read_artefacts(&before, world, "patient");
    stamp stamps[MOST_ARTEFACTS];
    read_stamps(stamps, &before, "patient");
    commit_synthetic(world, "patient", "0123456789abcdef0123456789abcdef");
    run_well(world, "patient", by_patient, all_of_it);
    read_artefacts(&after, world, "patient");
    assert_int_equal(before.n, after.n);
    for (int i = 0; i < before.n; i++) {
        assert_string_equal(before.list[i].name, after.list[i].name);
        assert_string_equal(before.list[i].digest, after.list[i].digest);
        assert_false(is_untouched("patient", before.list[i].name, stamps[i]));
    }
}

static void test_shares_make_the_whole(void **state) {
    (void)state;
    artefacts collected;
    om_ctx *part = NULL;
    int rank = om_context_rank(world);
    int n_parts = om_context_size(world) > 1 ? 2 : 1;
    commit_synthetic(world, "shares", NULL);
    MPI_Barrier(om_context_comm(world));
    /* Two at once, where there are ranks for it, of one rank each: windows that parts of one MPI
     * job make at the same time can get the same backing file of Open MPI 4.1. */
    assert_int_equal(om_context_split(&part, world, rank < n_parts ? rank : n_parts), OM_OK);
    if (rank < n_parts) {
        run_well(part, "shares", published_like, (om_share){rank + 1, 3});
    }
    om_context_destroy(&part);
    MPI_Barrier(om_context_comm(world));
    assert_int_equal(run_part(world, "shares", published_like, only_tables), OM_USAGE);
    assert_message_has("of 8 tasks have no result yet: ");
    assert_message_has("3 (train.hidden=3, repeat 2, fold 1)");
    assert_message_has("run `oncomark crossval job.yaml`");
    for (int64_t number = n_parts + 1; number <= 3; number++) {
        run_well(world, "shares", published_like, (om_share){number, 3});
    }
    run_well(world, "shares", published_like, only_tables);
    read_artefacts(&collected, world, "shares");
    assert_same(&whole, &collected);
}

/* Where the last task is to be written stands a folder. */
static void test_failing_task_ends_all_ranks(void **state) {
    (void)state;
    artefacts after;
    assert_true(is_task(&whole.list[whole.n - 1])); /* sorted by name */
    const char *last = whole.list[whole.n - 1].name;
    char *path = om_format("%s/failing/%s", folder, last);
    commit_synthetic(world, "failing", NULL);
    if (om_context_is_root(world)) {
        char *parent = om_format("%s/failing/crossval", folder);
        assert_int_equal(mkdir(parent, 0777), 0);
        om_free(parent);
        parent = om_format("%s/failing/crossval/tasks", folder);
        assert_int_equal(mkdir(parent, 0777), 0);
        om_free(parent);
        assert_int_equal(mkdir(path, 0777), 0);
    }
    MPI_Barrier(om_context_comm(world));
    assert_int_equal(run_part(world, "failing", published_like, all_of_it), OM_SYSTEM);
    assert_message_has(last);
    if (om_context_is_root(world)) {
        assert_int_equal(rmdir(path), 0);
    }
    MPI_Barrier(om_context_comm(world));
    run_well(world, "failing", published_like, all_of_it);
    read_artefacts(&after, world, "failing");
    assert_same(&whole, &after);
    om_free(path);
}

static bool has_table(const char *run) {
    char *path = om_format("%s/%s/crossval/sweep.csv", folder, run);
    MPI_Barrier(om_context_comm(world));
    bool exists = om_file_exists(path);
    MPI_Barrier(om_context_comm(world));
    om_free(path);
    return exists;
}

/* Tables of another plan would look like those of this one until it is done. A share, which makes
 * none, leaves them. */
static void test_tables_of_another_plan_go(void **state) {
    (void)state;
    artefacts fresh, after;
    commit_synthetic(world, "replanned", NULL);
    run_well(world, "replanned", published_like, all_of_it);
    run_well(world, "replanned", one_more_setting, (om_share){1, 12});
    run_well(world, "replanned", one_more_setting, (om_share){9, 12});
    assert_true(has_table("replanned"));
    run_alone(&fresh, "replanned-1", one_more_setting);
    const char *last = NULL;
    for (int i = 0; i < fresh.n; i++) {
        char *path = om_format("%s/replanned/%s", folder, fresh.list[i].name);
        last = is_task(&fresh.list[i]) && !om_file_exists(path) ? fresh.list[i].name : last;
        om_free(path);
    }
    assert_non_null(last);
    char *path = om_format("%s/replanned/%s", folder, last);
    MPI_Barrier(om_context_comm(world));
    if (om_context_is_root(world)) {
        assert_int_equal(mkdir(path, 0777), 0);
    }
    MPI_Barrier(om_context_comm(world));
    assert_int_equal(run_part(world, "replanned", one_more_setting, all_of_it), OM_SYSTEM);
    assert_false(has_table("replanned"));
    if (om_context_is_root(world)) {
        assert_int_equal(rmdir(path), 0);
    }
    MPI_Barrier(om_context_comm(world));
    run_well(world, "replanned", one_more_setting, all_of_it);
    read_artefacts(&after, world, "replanned");
    assert_same(&fresh, &after);
    om_free(path);
}

static int64_t count_files(const char *name) {
    char *path = om_format("%s/%s", folder, name);
    DIR *list = opendir(path);
    int64_t n = 0;
    for (struct dirent *entry = list != NULL ? readdir(list) : NULL; entry != NULL;
         entry = readdir(list)) {
        n += entry->d_name[0] != '.' ? 1 : 0;
    }
    if (list != NULL) {
        closedir(list);
    }
    om_free(path);
    return n;
}

static void test_nothing_else_is_left(void **state) {
    (void)state;
    MPI_Barrier(om_context_comm(world));
    assert_int_equal(count_files("shares/crossval"), N_TABLES + 1);
    assert_int_equal(count_files("shares/crossval/tasks"), 8);
    assert_int_equal(count_files("shares/.oncomark/crossval/tasks"), 0); /* checkpoints */
    assert_int_equal(count_files("failing/.oncomark/crossval/tasks"), 0);
}

static void outline_of(om_text *text, const char *run, const char *parameters) {
    om_workdir *workdir = NULL;
    om_job *job = tiny_job(folder, run, parameters);
    om_text_clear(text);
    assert_int_equal(om_workdir_look(&workdir, world, job), OM_OK);
    if (om_stage_crossval_outline(text, world, job, workdir) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

static void test_outline_tells_what_is_to_do(void **state) {
    (void)state;
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    outline_of(text, "shares", published_like);
    if (om_context_is_root(world)) {
        assert_non_null(
            strstr(om_text_get(text), "2 settings x 4 folds = 8 tasks: 8 done, 0 to do"));
        assert_null(strstr(om_text_get(text), "hours"));
    }
    outline_of(text, "shares", one_more_setting);
    if (om_context_is_root(world)) {
        const char *outline = om_text_get(text);
        assert_non_null(strstr(outline, "12 tasks: 8 done, 4 to do"));
        assert_non_null(
            strstr(outline, "repeat 2, fold 2: 240 training, 120 validation, 120 test samples\n"));
        assert_non_null(strstr(outline, "task 8: train.hidden=4, repeat 2, fold 2: done\n"));
        assert_non_null(strstr(outline, "task 9: train.hidden=5, repeat 1, fold 1: to do\n"));
        assert_non_null(strstr(outline, "tasks take 2.0 epochs, as those that are done:"));
        assert_non_null(strstr(outline, "ranks       hours\n       1  "));
        assert_non_null(strstr(outline, "\n      16  "));
        assert_null(strstr(outline, "\n      32  ")); /* 4 tasks of 4 blocks a batch */
    }
    om_text_destroy(&text);
}

static void test_needs_synthetic_samples(void **state) {
    (void)state;
    assert_int_equal(run_part(world, "none", published_like, all_of_it), OM_USAGE);
    assert_message_has("synthetic.h5ad is not there yet");
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_at_any_number_of_ranks),
        cmocka_unit_test(test_results_are_of_their_folds),
        cmocka_unit_test(test_no_two_results_are_alike),
        cmocka_unit_test(test_finished_work_is_kept),
        cmocka_unit_test(test_extended_sweep_keeps_its_tasks),
        cmocka_unit_test(test_changed_samples_make_all_anew),
        cmocka_unit_test(test_shares_make_the_whole),
        cmocka_unit_test(test_failing_task_ends_all_ranks),
        cmocka_unit_test(test_tables_of_another_plan_go),
        cmocka_unit_test(test_nothing_else_is_left),
        cmocka_unit_test(test_outline_tells_what_is_to_do),
        cmocka_unit_test(test_needs_synthetic_samples),
    };
    int failed = cmocka_run_group_tests_name("crossval", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
