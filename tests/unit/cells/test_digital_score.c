#include "oncomark/digital_score.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit/cells/naive.h"
#include "unit_test.h"

#include <string.h>

enum { N_ROWS = 300, N_CELLS = 40 };

/* A data set as dense rows, and ten sets. */
typedef struct fixture {
    double values[N_CELLS][N_ROWS];
    uint8_t is_first[N_ROWS];
    int64_t n_missing;
    int32_t rows[OM_N_HALLMARKS][OM_N_SIGNS][N_ROWS];
    om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS];
} fixture;

static om_counts *make_counts(const double *dense, int64_t n_cells, int64_t n_rows, bool integer) {
    om_counts *counts = NULL;
    assert_int_equal(om_counts_create(&counts, n_cells, n_cells * n_rows), OM_OK);
    counts->n_genes = n_rows;
    counts->n_cells_total = n_cells;
    counts->integer = integer;
    for (int64_t cell = 0; cell < n_cells; cell++) {
        int64_t next = counts->indptr[cell];
        for (int64_t row = 0; row < n_rows; row++) {
            double value = dense[cell * n_rows + row];
            if (value > 0) {
                counts->indices[next] = (int32_t)row;
                counts->values[next++] = value;
            }
        }
        counts->indptr[cell + 1] = next;
    }
    return counts;
}

/* Many ties and a few large values; the first cell is empty, the second has every gene. Whole
 * numbers run over the limit between counted and sorted values. */
static double draw_value(om_random *random, int cell, bool integer) {
    double density = cell == 0 ? 0 : cell == 1 ? 1 : 0.05 + 0.02 * cell;
    if (om_random_uniform(random) >= density) {
        return 0;
    }
    if (!integer) {
        double value = 5 * om_random_uniform(random) + 1e-3;
        return om_random_below(random, 3) == 0 ? 2.5 : value;
    }
    switch (om_random_below(random, 8)) {
    case 0:
        return 1020 + (double)om_random_below(random, 8);
    case 1:
        return 4294967295.0 - (double)om_random_below(random, 2);
    default:
        return 1 + (double)om_random_below(random, 4);
    }
}

static fixture *make_fixture(uint64_t identity, bool integer) {
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    om_random random = om_random_stream(7, OM_PURPOSE_TEST, identity);
    for (int cell = 0; cell < N_CELLS; cell++) {
        for (int row = 0; row < N_ROWS; row++) {
            f->values[cell][row] = draw_value(&random, cell, integer);
        }
    }
    for (int row = 0; row < N_ROWS; row++) {
        f->is_first[row] = om_random_below(&random, 10) > 0 ? 1 : 0;
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int sign = 0; sign < OM_N_SIGNS; sign++) {
            om_signature *part = &f->parts[h][sign];
            part->rows = f->rows[h][sign];
            int64_t wanted = sign == OM_NEGATIVE && h % 2 == 0 ? 0 : 1 + 4 * h;
            while (part->n_found < wanted) {
                int32_t row = (int32_t)om_random_below(&random, N_ROWS);
                bool known = f->is_first[row] == 0;
                for (int64_t i = 0; i < part->n_found; i++) {
                    known = known || part->rows[i] == row;
                }
                if (!known) {
                    part->rows[part->n_found++] = row;
                }
            }
            part->n_genes = part->n_found + (wanted > 0 ? h % 3 : 0);
            f->n_missing += part->n_genes - part->n_found;
        }
    }
    return f;
}

static double naive_score(const fixture *f, const om_score_parameters *parameters, int cell,
                          int h) {
    double score[OM_N_SIGNS];
    for (int sign = 0; sign < OM_N_SIGNS; sign++) {
        const om_signature *part = &f->parts[h][sign];
        score[sign] = naive_part_score(parameters, N_ROWS, f->values[cell], f->is_first,
                                       f->n_missing, part->n_genes, part->n_found, part->rows);
    }
    return f->parts[h][OM_NEGATIVE].n_genes == 0
               ? score[OM_POSITIVE]
               : fmax(0, score[OM_POSITIVE] - parameters->negative_weight * score[OM_NEGATIVE]);
}

static void compare(fixture *f, const om_score_parameters *parameters, bool integer) {
    double scores[N_CELLS][OM_N_HALLMARKS];
    om_digital_score *score = NULL;
    om_counts *counts = make_counts(f->values[0], N_CELLS, N_ROWS, integer);
    assert_int_equal(
        om_digital_score_create(&score, parameters, N_ROWS, f->is_first, f->n_missing, f->parts),
        OM_OK);
    assert_int_equal(om_digital_score_cells(score, counts, scores[0]), OM_OK);
    int64_t n_positive = 0;
    for (int cell = 0; cell < N_CELLS; cell++) {
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            double expected = naive_score(f, parameters, cell, h);
            assert_true(fabs(scores[cell][h] - expected) <= 1e-12);
            n_positive += expected > 0.01 ? 1 : 0;
        }
    }
    assert_true(n_positive > 20);
    om_digital_score_destroy(&score);
    assert_null(score);
    om_counts_destroy(&counts);
}

