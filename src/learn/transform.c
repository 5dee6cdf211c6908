#include "oncomark/transform.h"

#include "oncomark/memory.h"
#include "z_score.h"

#include <math.h>
#include <string.h>

/* log2(rank) <= 15 is kept in units of 2^-44: below 2^48, its square below 2^96. */
static const double FIXED_ONE = 0x1p44;

static double log2_of_doubled(int64_t doubled_rank) {
    return log2((double)doubled_rank / 2);
}

om_status om_scaler_sums_create(om_scaler_sums **out, int64_t n_features) {
    om_scaler_sums *sums = om_calloc(1, sizeof *sums);
    *out = sums;
    if (sums == NULL) {
        return OM_MEMORY;
    }
    sums->n_features = n_features;
    sums->sum = om_calloc(n_features, sizeof *sums->sum);
    sums->sum_of_squares = om_calloc(n_features, sizeof *sums->sum_of_squares);
    sums->log2_fixed = om_calloc(2 * n_features + 1, sizeof *sums->log2_fixed);
    if (sums->sum == NULL || sums->sum_of_squares == NULL || sums->log2_fixed == NULL) {
        om_scaler_sums_destroy(out);
        return OM_MEMORY;
    }
    /* Doubled ranks start at 2. */
    for (int64_t r = 2; r <= 2 * n_features; r++) {
        sums->log2_fixed[r] = llround(log2_of_doubled(r) * FIXED_ONE);
    }
    return OM_OK;
}

void om_scaler_sums_destroy(om_scaler_sums **sums) {
    if (*sums == NULL) {
        return;
    }
    om_free((*sums)->sum);
    om_free((*sums)->sum_of_squares);
    om_free((*sums)->log2_fixed);
    om_free(*sums);
    *sums = NULL;
}

void om_scaler_sums_add(om_scaler_sums *sums, const uint16_t *doubled_ranks) {
    for (int64_t f = 0; f < sums->n_features; f++) {
        int64_t value = sums->log2_fixed[doubled_ranks[f]];
        sums->sum[f] += value;
        sums->sum_of_squares[f] += (om_wide)value * value;
    }
    sums->n_samples++;
}

/* With S1 = n m + r (0 <= r < n), the squares about the whole number m are exact, and
 * variance = sum (q - m)^2 / n - (r / n)^2. */
void om_scaler_finish(const om_scaler_sums *sums, double *mean, double *sd) {
    int64_t n = sums->n_samples;
    for (int64_t f = 0; f < sums->n_features; f++) {
        om_wide centre = sums->sum[f] / n;
        double rest = (double)(sums->sum[f] % n) / (double)n;
        om_wide about_centre =
            sums->sum_of_squares[f] - 2 * centre * sums->sum[f] + centre * centre * n;
        double variance = (double)about_centre / (double)n - rest * rest;
        mean[f] = ((double)centre + rest) / FIXED_ONE;
        sd[f] = about_centre > 0 ? sqrt(variance) / FIXED_ONE : 1;
    }
}

struct om_transform {
    int64_t n_features;
    float *mean;
    float *inverse_sd;
};

om_status om_transform_create(om_transform **out, int64_t n_features, const double *mean,
                              const double *sd) {
    om_transform *transform = om_calloc(1, sizeof *transform);
    *out = transform;
    if (transform == NULL) {
        return OM_MEMORY;
    }
    transform->n_features = n_features;
    transform->mean = om_calloc_aligned(n_features, sizeof *transform->mean);
    transform->inverse_sd = om_calloc_aligned(n_features, sizeof *transform->inverse_sd);
    if (transform->mean == NULL || transform->inverse_sd == NULL) {
        om_transform_destroy(out);
        return OM_MEMORY;
    }
    for (int64_t f = 0; f < n_features; f++) {
        transform->mean[f] = (float)mean[f];
        transform->inverse_sd[f] = (float)(1 / sd[f]);
    }
    return OM_OK;
}

void om_transform_destroy(om_transform **transform) {
    if (*transform == NULL) {
        return;
    }
    om_free((*transform)->mean);
    om_free((*transform)->inverse_sd);
    om_free(*transform);
    *transform = NULL;
}

void om_transform_panel(const om_transform *transform, const uint16_t *doubled_ranks, int64_t first,
                        int64_t width, float *z) {
    om_z_scores(z, doubled_ranks + first, transform->mean + first, transform->inverse_sd + first,
                width);
}

void om_transform_apply(const om_transform *transform, const uint16_t *doubled_ranks, float *z) {
    om_transform_panel(transform, doubled_ranks, 0, transform->n_features, z);
}
