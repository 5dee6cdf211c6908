#include "oncomark/h5.h"

#include "h5_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>

/* By itself HDF5 clips what does not fit. Precision may be lost on the way to floating point. */
static H5T_conv_ret_t refuse_misfit(H5T_conv_except_t problem, hid_t source, hid_t destination,
                                    void *from, void *to, void *data) {
    (void)source;
    (void)from;
    (void)to;
    bool *misfit = data;
    if (problem == H5T_CONV_EXCEPT_PRECISION || H5Tget_class(destination) == H5T_FLOAT) {
        return H5T_CONV_UNHANDLED;
    }
    *misfit = true;
    return H5T_CONV_ABORT;
}

static bool is_numeric(hid_t stored) {
    om_type type;
    H5T_class_t class = H5Tget_class(stored);
    return class == H5T_INTEGER || class == H5T_FLOAT || om_h5_identify_type(stored, &type);
}

/* Bools read as numbers, numbers not as bools. */
static om_status check_convertible(const om_h5 *file, const char *path, hid_t stored, om_type as) {
    if (stored < 0) {
        return om_h5_fail(file, OM_INPUT, path, "get the type");
    }
    bool is_enumeration = H5Tget_class(stored) == H5T_ENUM;
    if (!is_numeric(stored) || (as == OM_BOOL && !is_enumeration)) {
        return om_fail(OM_INPUT, "%s: object '%s': found %s, expected %s", file->path, path,
                       om_h5_describe_type(stored), as == OM_BOOL ? "bool" : "numbers");
    }
    return OM_OK;
}

/* Numbers of one type on their way into memory. */
typedef struct number_reader {
    const om_h5 *file;
    const char *path; /* for messages */
    hid_t data_set;
    hid_t memory_type; /* with elements as long as `as` */
    om_type as;
} number_reader;

static om_status read_blocks(const number_reader *reader, om_h5_block block, void *values) {
    const om_h5 *file = reader->file;
    bool misfit = false;
    om_status status = OM_OK;
    int64_t size = om_type_size(reader->as);
    int64_t first = block.next;
    hid_t file_space = H5Dget_space(reader->data_set);
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
    if (reader->memory_type < 0 || file_space < 0 || transfer < 0 ||
        H5Pset_type_conv_cb(transfer, refuse_misfit, &misfit) < 0) {
        status = om_h5_fail(file, OM_SYSTEM, reader->path, "read");
    }
    while (status == OM_OK && om_h5_block_next(&block)) {
        char *to = (char *)values + (block.first - first) * size;
        hid_t memory_space = om_h5_block_select(&block, file_space);
        if (memory_space < 0 || H5Dread(reader->data_set, reader->memory_type, memory_space,
                                        file_space, transfer, to) < 0) {
            status = misfit
                         ? om_fail(OM_INPUT, "%s: object '%s': found a value that %s cannot hold",
                                   file->path, reader->path, om_type_name(reader->as))
                         : om_h5_fail(file, OM_INPUT, reader->path, "read");
        }
        om_h5_release(memory_space);
    }
    om_h5_release(transfer);
    om_h5_release(file_space);
    return status;
}

om_status om_h5_read_elements(const om_h5 *file, const char *path, hid_t data_set, om_type as,
                              int n_dimensions, const int64_t *shape, int64_t first, int64_t count,
                              void *values) {
    number_reader reader = {file, path, data_set, om_h5_memory_type(as), as};
    hid_t stored = H5Dget_type(data_set);
    om_status status = check_convertible(file, path, stored, as);
    if (status == OM_OK) {
        int64_t most = OM_H5_TRANSFER_BYTES / om_type_size(as);
        status = read_blocks(&reader, om_h5_block_begin(n_dimensions, shape, first, count, most),
                             values);
    }
    om_h5_release(stored);
    om_h5_release(reader.memory_type);
    return status;
}

om_status om_h5_read_field_elements(const om_h5 *file, const char *path, hid_t data_set,
                                    const char *field, om_type as, int n_dimensions,
                                    const int64_t *shape, int64_t first, int64_t count,
                                    void *values) {
    hid_t compound = H5Dget_type(data_set);
    hid_t stored = om_h5_field_type(compound, field);
    number_reader reader = {file, path, data_set, om_h5_field_alone(field, om_h5_memory_type(as)),
                            as};
    om_status status = check_convertible(file, path, stored, as);
    if (status == OM_OK) {
        int64_t most = OM_H5_TRANSFER_BYTES / om_type_size(as);
        status = read_blocks(&reader, om_h5_block_begin(n_dimensions, shape, first, count, most),
                             values);
    }
    om_h5_release(reader.memory_type);
    om_h5_release(stored);
    om_h5_release(compound);
    return status;
}

om_status om_h5_read_rows(const om_h5 *file, const char *path, om_type as, int64_t first,
                          int64_t count, void *values) {
    hid_t data_set;
    OM_TRY(om_h5_open_data_set(file, path, &data_set));
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    om_status status = om_h5_data_set_shape(file, path, data_set, &n_dimensions, shape);
    if (status == OM_OK) {
        int64_t n_rows = n_dimensions == 0 ? 1 : shape[0];
        int64_t row = 1;
        for (int d = 1; d < n_dimensions; d++) {
            row *= shape[d];
        }
        if (first < 0 || count < 0 || first > n_rows - count) {
            status = om_fail(OM_INPUT,
                             "%s: object '%s': found %" PRId64 " rows, expected rows %" PRId64
                             " to %" PRId64,
                             file->path, path, n_rows, first, first + count);
        } else {
            status = om_h5_read_elements(file, path, data_set, as, n_dimensions, shape, first * row,
                                         count * row, values);
        }
    }
    om_h5_release(data_set);
    return status;
}
