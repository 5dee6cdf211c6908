#include "h5_field.h"

#include "h5_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

hid_t om_h5_field_type(hid_t compound, const char *field) {
    if (compound < 0 || H5Tget_class(compound) != H5T_COMPOUND) {
        return -1;
    }
    int index = H5Tget_member_index(compound, field);
    return index < 0 ? -1 : H5Tget_member_type(compound, (unsigned)index);
}

hid_t om_h5_field_alone(const char *field, hid_t member) {
    size_t size = member < 0 ? 0 : H5Tget_size(member);
    hid_t alone = size == 0 ? -1 : H5Tcreate(H5T_COMPOUND, size);
    if (alone >= 0 && H5Tinsert(alone, field, 0, member) < 0) {
        om_h5_release(alone);
        alone = -1;
    }
    om_h5_release(member);
    return alone;
}

static om_h5_class class_of_type(hid_t type) {
    om_type known;
    switch (H5Tget_class(type)) {
    case H5T_INTEGER:
        return OM_H5_INTEGERS;
    case H5T_FLOAT:
        return OM_H5_REALS;
    case H5T_STRING:
        return OM_H5_STRINGS;
    case H5T_COMPOUND:
        return OM_H5_COMPOUND;
    case H5T_ENUM:
        return om_h5_identify_type(type, &known) ? OM_H5_BOOLS : OM_H5_OTHER;
    default:
        return OM_H5_OTHER;
    }
}

/* An open data set's class. */
static om_status classify(const om_h5 *file, const char *path, hid_t data_set, const char *field,
                          om_h5_class *class) {
    hid_t type = H5Dget_type(data_set);
    if (field != NULL) {
        hid_t member = om_h5_field_type(type, field);
        om_h5_release(type);
        type = member;
    }
    hid_t space = H5Dget_space(data_set);
    om_status status = OM_OK;
    if (type < 0 || space < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "get the type");
    } else {
        bool one_dimension =
            H5Sget_simple_extent_type(space) != H5S_NULL && H5Sget_simple_extent_ndims(space) <= 1;
        *class = one_dimension ? class_of_type(type) : OM_H5_OTHER;
    }
    om_h5_release(space);
    om_h5_release(type);
    return status;
}

om_status om_h5_class_of(const om_h5 *file, const char *path, const char *field,
                         om_h5_class *class) {
    *class = OM_H5_OTHER;
    if (!om_h5_exists(file, path)) {
        return om_fail(OM_INPUT, "%s: object '%s': not found", file->path, path);
    }
    hid_t object = H5Oopen(file->id, om_h5_object(path), H5P_DEFAULT);
    if (object < 0) {
        return om_h5_fail(file, OM_INPUT, path, "open");
    }
    om_status status = OM_OK;
    if (H5Iget_type(object) == H5I_GROUP) {
        *class = OM_H5_GROUP;
    } else if (H5Iget_type(object) == H5I_DATASET) {
        status = classify(file, path, object, field, class);
    }
    om_h5_release(object);
    return status;
}

static om_status add_member_names(hid_t type, om_strings *names) {
    for (int i = 0; i < H5Tget_nmembers(type); i++) {
        char *name = H5Tget_member_name(type, (unsigned)i);
        om_status status = om_strings_add(names, name == NULL ? "" : name);
        H5free_memory(name);
        OM_TRY(status);
    }
    return OM_OK;
}

om_status om_h5_field_names(const om_h5 *file, const char *path, om_strings **names) {
    *names = NULL;
    hid_t data_set;
    OM_TRY(om_h5_open_data_set(file, path, &data_set));
    hid_t type = H5Dget_type(data_set);
    om_status status = om_strings_create(names);
    if (status == OM_OK && (type < 0 || H5Tget_class(type) != H5T_COMPOUND)) {
        status = om_fail(OM_INPUT, "%s: object '%s': found %s, expected a compound type",
                         file->path, path, type < 0 ? "no type" : om_h5_describe_type(type));
    }
    if (status == OM_OK) {
        status = add_member_names(type, *names);
    }
    om_h5_release(type);
    om_h5_release(data_set);
    if (status != OM_OK) {
        om_strings_destroy(names);
    }
    return status;
}

