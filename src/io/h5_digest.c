/* The digest of a file, read back. It meets every object once, in the form in which om_h5's writers
 * have added it. */
#include "oncomark/h5.h"

#include "h5_private.h"
#include "oncomark/memory.h"

/* Deeper than any file of ours; also the end of a group that contains itself. */
enum { DEEPEST_GROUP = 32 };

static om_status digest_group(om_h5 *file, const char *path, int depth);

static om_status unknown_type(const om_h5 *file, const char *name, hid_t type) {
    return om_fail(OM_INPUT, "%s: object '%s': found %s, expected numbers, bools or strings",
                   file->path, name, om_h5_describe_type(type));
}

/* `object`: a data set or an attribute. */
static om_status digest_strings(om_h5 *file, const char *name, hid_t object, int n_dimensions,
                                const int64_t *shape) {
    om_strings *strings = NULL;
    om_status status = om_strings_create(&strings);
    if (status == OM_OK) {
        status = om_h5_add_strings(file, name, object, strings);
    }
    if (status == OM_OK) {
        om_digest_header(&file->digest, name, "string", n_dimensions, shape);
        om_digest_strings(&file->digest, name, 0, strings);
    }
    om_strings_destroy(&strings);
    return status;
}

static om_status digest_numbers(om_h5 *file, const char *path, hid_t data_set, om_type type,
                                int n_dimensions, const int64_t *shape) {
    int64_t total = 1;
    for (int d = 0; d < n_dimensions; d++) {
        total *= shape[d];
    }
    om_digest_header(&file->digest, path, om_type_name(type), n_dimensions, shape);
    int64_t most = OM_H5_DIGEST_BYTES / om_type_size(type);
    void *buffer = om_malloc(total < most ? total : most, (size_t)om_type_size(type));
    om_status status = buffer == NULL ? OM_MEMORY : OM_OK;
    om_h5_block block = om_h5_block_begin(n_dimensions, shape, 0, total, most);
    while (status == OM_OK && om_h5_block_next(&block)) {
        status = om_h5_read_elements(file, path, data_set, type, n_dimensions, shape, block.first,
                                     block.count, buffer);
        if (status == OM_OK) {
            om_digest_elements(&file->digest, path, type, block.first, buffer, block.count);
        }
    }
    om_free(buffer);
    return status;
}

static om_status digest_data_set(om_h5 *file, const char *path, hid_t data_set) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    OM_TRY(om_h5_data_set_shape(file, path, data_set, &n_dimensions, shape));
    om_type type;
    om_status status;
    hid_t stored = H5Dget_type(data_set);
    if (stored < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "get the type");
    } else if (H5Tget_class(stored) == H5T_STRING) {
        status = digest_strings(file, path, data_set, n_dimensions, shape);
    } else if (om_h5_identify_type(stored, &type)) {
        status = digest_numbers(file, path, data_set, type, n_dimensions, shape);
    } else {
        status = unknown_type(file, path, stored);
    }
    om_h5_release(stored);
    return status;
}

/* Attributes are small: an object's header has at most 64 KiB. */
static om_status digest_attribute_numbers(om_h5 *file, const char *name, hid_t attribute,
                                          om_type type, int n_dimensions, const int64_t *shape) {
    int64_t total = 1;
    for (int d = 0; d < n_dimensions; d++) {
        total *= shape[d];
    }
    om_status status = OM_OK;
    hid_t memory_type = om_h5_memory_type(type);
    void *buffer = om_calloc(total, (size_t)om_type_size(type));
    if (buffer == NULL) {
        status = OM_MEMORY;
    } else if (memory_type < 0 || (total > 0 && H5Aread(attribute, memory_type, buffer) < 0)) {
        status = om_h5_fail(file, OM_INPUT, name, "read attribute");
    } else {
        om_digest_header(&file->digest, name, om_type_name(type), n_dimensions, shape);
        om_digest_elements(&file->digest, name, type, 0, buffer, total);
    }
    om_free(buffer);
    om_h5_release(memory_type);
    return status;
}

