/* A chunk of numbers as HDF5's filters "shuffle" and "deflate" keep it: first all lowest bytes,
 * then all second bytes and so on, in a zlib stream. Knows no HDF5. */
#ifndef OM_IO_DEFLATE_H
#define OM_IO_DEFLATE_H

#include "oncomark/status.h"

#include <stdint.h>

/* The longest chunk that is read round HDF5, in bytes: eight of them are held at a time. */
#define OM_DEFLATE_MOST_BYTES ((int64_t)4 << 20)

typedef struct om_deflater om_deflater;

/* For chunks of at most `most_bytes` bytes. */
om_status om_deflater_create(om_deflater **out, int64_t most_bytes);
void om_deflater_destroy(om_deflater **deflater);

/* Bytes that a chunk may take at worst. */
int64_t om_deflate_bound(int64_t bytes);

/* Shuffles and compresses n_elements of 2, 4 or 8 bytes to `out`, which has room for
 * om_deflate_bound. */
om_status om_deflate_chunk(om_deflater *deflater, const void *elements, int64_t n_elements,
                           int64_t element_size, unsigned char *out, int64_t *length);

typedef struct om_inflater om_inflater;

om_status om_inflater_create(om_inflater **out);
void om_inflater_destroy(om_inflater **inflater);

/* Inflates a chunk, left shuffled, whose plain length must be `length`. OM_INPUT, whose message is
 * what was found, if the bytes are damaged. They are only read, but the libraries want no const. */
om_status om_inflate_chunk(om_inflater *inflater, unsigned char *bytes, int64_t n_bytes,
                           unsigned char *planes, int64_t length);

#endif
