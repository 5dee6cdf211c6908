/* `data:` of a job file. */
#ifndef OM_BASE_JOB_DATA_H
#define OM_BASE_JOB_DATA_H

#include "job_walk.h"

#include "oncomark/job.h"

/* Fills job->data from a list of entries, derives what they leave out, and checks that ids are
 * unique and that every validation data set finds thresholds. */
om_status om_job_data_read(const om_job_walk *walk, om_job *job, const yaml_node_t *node);

void om_job_data_destroy(om_job *job);

#endif
