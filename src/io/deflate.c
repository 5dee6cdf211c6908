#include "deflate.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#ifdef ONCOMARK_HAVE_ISAL
#include <isa-l/igzip_lib.h>
#else
#include <zlib.h>
#endif

/* Of a plane of bytes, its middle tells whether compressing is worth the time. */
enum { SAMPLE_BYTES = 4096 };

enum { ZLIB_HEADER = 2, ZLIB_TRAILER = 4, BLOCK_HEADER = 5, LONGEST_BLOCK = 65535 };

/* --- raw deflate streams and checksums of ISA-L or zlib ------------------------------------------
 */

#ifdef ONCOMARK_HAVE_ISAL

/* Level 1 compresses counts and genes as well as zlib does, at eight times the speed; the next ones
 * gain nothing. */
enum { LEVEL = 1, LEVEL_BYTES = ISAL_DEF_LVL1_DEFAULT };

struct om_deflater {
    unsigned char *planes;
    struct isal_zstream stream;
    unsigned char level_bytes[LEVEL_BYTES];
};

struct om_inflater {
    struct inflate_state state;
};

/* The length of a whole raw stream; 0 where it is longer than `room`. */
static int64_t deflate_raw(om_deflater *deflater, unsigned char *bytes, int64_t n_bytes,
                           unsigned char *out, int64_t room) {
    struct isal_zstream *stream = &deflater->stream;
    isal_deflate_stateless_init(stream);
    stream->gzip_flag = IGZIP_DEFLATE;
    stream->level = LEVEL;
    stream->level_buf = deflater->level_bytes;
    stream->level_buf_size = LEVEL_BYTES;
    stream->end_of_stream = 1;
    stream->flush = NO_FLUSH;
    stream->next_in = bytes;
    stream->avail_in = (uint32_t)n_bytes;
    stream->next_out = out;
    stream->avail_out = (uint32_t)room;
    return isal_deflate_stateless(stream) == COMP_OK ? stream->total_out : 0;
}

static uint32_t checksum(const unsigned char *bytes, int64_t n_bytes) {
    return isal_adler32(1, bytes, (uint64_t)n_bytes);
}

static bool inflate_zlib(om_inflater *inflater, unsigned char *bytes, int64_t n_bytes,
                         unsigned char *out, int64_t room, int64_t *length) {
    struct inflate_state *state = &inflater->state;
    isal_inflate_init(state);
    state->crc_flag = ISAL_ZLIB;
    state->next_in = bytes;
    state->avail_in = (uint32_t)n_bytes;
    state->next_out = out;
    state->avail_out = (uint32_t)room;
    int result = isal_inflate(state);
    *length = state->total_out;
    return result == ISAL_DECOMP_OK && state->block_state == ISAL_BLOCK_FINISH;
}

#else

enum { LEVEL = 1, RAW_STREAM = -15, MEMORY_LEVEL = 9 };

struct om_deflater {
    unsigned char *planes;
};

struct om_inflater {
    int unused;
};

