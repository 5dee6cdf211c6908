/* What a library that inflates has to do for om_inflate. */
#ifndef ONCOMARK_IO_INFLATE_ENGINE_H
#define ONCOMARK_IO_INFLATE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

/* Input that is left and room that is left; a step moves both on. */
typedef struct om_inflate_step {
    unsigned char *in;
    size_t n_in;
    unsigned char *out;
    size_t n_out;
} om_inflate_step;

typedef struct om_inflate_functions {
    void *(*create)(void); /* NULL (recorded): no memory */
    void (*destroy)(void *engine);
    void (*reset)(void *engine); /* a member begins */
    /* Inflates a gzip member with its header and checksum; *ended: it is whole, and `in` is behind
     * it. A step that moves nothing needs more input. Returns what is wrong with it, or NULL. */
    const char *(*step)(void *engine, om_inflate_step *step, bool *ended);
} om_inflate_functions;

extern const om_inflate_functions om_inflate_zlib;
#ifdef ONCOMARK_HAVE_ISAL
extern const om_inflate_functions om_inflate_isal;
#endif

#endif
