/* How large the published tables are. */
#ifndef ONCOMARK_PUBLISHED_SIZE_H
#define ONCOMARK_PUBLISHED_SIZE_H

#include "oncomark/workdir.h"

#include <stdbool.h>

/* Plain data. */
typedef struct om_published_size {
    int64_t n_samples;  /* rows of both tables of metadata */
    int64_t n_genes;    /* that both tables have */
    int64_t text_bytes; /* of the tables of expression; a guess where one is gzip */
    bool is_gzip;       /* one of them */
    bool has_synthetic; /* synthetic.h5ad, made from these tables */
} om_published_size;

/* Reads the headers of the tables of job->published, and the tables of metadata. Fails as the stage
 * does where one is missing. Local. */
om_status om_published_size_read(om_published_size *out, const om_job *job,
                                 const om_workdir *workdir);

#endif
