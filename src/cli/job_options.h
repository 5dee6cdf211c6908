/* The options of the commands that take a job file. */
#ifndef ONCOMARK_CLI_JOB_OPTIONS_H
#define ONCOMARK_CLI_JOB_OPTIONS_H

#include "oncomark/context.h"
#include "oncomark/job.h"
#include "oncomark/workdir.h"

#include <stdbool.h>

typedef struct om_job_options {
    const char *command;  /* its name */
    om_strings *settings; /* of --set, owned */
    const char *job;      /* path; NULL where help was asked for */
    bool dump;
    /* of crossval only */
    om_share share; /* of --task */
    bool collect;
    bool dry_run;
} om_job_options;

/* What a command does with its job. */
typedef struct om_job_command {
    /* Appends what --help says before the common options and keys. Local. */
    om_status (*add_help)(om_text *text, const char *command);
    /* Collective on ctx. */
    om_status (*run)(om_ctx *ctx, const om_job *job, const om_job_options *options);
} om_job_command;

/* Reads the options of the command argv[0], of which crossval has some more than the others, and
 * the job; then prints its help or all parameters, or runs it. Collective on ctx. */
om_status om_job_options_run(om_ctx *ctx, int argc, char **argv, const om_job_command *command);

#endif
