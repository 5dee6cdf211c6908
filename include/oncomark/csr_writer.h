/* Writing the CSR matrix of an AnnData file as its rows come, by all ranks of a group. */
#ifndef ONCOMARK_CSR_WRITER_H
#define ONCOMARK_CSR_WRITER_H

#include "oncomark/counts.h"
#include "oncomark/h5.h"
#include "oncomark/job.h"

typedef struct om_csr_layout {
    om_type type; /* of the values: OM_U16, OM_U32, OM_F32 or OM_F64 */
    int64_t n_rows;
    int64_t n_columns;
    int64_t n_nonzeros;
    om_compression compression;
} om_csr_layout;

/* Makes the data sets of the matrix `path` ("X") in a file that one rank has created, with all
 * attributes: contiguous, or chunked with shuffle and deflate. Serial phase, on one rank; counts
 * into the file's digest. */
om_status om_csr_writer_reserve(om_h5 *file, const char *path, const om_csr_layout *layout);

typedef struct om_csr_writer om_csr_writer;

/* Opens the closed file for rows. `layout` must match on all ranks. Collective on group. */
om_status om_csr_writer_open(om_csr_writer **out, om_ctx *group, const char *file, const char *path,
                             const om_csr_layout *layout);

/* Appends this rank's rows (may be none) behind those of lower ranks and of earlier calls. Values
 * that the type does not hold are OM_BUG. Takes a few megabytes; with compression also, except on
 * the root, what the rows take in the file. Collective on group. */
om_status om_csr_writer_add(om_csr_writer *writer, const om_counts *rows);

/* Flushes, closes and frees; *digest: what this rank wrote. OM_BUG where rows or non-zeros are
 * not those of the layout. Collective on group. */
om_status om_csr_writer_finish(om_csr_writer **writer, om_digest *digest);

/* Closes and frees after a failure; NULL is fine. Collective on group. */
void om_csr_writer_abandon(om_csr_writer **writer);

#endif
