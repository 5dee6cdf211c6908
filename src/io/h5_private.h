/* What the modules of om_h5 share. */
#ifndef OM_IO_H5_PRIVATE_H
#define OM_IO_H5_PRIVATE_H

#include "oncomark/h5.h"

#include <hdf5.h>

/* A transfer of one call, and a block when a file is read through for its digest. */
#define OM_H5_TRANSFER_BYTES ((int64_t)1 << 30)
#define OM_H5_DIGEST_BYTES ((int64_t)16 << 20)

struct om_h5 {
    hid_t id;
    om_ctx *ctx; /* NULL: serial */
    char *path;
    om_digest digest;
};

/* Turns off HDF5's own printing of errors. */
void om_h5_quiet(void);

/* om_fail with the file, the object ("" for the file itself), what was tried and HDF5's own words
 * for the failed call, which must be the last HDF5 call before this one. */
om_status om_h5_fail(const om_h5 *file, om_status status, const char *path, const char *tried);

/* The path as HDF5 wants it. Borrowed. */
const char *om_h5_object(const char *path);

/* Closes any kind of HDF5 id; negative: nothing to do. */
void om_h5_release(hid_t id);

/* Agreement of the ranks of a parallel file; the status itself for a serial one. */
om_status om_h5_agree(const om_h5 *file, om_status status);

/* --- types: new ids, released by the caller, negative on failure --- */
hid_t om_h5_memory_type(om_type type);
hid_t om_h5_file_type(om_type type);
hid_t om_h5_string_type(void);

/* How strings of variable length are moved. HDF5 would clear 1 MiB each time, for a word as for all
 * names. A new id, as the types. */
hid_t om_h5_string_transfer(int64_t n_strings);

/* False where the stored type is none of ours. */
bool om_h5_identify_type(hid_t stored, om_type *type);

/* "int8", "string", "compound", ... for messages. */
const char *om_h5_describe_type(hid_t stored);

/* Opens a data set for reading. OM_INPUT if it is missing or something else. */
om_status om_h5_open_data_set(const om_h5 *file, const char *path, hid_t *data_set);

/* Shape of an open data set; its size is checked against the file's length. */
om_status om_h5_data_set_shape(const om_h5 *file, const char *path, hid_t data_set,
                               int *n_dimensions, int64_t shape[OM_H5_MAX_DIMENSIONS]);

/* Appends all strings (of any number of dimensions, row-major) of an open data set or attribute.
 * `path` is for messages. */
om_status om_h5_add_strings(const om_h5 *file, const char *path, hid_t object, om_strings *strings);

/* The same of the strings that a compound data set has in `field`. */
om_status om_h5_add_field_strings(const om_h5 *file, const char *path, hid_t data_set,
                                  const char *field, om_strings *strings);

/* Reads elements first .. first+count-1 (row-major) of an open numeric data set, converted to `as`;
 * OM_INPUT where a value does not fit. */
om_status om_h5_read_elements(const om_h5 *file, const char *path, hid_t data_set, om_type as,
                              int n_dimensions, const int64_t *shape, int64_t first, int64_t count,
                              void *values);

/* The same of the numbers that a compound data set has in `field`. */
om_status om_h5_read_field_elements(const om_h5 *file, const char *path, hid_t data_set,
                                    const char *field, om_type as, int n_dimensions,
                                    const int64_t *shape, int64_t first, int64_t count,
                                    void *values);

/* The type of a field of a compound type, and a compound type in memory with this field alone; the
 * latter takes over `member`. New ids, negative on failure. */
hid_t om_h5_field_type(hid_t compound, const char *field);
hid_t om_h5_field_alone(const char *field, hid_t member);

/* Writes elements first .. first+count-1 (row-major) of an open data set of type `type`, in slabs
 * that one call can move, and digests them. Not collective, on a parallel file too. */
om_status om_h5_write_elements(om_h5 *file, const char *path, hid_t data_set, om_type type,
                               int n_dimensions, const int64_t *shape, int64_t first, int64_t count,
                               const void *values);

/* Makes a 1-D data set of n > 0 elements in shuffled and deflated chunks, to be appended by
 * H5Dwrite_chunk. */
om_status om_h5_reserve_deflate(om_h5 *file, const char *path, om_type type, int64_t n,
                                int64_t chunk_elements);

/* Reopens a file for writing by this rank alone. Local. */
om_status om_h5_reopen(om_h5 **out, const char *path);

/* --- contiguous element ranges of an array, in blocks that are hyperslabs --- */
typedef struct om_h5_block {
    int n_dimensions;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    int64_t next; /* first element of the next block */
    int64_t end;  /* of the range */
    int64_t most; /* elements a block may have, >= 1 */

    int64_t first; /* the current block: its first element and number of elements, */
    int64_t count;
    int level; /* and the outermost dimension that it spans several indices of */
} om_h5_block;

/* Elements first .. first+count-1, row-major. */
om_h5_block om_h5_block_begin(int n_dimensions, const int64_t *shape, int64_t first, int64_t count,
                              int64_t most);

/* Moves to the next block; false at the end. */
bool om_h5_block_next(om_h5_block *block);

/* Selects the current block in `file_space` and makes the memory space for it; negative on failure.
 */
hid_t om_h5_block_select(const om_h5_block *block, hid_t file_space);

#endif
