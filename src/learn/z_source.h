/* Z-scores of a training set in double precision, as dense linear algebra needs them: in panels,
 * projected on weights, and combined. Nowhere do all of them stand in memory. */
#ifndef ONCOMARK_LEARN_Z_SOURCE_H
#define ONCOMARK_LEARN_Z_SOURCE_H

#include "oncomark/symmetric.h"
#include "oncomark/training_set.h"

typedef struct om_z_source om_z_source;

/* z (sample, feature) = (log2(rank) - mean [feature]) / sd [feature] of the samples `rows`
 * [n_rows]. For scores centred on these samples pass their own mean (om_training_set_scale). Also
 * where the set is shared out over nodes (om_training_set_shares). set, mean, sd and rows are
 * borrowed; rows are the same on all ranks. Collective on ctx. */
om_status om_z_source_create(om_z_source **out, om_ctx *ctx, const om_training_set *set,
                             int64_t n_features, const double *mean, const double *sd,
                             const int64_t *rows, int64_t n_rows);
void om_z_source_destroy(om_z_source **source); /* Local */

/* Panels for features x features (terms are samples), and for samples x samples. They hold while
 * the source lives. Local. */
om_panel_source om_z_source_features(om_z_source *source);
om_panel_source om_z_source_samples(om_z_source *source);

/* Projections [n_rows x count] of the samples on weights [count x n_features], and their squared
 * lengths [n_rows] (NULL: not wanted); the same on all ranks. Collective on its ctx. */
om_status om_z_source_project(double *projections, double *squared_lengths, om_z_source *source,
                              const double *weights, int64_t count);

/* Weighted sums of the samples: sums [count x n_features] of coefficients [count x n_rows]; the
 * same on all ranks. Collective on its ctx. */
om_status om_z_source_combine(double *sums, om_z_source *source, const double *coefficients,
                              int64_t count);

/* z [n] of one sample's doubled ranks [n]; `log2_half` is om_log2_half_create(n). Local. */
void om_z_exact(double *z, const uint16_t *doubled_ranks, const double *mean, const double *sd,
                const double *log2_half, int64_t n);

/* log2(i / 2) for i of 1 .. 2 n_features [2 n_features + 1]; owned by the caller, NULL: no memory.
 */
double *om_log2_half_create(int64_t n_features);

#endif
