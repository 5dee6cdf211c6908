#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/score_pool.h"
#include "unit_test.h"

#include "text_files.h"

enum { N_CELLS = 100000, BLOCK = 16384 * OM_N_HALLMARKS * 8 };

static double score_of(int64_t cell, int h) {
    return (double)(cell * OM_N_HALLMARKS + h) / 7;
}

static bool is_eligible(int64_t cell) {
    return cell % 3 != 1;
}

/* Two cells of three, in pieces of different lengths. */
static om_status fill(om_score_pool *pool) {
    static double scores[5000 * OM_N_HALLMARKS];
    static uint8_t eligible[5000];
    om_status status = OM_OK;
    for (int64_t cell = 0, n = 1; cell < N_CELLS && status == OM_OK; cell += n) {
        n = cell * 13 % 5000;
        n = n < 1 ? 1 : n < N_CELLS - cell ? n : N_CELLS - cell;
        for (int64_t i = 0; i < n; i++) {
            eligible[i] = is_eligible(cell + i) ? 1 : 0;
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                scores[i * OM_N_HALLMARKS + h] = score_of(cell + i, h);
            }
        }
        status = om_score_pool_add(pool, n, scores, eligible);
    }
    return status;
}

/* Goes through the pool once. */
static void check(om_score_pool *pool) {
    const double *scores = NULL;
    int64_t n = 0;
    int64_t cell = 0;
    int64_t n_cells = 0;
    assert_int_equal(om_score_pool_next(pool, &n, &scores), OM_OK);
    while (n > 0) {
        for (int64_t i = 0; i < n; i++) {
            cell += is_eligible(cell) ? 0 : 1;
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                assert_true(scores[i * OM_N_HALLMARKS + h] == score_of(cell, h));
            }
            cell++;
        }
        n_cells += n;
        assert_int_equal(om_score_pool_next(pool, &n, &scores), OM_OK);
    }
    assert_int_equal(n_cells, om_score_pool_count(pool));
}

static void scores_come_again(void **state) {
    (void)state;
    const int64_t memory[] = {0, BLOCK, 4 * BLOCK, 100 * (int64_t)BLOCK};
    for (int i = 0; i < 4; i++) {
        om_score_pool *pool = NULL;
        assert_int_equal(om_score_pool_create(&pool, test_path(test_folder, "aside"), memory[i]),
                         OM_OK);
        check(pool);
        assert_int_equal(fill(pool), OM_OK);
        assert_int_equal(om_score_pool_count(pool), N_CELLS - (N_CELLS + 1) / 3);
        check(pool);
        check(pool);
        om_score_pool_destroy(&pool);
        assert_null(pool);
    }
}

static void failures_are_reported(void **state) {
    (void)state;
    om_score_pool *pool = NULL;
    assert_int_equal(om_score_pool_create(&pool, test_path(test_folder, "none/aside"), 0), OM_OK);
    assert_int_equal(fill(pool), OM_SYSTEM);
    assert_message_has("none/aside");
    om_score_pool_destroy(&pool);
    om_status status = OM_MEMORY;
    for (int64_t n = 0; status == OM_MEMORY; n++) {
        om_memory_fail_after(n);
        status = om_score_pool_create(&pool, test_path(test_folder, "aside"), BLOCK);
        if (status == OM_OK) {
            status = fill(pool);
        }
        om_score_pool_destroy(&pool);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(scores_come_again),
        test_in_folder(failures_are_reported),
    };
    return cmocka_run_group_tests_name("score_pool", tests, NULL, NULL);
}
