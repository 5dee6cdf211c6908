#include "h5ad_import_column.h"

#include "h5_field.h"
#include "h5ad_private.h"
#include "h5ad_text.h"
#include "oncomark/memory.h"

#include <math.h>
#include <string.h>

/* Where values stand: a data set, or a field of one. */
typedef struct values_place {
    const om_h5 *file;
    const char *path;
    const char *field; /* NULL: the data set is not compound */
    int64_t n_rows;
} values_place;

static om_status read_numbers(om_h5ad_column *out, const values_place *place) {
    out->numbers = om_malloc(place->n_rows, sizeof *out->numbers);
    if (out->numbers == NULL) {
        return OM_MEMORY;
    }
    return om_h5_read_column(place->file, place->path, place->field, OM_F64, place->n_rows,
                             out->numbers);
}

static om_status read_codes(om_h5ad_column *out, const values_place *place) {
    out->codes = om_malloc(place->n_rows, sizeof *out->codes);
    if (out->codes == NULL) {
        return OM_MEMORY;
    }
    return om_h5_read_column(place->file, place->path, place->field, OM_I32, place->n_rows,
                             out->codes);
}

/* Codes 0 and 1 of "False" and "True". */
static om_status read_bools(om_h5ad_column *out, const values_place *place) {
    OM_TRY(read_codes(out, place));
    OM_TRY(om_strings_create(&out->categories));
    OM_TRY(om_strings_add(out->categories, "False"));
    return om_strings_add(out->categories, "True");
}

static om_status read_strings(om_h5ad_column *out, const values_place *place) {
    om_strings *values = NULL;
    OM_TRY(om_h5ad_expect_length(place->file, place->path, place->n_rows));
    OM_TRY(om_h5ad_read_text(place->file, place->path, place->field, &values));
    om_status status = om_strings_create(&out->categories);
    if (status == OM_OK) {
        out->codes = om_malloc(place->n_rows, sizeof *out->codes);
        status = out->codes == NULL ? OM_MEMORY
                                    : om_h5ad_encode_strings(place->file, place->path, values,
                                                             out->codes, out->categories);
    }
    om_strings_destroy(&values);
    return status;
}

/* Codes whose categories are the texts of another object. */
static om_status read_coded(om_h5ad_column *out, const values_place *place,
                            const char *categories) {
    OM_TRY(om_h5ad_read_text(place->file, categories, NULL, &out->categories));
    OM_TRY(read_codes(out, place));
    return om_h5ad_check_codes(place->file, place->path, place->n_rows, out->codes,
                               om_strings_count(out->categories));
}

/* By the class of the stored type. */
static om_status read_plain(om_h5ad_column *out, const values_place *place) {
    om_h5_class class = OM_H5_OTHER;
    OM_TRY(om_h5_class_of(place->file, place->path, place->field, &class));
    switch (class) {
    case OM_H5_INTEGERS:
    case OM_H5_REALS:
        return read_numbers(out, place);
    case OM_H5_BOOLS:
        return read_bools(out, place);
    case OM_H5_STRINGS:
        return read_strings(out, place);
    default:
        return OM_OK;
    }
}

/* What a mask marks is missing. */
static om_status apply_mask(om_h5ad_column *out, const values_place *mask) {
    int32_t *masked = om_malloc(mask->n_rows, sizeof *masked);
    if (masked == NULL) {
        return OM_MEMORY;
    }
    om_status status =
        om_h5_read_column(mask->file, mask->path, NULL, OM_I32, mask->n_rows, masked);
    for (int64_t i = 0; status == OM_OK && i < mask->n_rows; i++) {
        if (masked[i] != 0 && out->numbers != NULL) {
            out->numbers[i] = NAN;
        } else if (masked[i] != 0 && out->codes != NULL) {
            out->codes[i] = -1;
        }
    }
    om_free(masked);
    return status;
}

/* Groups: codes and categories, or values and mask. */
static om_status read_group(om_h5ad_column *out, const om_h5 *file, const char *group,
                            int64_t n_rows) {
    char first[OM_H5AD_PATH_CAPACITY];
    char second[OM_H5AD_PATH_CAPACITY];
    const values_place values = {file, first, NULL, n_rows};
    const values_place mask = {file, second, NULL, n_rows};
    OM_TRY(om_h5ad_join(first, file, group, "codes"));
    OM_TRY(om_h5ad_join(second, file, group, "categories"));
    if (om_h5_exists(file, first) && om_h5_exists(file, second)) {
        return read_coded(out, &values, second);
    }
    OM_TRY(om_h5ad_join(first, file, group, "values"));
    OM_TRY(om_h5ad_join(second, file, group, "mask"));
    if (om_h5_exists(file, first) && om_h5_exists(file, second)) {
        OM_TRY(read_plain(out, &values));
        return apply_mask(out, &mask);
    }
    return OM_OK;
}

om_status om_h5ad_import_member(om_h5ad_column *out, const om_h5 *file, const char *frame,
                                const char *column, int64_t n_rows) {
    char path[OM_H5AD_PATH_CAPACITY];
    char *categories = NULL;
    om_h5_class class = OM_H5_OTHER;
    OM_TRY(om_h5ad_join(path, file, frame, column));
    OM_TRY(om_h5_class_of(file, path, NULL, &class));
    if (class == OM_H5_GROUP) {
        return read_group(out, file, path, n_rows);
    }
    const values_place place = {file, path, NULL, n_rows};
    /* AnnData 0.7: the codes' attribute refers to __categories/<column>. */
    OM_TRY(om_h5_follow_attribute(file, path, "categories", &categories));
    om_status status =
        categories == NULL ? read_plain(out, &place) : read_coded(out, &place, categories);
    om_free(categories);
    return status;
}

/* Categories of obs and of var share the name in uns: those that are too few belong to the other.
 */
static om_status fits(const values_place *place, const char *categories, bool *fitting) {
    om_strings *texts = NULL;
    om_h5ad_column column = {0};
    OM_TRY(om_h5ad_read_text(place->file, categories, NULL, &texts));
    om_status status = read_codes(&column, place);
    *fitting = true;
    for (int64_t i = 0; status == OM_OK && i < place->n_rows; i++) {
        *fitting = *fitting && column.codes[i] < om_strings_count(texts);
    }
    om_free(column.codes);
    om_strings_destroy(&texts);
    return status;
}

om_status om_h5ad_import_field(om_h5ad_column *out, const om_h5 *file, const char *frame,
                               const char *column, int64_t n_rows) {
    char categories[OM_H5AD_PATH_CAPACITY];
    char *name = om_format("%s_categories", column);
    om_h5_class class = OM_H5_OTHER;
    bool coded = false;
    const values_place place = {file, frame, column, n_rows};
    om_status status = name == NULL ? OM_MEMORY : om_h5ad_join(categories, file, "uns", name);
    om_free(name);
    OM_TRY(status);
    OM_TRY(om_h5_class_of(file, frame, column, &class));
    if (class == OM_H5_INTEGERS && om_h5_exists(file, categories)) {
        OM_TRY(fits(&place, categories, &coded));
    }
    return coded ? read_coded(out, &place, categories) : read_plain(out, &place);
}
