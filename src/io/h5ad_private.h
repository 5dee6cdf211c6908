/* What the modules of om_h5ad share. */
#ifndef OM_IO_H5AD_PRIVATE_H
#define OM_IO_H5AD_PRIVATE_H

#include "oncomark/h5ad.h"

#define OM_H5AD_PATH_CAPACITY 2048

/* "parent/name" into `path`. OM_INPUT where the name cannot be the name of an object. */
om_status om_h5ad_join(char path[OM_H5AD_PATH_CAPACITY], const om_h5 *file, const char *parent,
                       const char *name);

/* The attributes that tell AnnData's readers what an object is. */
om_status om_h5ad_encode(om_h5 *file, const char *path, const char *type, const char *version);

/* OM_INPUT unless the object has this encoding-type. */
om_status om_h5ad_expect_encoding(const om_h5 *file, const char *path, const char *expected);

/* Length of a 1-D data set. */
om_status om_h5ad_length(const om_h5 *file, const char *path, int64_t *length);

/* OM_INPUT unless the data set `path` has this many values. */
om_status om_h5ad_expect_length(const om_h5 *file, const char *path, int64_t expected);

/* OM_INPUT unless the data set `path` has one value for each row of the frame ("obs", "var"). */
om_status om_h5ad_expect_rows(const om_h5 *file, const char *frame, const char *path);

/* OM_INPUT unless the frame, if the file has it, has this many rows. */
om_status om_h5ad_expect_frame(const om_h5 *file, const char *frame, int64_t n_rows);

/* The group of a CSR matrix, without its data sets. */
om_status om_h5ad_begin_csr(om_h5 *file, const char *path, int64_t n_rows, int64_t n_columns);

/* The type of indices and indptr of a CSR matrix. */
om_type om_h5ad_index_type(int64_t n_nonzeros);

/* Offsets first_row .. first_row + n_rows of a CSR matrix, checked against each other and against
 * the number of non-zeros. Owned by the caller. */
om_status om_h5ad_read_offsets(const om_h5 *file, const char *path, int64_t first_row,
                               int64_t n_rows, int64_t n_nonzeros, int64_t **offsets);

/* OM_INPUT where a column or a value of rows read from a file is none. Then brings the rows into
 * the form of om_counts. */
om_status om_h5ad_tidy_rows(om_counts *rows, const om_h5 *file, const char *path);

#endif
