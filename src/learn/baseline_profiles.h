/* Ridge classifiers and network on profiles of other data: pooled samples of external studies, and
 * bulk profiles. */
#ifndef ONCOMARK_LEARN_BASELINE_PROFILES_H
#define ONCOMARK_LEARN_BASELINE_PROFILES_H

#include "baseline_figures.h"
#include "oncomark/job.h"
#include "oncomark/model.h"
#include "oncomark/ridge.h"

/* Filled in on the root. */
typedef struct om_baseline_pair {
    om_baseline_figures ridge[OM_N_HALLMARKS];
    om_baseline_figures network[OM_N_HALLMARKS];
} om_baseline_pair;

/* Both of the same genes, mean and sd. Borrowed. */
typedef struct om_baseline_methods {
    const om_ridge_model *ridge;
    const om_model *network;
} om_baseline_methods;

/* Whether they are: else one of them is of other samples. Local. */
bool om_baseline_methods_agree(const om_baseline_methods *methods);

/* On the pooled samples of all studies in the file at `path`, each by its own hallmark's head.
 * Collective on ctx. */
om_status om_baseline_external(om_baseline_pair *out, om_ctx *ctx,
                               const om_baseline_methods *methods, const char *path);

/* *answer: whether it is one of profiles, not of predictions. Local. */
om_status om_baseline_bulk_is_matrix(bool *answer, const om_bulk_set *set);

/* On the sets of job->validate.bulk that are no tables of predictions, all together; cancer is
 * positive. Collective on ctx. */
om_status om_baseline_bulk(om_baseline_pair *out, om_ctx *ctx, const om_baseline_methods *methods,
                           const om_job *job);

#endif
