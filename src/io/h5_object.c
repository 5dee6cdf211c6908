/* What is in a file: objects, their shapes and types. */
#include "oncomark/h5.h"

#include "h5_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

/* No object in the files of this field has a longer path: it would be told as not there. */
enum { LONGEST_PATH = 4096 };

/* HDF5 can say of one link only whether it is there, so each component is asked for. Nothing is
 * allocated: a full memory must not look like an absent object. */
bool om_h5_exists(const om_h5 *file, const char *path) {
    char partial[LONGEST_PATH];
    size_t length = strlen(path);
    bool exists = length < sizeof partial;
    for (size_t end = 0; exists && end < length;) {
        end += strcspn(path + end + 1, "/") + 1;
        memcpy(partial, path, end);
        partial[end] = '\0';
        exists = H5Lexists(file->id, partial, H5P_DEFAULT) > 0 &&
                 H5Oexists_by_name(file->id, partial, H5P_DEFAULT) > 0;
    }
    return exists;
}

static om_status missing(const om_h5 *file, const char *path, const char *expected) {
    return om_fail(OM_INPUT, "%s: object '%s': not found, expected a %s", file->path, path,
                   expected);
}

/* Opens an object of the given kind. */
static om_status open_object(const om_h5 *file, const char *path, H5I_type_t kind,
                             const char *expected, hid_t *object) {
    *object = -1;
    if (!om_h5_exists(file, path)) {
        return missing(file, path, expected);
    }
    hid_t opened = H5Oopen(file->id, om_h5_object(path), H5P_DEFAULT);
    if (opened < 0) {
        return om_h5_fail(file, OM_INPUT, path, "open");
    }
    H5I_type_t found = H5Iget_type(opened);
    if (found != kind) {
        om_h5_release(opened);
        return om_fail(OM_INPUT, "%s: object '%s': found a %s, expected a %s", file->path, path,
                       found == H5I_GROUP     ? "group"
                       : found == H5I_DATASET ? "data set"
                                              : "named type",
                       expected);
    }
    *object = opened;
    return OM_OK;
}

om_status om_h5_open_data_set(const om_h5 *file, const char *path, hid_t *data_set) {
    return open_object(file, path, H5I_DATASET, "data set", data_set);
}

static om_status add_link_name(const om_h5 *file, const char *path, hid_t group, hsize_t index,
                               om_strings *names) {
    ssize_t length =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, NULL, 0, H5P_DEFAULT);
    if (length < 0) {
        return om_h5_fail(file, OM_INPUT, path, "list");
    }
    char *name = om_calloc(length + 1, 1);
    if (name == NULL) {
        return OM_MEMORY;
    }
    om_status status;
    if (H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, index, name, (size_t)length + 1,
                           H5P_DEFAULT) < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "list");
    } else {
        status = om_strings_add(names, name);
    }
    om_free(name);
    return status;
}

om_status om_h5_list(const om_h5 *file, const char *path, om_strings **names) {
    *names = NULL;
    hid_t group;
    OM_TRY(open_object(file, path, H5I_GROUP, "group", &group));
    om_strings *list = NULL;
    H5G_info_t info;
    om_status status = om_strings_create(&list);
    if (status == OM_OK && H5Gget_info(group, &info) < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "list");
    }
    for (hsize_t i = 0; status == OM_OK && i < info.nlinks; i++) {
        status = add_link_name(file, path, group, i, list);
    }
    om_h5_release(group);
    if (status != OM_OK) {
        om_strings_destroy(&list);
    }
    *names = list;
    return status;
}

/* Deflate shrinks at most 1032-fold: a shape beyond that is damage or malice, found before memory
 * is taken for it. */
static om_status check_plausible(const om_h5 *file, const char *path, int n_dimensions,
                                 const int64_t *shape, size_t element_size) {
    hsize_t file_bytes = 0;
    if (file->ctx != NULL) {
        return OM_OK; /* made by us; and MPI-IO does not tell the length */
    }
    if (H5Fget_filesize(file->id, &file_bytes) < 0) {
        return om_h5_fail(file, OM_SYSTEM, path, "compare with the length of the file");
    }
    int64_t bytes = (int64_t)element_size;
    bool fits = true;
    for (int d = 0; d < n_dimensions; d++) {
        if (shape[d] == 0) {
            return OM_OK;
        }
        fits = fits && shape[d] > 0 && !__builtin_mul_overflow(bytes, shape[d], &bytes);
    }
    if (!fits || bytes / 1032 > (int64_t)file_bytes) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found more elements than a file of %" PRId64
                       " bytes can hold",
                       file->path, path, (int64_t)file_bytes);
    }
    return OM_OK;
}

om_status om_h5_data_set_shape(const om_h5 *file, const char *path, hid_t data_set,
                               int *n_dimensions, int64_t shape[OM_H5_MAX_DIMENSIONS]) {
    hid_t space = H5Dget_space(data_set);
    hid_t type = H5Dget_type(data_set);
    om_status status = OM_OK;
    hsize_t sizes[H5S_MAX_RANK] = {0};
    int found = space < 0 ? -1 : H5Sget_simple_extent_dims(space, sizes, NULL);
    if (space < 0 || type < 0 || found < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "get the shape");
    } else if (H5Sget_simple_extent_type(space) == H5S_NULL) {
        status = om_fail(OM_INPUT, "%s: object '%s': found no data space, expected an array",
                         file->path, path);
    } else if (found > OM_H5_MAX_DIMENSIONS) {
        status = om_fail(OM_INPUT, "%s: object '%s': found %d dimensions, expected at most %d",
                         file->path, path, found, OM_H5_MAX_DIMENSIONS);
    } else {
        *n_dimensions = found;
        for (int d = 0; d < OM_H5_MAX_DIMENSIONS; d++) {
            shape[d] = d < found ? (int64_t)sizes[d] : 0;
        }
        status = check_plausible(file, path, found, shape, H5Tget_size(type));
    }
    om_h5_release(type);
    om_h5_release(space);
    return status;
}

om_status om_h5_shape(const om_h5 *file, const char *path, int *n_dimensions,
                      int64_t shape[OM_H5_MAX_DIMENSIONS]) {
    hid_t data_set;
    OM_TRY(om_h5_open_data_set(file, path, &data_set));
    om_status status = om_h5_data_set_shape(file, path, data_set, n_dimensions, shape);
    om_h5_release(data_set);
    return status;
}

om_status om_h5_type(const om_h5 *file, const char *path, om_type *type) {
    hid_t data_set;
    OM_TRY(om_h5_open_data_set(file, path, &data_set));
    om_status status = OM_OK;
    hid_t stored = H5Dget_type(data_set);
    if (stored < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "get the type");
    } else if (!om_h5_identify_type(stored, type)) {
        status = om_fail(OM_INPUT, "%s: object '%s': found %s, expected numbers", file->path, path,
                         om_h5_describe_type(stored));
    }
    om_h5_release(stored);
    om_h5_release(data_set);
    return status;
}
