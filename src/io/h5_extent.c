#include "h5_extent.h"

#include "deflate.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <unistd.h>

/* A transfer of one system call. */
enum { PREAD_BYTES = 1 << 30 };

int om_h5_descriptor(const om_h5 *file) {
    void *handle = NULL;
    hid_t access = H5Fget_access_plist(file->id);
    bool is_plain = access >= 0 && H5Pget_driver(access) == H5FD_SEC2;
    om_h5_release(access);
    if (!is_plain || H5Fget_vfd_handle(file->id, H5P_DEFAULT, &handle) < 0) {
        return -1;
    }
    return *(const int *)handle;
}

bool om_h5_extent_pread(int descriptor, void *bytes, int64_t n, int64_t start) {
    char *to = bytes;
    while (n > 0) {
        ssize_t got = pread(descriptor, to, (size_t)(n < PREAD_BYTES ? n : PREAD_BYTES), start);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            errno = got == 0 ? 0 : errno;
            return false;
        }
        to += got;
        start += got;
        n -= got;
    }
    return true;
}

/* The stored type is one of ours and needs no conversion of bytes. */
static bool find_type(hid_t data_set, om_type *type) {
    hid_t stored = H5Dget_type(data_set);
    bool known = stored >= 0 && om_h5_identify_type(stored, type);
    hid_t ours = known ? om_h5_memory_type(*type) : -1;
    known = known && ours >= 0 && H5Tequal(stored, ours) > 0;
    om_h5_release(ours);
    om_h5_release(stored);
    return known;
}

/* Exactly shuffle, of this element size, and deflate. */
static bool is_deflated(hid_t creation, int64_t element_size) {
    unsigned flags = 0;
    unsigned values[1] = {0};
    size_t n_values = 1;
    if (H5Pget_nfilters(creation) != 2 || H5Pget_filter2(creation, 0, &flags, &n_values, values, 0,
                                                         NULL, NULL) != H5Z_FILTER_SHUFFLE) {
        return false;
    }
    if (n_values > 0 && values[0] != (unsigned)element_size) {
        return false;
    }
    n_values = 0;
    return H5Pget_filter2(creation, 1, &flags, &n_values, NULL, 0, NULL, NULL) ==
           H5Z_FILTER_DEFLATE;
}

static om_status find_chunks(om_h5_extent *extent, const om_h5 *file, hid_t data_set,
                             hid_t creation, bool *found) {
    hsize_t length = 0;
    int64_t size = om_type_size(extent->type);
    *found = false;
    if (size < 2 || H5Pget_chunk(creation, 1, &length) != 1 || length < 1 ||
        (int64_t)length > OM_DEFLATE_MOST_BYTES / size || !is_deflated(creation, size)) {
        return OM_OK;
    }
    extent->chunk_elements = (int64_t)length;
    extent->n_chunks = (extent->n_elements + extent->chunk_elements - 1) / extent->chunk_elements;
    return om_h5_chunk_index_read(extent, file, data_set, found);
}

/* Contiguous and in this file. */
static bool find_address(om_h5_extent *extent, hid_t data_set, hid_t creation) {
    haddr_t address = H5Dget_offset(data_set);
    if (H5Pget_external_count(creation) != 0 || H5Pget_nfilters(creation) != 0 ||
        address == HADDR_UNDEF || address > INT64_MAX / 2) {
        return false;
    }
    extent->address = (int64_t)address;
    return true;
}

static om_status find_in(om_h5_extent *extent, const om_h5 *file, hid_t data_set, hid_t creation,
                         bool *found) {
    H5D_layout_t layout = H5Pget_layout(creation);
    if (!find_type(data_set, &extent->type)) {
        return OM_OK;
    }
    if (layout == H5D_CONTIGUOUS) {
        *found = find_address(extent, data_set, creation);
    } else if (layout == H5D_CHUNKED) {
        return find_chunks(extent, file, data_set, creation, found);
    }
    return OM_OK;
}

om_status om_h5_extent_find(om_h5_extent *extent, const om_h5 *file, const char *path,
                            bool *found) {
    hid_t data_set;
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    *extent = (om_h5_extent){0};
    *found = false;
    OM_TRY(om_h5_open_data_set(file, path, &data_set));
    hid_t creation = -1;
    om_status status = om_h5_data_set_shape(file, path, data_set, &n_dimensions, shape);
    if (status == OM_OK && (creation = H5Dget_create_plist(data_set)) < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "get the layout");
    }
    if (status == OM_OK && n_dimensions == 1 && om_h5_descriptor(file) >= 0) {
        extent->n_elements = shape[0];
        status = find_in(extent, file, data_set, creation, found);
    }
    om_h5_release(creation);
    om_h5_release(data_set);
    if (status != OM_OK || !*found) {
        om_h5_extent_clear(extent);
    }
    return status;
}

void om_h5_extent_clear(om_h5_extent *extent) {
    om_free(extent->chunks);
    *extent = (om_h5_extent){0};
}
