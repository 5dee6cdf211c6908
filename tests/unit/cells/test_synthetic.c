#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/string_map.h"
#include "oncomark/synthetic.h"
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>

enum { N_CELLS = 230 };

/* Cells of three samples in a mixed order; sample C has few cells. */
typedef struct fixture {
    om_strings *samples;
    int32_t sample_of[N_CELLS];
    int8_t labels[N_CELLS * OM_N_HALLMARKS];
    int64_t first_cells[4];
    om_synthetic_source source;
} fixture;

static fixture *make_fixture(void) {
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    om_random random = om_random_stream(5, OM_PURPOSE_TEST, 1);
    assert_int_equal(om_strings_create(&f->samples), OM_OK);
    for (int s = 0; s < 3; s++) {
        assert_int_equal(om_strings_add(f->samples, (const char *[]){"B", "A", "C"}[s]), OM_OK);
    }
    for (int cell = 0; cell < N_CELLS; cell++) {
        f->sample_of[cell] = cell % 40 == 39 ? 2 : (int32_t)om_random_below(&random, 2);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            f->labels[cell * OM_N_HALLMARKS + h] = (int8_t)((int)om_random_below(&random, 3) - 1);
        }
    }
    f->source = (om_synthetic_source){.data_set = "X2020_Lung",
                                      .samples = f->samples,
                                      .n_cells = N_CELLS,
                                      .sample_of = f->sample_of,
                                      .labels = f->labels,
                                      .n_ranks = 1,
                                      .first_cells = f->first_cells};
    f->first_cells[1] = N_CELLS;
    return f;
}

static void destroy(fixture **f) {
    om_strings_destroy(&(*f)->samples);
    free(*f);
    *f = NULL;
}

static om_synthetic_plan *make_plan(const fixture *f, int64_t length, int64_t min_cells) {
    const om_synthetic_parameters parameters = {.cells_per_sample = length, .min_cells = min_cells};
    om_synthetic_plan *plan = NULL;
    assert_int_equal(om_synthetic_plan_create(&plan, &f->source, &parameters, 42), OM_OK);
    return plan;
}

/* The cells of a group, written out again in the plainest way. */
static int64_t list_group(const fixture *f, int64_t group, int64_t *cells) {
    int64_t sample = group / 20;
    int64_t hallmark = group % 20 / 2;
    int64_t n = 0;
    for (int64_t cell = 0; cell < N_CELLS; cell++) {
        int label = f->labels[cell * OM_N_HALLMARKS + hallmark];
        if (f->sample_of[cell] == sample && label == (group % 2 == 0 ? 1 : 0)) {
            cells[n++] = cell;
        }
    }
    return n;
}

