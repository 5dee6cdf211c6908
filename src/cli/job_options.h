/* The options of the commands that take a job file. */
#ifndef ONCOMARK_CLI_JOB_OPTIONS_H
#define ONCOMARK_CLI_JOB_OPTIONS_H

#include "oncomark/context.h"
#include "oncomark/job.h"
#include "oncomark/workdir.h"

#include <stdbool.h>

typedef struct om_job_options {
    om_strings *settings; /* of --set, owned */
    const char *job;      /* path; NULL where help was asked for */
    bool dump;
    /* of crossval only */
    om_share share; /* of --task */
    bool collect;
    bool dry_run;
} om_job_options;

/* Reads the options of the command argv[0], of which crossval has some more than the others. Start
 * with zeros. Local. */
om_status om_job_options_parse(om_job_options *options, int argc, char **argv);
void om_job_options_release(om_job_options *options);

/* Appends what --help says of the common options and of all keys of a job file. */
om_status om_job_options_help(om_text *text);

/* Prints all parameters of a job. */
om_status om_job_options_dump(const om_job *job);

#endif
