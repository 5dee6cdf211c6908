/* baseline/comparison.csv: the ridge classifiers beside the network, on whatever the workdir has.
 */
#ifndef ONCOMARK_LEARN_BASELINE_COMPARISON_H
#define ONCOMARK_LEARN_BASELINE_COMPARISON_H

#include "crossval_plan.h"

/* Makes it of baseline.h5 and baseline/folds.csv, and of test.csv, the plan's results, model.h5,
 * validate/pooled.h5ad and the job's bulk profiles where they are there; says the means over
 * hallmarks, and of what is not there which command makes it. *did_work: false where the table is
 * current. Collective on ctx. */
om_status om_baseline_compare(bool *did_work, om_ctx *ctx, om_workdir *workdir,
                              const om_crossval_plan *plan);

/* *done: whether the table is there, of what the workdir has now. Local. */
om_status om_baseline_is_compared(bool *done, om_workdir *workdir, const om_crossval_plan *plan);

#endif
