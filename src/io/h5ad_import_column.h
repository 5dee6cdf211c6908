/* One column of a data frame. Local. */
#ifndef OM_IO_H5AD_IMPORT_COLUMN_H
#define OM_IO_H5AD_IMPORT_COLUMN_H

#include "oncomark/h5ad_import.h"

/* Of a frame that is a group, and the field of one that is a compound data set. What *out has after
 * a failure is released by the caller. */
om_status om_h5ad_import_member(om_h5ad_column *out, const om_h5 *file, const char *frame,
                                const char *column, int64_t n_rows);
om_status om_h5ad_import_field(om_h5ad_column *out, const om_h5 *file, const char *frame,
                               const char *column, int64_t n_rows);

#endif
