#include "io/inflate_engine.h"
#include "oncomark/memory.h"
#include "oncomark/status.h"

#include <zlib.h>

enum { LARGEST_STEP = 1 << 30, GZIP_WINDOW = 15 + 16 };

static void *create(void) {
    z_stream *stream = om_calloc(1, sizeof *stream);
    if (stream != NULL && inflateInit2(stream, GZIP_WINDOW) != Z_OK) {
        om_free(stream);
        om_fail(OM_MEMORY, "out of memory for inflating");
        return NULL;
    }
    return stream;
}

static void destroy(void *engine) {
    inflateEnd(engine);
    om_free(engine);
}

static void reset(void *engine) {
    inflateReset(engine);
}

static const char *step_on(void *engine, om_inflate_step *step, bool *ended) {
    z_stream *stream = engine;
    unsigned n_in = step->n_in < LARGEST_STEP ? (unsigned)step->n_in : LARGEST_STEP;
    unsigned n_out = step->n_out < LARGEST_STEP ? (unsigned)step->n_out : LARGEST_STEP;
    stream->next_in = step->in;
    stream->avail_in = n_in;
    stream->next_out = step->out;
    stream->avail_out = n_out;
    int result = inflate(stream, Z_NO_FLUSH);
    step->in += n_in - stream->avail_in;
    step->n_in -= n_in - stream->avail_in;
    step->out += n_out - stream->avail_out;
    step->n_out -= n_out - stream->avail_out;
    *ended = result == Z_STREAM_END;
    if (*ended || result == Z_OK || result == Z_BUF_ERROR) {
        return NULL;
    }
    return stream->msg != NULL ? stream->msg : zError(result);
}

const om_inflate_functions om_inflate_zlib = {
    .create = create, .destroy = destroy, .reset = reset, .step = step_on};
