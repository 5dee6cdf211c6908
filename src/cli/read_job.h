/* A job file for a command. */
#ifndef ONCOMARK_CLI_READ_JOB_H
#define ONCOMARK_CLI_READ_JOB_H

#include "oncomark/context.h"
#include "oncomark/job.h"

/* Rank 0 reads the file at `path`, every rank parses the same bytes and applies `settings`.
 * Collective on ctx. */
om_status om_read_job(om_job **out, om_ctx *ctx, const char *path, const om_strings *settings);

#endif
