/* Reading the data frames of an AnnData file. */
#include "oncomark/h5ad.h"

#include "h5ad_private.h"
#include "h5ad_text.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

om_status om_h5ad_expect_encoding(const om_h5 *file, const char *path, const char *expected) {
    char *found = NULL;
    OM_TRY(om_h5_read_attribute_string(file, path, "encoding-type", &found));
    om_status status = OM_OK;
    if (strcmp(found, expected) != 0) {
        status = om_fail(OM_INPUT, "%s: object '%s': found encoding-type '%s', expected '%s'",
                         om_h5_path(file), path, found, expected);
    }
    om_free(found);
    return status;
}

om_status om_h5ad_length(const om_h5 *file, const char *path, int64_t *length) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    OM_TRY(om_h5_shape(file, path, &n_dimensions, shape));
    if (n_dimensions != 1) {
        return om_fail(OM_INPUT, "%s: object '%s': found %d dimensions, expected 1",
                       om_h5_path(file), path, n_dimensions);
    }
    *length = shape[0];
    return OM_OK;
}

om_status om_h5ad_expect_length(const om_h5 *file, const char *path, int64_t expected) {
    int64_t found = 0;
    OM_TRY(om_h5ad_length(file, path, &found));
    if (found != expected) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found %" PRId64 " values, expected %" PRId64
                       ", one for each row",
                       om_h5_path(file), path, found, expected);
    }
    return OM_OK;
}

static om_status index_path(const om_h5 *file, const char *frame,
                            char path[OM_H5AD_PATH_CAPACITY]) {
    char *name = NULL;
    OM_TRY(om_h5_read_attribute_string(file, frame, "_index", &name));
    om_status status = om_h5ad_join(path, file, frame, name);
    om_free(name);
    return status;
}

om_status om_h5ad_expect_rows(const om_h5 *file, const char *frame, const char *path) {
    char index[OM_H5AD_PATH_CAPACITY];
    int64_t n_rows = 0;
    OM_TRY(index_path(file, frame, index));
    OM_TRY(om_h5ad_length(file, index, &n_rows));
    return om_h5ad_expect_length(file, path, n_rows);
}

om_status om_h5ad_expect_frame(const om_h5 *file, const char *frame, int64_t n_rows) {
    if (!om_h5_exists(file, frame)) {
        return OM_OK;
    }
    char index[OM_H5AD_PATH_CAPACITY];
    OM_TRY(index_path(file, frame, index));
    return om_h5ad_expect_length(file, index, n_rows);
}

om_status om_h5ad_read_index(const om_h5 *file, const char *frame, om_strings **index) {
    *index = NULL;
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(index_path(file, frame, path));
    return om_h5_read_strings(file, path, index);
}

om_status om_h5ad_columns(const om_h5 *file, const char *frame, om_strings **columns) {
    return om_h5_read_attribute_strings(file, frame, "column-order", columns);
}

static om_status read_categorical_group(const om_h5 *file, const char *column, int32_t **codes,
                                        om_strings **categories) {
    char path[OM_H5AD_PATH_CAPACITY];
    int64_t n = 0;
    OM_TRY(om_h5ad_expect_encoding(file, column, "categorical"));
    OM_TRY(om_h5ad_join(path, file, column, "categories"));
    OM_TRY(om_h5ad_read_text(file, path, NULL, categories));
    OM_TRY(om_h5ad_join(path, file, column, "codes"));
    OM_TRY(om_h5ad_length(file, path, &n));
    *codes = om_malloc(n, sizeof **codes);
    if (*codes == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_h5_read_rows(file, path, OM_I32, 0, n, *codes));
    return om_h5ad_check_codes(file, path, n, *codes, om_strings_count(*categories));
}

static om_status read_string_column(const om_h5 *file, const char *column, int32_t **codes,
                                    om_strings **categories) {
    om_strings *values = NULL;
    om_status status = om_h5ad_read_text(file, column, NULL, &values);
    if (status == OM_OK) {
        status = om_strings_create(categories);
    }
    if (status == OM_OK) {
        *codes = om_malloc(om_strings_count(values), sizeof **codes);
        status = *codes == NULL ? OM_MEMORY
                                : om_h5ad_encode_strings(file, column, values, *codes, *categories);
    }
    om_strings_destroy(&values);
    return status;
}

om_status om_h5ad_read_categories(const om_h5 *file, const char *frame, const char *column,
                                  int32_t **codes, om_strings **categories) {
    char path[OM_H5AD_PATH_CAPACITY];
    char part[OM_H5AD_PATH_CAPACITY];
    *codes = NULL;
    *categories = NULL;
    OM_TRY(om_h5ad_join(path, file, frame, column));
    OM_TRY(om_h5ad_join(part, file, path, "codes"));
    bool categorical = om_h5_exists(file, part);
    OM_TRY(om_h5ad_expect_rows(file, frame, categorical ? part : path));
    om_status status = categorical ? read_categorical_group(file, path, codes, categories)
                                   : read_string_column(file, path, codes, categories);
    if (status != OM_OK) {
        om_free(*codes);
        *codes = NULL;
        om_strings_destroy(categories);
    }
    return status;
}
