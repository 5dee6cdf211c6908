/* Reading an expression matrix, whatever its format, with all ranks of a group: in rounds of whole
 * cells, in bounded memory. */
#ifndef ONCOMARK_CELL_FEED_H
#define ONCOMARK_CELL_FEED_H

#include "oncomark/context.h"
#include "oncomark/counts.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum om_matrix_layout {
    OM_MATRIX_MTX,   /* Matrix Market, genes x cells, plain or gzip */
    OM_MATRIX_CELLS, /* HDF5: `indptr` by cell, `indices` are genes (CSR of AnnData, CSC of 10x) */
    OM_MATRIX_GENES, /* HDF5: `indptr` by gene, `indices` are cells (CSC of AnnData) */
    OM_MATRIX_DENSE  /* HDF5: [n_cells x n_genes] in `data` */
} om_matrix_layout;

/* Where a matrix stands. Plain data; texts are owned by whoever fills it. */
typedef struct om_matrix_place {
    om_matrix_layout layout;
    char *file;
    char *data; /* objects of an HDF5 file */
    char *indices;
    char *indptr;
    int64_t n_genes; /* rows of the gene list of the file */
    int64_t n_cells;
    int64_t n_nonzeros;     /* entries as the file says, explicit zeros among them */
    const int32_t *gene_of; /* [n_genes] the row's place among the genes that are kept, -1: left
                               out; NULL: all are kept. Borrowed. */
    int64_t n_kept;         /* genes that are kept */
} om_matrix_place;

typedef enum om_feed_event { OM_FEED_ROUND, OM_FEED_END, OM_FEED_RESTART } om_feed_event;

typedef struct om_feed om_feed;

/* `place` must match on all ranks; it is borrowed. `only_counts`: a value that is no whole number
 * below 2^32 is OM_INPUT naming the other choices (values: tpm, values: log). `memory`: bytes that
 * this rank may use. Collective on group. */
om_status om_feed_open(om_feed **out, om_ctx *group, const om_matrix_place *place, bool only_counts,
                       int64_t memory);

/* OM_FEED_ROUND: *batch (borrowed until the next call) has this rank's next cells, maybe none. They
 * follow on those of lower ranks and of earlier rounds, without gaps; genes ascend within a cell,
 * without duplicates (summed, with a warning) or explicit zeros; values are positive and finite;
 * `integer` is true where all values of this batch are whole numbers below 2^32.
 * OM_FEED_END: all cells were given. OM_FEED_RESTART: the matrix is not in the order that it was
 * read in; cells come again from the first one. The event is the same on all ranks. Errors are
 * OM_INPUT with file and line, or object and place. Collective on group. */
om_status om_feed_next(om_feed *feed, const om_counts **batch, om_feed_event *event);

/* Begins again from the first cell. Collective on group. */
om_status om_feed_rewind(om_feed *feed);

/* Bytes of text or of HDF5 slabs that this rank has parsed. Local. */
int64_t om_feed_parsed_bytes(const om_feed *feed);

void om_feed_close(om_feed **feed); /* local */

#endif
