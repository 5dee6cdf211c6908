/* Texts and codes of data frames. Serial handle; local. */
#ifndef OM_IO_H5AD_TEXT_H
#define OM_IO_H5AD_TEXT_H

#include "oncomark/h5.h"

/* The texts of a data set, or of its `field` (NULL: it is not compound). Numbers become texts:
 * samples and patients are often numbered. */
om_status om_h5ad_read_text(const om_h5 *file, const char *path, const char *field,
                            om_strings **strings);

enum { OM_H5AD_NUMBER_CAPACITY = 40 };

/* "7" for 7.0, else the shortest form that reads back as the same number; "" for NaN. */
void om_h5ad_write_number(char text[OM_H5AD_NUMBER_CAPACITY], double value);

/* Gives equal strings equal codes, in the order in which they first appear. `path` is for
 * messages. */
om_status om_h5ad_encode_strings(const om_h5 *file, const char *path, const om_strings *values,
                                 int32_t *codes, om_strings *categories);

/* OM_INPUT unless all codes are -1 (missing) or those of a category. */
om_status om_h5ad_check_codes(const om_h5 *file, const char *path, int64_t n, const int32_t *codes,
                              int64_t n_categories);

#endif
