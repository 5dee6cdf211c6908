#include "oncomark/h5.h"

#include "h5_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

/* Creation list of groups and data sets: no times, so that equal content gives equal files. */
static hid_t creation_list(hid_t class_id) {
    hid_t list = H5Pcreate(class_id);
    if (list >= 0 && H5Pset_obj_track_times(list, false) < 0) {
        om_h5_release(list);
        return -1;
    }
    return list;
}

static om_status make_group(om_h5 *file, const char *path) {
    htri_t exists = H5Lexists(file->id, path, H5P_DEFAULT);
    if (exists > 0) {
        return OM_OK;
    }
    hid_t list = creation_list(H5P_GROUP_CREATE);
    hid_t group = list < 0 ? -1 : H5Gcreate2(file->id, path, H5P_DEFAULT, list, H5P_DEFAULT);
    om_status status = OM_OK;
    if (group < 0) {
        status = om_h5_fail(file, OM_SYSTEM, path, "create group");
    } else {
        om_digest_header(&file->digest, path, "group", 0, NULL);
    }
    om_h5_release(group);
    om_h5_release(list);
    return status;
}

/* Makes the groups before the last component of `path`. */
static om_status make_parents(om_h5 *file, const char *path) {
    char *parent = om_strdup(path);
    if (parent == NULL) {
        return OM_MEMORY;
    }
    om_status status = OM_OK;
    for (char *slash = strchr(parent, '/'); slash != NULL && status == OM_OK;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        status = make_group(file, parent);
        *slash = '/';
    }
    om_free(parent);
    return status;
}

om_status om_h5_write_group(om_h5 *file, const char *path) {
    OM_TRY(make_parents(file, path));
    return make_group(file, path);
}

static hid_t make_space(int n_dimensions, const int64_t *shape) {
    hsize_t sizes[OM_H5_MAX_DIMENSIONS];
    if (n_dimensions == 0) {
        return H5Screate(H5S_SCALAR);
    }
    for (int d = 0; d < n_dimensions; d++) {
        sizes[d] = (hsize_t)shape[d];
    }
    return H5Screate_simple(n_dimensions, sizes, NULL);
}

/* How the elements of a data set are kept. */
typedef enum storage { STORAGE_PLAIN, STORAGE_RESERVED, STORAGE_DEFLATE } storage;

/* Reserved: space is taken in the file at once and never filled, so that a reopening by MPI-IO can
 * write slabs without changing the file's structure. */
static bool set_storage(hid_t list, storage kind, hsize_t chunk_elements) {
    switch (kind) {
    case STORAGE_RESERVED:
        return H5Pset_layout(list, H5D_CONTIGUOUS) >= 0 &&
               H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) >= 0 &&
               H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0;
    case STORAGE_DEFLATE:
        return H5Pset_chunk(list, 1, &chunk_elements) >= 0 &&
               H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) >= 0 && H5Pset_shuffle(list) >= 0 &&
               H5Pset_deflate(list, 1) >= 0;
    case STORAGE_PLAIN:
        break;
    }
    return true;
}

/* Makes a data set of an HDF5 type (which is released), and digests its header. */
static om_status make_data_set(om_h5 *file, const char *path, hid_t type, const char *type_name,
                               int n_dimensions, const int64_t *shape, storage kind,
                               int64_t chunk_elements, hid_t *data_set) {
    *data_set = -1;
    om_status status = make_parents(file, path);
    hid_t space = -1;
    hid_t list = -1;
    if (status == OM_OK) {
        space = make_space(n_dimensions, shape);
        list = creation_list(H5P_DATASET_CREATE);
        if (type < 0 || space < 0 || list < 0 ||
            !set_storage(list, kind, (hsize_t)chunk_elements) ||
            (*data_set = H5Dcreate2(file->id, path, type, space, H5P_DEFAULT, list, H5P_DEFAULT)) <
                0) {
            status = om_h5_fail(file, OM_SYSTEM, path, "create data set");
        } else {
            om_digest_header(&file->digest, path, type_name, n_dimensions, shape);
        }
    }
    om_h5_release(list);
    om_h5_release(space);
    om_h5_release(type);
    return status;
}

om_status om_h5_write_elements(om_h5 *file, const char *path, hid_t data_set, om_type type,
                               int n_dimensions, const int64_t *shape, int64_t first, int64_t count,
                               const void *values) {
    om_status status = OM_OK;
    int64_t size = om_type_size(type);
    hid_t memory_type = om_h5_memory_type(type);
    hid_t file_space = H5Dget_space(data_set);
    if (memory_type < 0 || file_space < 0) {
        status = om_h5_fail(file, OM_SYSTEM, path, "write");
    }
    om_h5_block block =
        om_h5_block_begin(n_dimensions, shape, first, count, OM_H5_TRANSFER_BYTES / size);
    while (status == OM_OK && om_h5_block_next(&block)) {
        const char *from = (const char *)values + (block.first - first) * size;
        hid_t memory_space = om_h5_block_select(&block, file_space);
        if (memory_space < 0 ||
            H5Dwrite(data_set, memory_type, memory_space, file_space, H5P_DEFAULT, from) < 0) {
            status = om_h5_fail(file, OM_SYSTEM, path, "write");
        }
        om_h5_release(memory_space);
    }
    if (status == OM_OK) {
        om_digest_elements(&file->digest, path, type, first, values, count);
    }
    om_h5_release(file_space);
    om_h5_release(memory_type);
    return status;
}

