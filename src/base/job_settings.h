/* `--set key=value` of the command line. */
#ifndef OM_BASE_JOB_SETTINGS_H
#define OM_BASE_JOB_SETTINGS_H

#include "job_value.h"

#include "oncomark/job.h"

/* Applies the settings ("train.epochs=5"; NULL: none) in order and records in places[row of the
 * table] where a value came from. *out_sources (owned by the caller, also on failure) holds the
 * texts that the places point to. */
om_status om_job_settings_apply(om_job *job, const om_strings *settings, const char *folder,
                                om_job_place *places, om_strings **out_sources);

#endif
