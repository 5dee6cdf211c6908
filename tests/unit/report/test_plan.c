/* The arithmetic of a plan, by hand: 2^0.85 = 1.8025, 4^0.85 = 3.2490, 8^0.85 = 5.8563, 16^0.85 =
 * 10.5561. */
#include "unit_test.h"

#include "oncomark/memory.h"
#include "report/plan_figures.h"
#include "report/plan_private.h"

#include <math.h>

static void assert_close(double found, double expected, double most) {
    if (!(fabs(found - expected) <= most)) {
        fail_msg("found %.17g, expected %.17g", found, expected);
    }
}

static void test_time_of_ranks(void **state) {
    (void)state;
    const om_plan_cost cost = {.fixed = 1, .shared = 100, .alone = 30, .few = 80, .most_few = 8};
    assert_close(om_plan_seconds(&cost, 1), 181, 1e-9);
    assert_close(om_plan_seconds(&cost, 2), 1 + 55.4785 + 44.3828, 1e-3);
    assert_close(om_plan_seconds(&cost, 6), 1 + 30 + 24.6229, 1e-3); /* 4 of 6 share */
    assert_close(om_plan_seconds(&cost, 16), 1 + 30 + 13.6604, 1e-3);
    assert_close(om_plan_seconds(&cost, 4096), 1 + 30 + 13.6604, 1e-3);
    assert_int_equal(om_plan_power_of_two(1, 8), 1);
    assert_int_equal(om_plan_power_of_two(7, 8), 4);
    assert_int_equal(om_plan_power_of_two(100, 12), 8);
    assert_int_equal(om_plan_power_of_two(3, 0), 1);
}

/* seconds[0], halved at each step down to `least`. */
static void halve(double seconds[OM_PLAN_STEPS], double first, double least) {
    for (int step = 0; step < OM_PLAN_STEPS; step++) {
        seconds[step] = fmax(first / (double)(1 << step), least);
    }
}

static void test_choice_of_ranks(void **state) {
    (void)state;
    double seconds[OM_PLAN_STEPS];
    halve(seconds, 1000, 0);
    assert_int_equal(om_plan_choose_ranks(seconds, 64), 32); /* 62.5 s on 16 */
    assert_int_equal(om_plan_choose_ranks(seconds, 8), 8);
    assert_int_equal(om_plan_choose_ranks(seconds, 7), 4);
    assert_int_equal(om_plan_choose_ranks(seconds, 1), 1);
    halve(seconds, 1200, 150); /* 16 would be half used, but do not help */
    assert_int_equal(om_plan_choose_ranks(seconds, 64), 8);
    assert_int_equal(om_plan_last_step(seconds), 3);
    halve(seconds, 60, 0);
    assert_int_equal(om_plan_choose_ranks(seconds, 64), 1);
    assert_int_equal(om_plan_last_step(seconds), 6); /* 0.94 s on 64 */
    for (int step = 0; step < OM_PLAN_STEPS; step++) {
        seconds[step] = 1000 * pow(0.8, step); /* of 4 ranks 0.39 are used */
    }
    assert_int_equal(om_plan_choose_ranks(seconds, 64), 2);
    halve(seconds, 0.5, 0);
    assert_int_equal(om_plan_last_step(seconds), 0);
}

static void test_limits_are_rounded_up(void **state) {
    (void)state;
    assert_int_equal(om_plan_minutes(0), 10);
    assert_int_equal(om_plan_minutes(29), 10);
    assert_int_equal(om_plan_minutes(31), 15);
    assert_int_equal(om_plan_minutes(150), 15);
    assert_int_equal(om_plan_minutes(3000), 110);
    assert_int_equal(om_plan_minutes(3600), 150);
    assert_int_equal(om_plan_minutes(10 * 3600), 1230);
    assert_int_equal(om_plan_minutes(24 * 3600), 3000);
    assert_int_equal(om_plan_memory_mib(0), 200);
    assert_int_equal(om_plan_memory_mib(160 * 0x1p20), 200);
    assert_int_equal(om_plan_memory_mib(161 * 0x1p20), 300);
    assert_int_equal(om_plan_memory_mib(0x1p31), 2600);
}

