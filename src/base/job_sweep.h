/* `crossval.sweep:` of a job file. */
#ifndef OM_BASE_JOB_SWEEP_H
#define OM_BASE_JOB_SWEEP_H

#include "job_walk.h"

#include "oncomark/job.h"

/* Fills job->crossval.sweep from a mapping of keys, nested or dotted, to a value or a list of
 * values. Keys that a sweep cannot have are refused with the reason. */
om_status om_job_sweep_read(const om_job_walk *walk, om_job *job, const yaml_node_t *node);

void om_job_sweep_destroy(om_job *job);

#endif
