/* Reading strings of fixed and of variable length. */
#include "oncomark/h5.h"

#include "h5_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

enum { VARIABLE_STRINGS_AT_ONCE = 1 << 16 };

/* Strings of one stored type, in blocks. */
typedef struct string_reader {
    hid_t object; /* data set or attribute */
    hid_t memory_type;
    hid_t file_space;
    bool variable;
    bool space_padded;
    size_t size; /* bytes of an element in memory */
} string_reader;

/* The stored type of the strings. */
static hid_t string_type(hid_t object, const char *field) {
    if (H5Iget_type(object) == H5I_ATTR) {
        return H5Aget_type(object);
    }
    hid_t type = H5Dget_type(object);
    if (field == NULL) {
        return type;
    }
    hid_t member = om_h5_field_type(type, field);
    om_h5_release(type);
    return member;
}

/* HDF5 converts between lengths, but not between fixed and variable length. */
static om_status open_reader(string_reader *reader, const om_h5 *file, const char *path,
                             hid_t object, const char *field) {
    bool attribute = H5Iget_type(object) == H5I_ATTR;
    *reader = (string_reader){.object = object, .memory_type = -1, .file_space = -1};
    reader->memory_type = string_type(object, field);
    reader->file_space = attribute ? H5Aget_space(object) : H5Dget_space(object);
    if (reader->memory_type < 0 || reader->file_space < 0) {
        return om_h5_fail(file, OM_INPUT, path, "open strings");
    }
    if (H5Tget_class(reader->memory_type) != H5T_STRING) {
        return om_fail(OM_INPUT, "%s: object '%s': found %s, expected strings", file->path, path,
                       om_h5_describe_type(reader->memory_type));
    }
    reader->variable = H5Tis_variable_str(reader->memory_type) > 0;
    reader->space_padded = H5Tget_strpad(reader->memory_type) == H5T_STR_SPACEPAD;
    reader->size = reader->variable ? sizeof(char *) : H5Tget_size(reader->memory_type);
    if (field != NULL) {
        reader->memory_type = om_h5_field_alone(field, reader->memory_type);
    }
    return reader->memory_type < 0 ? om_h5_fail(file, OM_SYSTEM, path, "read strings") : OM_OK;
}

static int64_t strings_at_once(const string_reader *reader) {
    if (reader->variable || reader->size == 0) {
        return VARIABLE_STRINGS_AT_ONCE;
    }
    return OM_H5_DIGEST_BYTES / (int64_t)reader->size;
}

static void close_reader(string_reader *reader) {
    om_h5_release(reader->file_space);
    om_h5_release(reader->memory_type);
}

/* Takes over the strings that HDF5 has allocated. */
static om_status take_variable(char **pointers, int64_t count, om_strings *strings) {
    om_status status = OM_OK;
    for (int64_t i = 0; i < count; i++) {
        if (status == OM_OK) {
            status = om_strings_add(strings, pointers[i] == NULL ? "" : pointers[i]);
        }
        H5free_memory(pointers[i]);
    }
    return status;
}

static om_status take_fixed(const string_reader *reader, const char *bytes, int64_t count,
                            om_strings *strings) {
    for (int64_t i = 0; i < count; i++) {
        const char *text = bytes + (size_t)i * reader->size;
        size_t length = strnlen(text, reader->size);
        while (reader->space_padded && length > 0 && text[length - 1] == ' ') {
            length--;
        }
        OM_TRY(om_strings_add_n(strings, text, length));
    }
    return OM_OK;
}

/* Into `buffer`, from a data set. Strings in a field are moved as HDF5 chooses: the elements they
 * stand in may be large. */
static herr_t read_elements(const string_reader *reader, int64_t count, hid_t memory_space,
                            void *buffer) {
    bool alone = H5Tget_class(reader->memory_type) == H5T_STRING;
    if (!alone || !reader->variable) {
        return H5Dread(reader->object, reader->memory_type, memory_space, reader->file_space,
                       H5P_DEFAULT, buffer);
    }
    hid_t transfer = om_h5_string_transfer(count);
    herr_t result = transfer < 0 ? -1
                                 : H5Dread(reader->object, reader->memory_type, memory_space,
                                           reader->file_space, transfer, buffer);
    om_h5_release(transfer);
    return result;
}