static int64_t count_elements(int n_dimensions, const int64_t *shape) {
    int64_t elements = 1;
    for (int d = 0; d < n_dimensions; d++) {
        elements *= shape[d];
    }
    return elements;
}

om_status om_h5_write(om_h5 *file, const char *path, om_type type, int n_dimensions,
                      const int64_t *shape, const void *values) {
    hid_t data_set;
    OM_TRY(make_data_set(file, path, om_h5_file_type(type), om_type_name(type), n_dimensions, shape,
                         STORAGE_PLAIN, 0, &data_set));
    om_status status = om_h5_write_elements(file, path, data_set, type, n_dimensions, shape, 0,
                                            count_elements(n_dimensions, shape), values);
    om_h5_release(data_set);
    return status;
}

om_status om_h5_reserve(om_h5 *file, const char *path, om_type type, int n_dimensions,
                        const int64_t *shape) {
    hid_t data_set;
    OM_TRY(make_data_set(file, path, om_h5_file_type(type), om_type_name(type), n_dimensions, shape,
                         STORAGE_RESERVED, 0, &data_set));
    om_h5_release(data_set);
    return OM_OK;
}

om_status om_h5_reserve_deflate(om_h5 *file, const char *path, om_type type, int64_t n,
                                int64_t chunk_elements) {
    hid_t data_set;
    OM_TRY(make_data_set(file, path, om_h5_file_type(type), om_type_name(type), 1, &n,
                         STORAGE_DEFLATE, chunk_elements, &data_set));
    om_h5_release(data_set);
    return OM_OK;
}

/* Rows that are not the data set's, or another type, would be a mistake of the caller. */
static om_status check_rows(const om_h5 *file, const char *path, hid_t data_set, om_type type,
                            int n_dimensions, const int64_t *shape, int64_t first, int64_t count) {
    om_type stored_type = type;
    hid_t stored = H5Dget_type(data_set);
    bool known = stored >= 0 && om_h5_identify_type(stored, &stored_type);
    om_h5_release(stored);
    if (!known || stored_type != type) {
        return om_fail(OM_BUG, "%s: object '%s': written as %s, made as %s", file->path, path,
                       om_type_name(type), known ? om_type_name(stored_type) : "another type");
    }
    if (n_dimensions == 0 || first < 0 || count < 0 || first > shape[0] - count) {
        return om_fail(OM_BUG,
                       "%s: object '%s': rows %" PRId64 " to %" PRId64 " written, it has %" PRId64,
                       file->path, path, first, first + count, n_dimensions == 0 ? 1 : shape[0]);
    }
    return OM_OK;
}

om_status om_h5_write_rows(om_h5 *file, const char *path, om_type type, int64_t first,
                           int64_t count, const void *values) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    hid_t data_set;
    /* Metadata is read collectively; the slabs are large and contiguous, so each rank writes its
     * own at its own pace. */
    om_status status = om_h5_open_data_set(file, path, &data_set);
    if (status == OM_OK) {
        status = om_h5_data_set_shape(file, path, data_set, &n_dimensions, shape);
    }
    if (status == OM_OK) {
        status = check_rows(file, path, data_set, type, n_dimensions, shape, first, count);
    }
    if (status == OM_OK) {
        int64_t row = count_elements(n_dimensions - 1, shape + 1);
        status = om_h5_write_elements(file, path, data_set, type, n_dimensions, shape, first * row,
                                      count * row, values);
    }
    om_h5_release(data_set);
    return om_h5_agree(file, status);
}

/* HDF5 takes variable-length strings as an array of pointers. */
static om_status write_pointers(om_h5 *file, const char *path, hid_t data_set,
                                const om_strings *strings) {
    int64_t n = om_strings_count(strings);
    const char **pointers = om_calloc(n, sizeof *pointers);
    if (pointers == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        pointers[i] = om_strings_get(strings, i);
    }
    om_status status = OM_OK;
    hid_t type = om_h5_string_type();
    hid_t transfer = om_h5_string_transfer(n);
    if (type < 0 || transfer < 0 ||
        (n > 0 && H5Dwrite(data_set, type, H5S_ALL, H5S_ALL, transfer, pointers) < 0)) {
        status = om_h5_fail(file, OM_SYSTEM, path, "write strings");
    } else {
        om_digest_strings(&file->digest, path, 0, strings);
    }
    om_h5_release(transfer);
    om_h5_release(type);
    om_free(pointers);
    return status;
}

om_status om_h5_write_strings(om_h5 *file, const char *path, const om_strings *strings) {
    int64_t n = om_strings_count(strings);
    hid_t data_set;
    OM_TRY(make_data_set(file, path, om_h5_string_type(), "string", 1, &n, STORAGE_PLAIN, 0,
                         &data_set));
    om_status status = write_pointers(file, path, data_set, strings);
    om_h5_release(data_set);
    return status;
}

om_status om_h5_write_string(om_h5 *file, const char *path, const char *text) {
    hid_t data_set;
    OM_TRY(make_data_set(file, path, om_h5_string_type(), "string", 0, NULL, STORAGE_PLAIN, 0,
                         &data_set));
    om_status status = OM_OK;
    hid_t type = om_h5_string_type();
    hid_t transfer = om_h5_string_transfer(1);
    if (type < 0 || transfer < 0 ||
        H5Dwrite(data_set, type, H5S_ALL, H5S_ALL, transfer, &text) < 0) {
        status = om_h5_fail(file, OM_SYSTEM, path, "write string");
    } else {
        om_digest_string(&file->digest, path, 0, text);
    }
    om_h5_release(transfer);
    om_h5_release(type);
    om_h5_release(data_set);
    return status;
}