/* Opens a data set of one dimension, or of none: a single value. */
static om_status open_column(const om_h5 *file, const char *path, hid_t *data_set,
                             int *n_dimensions, int64_t *length) {
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    OM_TRY(om_h5_open_data_set(file, path, data_set));
    om_status status = om_h5_data_set_shape(file, path, *data_set, n_dimensions, shape);
    if (status == OM_OK && *n_dimensions > 1) {
        status = om_fail(OM_INPUT, "%s: object '%s': found %d dimensions, expected 1", file->path,
                         path, *n_dimensions);
    }
    if (status != OM_OK) {
        om_h5_release(*data_set);
        return status;
    }
    *length = *n_dimensions == 0 ? 1 : shape[0];
    return OM_OK;
}

om_status om_h5_read_column(const om_h5 *file, const char *path, const char *field, om_type as,
                            int64_t n, void *values) {
    hid_t data_set;
    int n_dimensions = 0;
    int64_t length = 0;
    OM_TRY(open_column(file, path, &data_set, &n_dimensions, &length));
    om_status status = OM_OK;
    if (length != n) {
        status = om_fail(OM_INPUT,
                         "%s: object '%s': found %" PRId64 " values, expected %" PRId64
                         ", one for each row",
                         file->path, path, length, n);
    } else if (field == NULL) {
        status = om_h5_read_elements(file, path, data_set, as, n_dimensions, &n, 0, n, values);
    } else {
        status = om_h5_read_field_elements(file, path, data_set, field, as, n_dimensions, &n, 0, n,
                                           values);
    }
    om_h5_release(data_set);
    return status;
}

om_status om_h5_read_string_column(const om_h5 *file, const char *path, const char *field,
                                   om_strings **strings) {
    hid_t data_set;
    int n_dimensions = 0;
    int64_t length = 0;
    *strings = NULL;
    OM_TRY(open_column(file, path, &data_set, &n_dimensions, &length));
    om_status status = om_strings_create(strings);
    if (status == OM_OK) {
        status = field == NULL ? om_h5_add_strings(file, path, data_set, *strings)
                               : om_h5_add_field_strings(file, path, data_set, field, *strings);
    }
    om_h5_release(data_set);
    if (status != OM_OK) {
        om_strings_destroy(strings);
    }
    return status;
}

bool om_h5_has_attribute(const om_h5 *file, const char *path, const char *name) {
    return om_h5_exists(file, path) &&
           H5Aexists_by_name(file->id, om_h5_object(path), name, H5P_DEFAULT) > 0;
}

/* The name of the object that `reference` points to, without the slash before it. */
static om_status name_target(const om_h5 *file, const char *path, hobj_ref_t reference,
                             char **target) {
    ssize_t length = H5Rget_name(file->id, H5R_OBJECT, &reference, NULL, 0);
    if (length <= 0) {
        return om_h5_fail(file, OM_INPUT, path, "follow the reference of an attribute");
    }
    char *name = om_calloc(length + 1, 1);
    if (name == NULL) {
        return OM_MEMORY;
    }
    if (H5Rget_name(file->id, H5R_OBJECT, &reference, name, (size_t)length + 1) < 0) {
        om_free(name);
        return om_h5_fail(file, OM_INPUT, path, "follow the reference of an attribute");
    }
    *target = om_strdup(name[0] == '/' ? name + 1 : name);
    om_free(name);
    return *target == NULL ? OM_MEMORY : OM_OK;
}

om_status om_h5_follow_attribute(const om_h5 *file, const char *path, const char *name,
                                 char **target) {
    *target = NULL;
    if (!om_h5_has_attribute(file, path, name)) {
        return OM_OK;
    }
    om_status status = OM_OK;
    hobj_ref_t reference = 0;
    hid_t attribute = H5Aopen_by_name(file->id, om_h5_object(path), name, H5P_DEFAULT, H5P_DEFAULT);
    hid_t type = attribute < 0 ? -1 : H5Aget_type(attribute);
    hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
    if (type < 0 || space < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "open an attribute");
    } else if (H5Tequal(type, H5T_STD_REF_OBJ) > 0 && H5Sget_simple_extent_npoints(space) == 1) {
        status = H5Aread(attribute, H5T_STD_REF_OBJ, &reference) < 0
                     ? om_h5_fail(file, OM_INPUT, path, "read an attribute")
                     : name_target(file, path, reference, target);
    }
    om_h5_release(space);
    om_h5_release(type);
    om_h5_release(attribute);
    return status;
}