static void equals_naive_twin(void **state) {
    (void)state;
    for (int integer = 0; integer < 2; integer++) {
        fixture *f = make_fixture((uint64_t)integer, integer == 1);
        for (int variant = 0; variant < 12; variant++) {
            const int64_t max_ranks[] = {41, 100, 1500};
            om_score_parameters parameters = {
                .formula = variant % 2 == 0 ? OM_UCELL_2_14 : OM_UCELL_2_6,
                .missing_genes = variant / 2 % 2 == 0 ? OM_MISSING_IMPUTE : OM_MISSING_SKIP,
                .max_rank = max_ranks[variant / 4],
                .negative_weight = variant < 6 ? 1 : 0.25};
            compare(f, &parameters, integer == 1);
        }
        free(f);
    }
}

/* Four genes with counts 5 3 3 0: ranks 1, 2.5, 2.5, 4. Set {0, 1}, one gene missing, m = 4.
 * 2.14: (1 + 2.5 + 4 - 6) / (12 - 6) = 0.25. 2.6: five genes, ranks 1, 2.5 and, for the missing
 * one, (4 + 5) / 2 = 4.5; m = 5: U = 8 - 6 = 2; 1 - 2 / 15. Skipped: n = 2, 2.14: (3.5 - 3) / (8 -
 * 3); 2.6: m = 4, 1 - 0.5 / 8. */
static void scores_by_hand(void **state) {
    (void)state;
    const double values[4] = {5, 3, 3, 0};
    const uint8_t is_first[4] = {1, 1, 1, 1};
    const struct {
        om_formula formula;
        om_missing missing;
        double expected;
    } cases[] = {{OM_UCELL_2_14, OM_MISSING_IMPUTE, 0.75},
                 {OM_UCELL_2_6, OM_MISSING_IMPUTE, 1 - 2.0 / 15},
                 {OM_UCELL_2_14, OM_MISSING_SKIP, 0.9},
                 {OM_UCELL_2_6, OM_MISSING_SKIP, 0.9375}};
    int32_t rows[2] = {0, 1};
    om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS] = {{{0}}};
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        parts[h][OM_POSITIVE] = (om_signature){.n_genes = 3, .n_found = 2, .rows = rows};
    }
    om_counts *counts = make_counts(values, 1, 4, true);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_score_parameters parameters = {
            .formula = cases[i].formula, .missing_genes = cases[i].missing, .max_rank = 1500};
        om_digital_score *score = NULL;
        double scores[OM_N_HALLMARKS];
        assert_int_equal(om_digital_score_create(&score, &parameters, 4, is_first, 1, parts),
                         OM_OK);
        assert_int_equal(om_digital_score_cells(score, counts, scores), OM_OK);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            assert_true(fabs(scores[h] - cases[i].expected) <= 1e-15);
        }
        om_digital_score_destroy(&score);
    }
    om_counts_destroy(&counts);
}

static void misuse_is_a_bug(void **state) {
    (void)state;
    fixture *f = make_fixture(3, true);
    om_digital_score *score = NULL;
    om_score_parameters parameters = {.max_rank = 10};
    assert_int_equal(
        om_digital_score_create(&score, &parameters, N_ROWS, f->is_first, f->n_missing, f->parts),
        OM_BUG);
    assert_null(score);
    parameters.max_rank = 100;
    assert_int_equal(
        om_digital_score_create(&score, &parameters, N_ROWS, f->is_first, f->n_missing, f->parts),
        OM_OK);
    om_counts *other = make_counts(f->values[0], 1, N_ROWS - 1, true);
    double scores[OM_N_HALLMARKS];
    assert_int_equal(om_digital_score_cells(score, other, scores), OM_BUG);
    om_counts_destroy(&other);
    om_digital_score_destroy(&score);
    free(f);
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    fixture *f = make_fixture(4, true);
    om_counts *counts = make_counts(f->values[0], N_CELLS, N_ROWS, true);
    double scores[N_CELLS][OM_N_HALLMARKS];
    om_score_parameters parameters = {.max_rank = 100};
    om_status status = OM_MEMORY;
    for (int64_t n = 0; status == OM_MEMORY; n++) {
        om_digital_score *score = NULL;
        om_memory_fail_after(n);
        status = om_digital_score_create(&score, &parameters, N_ROWS, f->is_first, f->n_missing,
                                         f->parts);
        assert_true(status == OM_OK ? score != NULL : score == NULL);
        if (status == OM_OK) {
            status = om_digital_score_cells(score, counts, scores[0]);
        }
        om_digital_score_destroy(&score);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    om_counts_destroy(&counts);
    free(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_naive_twin),
        cmocka_unit_test(scores_by_hand),
        cmocka_unit_test(misuse_is_a_bug),
        cmocka_unit_test(memory_failure_is_reported),
    };
    return cmocka_run_group_tests_name("digital_score", tests, NULL, NULL);
}
