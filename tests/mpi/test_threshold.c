/* Thresholds of scores that are spread over ranks, against sorting all of them. */
#include "cells/threshold_rank.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/random.h"
#include "oncomark/score_pool.h"
#include "oncomark/threshold.h"
#include "unit/cells/naive.h"
#include "unit_test.h"

#include "test_ranks.h"

enum { MOST = 5003 };

static om_ctx *ctx;
static char folder[TEST_PATH];

/* Every hallmark has another kind of scores. The same on all ranks. */
static double draw(om_random *random, int hallmark, int64_t i, int64_t n) {
    double uniform = om_random_uniform(random);
    switch (hallmark) {
    case 0:
        return uniform;
    case 1:
        return uniform < 0.7 ? 0 : uniform; /* the cut lies among equal values */
    case 2:
        return 0.25; /* all equal */
    case 3:
        return (double)(int)(8 * uniform) / 8; /* values on edges */
    case 4:
        return i < n / 2 ? 0.5 : uniform;
    case 5:
        return -uniform + 0.5; /* both signs */
    case 6:
        return uniform < 0.5 ? -0.0 : 0.0;
    case 7:
        return 1e-300 * uniform;
    case 8:
        return uniform < 0.02 ? 1e6 * uniform : uniform * uniform;
    default:
        return (double)(int)(256 * uniform) / 256;
    }
}

static double *draw_scores(int64_t n) {
    double *scores = calloc((size_t)n * OM_N_HALLMARKS + 1, sizeof *scores);
    assert_non_null(scores);
    om_random random = om_random_stream(11, OM_PURPOSE_TEST, (uint64_t)n);
    for (int64_t i = 0; i < n; i++) {
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            scores[i * OM_N_HALLMARKS + h] = draw(&random, h, i, n);
        }
    }
    return scores;
}

static void column(double *out, const double *scores, int64_t n, int hallmark) {
    for (int64_t i = 0; i < n; i++) {
        out[i] = scores[i * OM_N_HALLMARKS + hallmark];
    }
}

static const int64_t sizes[] = {0, 1, 2, 3, 4, 5, 17, 200, 1001, MOST};
enum { N_SIZES = sizeof sizes / sizeof sizes[0] };

/* A pool of scores, in memory or, without any, in a file. */
static om_score_pool *pool_of(int64_t n, const double *scores, int64_t memory) {
    om_score_pool *pool = NULL;
    assert_int_equal(om_score_pool_create(&pool, test_path(folder, "spill"), memory), OM_OK);
    assert_int_equal(om_score_pool_add(pool, n, scores, NULL), OM_OK);
    assert_int_equal(om_score_pool_count(pool), n);
    return pool;
}

/* This rank's share. */
static om_score_pool *share_of(int64_t n, const double *scores, int64_t memory) {
    int64_t first = 0;
    int64_t count = 0;
    om_range_even(n, om_context_size(ctx), om_context_rank(ctx), &first, &count);
    return pool_of(count, scores + first * OM_N_HALLMARKS, memory);
}

static void find(om_threshold out[OM_N_HALLMARKS], const om_threshold_parameters *parameters,
                 int64_t n, const double *scores) {
    om_score_pool *pool = share_of(n, scores, 1 << 24);
    assert_int_equal(om_threshold_find(out, ctx, parameters, pool), OM_OK);
    om_score_pool_destroy(&pool);
}

static void check_counts(const om_threshold *found, const double *values, int64_t n,
                         om_threshold_method method) {
    int64_t n_positive = 0;
    int64_t n_negative = 0;
    for (int64_t i = 0; i < n; i++) {
        n_positive += values[i] > found->high ? 1 : 0;
        n_negative += values[i] < found->low ? 1 : 0;
        n_negative += method == OM_OTSU && values[i] == found->low ? 1 : 0;
    }
    assert_int_equal(found->n_cells, n);
    assert_int_equal(found->n_positive, n_positive);
    assert_int_equal(found->n_negative, n_negative);
}

static void halves_equal_sorting(void **state) {
    (void)state;
    double values[MOST];
    for (int i = 0; i < N_SIZES; i++) {
        int64_t n = sizes[i];
        double *scores = draw_scores(n);
        const om_threshold_parameters parameters = {.method = OM_OTSU_HALVES, .bins = 256};
        om_threshold found[OM_N_HALLMARKS];
        find(found, &parameters, n, scores);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            assert_int_equal(found[h].has_low, n > 1);
            assert_int_equal(found[h].has_high, n > 1);
            assert_int_equal(found[h].n_cells, n);
            if (n > 1) {
                double low = 0;
                double high = 0;
                column(values, scores, n, h);
                naive_halves(values, n, 256, &low, &high);
                assert_true(found[h].low == low);
                assert_true(found[h].high == high);
                check_counts(&found[h], values, n, OM_OTSU_HALVES);
            }
        }
        free(scores);
    }
}

static void one_threshold_equals_naive(void **state) {
    (void)state;
    double values[MOST];
    for (int i = 0; i < N_SIZES; i++) {
        int64_t n = sizes[i];
        double *scores = draw_scores(n);
        const om_threshold_parameters parameters = {.method = OM_OTSU, .bins = 64};
        om_threshold found[OM_N_HALLMARKS];
        find(found, &parameters, n, scores);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            assert_int_equal(found[h].has_low, n > 0);
            if (n > 0) {
                column(values, scores, n, h);
                assert_true(found[h].low == naive_otsu(values, n, 64));
                assert_true(found[h].high == found[h].low);
                check_counts(&found[h], values, n, OM_OTSU);
            }
        }
        free(scores);
    }
}

