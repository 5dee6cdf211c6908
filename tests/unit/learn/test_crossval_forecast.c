#include "learn/crossval_forecast.h"
#include "unit_test.h"

#include <math.h>

static double seconds_of(const om_forecast_task *tasks, int64_t n, int64_t n_ranks) {
    double seconds = NAN;
    assert_int_equal(om_forecast_seconds(&seconds, tasks, n, n_ranks), OM_OK);
    return seconds;
}

static void test_one_rank_does_all_in_turn(void **state) {
    (void)state;
    const om_forecast_task tasks[] = {{3, 8}, {5, 8}, {1, 8}};
    assert_true(seconds_of(tasks, 3, 1) == 9);
    assert_true(seconds_of(tasks, 0, 1) == 0);
}

/* Each task to who is free first: 3 and 5 begin, 1 follows the 3, and 7 that. */
static void test_groups_take_tasks_as_they_become_free(void **state) {
    (void)state;
    const om_forecast_task tasks[] = {{3, 8}, {5, 8}, {1, 8}, {7, 8}};
    assert_true(seconds_of(tasks, 4, 2) == 11);
    assert_true(seconds_of(tasks, 4, 4) == 7);
}

/* More ranks than tasks share trainings, in powers of two and at most one a block. */
static void test_ranks_share_trainings(void **state) {
    (void)state;
    const om_forecast_task one = {16, 8};
    assert_true(seconds_of(&one, 1, 2) == 8);
    assert_true(seconds_of(&one, 1, 3) == 8);
    assert_true(seconds_of(&one, 1, 4) == 4);
    assert_true(seconds_of(&one, 1, 7) == 4);
    assert_true(seconds_of(&one, 1, 64) == 2);
    /* 3 ranks on two tasks: groups of one and two. */
    const om_forecast_task two[] = {{16, 8}, {16, 8}};
    assert_true(seconds_of(two, 2, 3) == 16);
    assert_true(seconds_of(two, 2, 4) == 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_rank_does_all_in_turn),
        cmocka_unit_test(test_groups_take_tasks_as_they_become_free),
        cmocka_unit_test(test_ranks_share_trainings),
    };
    return cmocka_run_group_tests_name("crossval_forecast", tests, NULL, NULL);
}
