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

/* OM_INPUT unless the data set `path` has one value for each row of the frame ("obs", "var"). */
om_status om_h5ad_expect_rows(const om_h5 *file, const char *frame, const char *path);

/* OM_INPUT unless the frame, if the file has it, has this many rows. */
om_status om_h5ad_expect_frame(const om_h5 *file, const char *frame, int64_t n_rows);

#endif
