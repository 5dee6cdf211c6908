/* synthetic.h5ad. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_WRITE_H
#define ONCOMARK_CELLS_SYNTHETIC_WRITE_H

#include "synthetic_catalog.h"

/* Consecutive rows of a data set on this rank. */
typedef struct om_synthetic_run {
    om_synthetic_rows *rows; /* NULL: none */
    int64_t first_row;       /* in the data set */
    int64_t first_value;
} om_synthetic_run;

/* Writes the file at `path` from `runs` [catalog->n_data] and adds what this rank wrote to *digest.
 * Collective on ctx. */
om_status om_synthetic_write(const om_synthetic_catalog *catalog, const om_synthetic_run *runs,
                             om_ctx *ctx, const char *path, om_digest *digest);

#endif
