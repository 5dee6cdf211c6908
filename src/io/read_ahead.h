/* The stored bytes of two data sets of a file, range by range, read and inflated by a thread of its
 * own while the caller works on the range before. The thread calls neither HDF5 nor MPI. */
#ifndef OM_IO_READ_AHEAD_H
#define OM_IO_READ_AHEAD_H

#include "h5_extent.h"

enum { OM_READ_PARTS = 2 };

/* One of the data sets. Plain data, borrowed for the life of the reader. */
typedef struct om_read_part {
    const char *object;         /* for messages */
    const om_h5_extent *extent; /* NULL: is not read here */
} om_read_part;

/* What was read of the data sets, elements first .. first + count - 1 of each. */
typedef struct om_read_slab {
    int64_t first;
    int64_t count;
    /* The elements; or, of chunks, whole ones, still shuffled, from the chunk of `first` on. */
    unsigned char *bytes[OM_READ_PARTS];
} om_read_slab;

typedef struct om_read_ahead om_read_ahead;

/* For ranges of at most most_elements elements; what it takes is om_read_ahead_bytes. `file` is the
 * name for messages; it and the descriptor are borrowed. Local. */
om_status om_read_ahead_create(om_read_ahead **out, const char *file, int descriptor,
                               const om_read_part parts[OM_READ_PARTS], int64_t most_elements);
void om_read_ahead_destroy(om_read_ahead **reader); /* waits for what was begun */

/* Begins to read; nothing else may be begun. Local. */
void om_read_ahead_begin(om_read_ahead *reader, int64_t first, int64_t count);

/* Waits for what was begun. The slab may be changed (but chunks may not) and is borrowed until the
 * next but one om_read_ahead_begin. OM_INPUT for damaged and missing bytes. Local. */
om_status om_read_ahead_wait(om_read_ahead *reader, om_read_slab **slab);

/* Memory for ranges of so many elements. */
int64_t om_read_ahead_bytes(const om_read_part parts[OM_READ_PARTS], int64_t most_elements);

#endif
