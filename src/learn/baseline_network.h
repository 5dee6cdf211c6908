/* What the workdir has of the network, on the samples that the ridge classifiers are tested on. */
#ifndef ONCOMARK_LEARN_BASELINE_NETWORK_H
#define ONCOMARK_LEARN_BASELINE_NETWORK_H

#include "baseline_figures.h"
#include "crossval_plan.h"

/* Whether the workdir has an artefact of this job's training. On the root. */
bool om_baseline_is_trained(const om_workdir *workdir, const om_job *job, const char *artefact);

/* Each hallmark's own head, from the rows of test.csv at `path`. Local. */
om_status om_baseline_network_test(om_baseline_figures out[OM_N_HALLMARKS], const char *path);

/* *setting of the plan, with all its folds done, that is the job's own, with this loss in place of
 * its own; -1: none. Local. */
om_status om_baseline_find_setting(int64_t *setting, const om_crossval_plan *plan, om_loss loss);

/* all [folds x 10]: the figures on the folds of a setting; none is defined where training diverged
 * in a fold. Local. */
om_status om_baseline_network_folds(om_baseline_figures *all, const om_crossval_plan *plan,
                                    const om_workdir *workdir, int64_t setting);

#endif
