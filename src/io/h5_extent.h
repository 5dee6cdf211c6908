/* Where the elements of a 1-D data set lie in its file, for reading them without HDF5: by another
 * thread, and with a faster inflate. */
#ifndef OM_IO_H5_EXTENT_H
#define OM_IO_H5_EXTENT_H

#include "h5_private.h"

typedef struct om_h5_chunk {
    int64_t address;
    int64_t n_bytes;
} om_h5_chunk;

typedef struct om_h5_extent {
    om_type type; /* as in memory */
    int64_t n_elements;
    int64_t address;        /* of a contiguous data set's first element */
    int64_t chunk_elements; /* 0: contiguous; else shuffled and deflated chunks, 16 bytes each: */
    int64_t n_chunks;
    om_h5_chunk *chunks; /* [n_chunks] */
} om_h5_extent;

/* The descriptor of a file that is open for reading, to be used by pread only, as long as the file
 * is open; -1 where HDF5 reads it in another way. Local. */
int om_h5_descriptor(const om_h5 *file);

/* *found: false where only HDF5 can read it (other layouts, filters, types). Addresses are not
 * checked against the file's length. Local. */
om_status om_h5_extent_find(om_h5_extent *extent, const om_h5 *file, const char *path, bool *found);
void om_h5_extent_clear(om_h5_extent *extent);

/* Reads bytes start .. start + n - 1; false, with errno (0: the file ends before), if it cannot. */
bool om_h5_extent_pread(int descriptor, void *bytes, int64_t n, int64_t start);

/* Fills extent->chunks, whose number is known, from the file's index of chunks. *found as above. */
om_status om_h5_chunk_index_read(om_h5_extent *extent, const om_h5 *file, hid_t data_set,
                                 bool *found);

#endif
