#include "learn/shares.h"
#include "unit_test.h"

enum { NODES = 6 };

static void check_cut(int64_t n, const int64_t *room) {
    int64_t starts[NODES + 1];
    om_shares_cut(starts, n, room, NODES);
    assert_int_equal(starts[0], 0);
    assert_int_equal(starts[NODES], n);
    for (int node = 0; node < NODES; node++) {
        assert_in_range(starts[node + 1] - starts[node], 0, room[node]);
    }
}

static void test_shares_are_in_proportion_to_room(void **state) {
    (void)state;
    const int64_t room[NODES] = {30, 10, 0, 20, 40, 100};
    int64_t starts[NODES + 1];
    om_shares_cut(starts, 100, room, NODES);
    const int64_t expected[NODES + 1] = {0, 15, 20, 20, 30, 50, 100};
    assert_memory_equal(starts, expected, sizeof expected);
}

static void test_no_share_is_above_its_room(void **state) {
    (void)state;
    const int64_t rooms[][NODES] = {{1, 1, 1, 1, 1, 1},
                                    {0, 0, 7, 0, 0, 3},
                                    {5, 0, 0, 0, 0, 0},
                                    {INT64_C(1) << 60, 1, 3, INT64_C(1) << 61, 0, 7},
                                    {13, 17, 19, 23, 29, 31}};
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
        int64_t all = 0;
        for (int node = 0; node < NODES; node++) {
            all += rooms[i][node];
        }
        for (int64_t n = 0; n <= all && n <= 200; n++) {
            check_cut(n, rooms[i]);
        }
        check_cut(all, rooms[i]);
    }
}

static void test_node_of_a_sample(void **state) {
    (void)state;
    int64_t starts[NODES + 1] = {0, 0, 4, 4, 5, 9, 9};
    const om_shares shares = {NODES, 2, starts};
    const int expected[] = {1, 1, 1, 1, 3, 4, 4, 4, 4};
    for (int sample = 0; sample < 9; sample++) {
        assert_int_equal(om_shares_node_of(&shares, sample), expected[sample]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shares_are_in_proportion_to_room),
        cmocka_unit_test(test_no_share_is_above_its_room),
        cmocka_unit_test(test_node_of_a_sample),
    };
    return cmocka_run_group_tests_name("shares", tests, NULL, NULL);
}