/* All scores on the last rank: the others have none. */
static void share_of_scores_does_not_matter(void **state) {
    (void)state;
    double *scores = draw_scores(1001);
    const om_threshold_parameters parameters = {.method = OM_OTSU_HALVES, .bins = 256};
    om_threshold even[OM_N_HALLMARKS];
    om_threshold uneven[OM_N_HALLMARKS];
    find(even, &parameters, 1001, scores);
    bool is_last = om_context_rank(ctx) == om_context_size(ctx) - 1;
    om_score_pool *pool = pool_of(is_last ? 1001 : 0, scores, 1 << 24);
    assert_int_equal(om_threshold_find(uneven, ctx, &parameters, pool), OM_OK);
    om_score_pool_destroy(&pool);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        assert_true(even[h].low == uneven[h].low && even[h].high == uneven[h].high);
        assert_int_equal(even[h].n_positive, uneven[h].n_positive);
        assert_int_equal(even[h].n_negative, uneven[h].n_negative);
    }
    free(scores);
}

/* More than fits in a block, on some rank count each rank: in memory, or none of it. */
static void memory_does_not_matter(void **state) {
    (void)state;
    const int64_t n = 120011;
    double *scores = draw_scores(n);
    const om_threshold_parameters parameters = {.method = OM_OTSU_HALVES, .bins = 256};
    const int64_t memory[] = {1 << 28, 2 << 20, 0};
    om_threshold found[3][OM_N_HALLMARKS];
    for (int i = 0; i < 3; i++) {
        om_score_pool *pool = share_of(n, scores, memory[i]);
        memset(found[i], 0, sizeof found[i]);
        assert_int_equal(om_threshold_find(found[i], ctx, &parameters, pool), OM_OK);
        om_score_pool_destroy(&pool);
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        assert_true(found[0][h].has_low && found[0][h].n_cells == n);
        for (int i = 1; i < 3; i++) {
            assert_true(found[i][h].low == found[0][h].low && found[i][h].high == found[0][h].high);
            assert_int_equal(found[i][h].n_positive, found[0][h].n_positive);
            assert_int_equal(found[i][h].n_negative, found[0][h].n_negative);
        }
    }
    free(scores);
}

static void order_statistics_equal_sorting(void **state) {
    (void)state;
    double values[MOST];
    const int64_t n = 1001;
    double *scores = draw_scores(n);
    const int64_t places[] = {0, 1, 333, 500, 999, 1000};
    om_score_pool *pool = share_of(n, scores, 1 << 24);
    for (int p = 0; p < 6; p++) {
        om_order_statistic found[OM_N_HALLMARKS];
        assert_int_equal(om_threshold_rank(found, ctx, pool, places[p]), OM_OK);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            int64_t n_below = 0;
            int64_t n_equal = 0;
            column(values, scores, n, h);
            qsort(values, (size_t)n, sizeof *values, naive_compare);
            double expected = values[places[p]];
            for (int64_t i = 0; i < n; i++) {
                n_below += values[i] < expected ? 1 : 0;
                n_equal += values[i] == expected ? 1 : 0;
            }
            assert_true(found[h].value == expected);
            assert_int_equal(found[h].n_below, n_below);
            assert_int_equal(found[h].n_equal, n_equal);
        }
    }
    om_score_pool_destroy(&pool);
    free(scores);
}

/* No memory on one rank only: all ranks say so. */
static void memory_failure_is_shared(void **state) {
    (void)state;
    double *scores = draw_scores(17);
    const om_threshold_parameters parameters = {.method = OM_OTSU_HALVES, .bins = 256};
    om_threshold found[OM_N_HALLMARKS];
    om_status status = OM_MEMORY;
    om_score_pool *pool = pool_of(17, scores, 1 << 24);
    for (int64_t n = 0; status == OM_MEMORY; n++) {
        om_memory_fail_after(om_context_rank(ctx) == om_context_size(ctx) - 1 ? n : -1);
        status = om_threshold_find(found, ctx, &parameters, pool);
        int64_t worst = status;
        assert_int_equal(om_max_i64(ctx, &worst, 1), OM_OK);
        assert_int_equal(worst, status);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    om_score_pool_destroy(&pool);
    free(scores);
}

static void table_reaches_all_ranks(void **state) {
    (void)state;
    om_threshold_table *table = NULL;
    if (om_context_is_root(ctx)) {
        om_strings *tissues = NULL;
        assert_int_equal(om_strings_create(&tissues), OM_OK);
        assert_int_equal(om_strings_add(tissues, "Lung"), OM_OK);
        assert_int_equal(om_strings_add(tissues, "Head and Neck"), OM_OK);
        assert_int_equal(om_threshold_table_create(&table, tissues), OM_OK);
        om_threshold_table_row(table, 1)[3] =
            (om_threshold){.has_high = true, .high = 0.1, .n_cells = 7};
        om_strings_destroy(&tissues);
    }
    assert_int_equal(om_threshold_table_broadcast(ctx, 0, &table), OM_OK);
    assert_int_equal(om_threshold_table_find(table, "Head and Neck"), 1);
    assert_true(om_threshold_table_row(table, 1)[3].high == 0.1);
    assert_int_equal(om_threshold_table_row(table, 1)[3].n_cells, 7);
    assert_false(om_threshold_table_row(table, 1)[3].has_low);
    om_threshold_table_destroy(&table);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_equal_sorting),
        cmocka_unit_test(one_threshold_equals_naive),
        cmocka_unit_test(share_of_scores_does_not_matter),
        cmocka_unit_test(memory_does_not_matter),
        cmocka_unit_test(order_statistics_equal_sorting),
        cmocka_unit_test(memory_failure_is_shared),
        cmocka_unit_test(table_reaches_all_ranks),
    };
    int failed = cmocka_run_group_tests_name("threshold", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
