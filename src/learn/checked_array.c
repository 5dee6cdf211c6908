#include "checked_array.h"

#include "oncomark/memory.h"
#include "oncomark/transform.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

om_status om_array_check_format(const om_h5 *file, const char *format, int64_t version,
                                const char *what) {
    char *found = NULL;
    om_status status = om_h5_read_attribute_string(file, "", "format", &found);
    if (status != OM_OK && status != OM_INPUT) {
        return status;
    }
    bool same = status == OM_OK && strcmp(found, format) == 0;
    om_free(found);
    if (!same) {
        return om_fail(OM_INPUT, "%s: this is no %s", om_h5_path(file), what);
    }
    int64_t found_version = 0;
    OM_TRY(om_h5_read_attribute_i64(file, "", "format_version", 0, &found_version));
    if (found_version != version) {
        return om_fail(OM_INPUT, "%s: found %s format %" PRId64 ", expected %" PRId64,
                       om_h5_path(file), format, found_version, version);
    }
    return OM_OK;
}

om_status om_array_expect_shape(const om_h5 *file, const char *name, int n_dimensions,
                                const int64_t *expected, const char *by) {
    int found_dimensions = 0;
    int64_t found[OM_H5_MAX_DIMENSIONS] = {0};
    OM_TRY(om_h5_shape(file, name, &found_dimensions, found));
    if (found_dimensions != n_dimensions) {
        return om_fail(OM_INPUT, "%s: %s: found %d dimensions, expected %d", om_h5_path(file), name,
                       found_dimensions, n_dimensions);
    }
    for (int d = 0; d < n_dimensions; d++) {
        if (found[d] != expected[d]) {
            return om_fail(OM_INPUT,
                           "%s: %s: dimension %d: found %" PRId64 ", expected %" PRId64 " by %s",
                           om_h5_path(file), name, d + 1, found[d], expected[d], by);
        }
    }
    return OM_OK;
}

static om_status check_finite(const om_h5 *file, const char *name, int64_t rows, int64_t row_length,
                              const char *item, const double *values) {
    for (int64_t i = 0; i < rows * row_length; i++) {
        if (!isfinite(values[i])) {
            return om_fail(OM_INPUT, "%s: %s: %s %" PRId64 ": found %g, expected a finite number",
                           om_h5_path(file), name, item, i / row_length, values[i]);
        }
    }
    return OM_OK;
}

om_status om_array_read_finite(const om_h5 *file, const char *name, int64_t rows,
                               int64_t row_length, const char *by, const char *item, double **out) {
    const int64_t shape[2] = {rows, row_length};
    OM_TRY(om_array_expect_shape(file, name, row_length > 0 ? 2 : 1, shape, by));
    row_length = row_length > 0 ? row_length : 1;
    *out = om_malloc(rows * row_length, sizeof **out);
    if (*out == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_h5_read_rows(file, name, OM_F64, 0, rows, *out));
    return check_finite(file, name, rows, row_length, item, *out);
}

om_status om_array_read_scaler(const om_h5 *file, const char *by, om_strings **genes, double **mean,
                               double **sd) {
    OM_TRY(om_h5_read_strings(file, "genes", genes));
    int64_t n = om_strings_count(*genes);
    if (n < 1 || n > OM_MAX_FEATURES) {
        return om_fail(OM_INPUT, "%s: genes: found %" PRId64 ", expected 1 to %d", om_h5_path(file),
                       n, OM_MAX_FEATURES);
    }
    OM_TRY(om_array_read_finite(file, "mean", n, 0, by, "gene", mean));
    OM_TRY(om_array_read_finite(file, "sd", n, 0, by, "gene", sd));
    for (int64_t f = 0; f < n; f++) {
        if (!((*sd)[f] > 0)) {
            return om_fail(OM_INPUT, "%s: sd: gene %" PRId64 ": found %g, expected more than 0",
                           om_h5_path(file), f, (*sd)[f]);
        }
    }
    return OM_OK;
}
