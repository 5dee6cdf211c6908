/* `mpi_io:`: hints for MPI-IO, by name. */
#ifndef OM_BASE_JOB_HINTS_H
#define OM_BASE_JOB_HINTS_H

#include "job_walk.h"

#include "oncomark/job.h"

/* Fills job->mpi_io from the mapping. */
om_status om_job_hints_read(const om_job_walk *outer, om_job *job, const yaml_node_t *node);

void om_job_hints_destroy(om_job *job);

#endif
