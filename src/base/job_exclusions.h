/* `exclude_where:` of a job file. */
#ifndef OM_BASE_JOB_EXCLUSIONS_H
#define OM_BASE_JOB_EXCLUSIONS_H

#include "job_walk.h"

#include "oncomark/job.h"

/* Fills job->exclude_where from a mapping of columns to a value or a list of values. */
om_status om_job_exclusions_read(const om_job_walk *walk, om_job *job, const yaml_node_t *node);

/* Fills it from the default text of the table's row. */
om_status om_job_exclusions_default(om_job *job, const om_parameter *parameter);

void om_job_exclusions_destroy(om_job *job);

#endif
