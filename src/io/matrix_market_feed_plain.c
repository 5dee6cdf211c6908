/* Plain Matrix Market files: each rank reads its own bytes. */
#include "io/matrix_market_feed.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 4 << 20 };

static om_status read_at(int file, const char *path, char *bytes, int64_t length, int64_t offset) {
    for (int64_t done = 0; done < length;) {
        ssize_t got = pread(file, bytes + done, (size_t)(length - done), (off_t)(offset + done));
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

/* The number of the line at `offset`: only errors need it, so that ranks do not count lines. */
static om_status line_at(int file, const char *path, int64_t offset, char *buffer, int64_t *line) {
    *line = 1;
    for (int64_t done = 0; done < offset;) {
        int64_t length = offset - done < PIECE ? offset - done : PIECE;
        OM_TRY(read_at(file, path, buffer, length, done));
        *line += om_mtx_count_lines(buffer, (size_t)length);
        done += length;
    }
    return OM_OK;
}

/* Parses the lines that start in the bytes first .. stop-1 of the file. `buffer` holds PIECE bytes,
 * a line and two bytes more. On OM_INPUT with *fault_at >= 0 the fault is in the line there. */
static om_status parse_piece(om_mtx_feed *feed, int file, char *buffer, int64_t first, int64_t stop,
                             int64_t *fault_at, om_mtx_fault *fault) {
    *fault_at = -1;
    /* The byte before tells whether a line starts at `first`. */
    int64_t from = first > feed->header.bytes ? first - 1 : first;
    int64_t to = stop + OM_MTX_LONGEST_LINE;
    to = to < feed->file_bytes ? to : feed->file_bytes;
    OM_TRY(read_at(file, feed->path, buffer, to - from, from));
    char *text = buffer;
    if (from < first) {
        const char *line_end = memchr(buffer, '\n', (size_t)(stop - from));
        if (line_end == NULL || from + (line_end - buffer) + 1 >= stop) {
            return OM_OK; /* no line starts here */
        }
        text += line_end - buffer + 1;
    }
    const char *last_byte = buffer + (stop - 1 - from);
    const char *line_end = memchr(last_byte, '\n', (size_t)(to - stop + 1));
    const char *end = line_end != NULL ? line_end + 1 : buffer + (to - from);
    if (line_end == NULL && to < feed->file_bytes) {
        const char *before = memrchr(text, '\n', (size_t)(last_byte - text));
        *fault_at = from + (before == NULL ? text - buffer : before + 1 - buffer);
        snprintf(fault->message, sizeof fault->message,
                 "found a line of more than %d bytes, expected \"<row> <column> <value>\"",
                 OM_MTX_LONGEST_LINE);
        return OM_INPUT;
    }
    om_status status = om_mtx_feed_parse(feed, text, (size_t)(end - text), fault);
    if (status == OM_INPUT) {
        *fault_at = from + (text - buffer) + (int64_t)fault->offset;
    }
    return status;
}

static om_status feed_piece(om_mtx_feed *feed, int file, char *buffer, int64_t first,
                            int64_t stop) {
    int64_t fault_at = -1;
    om_mtx_fault fault = {0};
    om_status status = parse_piece(feed, file, buffer, first, stop, &fault_at, &fault);
    if (status == OM_INPUT && fault_at >= 0) {
        int64_t line = 0;
        OM_TRY(line_at(file, feed->path, fault_at, buffer, &line));
        return om_fail(OM_INPUT, "%s:%" PRId64 ": %s", feed->path, line, fault.message);
    }
    return status;
}

static om_status open_file(const om_mtx_feed *feed, int *file) {
    *file = open(feed->path, O_RDONLY | O_CLOEXEC);
    if (*file < 0) {
        return om_fail(OM_INPUT, "%s: cannot be read: %s", feed->path, strerror(errno));
    }
    return OM_OK;
}

om_status om_mtx_feed_plain(om_mtx_feed *feed) {
    int size = om_context_size(feed->group);
    int64_t start = feed->header.bytes;
    int64_t text = feed->file_bytes - start;
    int64_t first = 0;
    int64_t count = 0;
    om_range_even(text, size, om_context_rank(feed->group), &first, &count);
    first += start;
    int64_t stop = first + count;
    int64_t longest = (text + size - 1) / size;
    int64_t n_rounds = (longest + PIECE - 1) / PIECE;
    int file = -1;
    om_status status = open_file(feed, &file);
    char *buffer = om_malloc(PIECE + OM_MTX_LONGEST_LINE + 4, 1);
    if (status == OM_OK && buffer == NULL) {
        status = OM_MEMORY;
    }
    status = om_agree(feed->group, status);
    for (int64_t round = 0; status == OM_OK && round < n_rounds; round++) {
        int64_t piece_first = first + round * PIECE;
        int64_t piece_stop = piece_first + PIECE < stop ? piece_first + PIECE : stop;
        if (piece_first < piece_stop) {
            status = feed_piece(feed, file, buffer, piece_first, piece_stop);
        }
        status = om_agree(feed->group, status);
    }
    om_free(buffer);
    if (file >= 0) {
        close(file);
    }
    return status;
}
