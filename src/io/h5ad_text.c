#include "h5ad_text.h"

#include "h5_field.h"
#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void om_h5ad_write_number(char text[OM_H5AD_NUMBER_CAPACITY], double value) {
    text[0] = '\0';
    if (fabs(value) < 0x1p53 && trunc(value) == value) {
        snprintf(text, OM_H5AD_NUMBER_CAPACITY, "%" PRId64, (int64_t)value);
        return;
    }
    for (int digits = 6; digits <= 17 && !isnan(value); digits++) {
        snprintf(text, OM_H5AD_NUMBER_CAPACITY, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            return;
        }
    }
}

static om_status add_numbers(const om_h5 *file, const char *path, const char *field, bool integers,
                             int64_t n, om_strings *strings) {
    int64_t *whole = om_malloc(integers ? n : 0, sizeof *whole);
    double *real = om_malloc(integers ? 0 : n, sizeof *real);
    om_status status = whole == NULL || real == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        status = integers ? om_h5_read_column(file, path, field, OM_I64, n, whole)
                          : om_h5_read_column(file, path, field, OM_F64, n, real);
    }
    for (int64_t i = 0; status == OM_OK && i < n; i++) {
        char text[OM_H5AD_NUMBER_CAPACITY];
        if (integers) {
            snprintf(text, sizeof text, "%" PRId64, whole[i]);
        } else {
            om_h5ad_write_number(text, real[i]);
        }
        status = om_strings_add(strings, text);
    }
    om_free(real);
    om_free(whole);
    return status;
}

om_status om_h5ad_read_text(const om_h5 *file, const char *path, const char *field,
                            om_strings **strings) {
    om_h5_class class = OM_H5_STRINGS;
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    *strings = NULL;
    OM_TRY(om_h5_class_of(file, path, field, &class));
    if (class != OM_H5_INTEGERS && class != OM_H5_REALS && class != OM_H5_BOOLS) {
        return om_h5_read_string_column(file, path, field, strings);
    }
    OM_TRY(om_h5_shape(file, path, &n_dimensions, shape));
    OM_TRY(om_strings_create(strings));
    om_status status = add_numbers(file, path, field, class != OM_H5_REALS,
                                   n_dimensions == 0 ? 1 : shape[0], *strings);
    if (status != OM_OK) {
        om_strings_destroy(strings);
    }
    return status;
}

om_status om_h5ad_encode_strings(const om_h5 *file, const char *path, const om_strings *values,
                                 int32_t *codes, om_strings *categories) {
    om_string_map *map = NULL;
    om_status status = om_string_map_create(&map);
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(values); i++) {
        const char *text = om_strings_get(values, i);
        int64_t code = om_string_map_get(map, text, -1);
        if (code < 0) {
            code = om_string_map_count(map);
            if (code >= INT32_MAX) {
                status =
                    om_fail(OM_INPUT, "%s: object '%s': found more than %" PRId32 " categories",
                            om_h5_path(file), path, INT32_MAX);
            }
            status = status == OM_OK ? om_string_map_add(map, text, code, NULL) : status;
            status = status == OM_OK ? om_strings_add(categories, text) : status;
        }
        codes[i] = (int32_t)code;
    }
    om_string_map_destroy(&map);
    return status;
}

om_status om_h5ad_check_codes(const om_h5 *file, const char *path, int64_t n, const int32_t *codes,
                              int64_t n_categories) {
    for (int64_t i = 0; i < n; i++) {
        if (codes[i] < -1 || codes[i] >= n_categories) {
            return om_fail(OM_INPUT,
                           "%s: object '%s': row %" PRId64 ": found code %" PRId32
                           ", expected -1 to %" PRId64,
                           om_h5_path(file), path, i, codes[i], n_categories - 1);
        }
    }
    return OM_OK;
}
