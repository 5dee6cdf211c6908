/* The canonical form of single values. */
#ifndef OM_BASE_JOB_DESCRIBE_H
#define OM_BASE_JOB_DESCRIBE_H

#include "job_table.h"

#include "oncomark/status.h"
#include "oncomark/strings.h"

/* Appends the value of the parameter's field of `base`. OM_BUG for DATA, EXCLUSIONS,
 * HINTS, SWEEP and BULK. */
om_status om_job_describe_value(om_text *text, const void *base, const om_parameter *parameter);

#endif
