/* What there will be to learn from, before there are synthetic samples. */
#include "oncomark/learn_state.h"
#include "unit_test.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>

static void assert_close(double found, double expected, double most) {
    if (!(fabs(found - expected) <= most)) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

static om_job *parse(const char *text) {
    om_job *job = NULL;
    char whole[1024];
    snprintf(
        whole, sizeof whole,
        "gene_sets: none.gmt\ndata:\n  - {path: Data_A2020_Lung}\n  - {path: Data_A2020_Skin}\n"
        "  - {path: Data_B2021_Skin}\n  - {path: Data_C2022_Skin, role: validate}\n%s",
        text);
    if (om_job_parse(&job, "job.yaml", whole, (int64_t)strlen(whole), NULL) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return job;
}

static om_learn_state *guess(const char *text) {
    om_learn_state *state = NULL;
    om_job *job = parse(text);
    assert_int_equal(om_learn_state_guess(&state, job, 1000, 5000), OM_OK);
    om_job_destroy(&job);
    return state;
}

static void assert_counts(const om_training_size *size, int training, int validation, int test) {
    assert_int_equal(size->counts[OM_PART_TRAINING], training);
    assert_int_equal(size->counts[OM_PART_VALIDATION], validation);
    assert_int_equal(size->counts[OM_PART_TEST], test);
}

static void test_random_folds(void **state) {
    (void)state;
    om_learn_state *made =
        guess("train: {hidden: 32, head: 8}\n"
              "crossval: {folds: 5, repeats: 2, sweep: {train.hidden: [32, 64]}}\n");
    assert_true(made->is_guess);
    assert_counts(&made->model, 700, 150, 150);
    assert_int_equal(made->model.n_features, 5000); /* no more genes than there are */
    assert_int_equal(made->model.n_weights, 5000 * 32 + 10 * 8 * 33);
    assert_int_equal(made->model.n_blocks, 8);
    assert_int_equal(made->n_tasks, 20);
    assert_counts(&made->tasks[0], 800, 100, 100);
    assert_int_equal(made->tasks[9].n_weights, made->model.n_weights);
    assert_int_equal(made->tasks[10].n_weights, 5000 * 64 + 10 * 8 * 65);
    assert_true(made->has_one_matrix);
    om_learn_state_destroy(&made);
}

static void test_grouped_folds(void **state) {
    (void)state;
    om_learn_state *made = guess("crossval: {folds: 5, repeats: 1, group: patient}\n");
    assert_int_equal(made->n_tasks, 5);
    assert_counts(&made->tasks[4], 680, 120, 200);
    assert_false(made->has_one_matrix);
    om_learn_state_destroy(&made);
    made = guess("crossval: {sweep: {features.most_variable: [1000, 2000]}}\n");
    assert_false(made->has_one_matrix);
    assert_int_equal(made->tasks[0].n_features, 1000);
    om_learn_state_destroy(&made);
}

/* Two studies, two tissues; the data set that validates is in no fold. */
static void test_groups_left_out(void **state) {
    (void)state;
    om_learn_state *made = guess("crossval: {group: study, leave_one_out: true}\n");
    assert_int_equal(made->n_tasks, 2);
    assert_counts(&made->tasks[0], 425, 75, 500);
    om_learn_state_destroy(&made);
    made = guess("crossval: {group: tissue, leave_one_out: true}\n");
    assert_int_equal(made->n_tasks, 2);
    om_learn_state_destroy(&made);
}

/* Measured on one core; only the order of magnitude can be tested. */
static void test_rates_are_measured(void **state) {
    (void)state;
    double row = 0, rank = 0;
    om_job *job = parse("train: {hidden: 8, head: 4}\n");
    const om_training_size none = {.n_features = 500};
    assert_int_equal(om_learn_state_measure(&row, &rank, job, &none), OM_OK);
    assert_true(row > 1e-8 && row < 1e-1);
    assert_true(rank > 1e-8 && rank < 1e-1);
    om_job_destroy(&job);
}

/* Three tasks of 100 s on 4 ranks: the third group has two ranks, which share with 2^0.85. */
static void test_forecast_of_tasks(void **state) {
    (void)state;
    om_training_size sizes[3] = {{.n_blocks = 8}, {.n_blocks = 8}, {.n_blocks = 8}};
    const om_learn_state made = {.n_tasks = 3, .tasks = sizes};
    const int64_t tasks[3] = {0, 1, 2};
    const double seconds[3] = {100, 100, 100};
    double total = 0;
    assert_int_equal(om_learn_state_forecast(&total, &made, tasks, seconds, 3, 1, 0.85), OM_OK);
    assert_close(total, 300, 1e-9);
    assert_int_equal(om_learn_state_forecast(&total, &made, tasks, seconds, 3, 4, 0.85), OM_OK);
    assert_close(total, 100, 1e-9);
    assert_int_equal(om_learn_state_forecast(&total, &made, tasks, seconds, 1, 8, 0.85), OM_OK);
    assert_close(total, 100 / 5.856343, 1e-4);
    assert_int_equal(om_learn_state_forecast(&total, &made, tasks, seconds, 1, 64, 0.85), OM_OK);
    assert_close(total, 100 / 5.856343, 1e-4);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_folds),      cmocka_unit_test(test_grouped_folds),
        cmocka_unit_test(test_groups_left_out),   cmocka_unit_test(test_rates_are_measured),
        cmocka_unit_test(test_forecast_of_tasks),
    };
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests_name("learn_guess", tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
