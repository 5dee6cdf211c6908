/* Traits and counts of simulated cells against their distributions. */
#include "unit_test.h"

#include "cells/simulate_cell.h"
#include "oncomark/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

enum { N_CELLS = 3000, N_GENES = 1600, SEED = 5 };
static const double nb_size = 2.5;

typedef struct fixture {
    om_gene_sets *sets;
    om_strings *studies;
    om_simulate_plan *plan;
    om_simulate_genes *genes;
    om_simulate_model *model;
    double *rates;
    int32_t *rows;
    int32_t *counts;
} fixture;

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    om_simulate_options options = om_simulate_defaults();
    options.seed = SEED;
    options.n_cells = 20000;
    options.n_samples = 8;
    assert_int_equal(om_strings_create(&f->studies), OM_OK);
    assert_int_equal(om_strings_add(f->studies, "Sim2031_Breast"), OM_OK);
    options.studies = f->studies;
    assert_int_equal(
        om_gene_sets_read(&f->sets, OM_TEST_SOURCE_DIR "/jobs/gene_sets/hallmarks.gmt"), OM_OK);
    assert_int_equal(om_simulate_plan_create(&f->plan, &options), OM_OK);
    assert_int_equal(om_simulate_genes_create(&f->genes, f->sets, SEED, N_GENES), OM_OK);
    assert_int_equal(om_simulate_model_create(&f->model, f->genes, &f->plan->studies[0], SEED),
                     OM_OK);
    om_simulate_model_set_sample(f->model, &f->plan->studies[0].samples[0]);
    f->rates = calloc((size_t)f->model->n_rows, sizeof *f->rates);
    f->rows = calloc((size_t)f->model->n_rows, sizeof *f->rows);
    f->counts = calloc((size_t)f->model->n_rows, sizeof *f->counts);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    om_simulate_model_destroy(&f->model);
    om_simulate_genes_destroy(&f->genes);
    om_simulate_plan_destroy(&f->plan);
    om_strings_destroy(&f->studies);
    om_gene_sets_destroy(&f->sets);
    free(f->rates);
    free(f->rows);
    free(f->counts);
    free(f);
    return 0;
}

/* A good cell of type 0 whose pathways are all at their mean. */
static om_simulate_cell plain_cell(uint64_t index) {
    om_simulate_cell cell = {.kind = OM_KIND_GOOD, .depth = 5000.0, .mito = 0.05};
    cell.random = om_random_stream(SEED, OM_PURPOSE_TEST, index);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        cell.level[h] = 1.0;
        cell.activity[h] = 1.0;
    }
    return cell;
}

/* Counts of `row` in N_CELLS cells alike, in histogram [size]; larger ones in its last place. */
static void count_row(fixture *f, int64_t row, int64_t *histogram, int size) {
    static const double none[OM_N_HALLMARKS] = {0};
    memset(histogram, 0, (size_t)size * sizeof *histogram);
    for (uint64_t i = 0; i < N_CELLS; i++) {
        om_simulate_cell cell = plain_cell(i);
        int64_t n = om_simulate_cell_count(&cell, f->model, none, f->rates, f->rows, f->counts);
        int count = 0;
        for (int64_t k = 0; k < n; k++) {
            assert_true(f->counts[k] > 0);
            assert_true(k == 0 || f->rows[k] > f->rows[k - 1]);
            count = f->rows[k] == row ? f->counts[k] : count;
        }
        histogram[count < size ? count : size - 1]++;
    }
}

/* Kolmogorov-Smirnov distance to the negative binomial, whose probabilities follow
 * P(k + 1) = P(k) (size + k) / (k + 1) m / (size + m). */
static double distance_to_nb(const int64_t *histogram, int size, double mean) {
    double probability = pow(nb_size / (nb_size + mean), nb_size);
    double exact = 0.0;
    double empirical = 0.0;
    double largest = 0.0;
    for (int k = 0; k < size - 1; k++) {
        exact += probability;
        empirical += (double)histogram[k] / N_CELLS;
        largest = fmax(largest, fabs(exact - empirical));
        probability *= (nb_size + k) / (k + 1) * mean / (nb_size + mean);
    }
    return largest;
}

/* The row whose mean count is nearest to `mean`. */
static int64_t row_near(const fixture *f, double mean, bool mito, double *found) {
    int64_t best = -1;
    *found = INFINITY;
    for (int64_t row = 0; row < f->model->n_rows; row++) {
        double share = mito ? 0.05 : 0.95;
        double here = 5000.0 * share * f->model->share[row];
        if (f->model->is_mito[row] == mito && fabs(here - mean) < fabs(*found - mean)) {
            *found = here;
            best = row;
        }
    }
    return best;
}

