#include "learn/crossval_groups.h"

#include "oncomark/memory.h"
#include "unit_test.h"

static int64_t fit(const om_rank_place *places, int64_t n_ranks, int64_t most) {
    int64_t n_groups = 0;
    assert_int_equal(om_crossval_groups_fit(&n_groups, places, n_ranks, most), OM_OK);
    return n_groups;
}

static void test_groups_are_nearly_alike(void **state) {
    (void)state;
    static const int64_t expected[7] = {0, 0, 0, 1, 1, 2, 2};
    for (int64_t rank = 0; rank < 7; rank++) {
        assert_int_equal(om_crossval_group_of(rank, 7, 3), expected[rank]);
        assert_int_equal(om_crossval_group_of(rank, 7, 1), 0);
        assert_int_equal(om_crossval_group_of(rank, 7, 7), rank);
    }
}

static void test_one_node(void **state) {
    (void)state;
    const om_rank_place roomy[4] = {{0, 9}, {0, 9}, {0, 9}, {0, 9}};
    const om_rank_place narrow[4] = {{0, 2}, {0, 2}, {0, 2}, {0, 2}};
    const om_rank_place none[4] = {{0, 0}, {0, 0}, {0, 0}, {0, 0}};
    assert_int_equal(fit(roomy, 4, 4), 4);
    assert_int_equal(fit(roomy, 4, 3), 3);
    assert_int_equal(fit(narrow, 4, 4), 2);
    assert_int_equal(fit(none, 4, 4), 1); /* making it will tell */
    assert_int_equal(fit(roomy, 1, 1), 1);
}

/* Two nodes of three ranks. Groups of 6 ranks: 4 are {0 1} {2} {3 4} {5}, two on each node; 3 are
 * {0 1} {2 3} {4 5}, of which the middle one is on both nodes. */
static void test_several_nodes(void **state) {
    (void)state;
    const om_rank_place two[6] = {{0, 2}, {0, 2}, {0, 2}, {1, 2}, {1, 2}, {1, 2}};
    assert_int_equal(fit(two, 6, 6), 4);
    assert_int_equal(fit(two, 6, 3), 3);
    const om_rank_place one[6] = {{0, 1}, {0, 1}, {0, 1}, {1, 1}, {1, 1}, {1, 1}};
    assert_int_equal(fit(one, 6, 6), 2);
    /* The node with less room decides. */
    const om_rank_place unlike[6] = {{0, 9}, {0, 9}, {0, 9}, {1, 1}, {1, 1}, {1, 1}};
    assert_int_equal(fit(unlike, 6, 6), 2);
}

/* Ranks dealt out to nodes in turn: with a matrix a node, one group is all that there can be. */
static void test_ranks_in_turn(void **state) {
    (void)state;
    const om_rank_place one[4] = {{0, 1}, {1, 1}, {0, 1}, {1, 1}};
    const om_rank_place two[4] = {{0, 2}, {1, 2}, {0, 2}, {1, 2}};
    assert_int_equal(fit(one, 4, 4), 1);
    assert_int_equal(fit(two, 4, 4), 4);
}

static void test_out_of_memory(void **state) {
    (void)state;
    const om_rank_place place = {0, 1};
    int64_t n_groups = 0;
    om_memory_fail_after(0);
    assert_int_equal(om_crossval_groups_fit(&n_groups, &place, 1, 1), OM_MEMORY);
    om_memory_fail_after(-1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups_are_nearly_alike), cmocka_unit_test(test_one_node),
        cmocka_unit_test(test_several_nodes),           cmocka_unit_test(test_ranks_in_turn),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("crossval_groups", tests, NULL, NULL);
}
