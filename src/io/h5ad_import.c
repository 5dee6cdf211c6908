/* Where AnnData files of all versions have their frames. */
#include "oncomark/h5ad_import.h"

#include "h5_field.h"
#include "h5ad_import_column.h"
#include "h5ad_private.h"
#include "h5ad_text.h"
#include "oncomark/memory.h"

#include <string.h>

bool om_h5ad_is_annotated(const om_h5 *file) {
    return om_h5_exists(file, "obs") && om_h5_exists(file, "var");
}

/* Before AnnData 0.7 a frame was a compound data set with the index as its first field. */
static om_status is_compound(const om_h5 *file, const char *frame, bool *compound) {
    om_h5_class class = OM_H5_OTHER;
    OM_TRY(om_h5_class_of(file, frame, NULL, &class));
    if (class != OM_H5_COMPOUND && class != OM_H5_GROUP) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found neither a group nor a compound data set, expected a "
                       "data frame",
                       om_h5_path(file), frame);
    }
    *compound = class == OM_H5_COMPOUND;
    return OM_OK;
}

/* Name of the index among the members of a group frame. Owned by the caller. */
static om_status group_index_name(const om_h5 *file, const char *frame, char **name) {
    return om_h5_read_attribute_string(file, frame, "_index", name);
}

static om_status read_group_index(const om_h5 *file, const char *frame, om_strings **index) {
    char *name = NULL;
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(group_index_name(file, frame, &name));
    om_status status = om_h5ad_join(path, file, frame, name);
    om_free(name);
    OM_TRY(status);
    return om_h5ad_read_text(file, path, NULL, index);
}

/* The field "index" of a compound frame, else the first. */
static int64_t index_field(const om_strings *fields) {
    int64_t found = om_strings_find(fields, "index");
    return found < 0 ? 0 : found;
}

static om_status read_compound_index(const om_h5 *file, const char *frame, om_strings **index) {
    om_strings *fields = NULL;
    OM_TRY(om_h5_field_names(file, frame, &fields));
    om_status status =
        om_h5ad_read_text(file, frame, om_strings_get(fields, index_field(fields)), index);
    om_strings_destroy(&fields);
    return status;
}

om_status om_h5ad_import_index(const om_h5 *file, const char *frame, om_strings **index) {
    bool compound = false;
    *index = NULL;
    OM_TRY(is_compound(file, frame, &compound));
    return compound ? read_compound_index(file, frame, index)
                    : read_group_index(file, frame, index);
}

/* `all` without the one at `left_out` (-1: none). */
static om_status without(om_strings **names, const om_strings *all, int64_t left_out) {
    OM_TRY(om_strings_create(names));
    om_status status = OM_OK;
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(all); i++) {
        if (i != left_out) {
            status = om_strings_add(*names, om_strings_get(all, i));
        }
    }
    if (status != OM_OK) {
        om_strings_destroy(names);
    }
    return status;
}

static om_status list_group(const om_h5 *file, const char *frame, om_strings **all) {
    if (om_h5_has_attribute(file, frame, "column-order")) {
        return om_h5_read_attribute_strings(file, frame, "column-order", all);
    }
    return om_h5_list(file, frame, all);
}

static om_status list_group_columns(const om_h5 *file, const char *frame, om_strings **names) {
    char *index = NULL;
    om_strings *all = NULL;
    om_status status = group_index_name(file, frame, &index);
    if (status == OM_OK) {
        status = list_group(file, frame, &all);
    }
    if (status == OM_OK) {
        status = without(names, all, om_strings_find(all, index));
    }
    om_strings_destroy(&all);
    om_free(index);
    return status;
}

om_status om_h5ad_import_columns(const om_h5 *file, const char *frame, om_strings **names) {
    bool compound = false;
    om_strings *fields = NULL;
    *names = NULL;
    OM_TRY(is_compound(file, frame, &compound));
    if (!compound) {
        return list_group_columns(file, frame, names);
    }
    OM_TRY(om_h5_field_names(file, frame, &fields));
    om_status status = without(names, fields, index_field(fields));
    om_strings_destroy(&fields);
    return status;
}

om_status om_h5ad_import_column(om_h5ad_column *out, const om_h5 *file, const char *frame,
                                const char *column, int64_t n_rows) {
    bool compound = false;
    *out = (om_h5ad_column){0};
    OM_TRY(is_compound(file, frame, &compound));
    om_status status = compound ? om_h5ad_import_field(out, file, frame, column, n_rows)
                                : om_h5ad_import_member(out, file, frame, column, n_rows);
    if (status != OM_OK) {
        om_h5ad_column_release(out);
    }
    return status;
}

/* Numbers as texts, of which some are the same. */
static om_status name_numbers(om_h5ad_column *column, const om_h5 *file, const char *path,
                              int64_t n_rows) {
    om_strings *texts = NULL;
    om_status status = om_strings_create(&texts);
    for (int64_t i = 0; status == OM_OK && i < n_rows; i++) {
        char text[OM_H5AD_NUMBER_CAPACITY];
        om_h5ad_write_number(text, column->numbers[i]);
        status = om_strings_add(texts, text);
    }
    if (status == OM_OK) {
        status = om_strings_create(&column->categories);
    }
    if (status == OM_OK) {
        column->codes = om_malloc(n_rows, sizeof *column->codes);
        status = column->codes == NULL
                     ? OM_MEMORY
                     : om_h5ad_encode_strings(file, path, texts, column->codes, column->categories);
    }
    om_strings_destroy(&texts);
    om_free(column->numbers);
    column->numbers = NULL;
    return status;
}

om_status om_h5ad_import_names(om_h5ad_column *out, const om_h5 *file, const char *frame,
                               const char *column, int64_t n_rows) {
    OM_TRY(om_h5ad_import_column(out, file, frame, column, n_rows));
    om_status status = out->numbers == NULL ? OM_OK : name_numbers(out, file, frame, n_rows);
    if (status != OM_OK) {
        om_h5ad_column_release(out);
    }
    return status;
}

void om_h5ad_column_release(om_h5ad_column *column) {
    om_free(column->numbers);
    om_free(column->codes);
    om_strings_destroy(&column->categories);
    *column = (om_h5ad_column){0};
}
