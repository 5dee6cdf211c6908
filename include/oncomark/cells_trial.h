/* How fast this machine gets through the stages from single cells to synthetic samples: measured on
 * the first cells of a data set. */
#ifndef ONCOMARK_CELLS_TRIAL_H
#define ONCOMARK_CELLS_TRIAL_H

#include "oncomark/job.h"

/* Seconds on one rank. Plain data. */
typedef struct om_cells_trial {
    int64_t n_cells; /* that were tried; 0: the file gives none without being read as a whole */
    int64_t n_nonzeros;
    double load;            /* of the tables, a cell; the first rank of a group does it alone */
    double inflate;         /* of gzip text, a non-zero, on the same rank; 0: no gzip */
    double ingest;          /* a non-zero, inflating not counted */
    double score;           /* a non-zero */
    double threshold;       /* a cell */
    double synthesize;      /* a non-zero */
    double sample_nonzeros; /* of a synthetic sample; 0: too few cells to tell */
} om_cells_trial;

/* Reads the first cells of data set number `data_set` of the job (of its store, where `store` is
 * not NULL: its path), stores them in a folder under $TMPDIR or /tmp, which goes again, scores and
 * sums them. Takes two or three seconds beside the loading of the tables, and memory within
 * job->memory_limit. Input errors are those of the stages. Local. */
om_status om_cells_trial_run(om_cells_trial *out, const om_job *job, int64_t data_set,
                             const char *store);

#endif
