#include "io/mtx_plain.h"

#include "io/mtx_kernel.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

struct om_mtx_plain {
    const om_mtx_file *file;
    int descriptor;
    om_mtx_cuts cuts;
    int64_t piece;    /* bytes from one rank's place to the next one's */
    int64_t n_rounds; /* in which the places reach the end of the file */
    int64_t round;
    char *buffer;
    int64_t capacity; /* without OM_MTX_PAD */
    int64_t held;     /* bytes in the buffer */
    int64_t look_ahead;
};

om_status om_mtx_plain_create(om_mtx_plain **out, const om_mtx_file *file, int64_t largest) {
    om_mtx_plain *plain = om_calloc(1, sizeof *plain);
    *out = plain;
    if (plain == NULL) {
        return OM_MEMORY;
    }
    plain->file = file;
    plain->descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    if (plain->descriptor < 0) {
        return om_fail(OM_INPUT, "%s: cannot be read: %s", file->path, strerror(errno));
    }
    /* Rounds of equal size, so that no rank is idle in the last one. */
    int64_t text = file->file_bytes - file->header.bytes;
    int64_t in_round = largest * om_context_size(file->group);
    plain->n_rounds = text < 1 ? 1 : (text + in_round - 1) / in_round;
    int64_t places = plain->n_rounds * om_context_size(file->group);
    plain->piece = (text + places - 1) / places;
    return OM_OK;
}

void om_mtx_plain_destroy(om_mtx_plain **plain) {
    if (*plain == NULL) {
        return;
    }
    if ((*plain)->descriptor >= 0) {
        close((*plain)->descriptor);
    }
    om_free((*plain)->buffer);
    om_free(*plain);
    *plain = NULL;
}

void om_mtx_plain_begin(om_mtx_plain *plain, om_mtx_cuts cuts) {
    plain->cuts = cuts;
    plain->round = 0;
    /* A line that is longer is refused; one byte more shows that it is. */
    plain->look_ahead =
        cuts == OM_MTX_CUT_LINES ? (int64_t)OM_MTX_LONGEST_LINE + 2 : (int64_t)OM_MTX_LOOK_AHEAD;
}

static om_status read_at(const om_mtx_plain *plain, char *bytes, int64_t length, int64_t offset) {
    const char *path = plain->file->path;
    for (int64_t done = 0; done < length;) {
        ssize_t got =
            pread(plain->descriptor, bytes + done, (size_t)(length - done), (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return om_fail(OM_SYSTEM, "%s: cannot be read at byte %" PRId64 ": %s", path,
                           offset + done, strerror(errno));
        }
        if (got == 0) {
            return om_fail(OM_SYSTEM, "%s: became shorter while it was read (byte %" PRId64 ")",
                           path, offset + done);
        }
        done += got;
    }
    return OM_OK;
}

/* Reads on, until the buffer holds `wanted` bytes of the file from `from` on. */
static om_status hold(om_mtx_plain *plain, int64_t from, int64_t wanted) {
    if (wanted > plain->capacity) {
        char *larger = om_realloc(plain->buffer, wanted + OM_MTX_PAD, 1);
        if (larger == NULL) {
            return OM_MEMORY;
        }
        plain->buffer = larger;
        plain->capacity = wanted;
    }
    OM_TRY(read_at(plain, plain->buffer + plain->held, wanted - plain->held, from + plain->held));
    plain->held = wanted;
    return OM_OK;
}

/* The cut that belongs to a place in the file; the buffer begins at `from`. */
static bool find_cut(const om_mtx_plain *plain, int64_t from, int64_t place, size_t *cut) {
    int64_t start = plain->file->header.bytes;
    int64_t end = plain->file->file_bytes;
    *cut = (size_t)(place <= start ? 0 : plain->held);
    if (place <= start || place >= end) {
        return true;
    }
    return om_mtx_cut(plain->cuts, plain->buffer, (size_t)plain->held, (size_t)(place - from),
                      cut) ||
           from + plain->held == end;
}

/* The piece between the cuts of two places. */
static om_status read_piece(om_mtx_plain *plain, int64_t first, int64_t stop, om_mtx_piece *piece) {
    int64_t end = plain->file->file_bytes;
    /* The byte before tells whether a line begins at `first`. */
    int64_t from = first > plain->file->header.bytes ? first - 1 : first;
    size_t begins = 0;
    size_t ends = 0;
    plain->held = 0;
    for (;;) {
        int64_t to = stop + plain->look_ahead < end ? stop + plain->look_ahead : end;
        OM_TRY(hold(plain, from, to - from));
        bool begin_found = find_cut(plain, from, first, &begins);
        if (find_cut(plain, from, stop, &ends) && begin_found) {
            break;
        }
        if (plain->cuts == OM_MTX_CUT_LINES) {
            break; /* a cut that is not found is at the buffer's end */
        }
        if (plain->look_ahead >= OM_MTX_LARGEST_COLUMN) {
            piece->long_column = true;
            return OM_OK;
        }
        plain->look_ahead *= 2;
    }
    piece->text = plain->buffer + begins;
    piece->length = ends - begins;
    return OM_OK;
}

om_status om_mtx_plain_next(om_mtx_plain *plain, om_mtx_piece *piece) {
    const om_mtx_file *file = plain->file;
    int64_t in_round = plain->piece * om_context_size(file->group);
    int64_t first =
        file->header.bytes + plain->round * in_round + plain->piece * om_context_rank(file->group);
    int64_t stop = first + plain->piece;
    plain->round++;
    *piece = (om_mtx_piece){.last = plain->round >= plain->n_rounds};
    if (first >= file->file_bytes) {
        return OM_OK;
    }
    OM_TRY(read_piece(plain, first, stop < file->file_bytes ? stop : file->file_bytes, piece));
    if (!piece->last) { /* advice only */
        posix_fadvise(plain->descriptor, (off_t)(first + in_round),
                      (off_t)(plain->piece + plain->look_ahead), POSIX_FADV_WILLNEED);
    }
    return OM_OK;
}