static om_status digest_attribute(om_h5 *file, const char *name, hid_t attribute) {
    hid_t space = H5Aget_space(attribute);
    hid_t stored = H5Aget_type(attribute);
    hsize_t sizes[H5S_MAX_RANK] = {0};
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    int n_dimensions = space < 0 ? -1 : H5Sget_simple_extent_dims(space, sizes, NULL);
    om_status status = OM_OK;
    om_type type;
    if (stored < 0 || n_dimensions < 0) {
        status = om_h5_fail(file, OM_INPUT, name, "open attribute");
    } else if (n_dimensions > OM_H5_MAX_DIMENSIONS ||
               H5Sget_simple_extent_type(space) == H5S_NULL) {
        status = om_fail(OM_INPUT, "%s: object '%s': found %d dimensions, expected 0 to %d",
                         file->path, name, n_dimensions, OM_H5_MAX_DIMENSIONS);
    } else {
        for (int d = 0; d < n_dimensions; d++) {
            shape[d] = (int64_t)sizes[d];
        }
        if (H5Tget_class(stored) == H5T_STRING) {
            status = digest_strings(file, name, attribute, n_dimensions, shape);
        } else if (om_h5_identify_type(stored, &type)) {
            status = digest_attribute_numbers(file, name, attribute, type, n_dimensions, shape);
        } else {
            status = unknown_type(file, name, stored);
        }
    }
    om_h5_release(stored);
    om_h5_release(space);
    return status;
}

typedef struct attribute_walk {
    om_h5 *file;
    const char *path;
    om_status status;
} attribute_walk;

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data) {
    (void)info;
    attribute_walk *walk = data;
    char *full_name = om_format("%s@%s", walk->path, name);
    hid_t attribute = full_name == NULL ? -1 : H5Aopen(object, name, H5P_DEFAULT);
    if (full_name == NULL) {
        walk->status = OM_MEMORY;
    } else if (attribute < 0) {
        walk->status = om_h5_fail(walk->file, OM_INPUT, full_name, "open attribute");
    } else {
        walk->status = digest_attribute(walk->file, full_name, attribute);
    }
    om_h5_release(attribute);
    om_free(full_name);
    return walk->status == OM_OK ? 0 : 1;
}

static om_status digest_attributes(om_h5 *file, const char *path, hid_t object) {
    attribute_walk walk = {.file = file, .path = path, .status = OM_OK};
    herr_t result = H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_attribute, &walk);
    if (result < 0) {
        return om_h5_fail(file, OM_INPUT, path, "list the attributes");
    }
    return walk.status;
}

static om_status digest_object(om_h5 *file, const char *path, int depth) {
    hid_t object = H5Oopen(file->id, om_h5_object(path), H5P_DEFAULT);
    if (object < 0) {
        return om_h5_fail(file, OM_INPUT, path, "open");
    }
    om_status status = digest_attributes(file, path, object);
    if (status == OM_OK) {
        switch (H5Iget_type(object)) {
        case H5I_GROUP:
            if (path[0] != '\0') {
                om_digest_header(&file->digest, path, "group", 0, NULL);
            }
            status = digest_group(file, path, depth + 1);
            break;
        case H5I_DATASET:
            status = digest_data_set(file, path, object);
            break;
        default:
            status = om_fail(OM_INPUT,
                             "%s: object '%s': found a named type, expected a group or a data set",
                             file->path, path);
        }
    }
    om_h5_release(object);
    return status;
}

static om_status digest_member(om_h5 *file, const char *group, const char *name, int depth) {
    char *path = group[0] == '\0' ? om_strdup(name) : om_format("%s/%s", group, name);
    if (path == NULL) {
        return OM_MEMORY;
    }
    om_status status = OM_OK;
    H5L_info_t link;
    if (H5Lget_info(file->id, path, &link, H5P_DEFAULT) < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "open");
    } else if (link.type != H5L_TYPE_HARD) {
        status = om_fail(OM_INPUT, "%s: object '%s': found a link to elsewhere, expected an object",
                         file->path, path);
    } else {
        status = digest_object(file, path, depth);
    }
    om_free(path);
    return status;
}

static om_status digest_group(om_h5 *file, const char *path, int depth) {
    if (depth > DEEPEST_GROUP) {
        return om_fail(OM_INPUT, "%s: object '%s': found groups nested deeper than %d", file->path,
                       path, DEEPEST_GROUP);
    }
    om_strings *names = NULL;
    om_status status = om_h5_list(file, path, &names);
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(names); i++) {
        status = digest_member(file, path, om_strings_get(names, i), depth);
    }
    om_strings_destroy(&names);
    return status;
}

om_status om_h5_digest_file(const char *path, om_digest *digest) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_open(&file, path));
    om_status status = digest_object(file, "", 0);
    *digest = file->digest;
    om_status closing = om_h5_close(&file);
    return status != OM_OK ? status : closing;
}
