#include "oncomark/h5ad.h"

#include "h5ad_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

om_status om_h5ad_join(char path[OM_H5AD_PATH_CAPACITY], const om_h5 *file, const char *parent,
                       const char *name) {
    if (name[0] == '\0' || strcmp(name, ".") == 0 || name[0] == '/') {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found the column name '%s', which HDF5 cannot hold",
                       om_h5_path(file), parent, name);
    }
    int length = snprintf(path, OM_H5AD_PATH_CAPACITY, "%s/%s", parent, name);
    if (length < 0 || length >= OM_H5AD_PATH_CAPACITY) {
        return om_fail(OM_INPUT, "%s: object '%s': found a name of %zu bytes, expected at most %d",
                       om_h5_path(file), parent, strlen(name), OM_H5AD_PATH_CAPACITY - 128);
    }
    return OM_OK;
}

om_status om_h5ad_encode(om_h5 *file, const char *path, const char *type, const char *version) {
    OM_TRY(om_h5_write_attribute_string(file, path, "encoding-type", type));
    return om_h5_write_attribute_string(file, path, "encoding-version", version);
}

static om_status write_encoded_strings(om_h5 *file, const char *path, const om_strings *strings) {
    OM_TRY(om_h5_write_strings(file, path, strings));
    return om_h5ad_encode(file, path, "string-array", "0.2.0");
}

om_status om_h5ad_begin(om_h5 *file) {
    static const char *const groups[] = {"uns", "obsm", "varm", "obsp", "varp", "layers"};
    OM_TRY(om_h5ad_encode(file, "", "anndata", "0.1.0"));
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        OM_TRY(om_h5_write_group(file, groups[i]));
        OM_TRY(om_h5ad_encode(file, groups[i], "dict", "0.1.0"));
    }
    return OM_OK;
}

/* Path of a new column. */
static om_status column_path(char path[OM_H5AD_PATH_CAPACITY], const om_h5 *file, const char *frame,
                             const char *column) {
    OM_TRY(om_h5ad_join(path, file, frame, column));
    if (om_h5_exists(file, path)) {
        return om_fail(OM_INPUT, "%s: object '%s': found a second column '%s', expected one",
                       om_h5_path(file), frame, column);
    }
    return OM_OK;
}

om_status om_h5ad_frame_begin(om_h5 *file, const char *frame, const char *index_name,
                              const om_strings *index) {
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(column_path(path, file, frame, index_name));
    OM_TRY(om_h5_write_group(file, frame));
    OM_TRY(om_h5ad_encode(file, frame, "dataframe", "0.2.0"));
    OM_TRY(om_h5_write_attribute_string(file, frame, "_index", index_name));
    return write_encoded_strings(file, path, index);
}

om_status om_h5ad_frame_strings(om_h5 *file, const char *frame, const char *column,
                                const om_strings *values) {
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(column_path(path, file, frame, column));
    return write_encoded_strings(file, path, values);
}

om_status om_h5ad_frame_categories(om_h5 *file, const char *frame, const char *column, int64_t n,
                                   const int32_t *codes, const om_strings *categories) {
    char path[OM_H5AD_PATH_CAPACITY];
    char part[OM_H5AD_PATH_CAPACITY];
    OM_TRY(column_path(path, file, frame, column));
    OM_TRY(om_h5_write_group(file, path));
    OM_TRY(om_h5ad_encode(file, path, "categorical", "0.2.0"));
    OM_TRY(om_h5_write_attribute_bool(file, path, "ordered", false));
    OM_TRY(om_h5ad_join(part, file, path, "codes"));
    OM_TRY(om_h5_write(file, part, OM_I32, 1, &n, codes));
    OM_TRY(om_h5ad_encode(file, part, "array", "0.2.0"));
    OM_TRY(om_h5ad_join(part, file, path, "categories"));
    return write_encoded_strings(file, part, categories);
}

om_status om_h5ad_frame_numbers(om_h5 *file, const char *frame, const char *column, om_type type,
                                int64_t n, const void *values) {
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(column_path(path, file, frame, column));
    OM_TRY(om_h5_write(file, path, type, 1, &n, values));
    return om_h5ad_encode(file, path, "array", "0.2.0");
}

om_status om_h5ad_frame_reserve(om_h5 *file, const char *frame, const char *column, om_type type,
                                int64_t n) {
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(column_path(path, file, frame, column));
    OM_TRY(om_h5_reserve(file, path, type, 1, &n));
    return om_h5ad_encode(file, path, "array", "0.2.0");
}

om_status om_h5ad_frame_end(om_h5 *file, const char *frame, const om_strings *column_order) {
    return om_h5_write_attribute_strings(file, frame, "column-order", column_order);
}

om_status om_h5ad_uns_string(om_h5 *file, const char *name, const char *text) {
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(om_h5ad_join(path, file, "uns", name));
    OM_TRY(om_h5_write_string(file, path, text));
    return om_h5ad_encode(file, path, "string", "0.2.0");
}

om_status om_h5ad_uns_strings(om_h5 *file, const char *name, const om_strings *strings) {
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(om_h5ad_join(path, file, "uns", name));
    return write_encoded_strings(file, path, strings);
}
