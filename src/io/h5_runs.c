#include "oncomark/h5_runs.h"

#include "h5_private.h"

#include <inttypes.h>

static om_status check(const om_h5 *file, const char *path, hid_t data_set, om_type type,
                       int64_t *length) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    om_type stored_type = type;
    OM_TRY(om_h5_data_set_shape(file, path, data_set, &n_dimensions, shape));
    hid_t stored = H5Dget_type(data_set);
    bool known = stored >= 0 && om_h5_identify_type(stored, &stored_type);
    om_h5_release(stored);
    if (!known || stored_type != type || n_dimensions != 1) {
        return om_fail(OM_BUG, "%s: object '%s': runs of %s written, made otherwise", file->path,
                       path, om_type_name(type));
    }
    *length = shape[0];
    return OM_OK;
}

static om_status write_run(om_h5 *file, const char *path, hid_t data_set, hid_t memory_type,
                           hid_t file_space, om_type type, int64_t length, om_h5_run run,
                           const char *values) {
    if (run.first < 0 || run.count < 0 || run.first > length - run.count) {
        return om_fail(
            OM_BUG, "%s: object '%s': elements %" PRId64 " to %" PRId64 " written, it has %" PRId64,
            file->path, path, run.first, run.first + run.count, length);
    }
    int64_t size = om_type_size(type);
    om_status status = OM_OK;
    om_h5_block block =
        om_h5_block_begin(1, &length, run.first, run.count, OM_H5_TRANSFER_BYTES / size);
    while (status == OM_OK && om_h5_block_next(&block)) {
        const char *from = values + (block.first - run.first) * size;
        hid_t memory_space = om_h5_block_select(&block, file_space);
        if (memory_space < 0 ||
            H5Dwrite(data_set, memory_type, memory_space, file_space, H5P_DEFAULT, from) < 0) {
            status = om_h5_fail(file, OM_SYSTEM, path, "write");
        }
        om_h5_release(memory_space);
    }
    if (status == OM_OK) {
        om_digest_elements(&file->digest, path, type, run.first, values, run.count);
    }
    return status;
}

om_status om_h5_write_runs(om_h5 *file, const char *path, om_type type, int64_t n_runs,
                           const om_h5_run *runs, const void *values) {
    hid_t data_set;
    hid_t memory_type = -1;
    hid_t file_space = -1;
    int64_t length = 0;
    const char *next = values;
    om_status status = om_h5_open_data_set(file, path, &data_set);
    if (status == OM_OK) {
        status = check(file, path, data_set, type, &length);
    }
    if (status == OM_OK) {
        memory_type = om_h5_memory_type(type);
        file_space = H5Dget_space(data_set);
        if (memory_type < 0 || file_space < 0) {
            status = om_h5_fail(file, OM_SYSTEM, path, "write");
        }
    }
    for (int64_t i = 0; i < n_runs && status == OM_OK; i++) {
        status =
            write_run(file, path, data_set, memory_type, file_space, type, length, runs[i], next);
        next += runs[i].count * om_type_size(type);
    }
    om_h5_release(file_space);
    om_h5_release(memory_type);
    om_h5_release(data_set);
    return om_h5_agree(file, status);
}
