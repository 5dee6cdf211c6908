/* The settings of a sweep: every combination of the values of crossval.sweep. */
#ifndef ONCOMARK_SWEEP_H
#define ONCOMARK_SWEEP_H

#include "oncomark/job.h"

/* Number of settings; 1 where nothing is swept. */
int64_t om_sweep_count(const om_job *job);

/* What setting number `setting` (from 0, the last axis runs fastest) trains with: the job's
 * parameters, the values of the sweep, and crossval.patience and crossval.keep. OM_USAGE for a
 * combination that does not hold together (train.block must divide train.batch). Local. */
om_status om_sweep_setting(om_feature_parameters *features, om_train_parameters *train,
                           const om_job *job, int64_t setting);

/* The value of an axis in a setting. Borrowed. */
const char *om_sweep_value(const om_job *job, int64_t setting, int64_t axis);

/* Appends "train.learning_rate=0.0001 train.hidden=64"; nothing where nothing is swept. */
om_status om_sweep_describe(const om_job *job, int64_t setting, om_text *text);

#endif
