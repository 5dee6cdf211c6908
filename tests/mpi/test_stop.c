/* A request to one rank stops all, in whatever parts they work. */
#include "oncomark/stop.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <signal.h>
#include <time.h>

static om_ctx *world;

static void ask(int rank) {
    if (om_context_rank(world) == rank) {
        assert_int_equal(raise(SIGUSR1), 0);
    }
}

static void test_check(void **state) {
    (void)state;
    om_stop_listen();
    assert_int_equal(om_stop_check(world), OM_OK);
    for (int rank = 0; rank < om_context_size(world); rank++) {
        ask(rank);
        assert_int_equal(om_stop_check(world), OM_STOPPED);
        assert_message_has("a signal asked for it");
        assert_int_equal(om_stop_check(world), OM_STOPPED); /* until forgotten */
        assert_int_equal(om_stop_requested(), om_context_rank(world) == rank);
        om_stop_listen();
        assert_int_equal(om_stop_check(world), OM_OK);
    }
}

/* Rounds that take next to nothing are mostly not looked at. */
static void test_pace_of_short_rounds(void **state) {
    (void)state;
    om_stop_pace pace = {0};
    int64_t looks = 0;
    double started = MPI_Wtime();
    om_stop_listen();
    for (int i = 0; i < 100000; i++) {
        looks += pace.left <= 1 ? 1 : 0;
        assert_int_equal(om_stop_check_at_pace(world, &pace), OM_OK);
    }
    assert_in_range(looks, 2, 20 + (int64_t)(5 * (MPI_Wtime() - started)));
    ask(om_context_size(world) - 1);
    int64_t rounds = 0;
    om_status status = OM_OK;
    while (status == OM_OK) {
        status = om_stop_check_at_pace(world, &pace);
        rounds++;
    }
    assert_int_equal(status, OM_STOPPED);
    assert_in_range(rounds, 1, 300000);
    om_stop_listen();
    assert_int_equal(om_agree(world, OM_OK), OM_OK);
}

/* Rounds that take long are all looked at, also after short ones. */
static void test_pace_of_long_rounds(void **state) {
    (void)state;
    static const struct timespec pause = {.tv_nsec = 600 * 1000 * 1000};
    om_stop_pace pace = {.every = 4, .left = 1, .looked = MPI_Wtime() - 1};
    om_stop_listen();
    assert_int_equal(om_stop_check_at_pace(world, &pace), OM_OK);
    assert_int_equal(pace.every, 2);
    nanosleep(&pause, NULL);
    assert_int_equal(om_stop_check_at_pace(world, &pace), OM_OK);
    assert_int_equal(om_stop_check_at_pace(world, &pace), OM_OK);
    assert_int_equal(pace.every, 1);
    ask(0);
    assert_int_equal(om_stop_check_at_pace(world, &pace), OM_STOPPED);
    om_stop_listen();
}

/* Each part works for itself; the ranks of both leave, since one rank was asked. */
static void test_parts(void **state) {
    (void)state;
    om_ctx *part = NULL;
    for (int rank = 0; rank < om_context_size(world); rank++) {
        om_stop_listen();
        assert_int_equal(om_context_split(&part, world, om_context_rank(world) % 2), OM_OK);
        om_stop_pace pace = {0};
        om_status status = OM_OK;
        ask(rank);
        while (status == OM_OK) {
            status = om_stop_check_at_pace(part, &pace);
        }
        assert_int_equal(status, OM_STOPPED);
        assert_int_equal(om_agree(world, status), OM_STOPPED);
        assert_message_has("a signal asked for it");
        om_context_destroy(&part);
    }
    om_stop_listen();
    assert_int_equal(om_stop_check(world), OM_OK);
}

/* In loops that each rank goes through by itself, of all ranks or of parts: whoever polls hears of
 * a request to any one rank, and the agreement behind the loop brings it to those that do not. */
static void poll_until_told(int n_parts, int asked) {
    om_ctx *part = NULL;
    om_ctx *ranks = world;
    om_stop_listen();
    if (n_parts > 1) {
        assert_int_equal(om_context_split(&part, world, om_context_rank(world) % n_parts), OM_OK);
        ranks = part;
    }
    /* All have polled before one is asked, those of other parts too. */
    assert_int_equal(om_agree(world, om_stop_poll(ranks)), OM_OK);
    ask(asked);
    om_status status = OM_OK;
    bool polls = om_context_rank(ranks) != om_context_size(ranks) - 1 ||
                 om_context_rank(world) == asked || om_context_size(ranks) == 1;
    while (status == OM_OK && polls) {
        status = om_stop_poll(ranks);
    }
    assert_int_equal(om_agree(ranks, status), OM_STOPPED);
    assert_message_has("a signal asked for it");
    if (n_parts > 1) {
        assert_int_equal(om_agree(world, OM_STOPPED), OM_STOPPED);
    }
    om_context_destroy(&part);
    om_stop_listen();
    assert_int_equal(om_stop_check(world), OM_OK); /* nothing is left of it */
    assert_int_equal(om_poll(world), OM_OK);
}

static void test_poll(void **state) {
    (void)state;
    for (int asked = 0; asked < om_context_size(world); asked++) {
        poll_until_told(1, asked);
        poll_until_told(2, asked);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_pace_of_short_rounds),
        cmocka_unit_test(test_pace_of_long_rounds),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_poll),
    };
    int failed = cmocka_run_group_tests_name("stop", tests, NULL, NULL);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
