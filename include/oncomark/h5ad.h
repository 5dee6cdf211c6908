/* AnnData files (.h5ad, encoding versions of anndata 0.8) on top of om_h5. */
#ifndef ONCOMARK_H5AD_H
#define ONCOMARK_H5AD_H

#include "oncomark/counts.h"
#include "oncomark/h5.h"

/* --- writing: serial phase, one rank -------------------------------------------------------------
 */

/* Root attributes and the empty groups that anndata expects (uns, obsm, varm, obsp, varp, layers).
 */
om_status om_h5ad_begin(om_h5 *file);

/* A data frame ("obs" or "var") whose index column is named `index_name`. Then its columns; then
 * om_h5ad_frame_end writes column-order. `frame` is "obs" or "var" (or "uns/something"). */
om_status om_h5ad_frame_begin(om_h5 *file, const char *frame, const char *index_name,
                              const om_strings *index);
om_status om_h5ad_frame_strings(om_h5 *file, const char *frame, const char *column,
                                const om_strings *values);
om_status om_h5ad_frame_categories(om_h5 *file, const char *frame, const char *column, int64_t n,
                                   const int32_t *codes,
                                   const om_strings *categories); /* code -1: missing */
om_status om_h5ad_frame_numbers(om_h5 *file, const char *frame, const char *column, om_type type,
                                int64_t n, const void *values);
/* A numeric column that is filled in parallel later, with om_h5_write_rows(file,
 * "<frame>/<column>", ...). */
om_status om_h5ad_frame_reserve(om_h5 *file, const char *frame, const char *column, om_type type,
                                int64_t n);
om_status om_h5ad_frame_end(om_h5 *file, const char *frame, const om_strings *column_order);

/* CSR matrix ("X"): reserves data [n_nonzeros] of `type`, indices int32, indptr int64 [n_rows + 1].
 */
om_status om_h5ad_reserve_csr(om_h5 *file, const char *path, om_type type, int64_t n_rows,
                              int64_t n_columns, int64_t n_nonzeros);
/* Dense matrix ("X"): reserves [n_rows x n_columns]. */
om_status om_h5ad_reserve_dense(om_h5 *file, const char *path, om_type type, int64_t n_rows,
                                int64_t n_columns);
/* uns/<name> as a string, or as a list of strings. */
om_status om_h5ad_uns_string(om_h5 *file, const char *name, const char *text);
om_status om_h5ad_uns_strings(om_h5 *file, const char *name, const om_strings *strings);

/* --- writing: parallel phase, every rank of the file's context
 * ------------------------------------ */

/* Writes this rank's rows of a reserved CSR matrix. `first_row`, `first_nonzero`: where they go in
 * the whole; `indptr` [n_rows + 1] local, from 0; the rank with the last rows (first_row + n_rows
 * == total) also writes the closing indptr. `values` of the reserved type. Collective on the file's
 * context. */
om_status om_h5ad_write_csr_rows(om_h5 *file, const char *path, om_type type, int64_t first_row,
                                 int64_t n_rows, int64_t total_rows, int64_t first_nonzero,
                                 const int64_t *indptr, const int32_t *indices, const void *values);

/* --- reading: serial handle, any rank
 * ------------------------------------------------------------- */

om_status om_h5ad_read_index(const om_h5 *file, const char *frame, om_strings **index);
/* Categorical or string column as codes [n] and categories; code -1: missing. Both owned by the
 * caller. */
om_status om_h5ad_read_categories(const om_h5 *file, const char *frame, const char *column,
                                  int32_t **codes, om_strings **categories);
om_status om_h5ad_columns(const om_h5 *file, const char *frame,
                          om_strings **columns); /* column-order */
/* Of "X" the rows and columns must be those of obs and var. */
om_status om_h5ad_csr_shape(const om_h5 *file, const char *path, int64_t *n_rows,
                            int64_t *n_columns, int64_t *n_nonzeros);
/* indptr of all rows: [n_rows + 1], owned by the caller. */
om_status om_h5ad_read_indptr(const om_h5 *file, const char *path, int64_t **indptr);
/* Part `part` of `parts` of the rows, cut as om_range_by_weight cuts them by non-zeros, with a few
 * offsets read instead of all. */
om_status om_h5ad_range_by_weight(const om_h5 *file, const char *path, int parts, int part,
                                  int64_t *first, int64_t *count);
/* Rows first_cell .. first_cell + n_cells - 1 of a CSR matrix. */
om_status om_h5ad_read_counts(om_counts **out, const om_h5 *file, const char *path,
                              int64_t first_cell, int64_t n_cells);

#endif
