#include "oncomark/spill.h"

#include "oncomark/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is taken of memory at a time, and written to the file at a time. */
enum { CHUNK = 1 << 20 };

/* Byte p is in chunk p / CHUNK for p < n_kept; the file has the next n_written bytes, the buffer
 * the last ones. */
struct om_spill {
    char *path; /* of the file, once it has one */
    int file;
    int64_t length;
    int64_t n_kept; /* bytes that stay in memory: whole chunks */
    int64_t n_written;
    unsigned char **chunks; /* [n_kept / CHUNK], those in use not NULL */
    unsigned char *buffer;  /* [CHUNK], NULL as long as there is no file */
};

om_status om_spill_create(om_spill **out, const char *path, int64_t memory) {
    om_spill *spill = om_calloc(1, sizeof *spill);
    *out = spill;
    if (spill == NULL) {
        return OM_MEMORY;
    }
    spill->file = -1;
    spill->n_kept = memory / CHUNK * CHUNK;
    spill->path = om_format("%s-XXXXXX", path);
    spill->chunks = om_calloc(spill->n_kept / CHUNK, sizeof *spill->chunks);
    if (spill->path == NULL || spill->chunks == NULL) {
        om_spill_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_spill_destroy(om_spill **spill) {
    if (*spill == NULL) {
        return;
    }
    for (int64_t i = 0; (*spill)->chunks != NULL && i < (*spill)->n_kept / CHUNK; i++) {
        om_free((*spill)->chunks[i]);
    }
    if ((*spill)->file >= 0) {
        close((*spill)->file);
    }
    om_free((*spill)->chunks);
    om_free((*spill)->buffer);
    om_free((*spill)->path);
    om_free(*spill);
    *spill = NULL;
}

int64_t om_spill_length(const om_spill *spill) {
    return spill->length;
}

static om_status make_file(om_spill *spill) {
    if (spill->buffer == NULL) {
        spill->buffer = om_malloc(CHUNK, 1);
    }
    if (spill->buffer == NULL) {
        return OM_MEMORY;
    }
    spill->file = mkostemp(spill->path, O_CLOEXEC);
    if (spill->file < 0) {
        return om_fail(OM_SYSTEM, "%s: cannot make a temporary file: %s", spill->path,
                       strerror(errno));
    }
    unlink(spill->path);
    return OM_OK;
}

static om_status write_buffer(om_spill *spill, int64_t length) {
    for (int64_t done = 0; done < length;) {
        ssize_t written = pwrite(spill->file, spill->buffer + done, (size_t)(length - done),
                                 spill->n_written + done);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return om_fail(OM_SYSTEM, "%s: cannot write %" PRId64 " bytes: %s", spill->path,
                           length - done, strerror(errno));
        }
        done += written;
    }
    spill->n_written += length;
    return OM_OK;
}

/* Where the next byte goes, and the room there. */
static om_status find_room(om_spill *spill, unsigned char **place, int64_t *room) {
    int64_t filled = spill->length % CHUNK;
    *room = CHUNK - filled;
    if (spill->length < spill->n_kept) {
        int64_t index = spill->length / CHUNK;
        unsigned char *chunk = spill->chunks[index];
        if (chunk == NULL) {
            chunk = om_malloc(CHUNK, 1);
            spill->chunks[index] = chunk;
        }
        if (chunk == NULL) {
            return OM_MEMORY;
        }
        *place = chunk + filled;
        return OM_OK;
    }
    if (spill->file < 0 || spill->buffer == NULL) {
        OM_TRY(make_file(spill));
    }
    *place = spill->buffer + filled;
    if (spill->length - spill->n_kept - spill->n_written == CHUNK) {
        return write_buffer(spill, CHUNK);
    }
    return OM_OK;
}

om_status om_spill_append(om_spill *spill, const void *bytes, int64_t length) {
    const unsigned char *from = bytes;
    while (length > 0) {
        unsigned char *place = NULL;
        int64_t room = 0;
        OM_TRY(find_room(spill, &place, &room));
        int64_t piece = length < room ? length : room;
        memcpy(place, from, (size_t)piece);
        spill->length += piece;
        from += piece;
        length -= piece;
    }
    return OM_OK;
}

static om_status read_file(const om_spill *spill, int64_t offset, int64_t length,
                           unsigned char *to) {
    while (length > 0) {
        ssize_t found = pread(spill->file, to, (size_t)length, offset);
        if (found < 0 && errno == EINTR) {
            continue;
        }
        if (found <= 0) {
            return om_fail(OM_SYSTEM, "%s: cannot read %" PRId64 " bytes: %s", spill->path, length,
                           found < 0 ? strerror(errno) : "the file has become shorter");
        }
        to += found;
        offset += found;
        length -= found;
    }
    return OM_OK;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* The bytes from `position` on that lie in one place, at most `length`. */
static om_status read_piece(const om_spill *spill, int64_t position, int64_t length,
                            unsigned char *to, int64_t *piece) {
    int64_t n_stored = spill->n_kept + spill->n_written;
    if (position < spill->n_kept) {
        *piece = smaller(length, CHUNK - position % CHUNK);
        memcpy(to, spill->chunks[position / CHUNK] + position % CHUNK, (size_t)*piece);
        return OM_OK;
    }
    if (position < n_stored) {
        *piece = smaller(length, n_stored - position);
        return read_file(spill, position - spill->n_kept, *piece, to);
    }
    *piece = length;
    memcpy(to, spill->buffer + (position - n_stored), (size_t)length);
    return OM_OK;
}

om_status om_spill_read(const om_spill *spill, int64_t position, int64_t length, void *bytes) {
    if (position < 0 || length < 0 || position > spill->length - length) {
        return om_fail(OM_BUG, "%" PRId64 " bytes at %" PRId64 " of %" PRId64 " are asked for",
                       length, position, spill->length);
    }
    unsigned char *to = bytes;
    while (length > 0) {
        int64_t piece = 0;
        OM_TRY(read_piece(spill, position, length, to, &piece));
        to += piece;
        position += piece;
        length -= piece;
    }
    return OM_OK;
}
