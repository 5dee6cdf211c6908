/* Parts of a matrix in an HDF5 file, checked. */
#ifndef ONCOMARK_IO_H5_SLABS_H
#define ONCOMARK_IO_H5_SLABS_H

#include "oncomark/cell_feed.h"
#include "oncomark/h5.h"

typedef struct om_h5_slabs {
    om_h5 *file; /* serial: every rank has its own */
    const om_matrix_place *place;
    bool only_counts;
    bool wide_indices; /* the file has them in another type than int32 */
    bool has_raw;      /* the file has another matrix, the raw one */
    int64_t n_lines;   /* genes of OM_MATRIX_GENES, else cells */
    int64_t *offsets;  /* [n_lines + 1] of a sparse matrix; NULL: dense */
    int64_t *staging;  /* wide indices on their way */
    int64_t parsed_bytes;
} om_h5_slabs;

/* Opens the file and reads the offsets; lengths are those of the place, offsets ascend from 0 to
 * the number of values. `slabs` is to be closed after a failure too. Memory: 8 bytes a line, 1 MiB,
 * and what HDF5 holds of chunks. Local. */
om_status om_h5_slabs_open(om_h5_slabs *slabs, const om_matrix_place *place, bool only_counts);
void om_h5_slabs_close(om_h5_slabs *slabs);

/* The line that entry `entry` of a sparse matrix belongs to. Local. */
int64_t om_h5_slabs_line(const om_h5_slabs *slabs, int64_t entry);

/* Entries first .. first + count - 1 of a sparse matrix: indices within the matrix, values finite
 * and not below 0, counts where only counts will do. Local. */
om_status om_h5_slabs_read(om_h5_slabs *slabs, int64_t first, int64_t count, int32_t *indices,
                           double *values);

/* Cells first .. first + count - 1 of a dense matrix: [count x n_genes], values as above. Local. */
om_status om_h5_slabs_read_dense(om_h5_slabs *slabs, int64_t first, int64_t count, double *values);

#endif
