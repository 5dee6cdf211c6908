/* How unlike the training data a profile is: its distance from the space of their principal
 * components (residual) and its distance from their middle within that space (Mahalanobis).
 * ood.h5: genes [D] (strings); mean, sd [D] of log2 ranks; loadings [k x D] and variance [k] of the
 * components; residual and mahalanobis [n] of the training samples, held_out_residual and
 * held_out_mahalanobis [m] of samples that the components do not know, all ascending. Numbers are
 * float64. */
#ifndef ONCOMARK_OOD_H
#define ONCOMARK_OOD_H

#include "oncomark/digest.h"
#include "oncomark/linear_map.h"
#include "oncomark/model.h"
#include "oncomark/strings.h"

#include <stdbool.h>

/* What ood.h5 is made from. All borrowed. Held-out samples are those of the validation part. */
typedef struct om_ood_content {
    const om_strings *genes; /* the features */
    int64_t n_components;
    const double *mean;            /* [n_features] of log2 ranks over the training samples */
    const double *sd;              /* [n_features] */
    const double *loadings;        /* [n_components x n_features] of length 1 */
    const double *variance;        /* [n_components] above 0, decreasing */
    int64_t n_training;            /* at least 1 */
    const double *scores;          /* [n_training x n_components] of the training samples */
    const double *squared_lengths; /* [n_training] of their z-scores */
    int64_t n_held_out;            /* 0: none */
    const double *held_out_scores; /* [n_held_out x n_components] */
    const double *held_out_squared_lengths; /* [n_held_out] */
} om_ood_content;

/* Writes a new file; *digest is that of its content. Local, on one rank. */
om_status om_ood_write(const char *path, const om_ood_content *content, om_digest *digest);

/* Distances of samples, owned. */
typedef struct om_ood_distances {
    int64_t n;
    double *residual;    /* [n] ascending */
    double *mahalanobis; /* [n] ascending */
} om_ood_distances;

/* ood.h5 in memory. Plain data, all owned. */
typedef struct om_ood {
    om_strings *genes; /* [n_features] */
    int64_t n_features;
    int64_t n_components;
    double *mean;     /* [n_features] */
    double *sd;       /* [n_features] */
    double *loadings; /* [n_components x n_features] */
    double *variance; /* [n_components] */
    om_ood_distances training;
    om_ood_distances held_out;
} om_ood;

/* OM_INPUT, naming file and place, for a file that is no whole ood.h5. Local. */
om_status om_ood_read(om_ood **out, const char *path);
void om_ood_destroy(om_ood **ood);

/* OM_INPUT, naming both files, unless genes, mean and sd are those of the model, bit by bit. Local.
 */
om_status om_ood_check_model(const om_ood *ood, const char *path, const om_model *model,
                             const char *model_path);

/* What om_predict has to compute of a profile: its scores. Holds while `ood` lives. Local. */
om_linear_map om_ood_linear_map(const om_ood *ood);

/* A percentile is 100 x the share of samples whose distance is not larger: of the training samples
 * or of the held-out ones, whichever is less. The components know the training samples, so that
 * those are nearer to the space, but farther from its middle, than samples of other patients that
 * are no less usual: training samples alone would call most new patients unlike, held-out ones
 * alone the training samples themselves. Plain data. */
typedef struct om_ood_verdict {
    double residual; /* length of z - V V' z */
    double residual_percentile;
    double mahalanobis; /* sqrt(sum of score^2 / variance) */
    double mahalanobis_percentile;
    /* Either distance is above the 99th percentile of the training samples and above that of the
     * held-out ones; of fewer than OM_OOD_ENOUGH samples that is just the largest. */
    bool is_unlike;
} om_ood_verdict;

enum { OM_OOD_ENOUGH = 100 };

/* Judges a profile by its scores and, behind them, the squared length of its z-scores:
 * linear [n_components + 1]. Local. */
void om_ood_judge(om_ood_verdict *verdict, const om_ood *ood, const double *linear);

#endif
