/* Ridge classifiers: for each hallmark the least squares of its labels, -1 and +1, by a weighted
 * sum of z-scores, with a penalty on the weights. As scikit-learn's RidgeClassifier,
 * to 1e-8 of the largest weight; bits depend on the number of ranks and on the BLAS.
 *
 * baseline.h5 holds them. Data sets: genes [D], hallmarks [10] (strings); mean, sd [D] (float64, of
 * log2 ranks); weights [10 x D], intercept [10], penalty [10] (NaN: no classifier); how it was
 * chosen: penalties [P], errors [10 x P], n_training, n_validation [10]; and of the samples of the
 * test part: test_row (of synthetic.h5ad), test_task, test_label [n], test_decision [n x 10]. */
#ifndef ONCOMARK_RIDGE_H
#define ONCOMARK_RIDGE_H

#include "oncomark/digest.h"
#include "oncomark/hallmark.h"
#include "oncomark/training_set.h"

#include <stdbool.h>

/* Samples with their parts. All borrowed; the same on all ranks. */
typedef struct om_ridge_input {
    const om_training_set *set;
    int64_t n_features;
    const double *mean;   /* [n_features] of log2 ranks, for z-scores */
    const double *sd;     /* [n_features] */
    const uint8_t *task;  /* of all samples of the set: hallmark */
    const uint8_t *label; /* 0 or 1 */
    const int64_t *training;
    int64_t n_training;
    const int64_t *validation;
    int64_t n_validation;
    const double *penalties; /* [n_penalties] above 0, ascending */
    int64_t n_penalties;
} om_ridge_input;

/* Plain data, all owned, the same on all ranks. */
typedef struct om_ridge {
    int64_t n_features;
    double *weights; /* [10 x n_features] of z-scores; 0 without a classifier */
    double intercept[OM_N_HALLMARKS];
    double penalty[OM_N_HALLMARKS]; /* the one chosen; NaN: no classifier */
    int64_t n_penalties;
    double *penalties; /* [n_penalties] that were tried */
    double *errors; /* [10 x n_penalties] mean squared error of decisions against -1 and +1 on the
                     * hallmark's validation samples; NaN where there is none */
    int64_t n_training[OM_N_HALLMARKS]; /* samples of the hallmark */
    int64_t n_validation[OM_N_HALLMARKS];
    double seconds_products; /* of the Gram matrices, all hallmarks together */
    double seconds_solutions;
} om_ridge;

/* penalties [n]: from smallest to largest at equal ratios; the smallest alone where n is 1. Local.
 */
void om_ridge_penalties(double *penalties, double smallest, double largest, int64_t n);

/* Each hallmark learns from its own training samples, and takes the penalty with the least error on
 * its own validation samples; of equal ones the largest, as without such samples. No classifier
 * where a label is missing. OM_USAGE where the ranks have too little memory (see
 * om_symmetric_create) or a penalty is too small to be solved with; OM_STOPPED. Collective on ctx,
 * which is the set's. */
om_status om_ridge_fit(om_ridge **out, om_ctx *ctx, const om_ridge_input *input);
void om_ridge_destroy(om_ridge **ridge);

/* Local. */
bool om_ridge_has(const om_ridge *ridge, int hallmark);

/* decisions [n_rows x 10] of samples of the input's set: positive where above 0; NaN without a
 * classifier. The same on all ranks. Collective on ctx. */
om_status om_ridge_decide(double *decisions, om_ctx *ctx, const om_ridge *ridge,
                          const om_ridge_input *input, const int64_t *rows, int64_t n_rows);

/* decisions [n x 10] from outputs [n x n_outputs] of the weights, of which the first ten count (see
 * om_predict). Local. */
void om_ridge_complete(double *decisions, const om_ridge *ridge, const double *outputs,
                       int64_t n_outputs, int64_t n);

/* What a file holds. Plain data, all owned. */
typedef struct om_ridge_model {
    om_strings *genes; /* [D] */
    double *mean;      /* [D] */
    double *sd;        /* [D] */
    om_ridge *ridge;
    int64_t n_test;
    int64_t *test_row;
    uint8_t *test_task;
    uint8_t *test_label;
    double *test_decision; /* [n_test x 10] */
} om_ridge_model;

void om_ridge_model_destroy(om_ridge_model **model);

/* Writes a new file; *digest is that of its content. Local. */
om_status om_ridge_model_write(const om_ridge_model *model, const char *path, om_digest *digest);

/* OM_INPUT, naming file and place, for a file that is no such one. Local. */
om_status om_ridge_model_read(om_ridge_model **out, const char *path);

#endif
