/* The three data sets of a stored CSR matrix, and rows in memory as elements of them. */
#ifndef OM_IO_CSR_PARTS_H
#define OM_IO_CSR_PARTS_H

#include "h5ad_private.h"
#include "oncomark/csr_writer.h"

enum { OM_CSR_VALUES, OM_CSR_INDICES, OM_CSR_OFFSETS, OM_CSR_PARTS };

typedef struct om_csr_part {
    char object[OM_H5AD_PATH_CAPACITY];
    om_type type;
    int64_t n_elements;
} om_csr_part;

/* Of the matrix `path`. Local. */
om_status om_csr_parts_describe(om_csr_part parts[OM_CSR_PARTS], const char *path,
                                const om_csr_layout *layout);

/* True where the rows' arrays hold the elements of values or indices in the stored form. */
bool om_csr_is_stored_form(const om_csr_part *part);

/* Values (which 0) or indices `from` .. `from` + n - 1 of the rows as stored elements. OM_BUG where
 * the type does not hold a value. */
om_status om_csr_take(const om_csr_part parts[OM_CSR_PARTS], int which, const om_counts *rows,
                      int64_t from, int64_t n, void *elements);

/* Offsets of rows `from` .. `from` + n - 1, of which the first row's first non-zero is
 * `first_nonzero` of the matrix. */
void om_csr_take_offsets(const om_csr_part *part, const om_counts *rows, int64_t first_nonzero,
                         int64_t from, int64_t n, void *offsets);

/* Where a rank's rows of a round go: rows and non-zeros of the matrix. */
typedef struct om_csr_place {
    int64_t first_row;
    int64_t n_rows;
    int64_t first_nonzero;
    int64_t n_nonzeros;
} om_csr_place;

#endif
