/* The stage `crossval` where training diverges: the other settings go on. A guard of Adam that is
 * zero as a float makes the first step of it no number. */
#include "oncomark/fold_result.h"
#include "oncomark/table.h"
#include "unit_test.h"

#include "crossval_runs.h"

#include <math.h>

/* 3 settings x 2 folds: the second setting diverges in both. */
static const char one_of_three[] =
    SMALL "crossval: {folds: 2, repeats: 1, sweep: {train.epsilon: [1.0e-7, 1.0e-60, 1.0e-8]}}\n";
static const char all[] =
    SMALL "crossval: {folds: 2, repeats: 1, sweep: {train.epsilon: [1.0e-50, 1.0e-60]}}\n";

static om_table *read_sweep(const char *run) {
    om_table *table = NULL;
    char *path = om_format("%s/%s/crossval/sweep.csv", folder, run);
    MPI_Barrier(om_context_comm(world));
    assert_int_equal(om_table_read(&table, path), OM_OK);
    om_free(path);
    return table;
}

static const char *cell(const om_table *table, int64_t row, const char *column) {
    int64_t found = om_table_find(table, column);
    assert_true(found >= 0);
    return om_table_cell(table, row, found);
}

static void test_the_others_go_on(void **state) {
    (void)state;
    artefacts alone, together;
    run_alone(&alone, "one-1", one_of_three);
    commit_synthetic(world, "one", NULL);
    run_well(world, "one", one_of_three, all_of_it);
    read_artefacts(&together, world, "one");
    assert_int_equal(alone.n, 6 + N_TABLES);
    assert_same(&alone, &together);
}

static void test_it_is_done_once(void **state) {
    (void)state;
    artefacts before, after;
    stamp stamps[MOST_ARTEFACTS];
    read_artefacts(&before, world, "one");
    read_stamps(stamps, &before, "one");
    run_well(world, "one", one_of_three, all_of_it);
    read_artefacts(&after, world, "one");
    assert_same(&before, &after);
    for (int i = 0; i < before.n; i++) {
        assert_true(is_untouched("one", before.list[i].name, stamps[i]));
    }
}

static void test_tables_show_it(void **state) {
    (void)state;
    om_table *table = read_sweep("one");
    assert_int_equal(om_table_rows(table), 3);
    assert_string_equal(cell(table, 2, "setting"), "2");
    assert_string_equal(cell(table, 2, "rank"), "3");
    assert_string_equal(cell(table, 2, "chosen"), "0");
    assert_string_equal(cell(table, 2, "n_diverged"), "2");
    assert_string_equal(cell(table, 2, "validation_loss_mean"), "");
    assert_string_equal(cell(table, 0, "chosen"), "1");
    assert_string_equal(cell(table, 0, "n_diverged"), "0");
    assert_string_not_equal(cell(table, 0, "test_auroc"), "");
    om_table_destroy(&table);
}

static void test_results_tell_the_epoch(void **state) {
    (void)state;
    artefacts made;
    int n_diverged = 0;
    read_artefacts(&made, world, "one");
    for (int i = 0; i < made.n; i++) {
        if (!is_task(&made.list[i])) {
            continue;
        }
        om_fold_result *result = NULL;
        char *path = om_format("%s/one/%s", folder, made.list[i].name);
        assert_int_equal(om_fold_result_read(&result, path), OM_OK);
        bool diverged = result->diverged_epoch > 0;
        n_diverged += diverged ? 1 : 0;
        assert_int_equal(result->diverged_epoch, diverged ? 1 : 0);
        assert_int_equal(result->n_epochs, diverged ? 1 : 2);
        assert_true(isnan(result->validation_loss) == diverged);
        assert_true(isnan(result->logits[0]) == diverged);
        om_fold_result_destroy(&result);
        om_free(path);
    }
    assert_int_equal(n_diverged, 2);
}

/* Tables are made before it is an error, once. */
static void test_all_diverge(void **state) {
    (void)state;
    artefacts before, after;
    stamp stamps[MOST_ARTEFACTS];
    commit_synthetic(world, "all", NULL);
    assert_int_equal(run_part(world, "all", all, all_of_it), OM_USAGE);
    assert_message_has("training diverged with every setting");
    assert_message_has("lower train.learning_rate (0.003");
    read_artefacts(&before, world, "all");
    assert_int_equal(before.n, 4 + N_TABLES);
    om_table *table = read_sweep("all");
    for (int row = 0; row < 2; row++) {
        assert_string_equal(cell(table, row, "chosen"), "0");
        assert_string_equal(cell(table, row, "n_diverged"), "2");
    }
    om_table_destroy(&table);
    read_stamps(stamps, &before, "all");
    assert_int_equal(run_part(world, "all", all, all_of_it), OM_USAGE);
    assert_int_equal(run_part(world, "all", all, only_tables), OM_USAGE);
    read_artefacts(&after, world, "all");
    assert_same(&before, &after);
    for (int i = 0; i < before.n; i++) {
        assert_true(is_untouched("all", before.list[i].name, stamps[i]));
    }
}

/* A share has no say in what the others come to. */
static void test_share_diverges(void **state) {
    (void)state;
    commit_synthetic(world, "share", NULL);
    run_well(world, "share", all, (om_share){1, 1});
    assert_int_equal(run_part(world, "share", all, only_tables), OM_USAGE);
    assert_message_has("training diverged with every setting");
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    test_folder_share(world, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_others_go_on), cmocka_unit_test(test_it_is_done_once),
        cmocka_unit_test(test_tables_show_it),   cmocka_unit_test(test_results_tell_the_epoch),
        cmocka_unit_test(test_all_diverge),      cmocka_unit_test(test_share_diverges),
    };
    int failed = cmocka_run_group_tests_name("crossval_diverged", tests, NULL, NULL);
    test_folder_unshare(world, folder);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
