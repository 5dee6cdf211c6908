/* Plain files: each rank reads its own bytes. */
#include "line_feed_private.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* First guess of how far a line reaches into the next piece. */
enum { AHEAD = 1 << 18 };

static om_status read_at(const om_line_feed *feed, char *bytes, int64_t length, int64_t offset) {
    for (int64_t done = 0; done < length;) {
        ssize_t got =
            pread(feed->file, bytes + done, (size_t)(length - done), (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return om_fail(OM_SYSTEM, "%s: cannot be read at byte %" PRId64 ": %s", feed->path,
                           offset + done, strerror(errno));
        }
        if (got == 0) {
            return om_fail(OM_SYSTEM, "%s: became shorter while it was read (byte %" PRId64 ")",
                           feed->path, offset + done);
        }
        done += got;
    }
    return OM_OK;
}

/* The number of the line at a place of the file. Only messages need it, so ranks count no lines. */
static om_status number_at(const om_line_feed *feed, int64_t place, int64_t *line) {
    enum { STEP = 1 << 20 };
    char *bytes = om_malloc(STEP, 1);
    om_status status = bytes != NULL ? OM_OK : OM_MEMORY;
    *line = feed->skipped_lines + 1;
    for (int64_t at = feed->skipped_bytes; at < place && status == OM_OK; at += STEP) {
        int64_t length = place - at < STEP ? place - at : STEP;
        status = read_at(feed, bytes, length, at);
        *line += status == OM_OK ? om_line_feed_count(bytes, length) : 0;
    }
    om_free(bytes);
    return status;
}

om_status om_line_feed_number_plain(const om_line_feed *feed, int64_t offset, int64_t *line) {
    return number_at(feed, feed->piece_at + offset, line);
}

static om_status fail_too_long(const om_line_feed *feed, int64_t place) {
    int64_t line = 0;
    OM_TRY(number_at(feed, place, &line));
    return om_line_feed_too_long(feed, line);
}

/* Reads on from `have` (bytes of the file in the buffer, which starts at byte `from`) until the
 * line that has byte `stop` - 1 is whole: *end is where it ends in the buffer. */
static om_status read_to_line_end(om_line_feed *feed, int64_t from, int64_t have, int64_t stop,
                                  int64_t *end) {
    int64_t searched = stop - 1 - from;
    for (int64_t ahead = AHEAD;; ahead *= 2) {
        const char *found = memchr(feed->piece.text + searched, '\n', (size_t)(have - searched));
        if (found != NULL || from + have == feed->file_bytes) {
            *end = found != NULL ? found + 1 - feed->piece.text : have;
            return OM_OK;
        }
        if (have > feed->piece_bytes + OM_LINE_FEED_LONGEST) {
            return fail_too_long(feed, stop - 1);
        }
        searched = have;
        int64_t wanted = have + ahead;
        wanted = wanted < feed->file_bytes - from ? wanted : feed->file_bytes - from;
        OM_TRY(om_line_buffer_reserve(&feed->piece, wanted));
        OM_TRY(read_at(feed, feed->piece.text + have, wanted - have, from + have));
        have = wanted;
    }
}

/* The lines that start in this rank's bytes of the round. */
om_status om_line_feed_next_plain(om_line_feed *feed, om_lines *lines) {
    int64_t piece = feed->round * om_context_size(feed->ctx) + om_context_rank(feed->ctx);
    int64_t first = feed->skipped_bytes + piece * feed->piece_bytes;
    int64_t stop = first + feed->piece_bytes;
    stop = stop < feed->file_bytes ? stop : feed->file_bytes;
    if (first >= stop) {
        return OM_OK;
    }
    /* The byte before tells whether a line starts at `first`. */
    int64_t from = first > feed->skipped_bytes ? first - 1 : first;
    OM_TRY(om_line_buffer_reserve(&feed->piece, stop - from));
    OM_TRY(read_at(feed, feed->piece.text, stop - from, from));
    int64_t start = 0;
    if (from < first) {
        const char *before = memchr(feed->piece.text, '\n', (size_t)(stop - from));
        if (before == NULL || from + (before + 1 - feed->piece.text) >= stop) {
            return OM_OK; /* no line starts here */
        }
        start = before + 1 - feed->piece.text;
    }
    int64_t end = 0;
    OM_TRY(read_to_line_end(feed, from, stop - from, stop, &end));
    feed->piece_at = from + start;
    *lines = om_line_feed_piece(feed->piece.text + start, end - start);
    return OM_OK;
}
