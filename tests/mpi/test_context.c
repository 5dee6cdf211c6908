#include "oncomark/context.h"
#include "oncomark/log.h"
#include "oncomark/shared_memory.h"
#include "unit_test.h"

#include "test_ranks.h"

static om_ctx *ctx;

static void test_all_ranks_get_the_worst_status_and_its_message(void **state) {
    (void)state;
    int last = om_context_size(ctx) - 1;
    int rank = om_context_rank(ctx);
    assert_int_equal(om_agree(ctx, OM_OK), OM_OK);
    om_status mine = OM_OK;
    if (rank == last) {
        mine = om_fail(OM_SYSTEM, "disk of rank %d", rank);
    } else if (rank == 0) {
        mine = om_fail(OM_INPUT, "bad line");
    }
    assert_int_equal(om_agree(ctx, mine), OM_SYSTEM);
    char expected[64];
    snprintf(expected, sizeof expected, "disk of rank %d", last);
    assert_string_equal(om_error_message(), expected);
}

static void test_of_equal_failures_the_lowest_rank_speaks(void **state) {
    (void)state;
    om_fail(OM_INPUT, "rank %d", om_context_rank(ctx));
    assert_int_equal(om_agree(ctx, OM_INPUT), OM_INPUT);
    assert_string_equal(om_error_message(), "rank 0");
}

static void test_strings_are_broadcast(void **state) {
    (void)state;
    int root = om_context_size(ctx) - 1;
    bool is_root = om_context_rank(ctx) == root;
    om_strings *strings = NULL;
    if (is_root) {
        assert_int_equal(om_strings_create(&strings), OM_OK);
        om_strings_add(strings, "AIM");
        om_strings_add(strings, "");
        om_strings_add(strings, "TPI");
    }
    assert_int_equal(om_broadcast_strings(ctx, root, &strings), OM_OK);
    assert_int_equal(om_strings_count(strings), 3);
    assert_string_equal(om_strings_get(strings, 1), "");
    assert_string_equal(om_strings_get(strings, 2), "TPI");
    om_strings_destroy(&strings);
}

/* Values whose sum needs the carry between the limbs, and negative ones. */
static void test_wide_sums_are_exact(void **state) {
    (void)state;
    int64_t size = om_context_size(ctx);
    om_wide base = ((om_wide)1 << 100) + (((om_wide)1 << 64) - 1);
    om_i128 values[2] = {om_i128_from(base), om_i128_from(-base)};
    assert_int_equal(om_sum_i128(ctx, values, 2), OM_OK);
    assert_true(om_i128_value(values[0]) == base * size);
    assert_true(om_i128_value(values[1]) == -base * size);
}

static void test_sums_and_extremes(void **state) {
    (void)state;
    int64_t rank = om_context_rank(ctx);
    int64_t size = om_context_size(ctx);
    int64_t values[3] = {rank, 1, -rank};
    assert_int_equal(om_sum_i64(ctx, values, 3), OM_OK);
    assert_int_equal(values[0], size * (size - 1) / 2);
    assert_int_equal(values[1], size);
    assert_int_equal(values[2], -size * (size - 1) / 2);
    double largest = (double)rank;
    double smallest = (double)rank;
    assert_int_equal(om_max_f64(ctx, &largest, 1), OM_OK);
    assert_int_equal(om_min_f64(ctx, &smallest, 1), OM_OK);
    assert_true(largest == (double)(size - 1) && smallest == 0);
}

static void test_split_keeps_order(void **state) {
    (void)state;
    int rank = om_context_rank(ctx);
    om_ctx *part = NULL;
    assert_int_equal(om_context_split(&part, ctx, rank % 2), OM_OK);
    assert_int_equal(om_context_rank(part), rank / 2);
    om_context_destroy(&part);
    assert_null(part);
}

