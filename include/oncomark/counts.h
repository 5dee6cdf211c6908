/* A rank's share of a data set's expression matrix: whole cells, CSR by cell. */
#ifndef ONCOMARK_COUNTS_H
#define ONCOMARK_COUNTS_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Plain data, so that kernels and readers can fill it directly. */
typedef struct om_counts {
    int64_t n_genes;       /* rows of the gene list (columns of the CSR) */
    int64_t n_cells_total; /* in the data set */
    int64_t first_cell;    /* of this rank, in the data set */
    int64_t n_cells;       /* on this rank */
    bool integer;     /* every value of the data set (all ranks) is a whole number below 2^32 */
    int64_t *indptr;  /* [n_cells + 1], starts at 0 */
    int32_t *indices; /* [indptr[n_cells]] gene, ascending within a cell, no duplicates */
    double *values;   /* [indptr[n_cells]] > 0, finite */
} om_counts;

om_status om_counts_create(om_counts **out, int64_t n_cells, int64_t n_nonzeros);
void om_counts_destroy(om_counts **counts);

/* Brings each cell into the form that om_counts promises, in place: genes in ascending order,
 * entries of the same gene summed (in an order that depends on their values only), zeros dropped.
 * Entries may be in any order before; indices are 0 .. n_genes-1, values >= 0. *n_duplicates:
 * entries that went into others. Cells that are tidy cost one look. Local.
 */
om_status om_counts_tidy(om_counts *counts, int64_t *n_duplicates);

#endif