static void test_figures_for_people(void **state) {
    (void)state;
    assert_string_equal(om_figure_count(0).text, "0");
    assert_string_equal(om_figure_count(999).text, "999");
    assert_string_equal(om_figure_count(999.7).text, "1,000");
    assert_string_equal(om_figure_count(36004).text, "36,004");
    assert_string_equal(om_figure_count(999999.7).text, "1.0 M");
    assert_string_equal(om_figure_count(3.9e9).text, "3.90 G");
    assert_string_equal(om_figure_bytes(0).text, "0.0 KiB");
    assert_string_equal(om_figure_bytes(64 * 0x1p10).text, "64 KiB");
    assert_string_equal(om_figure_bytes(1023.9 * 0x1p20).text, "1.0 GiB");
    assert_string_equal(om_figure_bytes(9.96 * 0x1p40).text, "10 TiB");
    assert_string_equal(om_figure_duration(0.04).text, "0.0 s");
    assert_string_equal(om_figure_duration(99).text, "99 s");
    assert_string_equal(om_figure_duration(100).text, "1.7 min");
    assert_string_equal(om_figure_duration(3600).text, "60 min");
    assert_string_equal(om_figure_duration(2 * 3600).text, "2.0 h");
    assert_string_equal(om_figure_duration(48 * 3600).text, "2.0 d");
}

/* Ten tasks of an hour each on one rank, of which eight can share a training; and the other stages,
 * with times that halve. */
static om_plan *make_plan(bool has_one_matrix) {
    om_plan *plan = om_calloc(1, sizeof *plan);
    plan->max_ranks = 64;
    plan->learn = om_calloc(1, sizeof *plan->learn);
    plan->learn->n_tasks = 10;
    plan->learn->has_one_matrix = has_one_matrix;
    plan->learn->tasks = om_calloc(10, sizeof *plan->learn->tasks);
    plan->task_seconds = om_calloc(10, sizeof *plan->task_seconds);
    for (int i = 0; i < 10; i++) {
        plan->learn->tasks[i].n_blocks = 8;
        plan->task_seconds[i] = 3600;
    }
    for (int i = 0; i < OM_PLAN_N_STAGES; i++) {
        plan->stages[i].exists = true;
        plan->stages[i].own_memory = 0x1p31;
    }
    halve(plan->stages[OM_PLAN_INGEST].seconds, 600, 0);
    halve(plan->stages[OM_PLAN_SCORE].seconds, 70, 0);
    halve(plan->stages[OM_PLAN_SYNTHESIZE].seconds, 50, 0);
    plan->stages[OM_PLAN_SCORE].is_done = true;
    halve(plan->stages[OM_PLAN_TRAIN].seconds, 1200, 150);
    plan->stages[OM_PLAN_TRAIN].own_memory = 256 * 0x1p20;
    plan->stages[OM_PLAN_TRAIN].node_memory = 0x1p30;
    halve(plan->stages[OM_PLAN_CROSSVAL].seconds, 36000, 600);
    plan->stages[OM_PLAN_CROSSVAL].own_memory = 200 * 0x1p20;
    plan->stages[OM_PLAN_CROSSVAL].node_memory = 0x1p31;
    halve(plan->stages[OM_PLAN_COLLECT].seconds, 5, 5);
    plan->stages[OM_PLAN_COLLECT].own_memory = 160 * 0x1p20;
    halve(plan->stages[OM_PLAN_PCA].seconds, 240, 0);
    plan->stages[OM_PLAN_PCA].own_memory = 256 * 0x1p20;
    plan->stages[OM_PLAN_PCA].node_memory = 0x1p30;
    plan->stages[OM_PLAN_BASELINE] = (om_plan_stage){.exists = false};
    return plan;
}

