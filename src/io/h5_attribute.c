#include "oncomark/h5.h"

#include "h5_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>

/* Name of an attribute in messages and digests: "X@shape". Owned by the caller. */
static char *full_name(const char *path, const char *name) {
    return om_format("%s@%s", path, name);
}

static hid_t make_space(int64_t n) {
    hsize_t size = (hsize_t)n;
    return n < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &size, NULL);
}

/* Makes and writes an attribute; n < 0: scalar. The ids are released. */
static om_status write_attribute(om_h5 *file, const char *path, const char *name, hid_t file_type,
                                 hid_t memory_type, int64_t n, const void *values) {
    om_status status = OM_OK;
    hid_t space = make_space(n);
    hid_t attribute = -1;
    if (file_type >= 0 && memory_type >= 0 && space >= 0) {
        attribute = H5Acreate_by_name(file->id, om_h5_object(path), name, file_type, space,
                                      H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    }
    if (attribute < 0 || (n != 0 && H5Awrite(attribute, memory_type, values) < 0)) {
        status = om_h5_fail(file, OM_SYSTEM, path, "write attribute");
    }
    om_h5_release(attribute);
    om_h5_release(space);
    om_h5_release(memory_type);
    om_h5_release(file_type);
    return status;
}

om_status om_h5_write_attribute_string(om_h5 *file, const char *path, const char *name,
                                       const char *text) {
    OM_TRY(write_attribute(file, path, name, om_h5_string_type(), om_h5_string_type(), -1, &text));
    char *digest_name = full_name(path, name);
    if (digest_name == NULL) {
        return OM_MEMORY;
    }
    om_digest_header(&file->digest, digest_name, "string", 0, NULL);
    om_digest_string(&file->digest, digest_name, 0, text);
    om_free(digest_name);
    return OM_OK;
}

om_status om_h5_write_attribute_strings(om_h5 *file, const char *path, const char *name,
                                        const om_strings *strings) {
    int64_t n = om_strings_count(strings);
    char *digest_name = full_name(path, name);
    const char **pointers = om_calloc(n, sizeof *pointers);
    om_status status = digest_name == NULL || pointers == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        for (int64_t i = 0; i < n; i++) {
            pointers[i] = om_strings_get(strings, i);
        }
        status = write_attribute(file, path, name, om_h5_string_type(), om_h5_string_type(), n,
                                 pointers);
    }
    if (status == OM_OK) {
        om_digest_header(&file->digest, digest_name, "string", 1, &n);
        om_digest_strings(&file->digest, digest_name, 0, strings);
    }
    om_free(pointers);
    om_free(digest_name);
    return status;
}

/* n < 0: scalar. */
static om_status write_numbers(om_h5 *file, const char *path, const char *name, om_type type,
                               int64_t n, const void *values) {
    OM_TRY(write_attribute(file, path, name, om_h5_file_type(type), om_h5_memory_type(type), n,
                           values));
    char *digest_name = full_name(path, name);
    if (digest_name == NULL) {
        return OM_MEMORY;
    }
    om_digest_header(&file->digest, digest_name, om_type_name(type), n < 0 ? 0 : 1, &n);
    om_digest_elements(&file->digest, digest_name, type, 0, values, n < 0 ? 1 : n);
    om_free(digest_name);
    return OM_OK;
}

om_status om_h5_write_attribute_i64(om_h5 *file, const char *path, const char *name, int64_t n,
                                    const int64_t *values) {
    return write_numbers(file, path, name, OM_I64, n == 0 ? -1 : n, values);
}

om_status om_h5_write_attribute_bool(om_h5 *file, const char *path, const char *name, bool value) {
    const uint8_t byte = value ? 1 : 0;
    return write_numbers(file, path, name, OM_BOOL, -1, &byte);
}

/* Opens an attribute for reading. */
static om_status open_attribute(const om_h5 *file, const char *path, const char *name,
                                hid_t *attribute) {
    *attribute = -1;
    if (!om_h5_exists(file, path)) {
        return om_fail(OM_INPUT, "%s: object '%s': not found, expected it to have attribute '%s'",
                       file->path, path, name);
    }
    if (H5Aexists_by_name(file->id, om_h5_object(path), name, H5P_DEFAULT) <= 0) {
        return om_fail(OM_INPUT, "%s: object '%s': attribute '%s' not found", file->path, path,
                       name);
    }
    *attribute = H5Aopen_by_name(file->id, om_h5_object(path), name, H5P_DEFAULT, H5P_DEFAULT);
    return *attribute < 0 ? om_h5_fail(file, OM_INPUT, path, "open attribute") : OM_OK;
}

static int64_t attribute_elements(hid_t attribute) {
    hid_t space = H5Aget_space(attribute);
    int64_t elements = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    om_h5_release(space);
    return elements;
}

/* The strings of an attribute. An empty list is written by h5py as floating-point numbers. */
static om_status read_strings(const om_h5 *file, const char *path, const char *name,
                              om_strings **strings) {
    om_strings *list = NULL;
    hid_t attribute = -1;
    char *shown_name = full_name(path, name);
    om_status status = shown_name == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        status = open_attribute(file, path, name, &attribute);
    }
    if (status == OM_OK) {
        status = om_strings_create(&list);
    }
    if (status == OM_OK && attribute_elements(attribute) != 0) {
        status = om_h5_add_strings(file, shown_name, attribute, list);
    }
    om_h5_release(attribute);
    om_free(shown_name);
    if (status != OM_OK) {
        om_strings_destroy(&list);
    }
    *strings = list;
    return status;
}

om_status om_h5_read_attribute_strings(const om_h5 *file, const char *path, const char *name,
                                       om_strings **strings) {
    return read_strings(file, path, name, strings);
}

om_status om_h5_read_attribute_string(const om_h5 *file, const char *path, const char *name,
                                      char **text) {
    *text = NULL;
    om_strings *list = NULL;
    OM_TRY(read_strings(file, path, name, &list));
    om_status status = OM_OK;
    if (om_strings_count(list) != 1) {
        status = om_fail(OM_INPUT,
                         "%s: object '%s': attribute '%s': found %" PRId64 " strings, expected 1",
                         file->path, path, name, om_strings_count(list));
    } else {
        *text = om_strdup(om_strings_get(list, 0));
        status = *text == NULL ? OM_MEMORY : OM_OK;
    }
    om_strings_destroy(&list);
    return status;
}

om_status om_h5_read_attribute_i64(const om_h5 *file, const char *path, const char *name, int64_t n,
                                   int64_t *values) {
    hid_t attribute;
    OM_TRY(open_attribute(file, path, name, &attribute));
    om_status status = OM_OK;
    int64_t expected = n == 0 ? 1 : n;
    int64_t found = attribute_elements(attribute);
    hid_t type = H5Aget_type(attribute);
    if (type < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "get the type of an attribute");
    } else if (H5Tget_class(type) != H5T_INTEGER) {
        status = om_fail(OM_INPUT, "%s: object '%s': attribute '%s': found %s, expected integers",
                         file->path, path, name, om_h5_describe_type(type));
    } else if (found != expected) {
        status =
            om_fail(OM_INPUT,
                    "%s: object '%s': attribute '%s': found %" PRId64 " values, expected %" PRId64,
                    file->path, path, name, found, expected);
    } else if (H5Aread(attribute, H5T_NATIVE_INT64, values) < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "read attribute");
    }
    om_h5_release(type);
    om_h5_release(attribute);
    return status;
}
