/* synthetic.h5ad. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_WRITE_H
#define ONCOMARK_CELLS_SYNTHETIC_WRITE_H

#include "synthetic_catalog.h"
#include "synthetic_rows.h"

/* Columns of the file of the genes that a data set has; [n] ascending. */
typedef struct om_synthetic_columns {
    int64_t n;
    int32_t *columns;
} om_synthetic_columns;

/* Writes the file at `path` from the ranks' rows (each row on one rank, in any order; they are
 * sorted) and adds what this rank wrote to *digest. columns [catalog->n_data]: of the data sets
 * that this rank has rows of. Takes 8 bytes a row of the file, and `memory` bytes or a single row's
 * values for those on their way. Collective on ctx. */
om_status om_synthetic_write(const om_synthetic_catalog *catalog, om_synthetic_rows *rows,
                             const om_synthetic_columns *columns, om_ctx *ctx, const char *path,
                             int64_t memory, om_digest *digest);

#endif