static int compare_cells(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* A block's cells are consecutive ones of the shuffled order, listed in ascending order. */
static void blocks_are_shuffled_cells(void **state) {
    (void)state;
    fixture *f = make_fixture();
    om_synthetic_plan *plan = make_plan(f, 7, 20);
    assert_int_equal(plan->n_groups, 60);
    assert_int_equal(plan->cells_per_block, 7);
    int64_t block = 0;
    for (int64_t group = 0; group < 60; group++) {
        int64_t cells[N_CELLS];
        char name[64];
        int64_t n = list_group(f, group, cells);
        assert_int_equal(plan->group_cells[group], n);
        assert_int_equal(plan->first_block[group], block);
        if (n < 20) {
            continue;
        }
        snprintf(name, sizeof name, "X2020_Lung|%s|%s|%s", om_strings_get(f->samples, group / 20),
                 om_hallmark_code((int)(group % 20 / 2)), group % 2 == 0 ? "pos" : "neg");
        om_random random = om_random_stream(42, OM_PURPOSE_SYNTHESIZE, om_hash_string(name));
        om_random_shuffle(&random, cells, n);
        for (int64_t i = 0; i + 7 <= n; i += 7, block++) {
            assert_int_equal(plan->first_own[block + 1] - plan->first_own[block], 7);
            assert_int_equal(plan->owner[block], 0);
            assert_int_equal(plan->shared[block], 0);
            qsort(cells + i, 7, sizeof *cells, compare_cells);
            for (int64_t j = 0; j < 7; j++) {
                assert_int_equal(plan->own[plan->first_own[block] + j], cells[i + j]);
            }
        }
    }
    assert_true(block > 40);
    assert_int_equal(plan->n_blocks, block);
    assert_int_equal(plan->first_block[60], block);
    assert_int_equal(plan->first_block[40], block); /* none of sample C */
    om_synthetic_plan_destroy(&plan);
    assert_null(plan);
    destroy(&f);
}

/* Three ranks' plans, of which the second has one cell, hold each cell once, and agree on who owns
 * a block: the rank with most cells, the first of several. */
static void ranks_share_cells(void **state) {
    (void)state;
    enum { N_RANKS = 3 };
    fixture *f = make_fixture();
    om_synthetic_plan *whole = make_plan(f, 7, 7);
    om_synthetic_plan *plans[N_RANKS];
    const int64_t first_cells[N_RANKS + 1] = {0, 101, 102, N_CELLS};
    memcpy(f->first_cells, first_cells, sizeof first_cells);
    f->source.n_ranks = N_RANKS;
    for (int rank = 0; rank < N_RANKS; rank++) {
        f->source.rank = rank;
        plans[rank] = make_plan(f, 7, 7);
        assert_int_equal(plans[rank]->n_blocks, whole->n_blocks);
        assert_memory_equal(plans[rank]->first_block, whole->first_block, 61 * sizeof(int64_t));
    }
    int64_t n_shared = 0;
    for (int64_t block = 0; block < whole->n_blocks; block++) {
        int64_t place = whole->first_own[block];
        int64_t most = 0;
        int owner = -1;
        int n_holders = 0;
        for (int rank = 0; rank < N_RANKS; rank++) {
            const int64_t *range = plans[rank]->first_own + block;
            n_holders += range[1] > range[0] ? 1 : 0;
            owner = range[1] - range[0] > most ? rank : owner;
            most = range[1] - range[0] > most ? range[1] - range[0] : most;
            for (int64_t i = range[0]; i < range[1]; i++) {
                assert_int_equal(first_cells[rank] + plans[rank]->own[i], whole->own[place++]);
            }
        }
        assert_int_equal(place, whole->first_own[block + 1]);
        for (int rank = 0; rank < N_RANKS; rank++) {
            assert_int_equal(plans[rank]->owner[block], owner);
            assert_int_equal(plans[rank]->shared[block], n_holders > 1 ? 1 : 0);
        }
        n_shared += n_holders > 1 ? 1 : 0;
    }
    assert_true(n_shared > 20);
    for (int rank = 0; rank < N_RANKS; rank++) {
        om_synthetic_plan_destroy(&plans[rank]);
    }
    om_synthetic_plan_destroy(&whole);
    destroy(&f);
}

/* min_cells above the block (one block needs more cells), and below it (the block decides). */
static void both_limits_hold(void **state) {
    (void)state;
    fixture *f = make_fixture();
    const int64_t lengths[] = {10, 40};
    const int64_t min_cells[] = {35, 10};
    for (int i = 0; i < 2; i++) {
        om_synthetic_plan *plan = make_plan(f, lengths[i], min_cells[i]);
        int64_t n_with = 0;
        for (int64_t group = 0; group < plan->n_groups; group++) {
            int64_t n = plan->group_cells[group];
            int64_t blocks = plan->first_block[group + 1] - plan->first_block[group];
            assert_int_equal(blocks, n >= min_cells[i] ? n / lengths[i] : 0);
            n_with += blocks > 0 ? 1 : 0;
        }
        assert_in_range(n_with, 1, 59);
        om_synthetic_plan_destroy(&plan);
    }
    destroy(&f);
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    fixture *f = make_fixture();
    const om_synthetic_parameters parameters = {.cells_per_sample = 7, .min_cells = 7};
    om_status status = OM_MEMORY;
    for (int64_t n = 0; status == OM_MEMORY; n++) {
        om_synthetic_plan *plan = NULL;
        om_memory_fail_after(n);
        status = om_synthetic_plan_create(&plan, &f->source, &parameters, 42);
        assert_true(status == OM_OK ? plan != NULL : plan == NULL);
        om_synthetic_plan_destroy(&plan);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    destroy(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_shuffled_cells),
        cmocka_unit_test(ranks_share_cells),
        cmocka_unit_test(both_limits_hold),
        cmocka_unit_test(memory_failure_is_reported),
    };
    return cmocka_run_group_tests_name("synthetic", tests, NULL, NULL);
}