/* One part fails while the others work on: they learn of it without meeting the failed part. */
static void test_failure_of_a_part_reaches_the_others(void **state) {
    (void)state;
    int rank = om_context_rank(ctx);
    om_ctx *part = NULL;
    assert_int_equal(om_context_split(&part, ctx, rank % 2), OM_OK);
    om_status status = OM_OK;
    if (rank % 2 == 0) {
        status = rank == 0 ? om_fail(OM_INPUT, "genes.mtx:17: bad") : OM_OK;
        status = om_agree(part, status);
    } else {
        double deadline = MPI_Wtime() + 20;
        while (status == OM_OK && MPI_Wtime() < deadline) {
            status = om_poll(part);
        }
        status = om_agree(part, status);
    }
    assert_int_equal(status, OM_INPUT);
    assert_int_equal(om_agree(ctx, status), OM_INPUT);
    assert_string_equal(om_error_message(), "genes.mtx:17: bad");
    om_context_destroy(&part);
    /* Nothing is left of the alarm. */
    assert_int_equal(om_poll(ctx), OM_OK);
    assert_int_equal(om_agree(ctx, OM_OK), OM_OK);
}

static void test_shared_memory_is_one_per_node(void **state) {
    (void)state;
    om_nodes *nodes = NULL;
    om_shared *shared = NULL;
    int64_t size = om_context_size(ctx);
    assert_int_equal(om_nodes_create(&nodes, ctx, 0), OM_OK);
    assert_int_equal(om_shared_create(&shared, nodes, size * 8), OM_OK);
    int64_t *values = om_shared_data(shared);
    int rank = om_context_rank(om_nodes_own(nodes));
    assert_int_equal(values[rank], 0);
    values[rank] = 100 + rank;
    assert_int_equal(om_shared_fence(shared), OM_OK);
    for (int i = 0; i < om_context_size(om_nodes_own(nodes)); i++) {
        assert_int_equal(values[i], 100 + i);
    }
    om_shared_destroy(&shared);
    assert_int_equal(om_shared_create(&shared, nodes, INT64_C(1) << 60), OM_MEMORY);
    assert_null(shared);
    om_nodes_destroy(&nodes);
}

static void test_nodes_are_numbered(void **state) {
    (void)state;
    om_nodes *nodes = NULL;
    assert_int_equal(om_nodes_create(&nodes, ctx, 0), OM_OK);
    assert_int_equal(om_nodes_count(nodes), 1); /* tests run on one machine */
    assert_int_equal(om_nodes_index(nodes), 0);
    assert_int_equal(om_context_size(om_nodes_own(nodes)), om_context_size(ctx));
    assert_int_equal(om_context_size(om_nodes_across(nodes)), 1);
    om_nodes_destroy(&nodes);
    int rank = om_context_rank(ctx), size = om_context_size(ctx);
    assert_int_equal(om_nodes_create(&nodes, ctx, 2), OM_OK);
    assert_int_equal(om_nodes_count(nodes), (size + 1) / 2);
    assert_int_equal(om_nodes_index(nodes), rank / 2);
    assert_int_equal(om_context_rank(om_nodes_own(nodes)), rank % 2);
    assert_int_equal(om_context_rank(om_nodes_across(nodes)), rank / 2);
    assert_int_equal(om_context_size(om_nodes_across(nodes)), (size + 1 - rank % 2) / 2);
    om_nodes_destroy(&nodes);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_ranks_get_the_worst_status_and_its_message),
        cmocka_unit_test(test_of_equal_failures_the_lowest_rank_speaks),
        cmocka_unit_test(test_strings_are_broadcast),
        cmocka_unit_test(test_wide_sums_are_exact),
        cmocka_unit_test(test_sums_and_extremes),
        cmocka_unit_test(test_split_keeps_order),
        cmocka_unit_test(test_failure_of_a_part_reaches_the_others),
        cmocka_unit_test(test_shared_memory_is_one_per_node),
        cmocka_unit_test(test_nodes_are_numbered),
    };
    int failed = cmocka_run_group_tests_name("context", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
