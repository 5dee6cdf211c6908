/* Paths that start with a variable of the environment. */
#ifndef OM_BASE_JOB_SCRATCH_H
#define OM_BASE_JOB_SCRATCH_H

#include <stddef.h>

/* Length of the name in "$NAME..." or "${NAME}...", 0 where there is none; *end: what comes behind.
 */
size_t om_job_variable(const char *text, const char **end);

#endif
