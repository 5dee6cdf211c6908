/* Ridge classifiers on the folds of a cross-validation. */
#ifndef ONCOMARK_LEARN_BASELINE_FOLDS_H
#define ONCOMARK_LEARN_BASELINE_FOLDS_H

#include "baseline_figures.h"
#include "crossval_plan.h"
#include "feature_matrix.h"
#include "text_artefact.h"

/* Whether the features of every fold are those that `train` takes of all samples. Local. */
bool om_baseline_folds_are_alike(const om_job *job);

/* Fits and tests them on each fold of the plan, with the job's own features and penalties; on the
 * root appends baseline/folds.csv: fold,fold_name,hallmark,n_features,n_training,n_validation,
 * penalty,validation_error and the figures on the fold's test part. `ready`: features and ranks
 * that hold for all folds; NULL: are to be made. Keeps every fold that is done, and goes on after
 * those that an earlier run has kept of the same origin. Collective on ctx, which is the matrix'.
 */
om_status om_baseline_folds(om_text *csv, om_ctx *ctx, const om_text_origin *origin,
                            const om_crossval_plan *plan, const om_feature_matrix *ready);

/* all [n_folds x 10]: the figures in such a table. Local. */
om_status om_baseline_folds_read(om_baseline_figures *all, const char *path, int64_t n_folds);

#endif