static void counts_are_negative_binomial(void **state) {
    fixture *f = *state;
    static const double means[] = {0.02, 0.5, 3.0, 20.0};
    enum { SIZE = 400 };
    int64_t histogram[SIZE];
    for (int i = 0; i < 4; i++) {
        double mean = 0.0;
        int64_t row = row_near(f, means[i], false, &mean);
        assert_true(fabs(mean / means[i] - 1.0) < 0.5);
        count_row(f, row, histogram, SIZE);
        double distance = distance_to_nb(histogram, SIZE, mean);
        if (distance > 1.95 / sqrt(N_CELLS)) {
            fail_msg("mean %g: distance to the negative binomial %g", mean, distance);
        }
    }
    double mean = 0.0;
    int64_t row = row_near(f, 10.0, true, &mean);
    count_row(f, row, histogram, SIZE);
    assert_true(distance_to_nb(histogram, SIZE, mean) < 1.95 / sqrt(N_CELLS));
}

/* With one programme on, its genes' shares rise by (1 + strength)^loading, all others fall alike.
 */
static void a_programme_raises_its_genes(void **state) {
    fixture *f = *state;
    double strengths[OM_N_HALLMARKS] = {0};
    strengths[OM_HALLMARK_DCE] = 1.5;
    double *expected = calloc((size_t)f->model->n_rows, sizeof *expected);
    double *sums = calloc((size_t)f->model->n_rows, sizeof *sums);
    memcpy(expected, f->model->share, (size_t)f->model->n_rows * sizeof *expected);
    const om_simulate_members *members = &f->model->members[OM_HALLMARK_DCE];
    assert_true(members->count > 100);
    for (int64_t i = 0; i < members->count; i++) {
        expected[members->genes[i]] *= pow(2.5, members->loadings[i]);
    }
    double total = 0.0;
    for (int64_t row = 0; row < f->model->n_rows; row++) {
        total += f->model->is_mito[row] ? 0.0 : expected[row];
    }
    for (uint64_t i = 0; i < N_CELLS; i++) {
        om_simulate_cell cell = plain_cell(i);
        cell.programme[OM_HALLMARK_DCE] = true;
        int64_t n =
            om_simulate_cell_count(&cell, f->model, strengths, f->rates, f->rows, f->counts);
        for (int64_t k = 0; k < n; k++) {
            sums[f->rows[k]] += f->counts[k];
        }
    }
    for (int64_t row = 0; row < f->model->n_rows; row++) {
        if (!f->model->is_mito[row]) {
            double mean = 0.95 * 5000.0 * expected[row] / total;
            double error = sqrt((mean + mean * mean / nb_size) / N_CELLS);
            assert_true(fabs(sums[row] / N_CELLS - mean) < 5.0 * error + 0.005);
        }
    }
    free(expected);
    free(sums);
}

static double correlation(const unsigned char *a, const unsigned char *b, int n) {
    double sum_a = 0.0;
    double sum_b = 0.0;
    double both = 0.0;
    for (int i = 0; i < n; i++) {
        sum_a += a[i];
        sum_b += b[i];
        both += a[i] * b[i];
    }
    double p = sum_a / n;
    double q = sum_b / n;
    return (both / n - p * q) / sqrt(p * (1.0 - p) * q * (1.0 - q));
}

/* Two switches at the median of normals with correlation r have the correlation 2/pi asin(r);
 * r is 0.3 in a group of hallmarks and 0.1 between groups. */
static void programmes_correlate_in_groups(void **state) {
    fixture *f = *state;
    enum { N = 30000 };
    static unsigned char on[OM_N_HALLMARKS][N];
    const om_simulate_study *study = &f->plan->studies[0];
    om_simulate_biopsy biopsy = om_simulate_biopsy_draw(SEED, study, &study->samples[1]);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        biopsy.programme_shift[h] = 0.15; /* half of the cells are on */
        for (int type = 0; type < OM_N_CELL_TYPES; type++) {
            biopsy.type_shift[type][h] = 0.0;
        }
    }
    for (int i = 0; i < N; i++) {
        om_simulate_cell cell = om_simulate_cell_draw(SEED, study, &biopsy, i, N_GENES);
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            on[h][i] = cell.programme[h];
        }
    }
    double same = correlation(on[OM_HALLMARK_EGS], on[OM_HALLMARK_GIM], N);
    double other = correlation(on[OM_HALLMARK_EGS], on[OM_HALLMARK_TPI], N);
    const double pi = acos(-1.0);
    assert_true(fabs(same - 2.0 / pi * asin(0.3)) < 0.02);
    assert_true(fabs(other - 2.0 / pi * asin(0.1)) < 0.02);
}

