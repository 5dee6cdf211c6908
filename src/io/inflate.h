/* Reading a gzip file as a stream of bytes: by ISA-L where the program was built with it, else by
 * zlib, with the same outcome. */
#ifndef ONCOMARK_IO_INFLATE_H
#define ONCOMARK_IO_INFLATE_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum om_inflate_engine { OM_INFLATE_ZLIB, OM_INFLATE_ISAL } om_inflate_engine;

typedef struct om_inflate om_inflate;

/* The fastest engine of this build. */
om_inflate_engine om_inflate_best(void);

/* Reads from where `descriptor` stands; it and `path` are borrowed. OM_BUG where the build does not
 * have the engine. Local. */
om_status om_inflate_create(om_inflate **out, int descriptor, const char *path,
                            om_inflate_engine engine);
void om_inflate_destroy(om_inflate **inflate);

/* The next bytes of text, `capacity` of them unless the text ends before; *length 0 at the end.
 * Members that follow one another are one text; zeros may follow the last one. A truncated or
 * damaged stream, or anything else behind it, is OM_INPUT. Local. */
om_status om_inflate_read(om_inflate *inflate, void *bytes, size_t capacity, size_t *length);

#endif
