/* From expression to network input: average ranks, log2, z-score by the training samples.
 * The largest of a sample's D values has rank 1. Average ranks are multiples of 1/2 and are kept
 * doubled, in 16 bits, which is exact. */
#ifndef ONCOMARK_TRANSFORM_H
#define ONCOMARK_TRANSFORM_H

#include "oncomark/status.h"
#include "oncomark/wide.h"

#include <stdint.h>

/* Most features whose doubled ranks fit into 16 bits. */
enum { OM_MAX_FEATURES = 32767 };

/* Working memory for ranking samples of up to n_features values. */
typedef struct om_ranker om_ranker;
om_status om_ranker_create(om_ranker **out, int64_t n_features);
void om_ranker_destroy(om_ranker **ranker);

/* Doubled average ranks of `values` [n_features], finite and >= 0, by decreasing value. Small whole
 * numbers (zero above all) are counted, only the others are sorted. Equal to
 * 2 * scipy.stats.rankdata(-values). Local. */
void om_ranker_rank(om_ranker *ranker, const double *values, uint16_t *doubled_ranks);

/* Sums over training samples of log2(rank) in units of 2^-44 and of its square: whole numbers, so
 * that the order of samples does not matter. `values` [n_features] each. Holds for up to 2^30
 * samples. */
typedef struct om_scaler_sums {
    int64_t n_features;
    int64_t n_samples;
    om_wide *sum;
    om_wide *sum_of_squares;
    int64_t *log2_fixed; /* [2 n_features + 1] by doubled rank */
} om_scaler_sums;

om_status om_scaler_sums_create(om_scaler_sums **out, int64_t n_features);
void om_scaler_sums_destroy(om_scaler_sums **sums);
void om_scaler_sums_add(om_scaler_sums *sums, const uint16_t *doubled_ranks);

/* Mean and population standard deviation [n_features]; 1 for a constant feature, as scikit-learn's
 * StandardScaler. n_samples > 0. Local. */
void om_scaler_finish(const om_scaler_sums *sums, double *mean, double *sd);

/* log2 and z-score. Copies mean and sd. */
typedef struct om_transform om_transform;
om_status om_transform_create(om_transform **out, int64_t n_features, const double *mean,
                              const double *sd);
void om_transform_destroy(om_transform **transform);

/* z [n_features] of one sample. In float32: its error of 1e-6 in log2 is far below the step from a
 * rank to the next. Local. */
void om_transform_apply(const om_transform *transform, const uint16_t *doubled_ranks, float *z);

/* Of features first .. first + width - 1 only: z [width]; doubled_ranks [n_features]. Local. */
void om_transform_panel(const om_transform *transform, const uint16_t *doubled_ranks, int64_t first,
                        int64_t width, float *z);

#endif