static int64_t deflate_raw(om_deflater *deflater, unsigned char *bytes, int64_t n_bytes,
                           unsigned char *out, int64_t room) {
    (void)deflater;
    z_stream stream = {
        .next_in = bytes, .avail_in = (uInt)n_bytes, .next_out = out, .avail_out = (uInt)room};
    if (deflateInit2(&stream, LEVEL, Z_DEFLATED, RAW_STREAM, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        return 0;
    }
    bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    int64_t length = (int64_t)stream.total_out;
    deflateEnd(&stream);
    return whole ? length : 0;
}

static uint32_t checksum(const unsigned char *bytes, int64_t n_bytes) {
    return (uint32_t)adler32(adler32(0, Z_NULL, 0), bytes, (uInt)n_bytes);
}

static bool inflate_zlib(om_inflater *inflater, unsigned char *bytes, int64_t n_bytes,
                         unsigned char *out, int64_t room, int64_t *length) {
    (void)inflater;
    uLongf written = (uLongf)room;
    int result = uncompress(out, &written, bytes, (uLong)n_bytes);
    *length = (int64_t)written;
    return result == Z_OK;
}

#endif

/* --- chunks --------------------------------------------------------------------------------------
 */

om_status om_deflater_create(om_deflater **out, int64_t most_bytes) {
    om_deflater *deflater = om_calloc(1, sizeof *deflater);
    *out = deflater;
    if (deflater == NULL) {
        return OM_MEMORY;
    }
    deflater->planes = om_malloc(most_bytes, 1);
    if (deflater->planes == NULL) {
        om_deflater_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_deflater_destroy(om_deflater **deflater) {
    if (*deflater == NULL) {
        return;
    }
    om_free((*deflater)->planes);
    om_free(*deflater);
    *deflater = NULL;
}

/* As stored blocks, of which both libraries make shorter ones than the format allows. */
int64_t om_deflate_bound(int64_t bytes) {
    return bytes + bytes / 64 + 1024;
}

#define SHUFFLE(image_type)                                                                        \
    do {                                                                                           \
        for (int64_t i = 0; i < n; i++) {                                                          \
            image_type image;                                                                      \
            memcpy(&image, bytes + i * (int64_t)sizeof image, sizeof image);                       \
            for (int b = 0; b < (int)sizeof image; b++) {                                          \
                planes[b * n + i] = (unsigned char)(image >> (8 * b));                             \
            }                                                                                      \
        }                                                                                          \
    } while (0)

static void shuffle(const unsigned char *restrict bytes, int64_t n, int64_t element_size,
                    unsigned char *restrict planes) {
    if (element_size == 2) {
        SHUFFLE(uint16_t);
    } else if (element_size == 4) {
        SHUFFLE(uint32_t);
    } else {
        SHUFFLE(uint64_t);
    }
}

/* Low bytes of gene numbers or of a mantissa are nearly noise: coding them gains a few per cent and
 * takes most of the time, above all of inflating. */
static bool is_noise(om_deflater *deflater, unsigned char *plane, int64_t n,
                     unsigned char *scratch) {
    int64_t sampled = n < SAMPLE_BYTES ? n : SAMPLE_BYTES;
    int64_t room = sampled - sampled / 8;
    return deflate_raw(deflater, plane + (n - sampled) / 2, sampled, scratch, room) == 0;
}

/* Stored blocks, none of them the last one of the stream. Returns the end. */
static unsigned char *store(const unsigned char *bytes, int64_t n_bytes, unsigned char *out) {
    while (n_bytes > 0) {
        int64_t n = n_bytes < LONGEST_BLOCK ? n_bytes : LONGEST_BLOCK;
        const unsigned char header[BLOCK_HEADER] = {0, (unsigned char)n, (unsigned char)(n >> 8),
                                                    (unsigned char)~n, (unsigned char)(~n >> 8)};
        memcpy(out, header, sizeof header);
        memcpy(out + BLOCK_HEADER, bytes, (size_t)n);
        out += BLOCK_HEADER + n;
        bytes += n;
        n_bytes -= n;
    }
    return out;
}

om_status om_deflate_chunk(om_deflater *deflater, const void *elements, int64_t n_elements,
                           int64_t element_size, unsigned char *out, int64_t *length) {
    static const unsigned char header[ZLIB_HEADER] = {0x78, 0x01};
    int64_t n_bytes = n_elements * element_size;
    shuffle(elements, n_elements, element_size, deflater->planes);
    int64_t stored = 0;
    while (stored < n_bytes - n_elements &&
           is_noise(deflater, deflater->planes + stored, n_elements, out)) {
        stored += n_elements;
    }
    memcpy(out, header, sizeof header);
    unsigned char *at = store(deflater->planes, stored, out + ZLIB_HEADER);
    int64_t coded = deflate_raw(deflater, deflater->planes + stored, n_bytes - stored, at,
                                om_deflate_bound(n_bytes) - (at - out) - ZLIB_TRAILER);
    if (coded == 0) {
        return om_fail(OM_BUG, "a chunk of %" PRId64 " bytes does not fit its bound", n_bytes);
    }
    at += coded;
    uint32_t sum = checksum(deflater->planes, n_bytes);
    for (int i = 0; i < ZLIB_TRAILER; i++) {
        *at++ = (unsigned char)(sum >> (24 - 8 * i));
    }
    *length = at - out;
    return OM_OK;
}

om_status om_inflater_create(om_inflater **out) {
    *out = om_calloc(1, sizeof **out);
    return *out == NULL ? OM_MEMORY : OM_OK;
}

void om_inflater_destroy(om_inflater **inflater) {
    om_free(*inflater);
    *inflater = NULL;
}

om_status om_inflate_chunk(om_inflater *inflater, unsigned char *bytes, int64_t n_bytes,
                           unsigned char *planes, int64_t length) {
    int64_t found = 0;
    if (!inflate_zlib(inflater, bytes, n_bytes, planes, length, &found)) {
        return om_fail(OM_INPUT, "found damaged compressed data");
    }
    if (found != length) {
        return om_fail(OM_INPUT, "found %" PRId64 " bytes of data, expected %" PRId64, found,
                       length);
    }
    return OM_OK;
}
