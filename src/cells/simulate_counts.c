#include "simulate_cell.h"

#include <math.h>
#include <string.h>

/* Size parameter of the negative binomial: variance = mean + mean^2 / size. */
static const double nb_size = 2.5;

/* Exponent that flattens the mix of cells in a multiplet: more genes at the same depth. */
static const double multiplet_flattening = 0.75;

static void mix_types(const om_simulate_cell *cell, const om_simulate_model *model, double *rates) {
    const double *a = model->share + cell->type * model->n_rows;
    const double *b = model->share + cell->other_type * model->n_rows;
    for (int64_t row = 0; row < model->n_rows; row++) {
        rates[row] = pow(a[row] + b[row], multiplet_flattening);
    }
}

/* Relative expression of the rows: the cell type's, changed by the level of each pathway. */
static void fill_rates(const om_simulate_cell *cell, const om_simulate_model *model,
                       const double *strengths, double *rates) {
    if (cell->kind == OM_KIND_MULTIPLET) {
        mix_types(cell, model, rates);
        return;
    }
    memcpy(rates, model->share + cell->type * model->n_rows, (size_t)model->n_rows * sizeof *rates);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        double log_level =
            log(cell->level[h] + (cell->programme[h] ? strengths[h] * cell->activity[h] : 0.0));
        const om_simulate_members *members = &model->members[h];
        for (int64_t i = 0; i < members->count; i++) {
            rates[members->genes[i]] *= exp(log_level * members->loadings[i]);
        }
    }
}

/* log(1 + x); the series is good to 1e-8 where it is used, which is almost everywhere. */
static inline double log_1_plus(double x) {
    return x < 0.02 ? x * (1.0 - x * (1.0 / 2.0 - x * (1.0 / 3.0 - x / 4.0))) : log1p(x);
}

static double draw_exponential(om_random *random) {
    return -log(1.0 - om_random_uniform(random));
}

/* Logarithmic distribution: P(k) = p^k / (-log(1 - p) k), by sequential search. */
static int32_t draw_logarithmic(om_random *random, double p, double minus_log) {
    double place = om_random_uniform(random);
    double probability = p / minus_log;
    int32_t k = 1;
    while (place >= probability && probability > 1e-300) {
        place -= probability;
        probability *= p * k / (k + 1);
        k++;
    }
    return k;
}

/* A negative binomial count is a Poisson number of bursts of logarithmic size (Quenouille 1949,
 * Biometrics 5:162). All bursts of a cell form one Poisson process along its rows: the gap to
 * the next one is exponential, and rows without one cost a subtraction. */
int64_t om_simulate_cell_count(om_simulate_cell *cell, const om_simulate_model *model,
                               const double *strengths, double *rates, int32_t *rows,
                               int32_t *counts) {
    om_random *random = &cell->random;
    fill_rates(cell, model, strengths, rates);
    double sum[2] = {0.0, 0.0};
    for (int64_t row = 0; row < model->n_rows; row++) {
        sum[model->is_mito[row]] += rates[row];
    }
    const double scale[2] = {cell->depth * (1.0 - cell->mito) / (sum[0] * nb_size),
                             cell->depth * cell->mito / (sum[1] * nb_size)};
    int64_t n = 0;
    double gap = draw_exponential(random);
    for (int64_t row = 0; row < model->n_rows; row++) {
        double odds = rates[row] * scale[model->is_mito[row]]; /* mean / size */
        double minus_log = log_1_plus(odds);
        gap -= nb_size * minus_log;
        if (gap >= 0.0) {
            continue;
        }
        int32_t count = 0;
        while (gap < 0.0) {
            count += draw_logarithmic(random, odds / (1.0 + odds), minus_log);
            gap += draw_exponential(random);
        }
        rows[n] = (int32_t)row;
        counts[n] = count;
        n++;
    }
    return n;
}
