#include "oncomark/partition.h"
#include "unit_test.h"

#include "test_ranks.h"

#include "oncomark/memory.h"

static om_ctx *ctx;

/* Load of this rank: its share of the items of its group. */
static double own_load(const om_partition *partition, const int64_t *weights, int64_t n) {
    double load = 0;
    for (int64_t i = 0; i < n; i++) {
        load += om_partition_has(partition, i) ? (double)weights[i] : 0;
    }
    return load / om_context_size(om_partition_group(partition));
}

static double check_partition(const int64_t *weights, int64_t n) {
    om_partition *partition = NULL;
    assert_int_equal(om_partition_create(&partition, ctx, n, weights), OM_OK);
    double total = 0;
    for (int64_t i = 0; i < n; i++) {
        /* Each item belongs to exactly one group: count the groups' first ranks that have it. */
        int64_t owners =
            om_partition_has(partition, i) && om_context_is_root(om_partition_group(partition)) ? 1
                                                                                                : 0;
        assert_int_equal(om_sum_i64(ctx, &owners, 1), OM_OK);
        assert_int_equal(owners, 1);
        total += (double)weights[i];
    }
    double load = own_load(partition, weights, n);
    assert_int_equal(om_max_f64(ctx, &load, 1), OM_OK);
    double imbalance = load * om_context_size(ctx) / total;
    assert_true(imbalance <= om_partition_imbalance(partition) * 1.0001);
    om_partition_destroy(&partition);
    assert_null(partition);
    return imbalance;
}

static void test_one_large_tissue_among_small_ones(void **state) {
    (void)state;
    const int64_t weights[] = {1000, 4000, 1500, 2000, 1500};
    double imbalance = check_partition(weights, 5);
    if (om_context_size(ctx) <= 4) {
        assert_true(imbalance <= 1.5);
    }
}

static void test_more_ranks_than_tissues(void **state) {
    (void)state;
    const int64_t one[] = {12345};
    assert_true(check_partition(one, 1) < 1.01);
    const int64_t two[] = {1000000, 1000000};
    double imbalance = check_partition(two, 2);
    assert_true(imbalance <= (om_context_size(ctx) % 2 == 0 ? 1.01 : 1.67));
}

static void test_tissues_without_work(void **state) {
    (void)state;
    const int64_t weights[] = {0, 7, 0};
    check_partition(weights, 3);
}

/* The published corpus has 14 tissues of very unequal size. */
static void test_fourteen_tissues(void **state) {
    (void)state;
    const int64_t weights[] = {90, 310, 420, 30, 250, 60, 110, 700, 20, 45, 80, 15, 5, 120};
    if (om_context_size(ctx) <= 4) {
        assert_true(check_partition(weights, 14) <= 1.3);
    }
}

static void test_ranges_cover_everything_in_order(void **state) {
    (void)state;
    int64_t cumulative[1001] = {0};
    for (int i = 0; i < 1000; i++) {
        cumulative[i + 1] = cumulative[i] + (i % 17) * (i % 5);
    }
    for (int parts = 1; parts < 40; parts++) {
        int64_t next = 0;
        for (int part = 0; part < parts; part++) {
            int64_t first = 0;
            int64_t count = 0;
            om_range_by_weight(cumulative, 1000, parts, part, &first, &count);
            assert_int_equal(first, next);
            assert_true(count >= 0);
            int64_t weight = cumulative[first + count] - cumulative[first];
            /* Within one heaviest item (64) of the even share. */
            assert_true(weight <= cumulative[1000] / parts + 64);
            next = first + count;
        }
        assert_int_equal(next, 1000);
    }
}

static void test_ranges_of_nothing(void **state) {
    (void)state;
    const int64_t none[] = {0};
    const int64_t weightless[] = {0, 0, 0, 0, 0};
    int64_t first = -1;
    int64_t count = -1;
    om_range_by_weight(none, 0, 3, 1, &first, &count);
    assert_int_equal(count, 0);
    om_range_by_weight(weightless, 4, 2, 1, &first, &count);
    assert_int_equal(first, 2);
    assert_int_equal(count, 2);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_large_tissue_among_small_ones),
        cmocka_unit_test(test_more_ranks_than_tissues),
        cmocka_unit_test(test_tissues_without_work),
        cmocka_unit_test(test_fourteen_tissues),
        cmocka_unit_test(test_ranges_cover_everything_in_order),
        cmocka_unit_test(test_ranges_of_nothing),
    };
    int failed = cmocka_run_group_tests_name("partition", tests, NULL, NULL);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