static void bad_cells_look_bad(void **state) {
    fixture *f = *state;
    static const double none[OM_N_HALLMARKS] = {0};
    const om_simulate_study *study = &f->plan->studies[0];
    om_simulate_biopsy biopsy = om_simulate_biopsy_draw(SEED, study, &study->samples[0]);
    int64_t kinds[4] = {0};
    for (int64_t i = 0; i < 4000; i++) {
        om_simulate_cell cell = om_simulate_cell_draw(SEED, study, &biopsy, i, N_GENES);
        kinds[cell.kind]++;
        if (cell.kind == OM_KIND_GOOD) {
            continue;
        }
        int64_t n = om_simulate_cell_count(&cell, f->model, none, f->rates, f->rows, f->counts);
        double counts = 0.0;
        double mito = 0.0;
        for (int64_t k = 0; k < n; k++) {
            counts += f->counts[k];
            mito += f->model->is_mito[f->rows[k]] ? f->counts[k] : 0;
        }
        assert_true(n < 200 || mito / counts > 0.15);
    }
    assert_true(kinds[OM_KIND_EMPTY] > 80 && kinds[OM_KIND_EMPTY] < 160);
    assert_true(kinds[OM_KIND_DYING] > 115 && kinds[OM_KIND_DYING] < 205);
    assert_int_equal(kinds[OM_KIND_MULTIPLET], 0); /* too few genes in the pool to tell them */
}

static void multiplets_have_too_many_genes(void **state) {
    fixture *f = *state;
    static const double none[OM_N_HALLMARKS] = {0};
    om_simulate_genes *genes = NULL;
    om_simulate_model *model = NULL;
    const om_simulate_study *study = &f->plan->studies[0];
    assert_int_equal(om_simulate_genes_create(&genes, f->sets, SEED, 16000), OM_OK);
    assert_int_equal(om_simulate_model_create(&model, genes, study, SEED), OM_OK);
    om_simulate_model_set_sample(model, &study->samples[0]);
    om_simulate_biopsy biopsy = om_simulate_biopsy_draw(SEED, study, &study->samples[0]);
    double *rates = calloc((size_t)model->n_rows, sizeof *rates);
    int32_t *rows = calloc((size_t)model->n_rows, sizeof *rows);
    int32_t *counts = calloc((size_t)model->n_rows, sizeof *counts);
    int n_multiplets = 0;
    for (int64_t i = 0; i < 3000; i++) {
        om_simulate_cell cell = om_simulate_cell_draw(SEED, study, &biopsy, i, 16000);
        if (cell.kind == OM_KIND_MULTIPLET) {
            n_multiplets++;
            assert_true(om_simulate_cell_count(&cell, model, none, rates, rows, counts) > 6100);
        }
    }
    assert_true(n_multiplets > 10 && n_multiplets < 60);
    free(rates);
    free(rows);
    free(counts);
    om_simulate_model_destroy(&model);
    om_simulate_genes_destroy(&genes);
}

static void the_pool_has_the_genes_of_the_sets_once(void **state) {
    fixture *f = *state;
    int n_mito = 0;
    assert_int_equal(om_strings_count(f->genes->symbols), N_GENES);
    for (int64_t i = 0; i < N_GENES; i++) {
        const char *symbol = om_strings_get(f->genes->symbols, i);
        assert_int_equal(om_strings_find(f->genes->symbols, symbol), i);
        n_mito += strncmp(symbol, "MT-", 3) == 0 ? 1 : 0;
    }
    assert_int_equal(n_mito, 13);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        const om_strings *set = om_gene_sets_genes(f->sets, h, OM_POSITIVE);
        assert_int_equal(f->genes->members[h].count, om_strings_count(set));
        for (int64_t i = 0; i < om_strings_count(set); i++) {
            int64_t gene = f->genes->members[h].genes[i];
            assert_string_equal(om_strings_get(f->genes->symbols, gene), om_strings_get(set, i));
        }
    }
    om_simulate_genes *genes = NULL;
    assert_int_equal(om_simulate_genes_create(&genes, f->sets, SEED, 500), OM_USAGE);
    assert_message_has("found 500 genes");
    assert_null(genes);
}

static void the_plan_has_patients_with_two_samples_and_normals(void **state) {
    fixture *f = *state;
    const om_simulate_study *study = &f->plan->studies[0];
    int64_t cells = 0;
    int n_normal = 0;
    int n_shared = 0;
    assert_int_equal(study->n_samples, 9);
    for (int64_t i = 0; i < study->n_samples; i++) {
        const om_simulate_sample *sample = &study->samples[i];
        assert_int_equal(sample->first_cell, cells);
        assert_int_equal(om_simulate_plan_sample(study, cells), i);
        assert_int_equal(om_simulate_plan_sample(study, cells + sample->n_cells - 1), i);
        cells += sample->n_cells;
        n_normal += sample->source == OM_SOURCE_NORMAL ? 1 : 0;
        n_shared += i > 0 && strcmp(sample->patient, study->samples[i - 1].patient) == 0 ? 1 : 0;
    }
    assert_int_equal(cells, 20000);
    assert_int_equal(n_normal, 1);
    assert_int_equal(n_shared, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_negative_binomial),
        cmocka_unit_test(a_programme_raises_its_genes),
        cmocka_unit_test(programmes_correlate_in_groups),
        cmocka_unit_test(bad_cells_look_bad),
        cmocka_unit_test(multiplets_have_too_many_genes),
        cmocka_unit_test(the_pool_has_the_genes_of_the_sets_once),
        cmocka_unit_test(the_plan_has_patients_with_two_samples_and_normals),
    };
    return cmocka_run_group_tests_name("simulate_counts", tests, set_up, tear_down);
}