static om_status read_block(const string_reader *reader, const om_h5 *file, const char *path,
                            const om_h5_block *block, void *buffer, om_strings *strings) {
    bool attribute = H5Iget_type(reader->object) == H5I_ATTR;
    hid_t memory_space = om_h5_block_select(block, reader->file_space);
    herr_t result = -1;
    if (memory_space >= 0) {
        result = attribute ? H5Aread(reader->object, reader->memory_type, buffer)
                           : read_elements(reader, block->count, memory_space, buffer);
    }
    om_status status = OM_OK;
    if (result < 0) {
        status = om_h5_fail(file, OM_INPUT, path, "read strings");
    }
    om_h5_release(memory_space);
    if (status != OM_OK) {
        return status;
    }
    return reader->variable ? take_variable(buffer, block->count, strings)
                            : take_fixed(reader, buffer, block->count, strings);
}

static om_status read_blocks(const string_reader *reader, const om_h5 *file, const char *path,
                             om_strings *strings) {
    hsize_t sizes[H5S_MAX_RANK] = {0};
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    int n_dimensions = H5Sget_simple_extent_ndims(reader->file_space);
    if (n_dimensions < 0 || n_dimensions > OM_H5_MAX_DIMENSIONS ||
        H5Sget_simple_extent_type(reader->file_space) == H5S_NULL) {
        return om_fail(OM_INPUT, "%s: object '%s': found %d dimensions, expected 0 to %d",
                       file->path, path, n_dimensions, OM_H5_MAX_DIMENSIONS);
    }
    H5Sget_simple_extent_dims(reader->file_space, sizes, NULL);
    int64_t total = 1;
    for (int d = 0; d < n_dimensions; d++) {
        shape[d] = (int64_t)sizes[d];
        total *= shape[d];
    }
    bool attribute = H5Iget_type(reader->object) == H5I_ATTR;
    om_h5_block block = om_h5_block_begin(n_dimensions, shape, 0, total,
                                          attribute ? total : strings_at_once(reader));
    void *buffer = om_calloc(block.most < total ? block.most : total, reader->size);
    om_status status = buffer == NULL ? OM_MEMORY : OM_OK;
    while (status == OM_OK && om_h5_block_next(&block)) {
        status = read_block(reader, file, path, &block, buffer, strings);
    }
    om_free(buffer);
    return status;
}

static om_status add_strings(const om_h5 *file, const char *path, hid_t object, const char *field,
                             om_strings *strings) {
    string_reader reader;
    om_status status = open_reader(&reader, file, path, object, field);
    if (status == OM_OK) {
        status = read_blocks(&reader, file, path, strings);
    }
    close_reader(&reader);
    return status;
}

om_status om_h5_add_strings(const om_h5 *file, const char *path, hid_t object,
                            om_strings *strings) {
    return add_strings(file, path, object, NULL, strings);
}

om_status om_h5_add_field_strings(const om_h5 *file, const char *path, hid_t data_set,
                                  const char *field, om_strings *strings) {
    return add_strings(file, path, data_set, field, strings);
}

/* The strings of a data set with this number of dimensions. */
static om_status read_strings(const om_h5 *file, const char *path, int expected_dimensions,
                              om_strings **strings) {
    hid_t data_set = -1;
    om_strings *list = NULL;
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    om_status status = om_h5_open_data_set(file, path, &data_set);
    if (status == OM_OK) {
        status = om_h5_data_set_shape(file, path, data_set, &n_dimensions, shape);
    }
    if (status == OM_OK && n_dimensions != expected_dimensions) {
        status = om_fail(OM_INPUT, "%s: object '%s': found %d dimensions, expected %d", file->path,
                         path, n_dimensions, expected_dimensions);
    }
    if (status == OM_OK) {
        status = om_strings_create(&list);
    }
    if (status == OM_OK) {
        status = om_h5_add_strings(file, path, data_set, list);
    }
    om_h5_release(data_set);
    if (status != OM_OK) {
        om_strings_destroy(&list);
    }
    *strings = list;
    return status;
}

om_status om_h5_read_strings(const om_h5 *file, const char *path, om_strings **strings) {
    return read_strings(file, path, 1, strings);
}

om_status om_h5_read_string(const om_h5 *file, const char *path, char **text) {
    *text = NULL;
    om_strings *list = NULL;
    OM_TRY(read_strings(file, path, 0, &list));
    *text = om_strdup(om_strings_get(list, 0));
    om_strings_destroy(&list);
    return *text == NULL ? OM_MEMORY : OM_OK;
}
