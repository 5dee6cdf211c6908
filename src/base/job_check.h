/* What has to hold between the values of a job. */
#ifndef OM_BASE_JOB_CHECK_H
#define OM_BASE_JOB_CHECK_H

#include "job_value.h"

#include "oncomark/job.h"

/* `places`: where each row of the table was set; source NULL where it has its default. */
om_status om_job_check(const om_job *job, const om_job_place *places);

/* One rule each, on the training parameters. `owner`: "" or what they belong to, for messages. */
om_status om_job_check_block(const om_train_parameters *train, const char *owner,
                             om_job_place place);
om_status om_job_check_learning_rate(const om_train_parameters *train, const char *owner,
                                     om_job_place place);

#endif
