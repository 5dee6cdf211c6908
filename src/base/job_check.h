/* What has to hold between the values of a job. */
#ifndef OM_BASE_JOB_CHECK_H
#define OM_BASE_JOB_CHECK_H

#include "job_value.h"

#include "oncomark/job.h"

/* `places`: where each row of the table was set; source NULL where it has its default. */
om_status om_job_check(const om_job *job, const om_job_place *places);

#endif
