/* `validate.bulk:` of a job file. */
#ifndef OM_BASE_JOB_BULK_H
#define OM_BASE_JOB_BULK_H

#include "job_walk.h"

#include "oncomark/job.h"

/* Fills job->validate.bulk from a list of entries, names those that have no name, and checks that
 * names are unique and that each entry tells its profiles' classes in one way. */
om_status om_job_bulk_read(const om_job_walk *walk, om_job *job, const yaml_node_t *node);

void om_job_bulk_destroy(om_job *job);

#endif