static void check_requests(om_plan **plan, const char *expected) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_plan_add_requests(*plan), OM_OK);
    assert_int_equal(om_plan_slurm(text, *plan), OM_OK);
    assert_string_equal(om_text_get(text), expected);
    om_text_destroy(&text);
    om_plan_destroy(plan);
}

/* Of eight shares two have two tasks, each on four of the eight ranks: 3600 / 3.249 = 1108 s. On 8
 * ranks they would have taken 7200 s, which is eight times a quarter of an hour. */
static void test_slurm_lines(void **state) {
    (void)state;
    om_plan *plan = make_plan(true);
    check_requests(&plan, "job ranks memory_mib minutes array done\n"
                          "ingest 16 2600 15 0 no\n"
                          "cells 2 2600 15 0 no\n"
                          "train 8 500 15 0 no\n"
                          "crossval 8 600 50 8 no\n"
                          "collect 1 200 10 0 no\n"
                          "linear 4 700 15 0 no\n");
    plan = make_plan(false); /* two matrices at a time in a share */
    plan->stages[OM_PLAN_PCA] = (om_plan_stage){.exists = false};
    plan->max_ranks = 8;
    plan->stages[OM_PLAN_INGEST].is_done = true;
    for (int i = OM_PLAN_SCORE; i <= OM_PLAN_SYNTHESIZE; i++) {
        plan->stages[i].exists = false; /* published tables */
        plan->stages[i].own_memory = 0;
        memset(plan->stages[i].seconds, 0, sizeof plan->stages[i].seconds);
    }
    check_requests(&plan, "job ranks memory_mib minutes array done\n"
                          "ingest 8 2600 15 0 yes\n"
                          "cells 1 200 10 0 yes\n"
                          "train 8 500 15 0 no\n"
                          "crossval 8 900 50 8 no\n"
                          "collect 1 200 10 0 no\n");
}

/* Short tasks run in one job; of those that are done only the others count, but all where none is
 * left. */
static void test_short_tasks_need_no_array(void **state) {
    (void)state;
    om_plan *plan = make_plan(true);
    for (int i = 0; i < 10; i++) {
        plan->task_seconds[i] = 80;
    }
    halve(plan->stages[OM_PLAN_CROSSVAL].seconds, 800, 80);
    plan->stages[OM_PLAN_INGEST].exists = false;
    om_plan_add_requests(plan);
    assert_int_equal(plan->requests[3].array, 0);
    assert_int_equal(plan->requests[3].ranks, 16);
    assert_int_equal(plan->requests[3].minutes, 15); /* 80 s */
    om_plan_destroy(&plan);

    plan = make_plan(true);
    for (int i = 0; i < 10; i++) {
        plan->learn->tasks[i].is_done = i != 3 && i != 4;
    }
    assert_int_equal(om_plan_add_requests(plan), OM_OK);
    /* 2 tasks on 8 ranks, four each: 1108 s, one share. */
    assert_int_equal(plan->requests[3].array, 0);
    assert_false(plan->requests[3].is_done);
    for (int i = 0; i < 10; i++) {
        plan->learn->tasks[i].is_done = true;
    }
    plan->stages[OM_PLAN_CROSSVAL].is_done = true;
    assert_int_equal(om_plan_add_requests(plan), OM_OK);
    assert_int_equal(plan->requests[3].array, 8);
    assert_true(plan->requests[3].is_done);
    om_plan_destroy(&plan);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_time_of_ranks),
        cmocka_unit_test(test_choice_of_ranks),
        cmocka_unit_test(test_limits_are_rounded_up),
        cmocka_unit_test(test_figures_for_people),
        cmocka_unit_test(test_slurm_lines),
        cmocka_unit_test(test_short_tasks_need_no_array),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
