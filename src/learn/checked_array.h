/* Arrays of files that are not trusted: shapes and values are checked as they are read. */
#ifndef ONCOMARK_LEARN_CHECKED_ARRAY_H
#define ONCOMARK_LEARN_CHECKED_ARRAY_H

#include "oncomark/h5.h"

/* The file's "format" and "format_version" attributes are these; OM_INPUT else: "this is no
 * `what`". Local. */
om_status om_array_check_format(const om_h5 *file, const char *format, int64_t version,
                                const char *what);

/* OM_INPUT, naming file, array and dimension, for another shape; `by`: what it has to go with.
 * Local. */
om_status om_array_expect_shape(const om_h5 *file, const char *name, int n_dimensions,
                                const int64_t *expected, const char *by);

/* *out [rows x row_length]: an array of finite numbers of one dimension (row_length 0) or two;
 * owned by the caller. `by` as above; `item`: what a row is of. Local. */
om_status om_array_read_finite(const om_h5 *file, const char *name, int64_t rows,
                               int64_t row_length, const char *by, const char *item, double **out);

/* What z-scores are made by: genes (1 to OM_MAX_FEATURES), mean, sd (above 0), one each; all owned
 * by the caller, also after a failure. `by` as above. Local. */
om_status om_array_read_scaler(const om_h5 *file, const char *by, om_strings **genes, double **mean,
                               double **sd);

#endif
