/* Groups of a cross-validation by the memory of nodes, real and made up. */
#include "learn/crossval_groups.h"

#include "unit_test.h"

#include "test_ranks.h"

static om_ctx *world;

static int64_t count(int ranks_a_node, int64_t most, int64_t bytes, int64_t available) {
    om_nodes *nodes = NULL;
    int64_t n_groups = 0;
    assert_int_equal(om_nodes_create(&nodes, world, ranks_a_node), OM_OK);
    assert_int_equal(om_crossval_groups_count(&n_groups, nodes, most, bytes, available), OM_OK);
    om_nodes_destroy(&nodes);
    return n_groups;
}

/* All ranks are on the one node that there is. */
static void test_memory_limits_groups(void **state) {
    (void)state;
    int64_t n = om_context_size(world);
    assert_int_equal(count(0, n, 100, INT64_MAX), n);
    assert_int_equal(count(0, n, 100, 100 * n), n);
    assert_int_equal(count(0, n, 100, 100 * n - 1), n > 1 ? n - 1 : 1);
    assert_int_equal(count(0, n, 100, 250), n < 2 ? n : 2);
    assert_int_equal(count(0, n, 100, 99), 1);
    assert_int_equal(count(0, 1, 100, 99), 1);
    assert_int_equal(count(0, n, 0, 0), n);
}

/* Of what the ranks of a node say, the least holds. */
static void test_ranks_that_disagree(void **state) {
    (void)state;
    int64_t n = om_context_size(world);
    int rank = om_context_rank(world);
    assert_int_equal(count(0, n, 100, rank == n - 1 ? 150 : 1000), 1);
}

/* Nodes of two ranks with room for one matrix, of so many ranks: 0 1 | 2 makes two groups, {0 1}
 * and {2}; 0 1 | 2 3 | 4 5 | 6 four. */
static void test_each_node_has_its_own(void **state) {
    (void)state;
    static const int64_t by_two[8] = {0, 1, 1, 2, 2, 0, 0, 4};
    int64_t n = om_context_size(world);
    assert_int_equal(count(1, n, 100, 100), n);
    assert_int_equal(count(2, n, 100, 100), by_two[n]);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&world);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_limits_groups),
        cmocka_unit_test(test_ranks_that_disagree),
        cmocka_unit_test(test_each_node_has_its_own),
    };
    int failed = cmocka_run_group_tests_name("crossval_groups", tests, NULL, NULL);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
