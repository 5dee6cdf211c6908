#include "cells/ranking.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <math.h>
#include <stdlib.h>

enum { N_ROWS = 9000 };

typedef enum shape {
    SMALL_COUNTS,
    DEEP_COUNTS,
    HUGE_COUNTS,
    LOGS,    /* few different values */
    SPREAD,  /* over many orders of magnitude */
    CROWDED, /* one far away, so that the others share buckets */
    EQUAL,
    N_SHAPES
} shape;

/* One cell, on its rows in ascending order. */
typedef struct cell {
    int64_t n;
    int32_t rows[N_ROWS];
    double values[N_ROWS];
    uint8_t kinds[N_ROWS];
} cell;

static double draw(om_random *random, shape s, int64_t i) {
    double uniform = om_random_uniform(random);
    switch (s) {
    case SMALL_COUNTS:
        return 1 + (double)om_random_below(random, 20);
    case DEEP_COUNTS:
        return 1 + (double)om_random_below(random, om_random_below(random, 4) == 0 ? 2000 : 140);
    case HUGE_COUNTS:
        return 4294967295.0 - (double)om_random_below(random, 3000);
    case LOGS:
        return log1p((double)(1 + om_random_below(random, 8)) * 1.25);
    case SPREAD:
        return exp(200 * uniform - 100);
    case CROWDED:
        return i == 7 ? 1e300 : 1 + (double)om_random_below(random, 3000) / 4096;
    default:
        return 3;
    }
}

static cell *make_cell(shape s, int64_t n, uint64_t identity) {
    om_random random = om_random_stream(9, OM_PURPOSE_TEST, identity);
    cell *c = calloc(1, sizeof *c);
    assert_non_null(c);
    for (int64_t row = 0; row < N_ROWS; row++) {
        uint64_t kind = om_random_below(&random, 20);
        c->kinds[row] = kind < 3 ? OM_ROW_ASKED : kind == 3 ? OM_ROW_NO_GENE : OM_ROW_COUNTS;
        if ((int64_t)om_random_below(&random, (uint64_t)(N_ROWS - row)) < n - c->n) {
            c->rows[c->n] = (int32_t)row;
            c->values[c->n] = draw(&random, s, c->n);
            c->n++;
        }
    }
    assert_int_equal(c->n, n);
    return c;
}

static int64_t plain_rank(const cell *c, double value) {
    int64_t above = 0;
    int64_t ties = 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (c->kinds[c->rows[i]] != OM_ROW_NO_GENE) {
            above += c->values[i] > value ? 1 : 0;
            ties += c->values[i] == value ? 1 : 0;
        }
    }
    return 2 * above + ties + 1;
}

static void compare(om_ranking *ranking, const cell *c, bool whole, int64_t last_rank) {
    om_ranked ranked;
    om_ranking_cell(ranking, &ranked, c->kinds, c->rows, c->values, c->n, whole, last_rank);
    int64_t n_genes = 0;
    int64_t n_asked = 0;
    for (int64_t i = 0; i < c->n; i++) {
        int kind = c->kinds[c->rows[i]];
        n_genes += kind != OM_ROW_NO_GENE ? 1 : 0;
        if (kind == OM_ROW_ASKED) {
            assert_true(n_asked < ranked.n_asked);
            assert_int_equal(ranked.rows[n_asked], c->rows[i]);
            int64_t expected = plain_rank(c, c->values[i]);
            int64_t found = ranked.doubled_ranks[n_asked++];
            if (expected <= 2 * last_rank) {
                assert_int_equal(found, expected);
            } else {
                assert_true(found > 2 * last_rank);
            }
        }
    }
    assert_int_equal(ranked.n_genes, n_genes);
    assert_int_equal(ranked.n_asked, n_asked);
}

/* One room for all cells, in turn short and long. */
static void equals_plain_ranks(void **state) {
    (void)state;
    const int64_t lengths[] = {0, 1, 3, 30, 1500, 5, 8000, 200};
    om_ranking *ranking = NULL;
    assert_int_equal(om_ranking_create(&ranking, 8000), OM_OK);
    for (int s = 0; s < N_SHAPES; s++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            cell *c = make_cell((shape)s, lengths[i], (uint64_t)s * 100 + i);
            bool can_be_whole =
                s == SMALL_COUNTS || s == DEEP_COUNTS || s == HUGE_COUNTS || s == EQUAL;
            for (int whole = 0; whole <= can_be_whole; whole++) {
                compare(ranking, c, whole == 1, N_ROWS);
                compare(ranking, c, whole == 1, 1500);
                compare(ranking, c, whole == 1, 10);
            }
            free(c);
        }
    }
    om_ranking_destroy(&ranking);
    assert_null(ranking);
}

/* 7 5 5 1 1 1 and a later row of a symbol that has 5 too: ranks 1, 2.5, 5. */
static void ranks_by_hand(void **state) {
    (void)state;
    const uint8_t kinds[] = {OM_ROW_ASKED,  OM_ROW_ASKED, OM_ROW_COUNTS, OM_ROW_NO_GENE,
                             OM_ROW_COUNTS, OM_ROW_ASKED, OM_ROW_COUNTS, OM_ROW_ASKED};
    const int32_t rows[] = {0, 1, 2, 3, 4, 5, 6};
    const double values[] = {7, 5, 5, 5, 1, 1, 1};
    const int64_t expected[] = {2, 5, 10};
    for (int whole = 0; whole < 2; whole++) {
        om_ranking *ranking = NULL;
        om_ranked ranked;
        assert_int_equal(om_ranking_create(&ranking, 7), OM_OK);
        om_ranking_cell(ranking, &ranked, kinds, rows, values, 7, whole == 1, 100);
        assert_int_equal(ranked.n_genes, 6);
        assert_int_equal(ranked.n_asked, 3);
        assert_memory_equal(ranked.doubled_ranks, expected, sizeof expected);
        om_ranking_destroy(&ranking);
    }
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    om_status status = OM_MEMORY;
    int64_t n = 0;
    for (; status == OM_MEMORY; n++) {
        om_ranking *ranking = NULL;
        om_memory_fail_after(n);
        status = om_ranking_create(&ranking, 10);
        assert_true(status == OM_OK ? ranking != NULL : ranking == NULL);
        om_ranking_destroy(&ranking);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    assert_true(n > 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_plain_ranks),
        cmocka_unit_test(ranks_by_hand),
        cmocka_unit_test(memory_failure_is_reported),
    };
    return cmocka_run_group_tests_name("ranking", tests, NULL, NULL);
}
