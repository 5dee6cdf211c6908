/* Groups of any sizes take every task exactly once. */
#include "oncomark/task_counter.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "test_ranks.h"

enum { N_TASKS = 101 };

static om_ctx *ctx;

/* How many roots of groups took each task; all ranks of a group must see the same numbers. */
static void take_all(om_task_counter *counter, om_ctx *group, int64_t taken[N_TASKS]) {
    int64_t before = -1;
    for (;;) {
        int64_t task = -1;
        assert_int_equal(om_task_counter_next(counter, group, &task), OM_OK);
        int64_t range[2] = {task, -task};
        assert_int_equal(om_max_i64(group, range, 2), OM_OK);
        assert_int_equal(range[0], -range[1]);
        assert_true(task > before);
        before = task;
        if (task >= N_TASKS) {
            return;
        }
        taken[task] += om_context_is_root(group) ? 1 : 0;
    }
}

static void check_groups(int n_groups) {
    om_task_counter *counter = NULL;
    om_ctx *group = NULL;
    int64_t taken[N_TASKS] = {0};
    /* Uneven: the first group has what the others leave. */
    int rank = om_context_rank(ctx);
    int colour = rank < n_groups ? rank : 0;
    assert_int_equal(om_context_split(&group, ctx, colour), OM_OK);
    assert_int_equal(om_task_counter_create(&counter, ctx), OM_OK);
    take_all(counter, group, taken);
    om_task_counter_destroy(&counter);
    assert_null(counter);
    assert_int_equal(om_sum_i64(ctx, taken, N_TASKS), OM_OK);
    for (int task = 0; task < N_TASKS; task++) {
        assert_int_equal(taken[task], 1);
    }
    om_context_destroy(&group);
}

static void test_every_task_is_taken_once(void **state) {
    (void)state;
    for (int n_groups = 1; n_groups <= om_context_size(ctx); n_groups++) {
        check_groups(n_groups);
    }
}

/* The keeper computes and polls, or serves; the others get their numbers meanwhile. */
static void check_keeper_at_work(bool polls) {
    om_task_counter *counter = NULL;
    om_ctx *own = NULL;
    int rank = om_context_rank(ctx);
    assert_int_equal(om_context_split(&own, ctx, rank), OM_OK);
    assert_int_equal(om_task_counter_create(&counter, ctx), OM_OK);
    int64_t waiting = om_context_size(ctx) - 1;
    int64_t got = 0;
    if (rank > 0) {
        assert_int_equal(om_task_counter_next(counter, own, &got), OM_OK);
        MPI_Send(&got, 1, MPI_INT64_T, 0, 0, om_context_comm(ctx));
    }
    /* The keeper waits for nobody: what lets requests through are these polls. */
    double deadline = MPI_Wtime() + 20;
    while (rank == 0 && waiting > 0 && MPI_Wtime() < deadline) {
        int arrived = 0;
        if (polls) {
            assert_int_equal(om_poll(own), OM_OK);
        } else {
            om_serve(own);
        }
        MPI_Iprobe(MPI_ANY_SOURCE, 0, om_context_comm(ctx), &arrived, MPI_STATUS_IGNORE);
        if (arrived) {
            MPI_Recv(&got, 1, MPI_INT64_T, MPI_ANY_SOURCE, 0, om_context_comm(ctx),
                     MPI_STATUS_IGNORE);
            assert_in_range(got, 0, om_context_size(ctx) - 2);
            waiting--;
        }
    }
    if (rank == 0) {
        assert_int_equal(waiting, 0);
    }
    om_task_counter_destroy(&counter);
    om_context_destroy(&own);
}

static void test_keeper_at_work_lets_others_through(void **state) {
    (void)state;
    check_keeper_at_work(true);
    check_keeper_at_work(false);
}

/* Takes numbers until another group has failed, but at least some without a look at the others. */
static om_status take_until_failure(om_task_counter *counter, om_ctx *own) {
    enum { WITHOUT_A_LOOK = 20 };
    om_status status = OM_OK;
    double deadline = MPI_Wtime() + 20;
    for (int i = 0; status == OM_OK && MPI_Wtime() < deadline; i++) {
        int64_t task = -1;
        assert_int_equal(om_task_counter_next(counter, own, &task), OM_OK);
        assert_true(task >= i);
        status = i < WITHOUT_A_LOOK ? OM_OK : om_agree(own, OM_OK);
    }
    return status;
}

/* Each rank is a group; one fails and leaves while the others ask, who then leave, too. */
static void check_failure_of(int failing) {
    om_task_counter *counter = NULL;
    om_ctx *own = NULL;
    int rank = om_context_rank(ctx);
    assert_int_equal(om_context_split(&own, ctx, rank), OM_OK);
    assert_int_equal(om_task_counter_create(&counter, ctx), OM_OK);
    om_status status = OM_OK;
    if (rank == failing) {
        status = om_agree(own, om_fail(OM_INPUT, "group %d failed", rank));
    } else {
        status = take_until_failure(counter, own);
    }
    assert_int_equal(status, OM_INPUT);
    om_task_counter_destroy(&counter);
    assert_int_equal(om_agree(ctx, status), OM_INPUT);
    char expected[64];
    snprintf(expected, sizeof expected, "group %d failed", failing);
    assert_string_equal(om_error_message(), expected);
    om_context_destroy(&own);
    assert_int_equal(om_agree(ctx, om_poll(ctx)), OM_OK);
}

static void test_groups_may_fail_while_others_ask(void **state) {
    (void)state;
    check_failure_of(0); /* the keeper's */
    check_failure_of(om_context_size(ctx) - 1);
}

static void test_two_counters_count_apart(void **state) {
    (void)state;
    om_task_counter *first = NULL;
    om_task_counter *second = NULL;
    int64_t task = -1;
    assert_int_equal(om_task_counter_create(&first, ctx), OM_OK);
    assert_int_equal(om_task_counter_create(&second, ctx), OM_OK);
    for (int64_t i = 0; i < 3; i++) {
        assert_int_equal(om_task_counter_next(first, ctx, &task), OM_OK);
        assert_int_equal(task, i);
    }
    assert_int_equal(om_task_counter_next(second, ctx, &task), OM_OK);
    assert_int_equal(task, 0);
    om_task_counter_destroy(&first);
    assert_int_equal(om_task_counter_next(second, ctx, &task), OM_OK);
    assert_int_equal(task, 1);
    om_task_counter_destroy(&second);
    om_task_counter_destroy(&second); /* NULL is fine */
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_task_is_taken_once),
        cmocka_unit_test(test_keeper_at_work_lets_others_through),
        cmocka_unit_test(test_groups_may_fail_while_others_ask),
        cmocka_unit_test(test_two_counters_count_apart),
    };
    int failed = cmocka_run_group_tests_name("task_counter", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
