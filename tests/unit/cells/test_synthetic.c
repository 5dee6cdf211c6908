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
                                      .n_own_cells = N_CELLS};
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

static void blocks_are_shuffled_cells(void **state) {
    (void)state;
    fixture *f = make_fixture();
    om_synthetic_plan *plan = make_plan(f, 7, 20);
    assert_int_equal(plan->n_groups, 60);
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
            assert_memory_equal(plan->own + plan->first_own[block], cells + i, 7 * sizeof cells[0]);
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

/* Two ranks' plans hold each cell once. */
static void ranks_share_cells(void **state) {
    (void)state;
    fixture *f = make_fixture();
    om_synthetic_plan *whole = make_plan(f, 7, 7);
    f->source.n_own_cells = 101;
    om_synthetic_plan *first = make_plan(f, 7, 7);
    f->source.first_cell = 101;
    f->source.n_own_cells = N_CELLS - 101;
    om_synthetic_plan *second = make_plan(f, 7, 7);
    assert_int_equal(first->n_blocks, whole->n_blocks);
    assert_memory_equal(second->first_block, whole->first_block, 61 * sizeof(int64_t));
    for (int64_t block = 0; block < whole->n_blocks; block++) {
        int64_t i = first->first_own[block];
        int64_t j = second->first_own[block];
        for (int64_t k = whole->first_own[block]; k < whole->first_own[block + 1]; k++) {
            int64_t own = whole->own[k] < 101 ? first->own[i++] : 101 + second->own[j++];
            assert_int_equal(own, whole->own[k]);
        }
        assert_int_equal(i, first->first_own[block + 1]);
        assert_int_equal(j, second->first_own[block + 1]);
    }
    om_synthetic_plan_destroy(&whole);
    om_synthetic_plan_destroy(&first);
    om_synthetic_plan_destroy(&second);
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
