/* How fast this machine reads the published tables: measured on the first rows of one. */
#ifndef ONCOMARK_PUBLISHED_TRIAL_H
#define ONCOMARK_PUBLISHED_TRIAL_H

#include "oncomark/job.h"

/* Seconds on one rank. Plain data. */
typedef struct om_published_trial {
    int64_t n_rows;         /* that were read */
    double inflate;         /* a byte of text, on the same rank always; 0: no gzip */
    double parse;           /* a byte of text, inflating not counted */
    double sample_nonzeros; /* of a row */
} om_published_trial;

/* Reads rows of the table of positive samples of job->published for about a second. Input errors
 * are those of the stage. Local. */
om_status om_published_trial_run(om_published_trial *out, const om_job *job);

#endif
