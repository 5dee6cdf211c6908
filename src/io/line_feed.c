#include "oncomark/line_feed.h"

#include "line_feed_private.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

om_status om_line_buffer_reserve(om_line_buffer *buffer, int64_t bytes) {
    if (bytes <= buffer->capacity) {
        return OM_OK;
    }
    char *larger = om_realloc(buffer->text, bytes + OM_LINES_SLACK, 1);
    if (larger == NULL) {
        return OM_MEMORY;
    }
    *buffer = (om_line_buffer){larger, bytes};
    return OM_OK;
}

om_lines om_line_feed_piece(char *text, int64_t length) {
    if (length > 0 && text[length - 1] != '\n') {
        text[length++] = '\n';
    }
    return (om_lines){text, length};
}

int64_t om_line_feed_count(const char *text, int64_t length) {
    int64_t n = 0;
    const char *end = text + length;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
        n++;
    }
    return n;
}

om_status om_line_feed_too_long(const om_line_feed *feed, int64_t line) {
    return om_fail(OM_INPUT, "%s:%" PRId64 ": found a line of more than %d bytes", feed->path, line,
                   OM_LINE_FEED_LONGEST);
}

/* Rank 0 alone inflates a compressed file. */
static om_status open_file(om_line_feed *feed) {
    om_reader *reader = NULL;
    OM_TRY(om_file_size(feed->path, &feed->file_bytes));
    OM_TRY(om_reader_open(&reader, feed->path));
    feed->gzip = om_reader_is_gzip(reader);
    if (feed->gzip && om_context_is_root(feed->ctx)) {
        feed->reader = reader;
        return OM_OK;
    }
    om_reader_close(&reader);
    if (!feed->gzip) {
        feed->file = open(feed->path, O_RDONLY | O_CLOEXEC);
        if (feed->file < 0) {
            return om_fail(OM_INPUT, "%s: cannot be read: %s", feed->path, strerror(errno));
        }
    }
    return OM_OK;
}

static om_status skip_text(om_line_feed *feed) {
    int64_t left = feed->skipped_bytes;
    OM_TRY(om_line_buffer_reserve(&feed->inflated, feed->piece_bytes));
    while (left > 0) {
        size_t got = 0;
        int64_t wanted = left < feed->piece_bytes ? left : feed->piece_bytes;
        OM_TRY(om_reader_bytes(feed->reader, feed->inflated.text, (size_t)wanted, &got));
        if (got == 0) {
            return om_fail(OM_SYSTEM, "%s: became shorter while it was read", feed->path);
        }
        left -= (int64_t)got;
    }
    return OM_OK;
}

static om_status begin(om_line_feed *feed, const char *path) {
    feed->path = om_strdup(path);
    if (feed->path == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_line_buffer_reserve(&feed->piece, feed->piece_bytes));
    OM_TRY(open_file(feed));
    return feed->reader != NULL ? skip_text(feed) : OM_OK;
}

om_status om_line_feed_open(om_line_feed **out, om_ctx *ctx, const char *path,
                            int64_t skipped_bytes, int64_t skipped_lines, int64_t piece_bytes) {
    om_line_feed *feed = om_calloc(1, sizeof *feed);
    *out = feed;
    om_status status = OM_MEMORY;
    if (feed != NULL) {
        *feed = (om_line_feed){.ctx = ctx,
                               .skipped_bytes = skipped_bytes,
                               .skipped_lines = skipped_lines,
                               .piece_bytes = piece_bytes,
                               .file = -1,
                               .next_line = skipped_lines + 1};
        status = begin(feed, path);
    }
    status = om_agree(ctx, status);
    if (status != OM_OK) {
        om_line_feed_close(out);
    }
    return status;
}

void om_line_feed_close(om_line_feed **feed) {
    if (*feed == NULL) {
        return;
    }
    om_reader_close(&(*feed)->reader);
    if ((*feed)->file >= 0) {
        close((*feed)->file);
    }
    om_free((*feed)->piece.text);
    om_free((*feed)->inflated.text);
    om_free((*feed)->path);
    om_free(*feed);
    *feed = NULL;
}

om_status om_line_feed_next(om_line_feed *feed, om_lines *lines, bool *more) {
    *lines = (om_lines){NULL, 0};
    om_status status = om_stop_poll(feed->ctx);
    if (status == OM_OK) {
        status =
            feed->gzip ? om_line_feed_next_gzip(feed, lines) : om_line_feed_next_plain(feed, lines);
    }
    OM_TRY(om_agree(feed->ctx, status));
    if (feed->gzip) {
        /* Rank 0 has the first piece of a round, so that there is none without it. */
        uint8_t any = lines->length > 0 ? 1 : 0;
        OM_TRY(om_broadcast(feed->ctx, 0, &any, sizeof any));
        *more = any != 0;
    } else {
        int64_t round_bytes = feed->piece_bytes * om_context_size(feed->ctx);
        *more = feed->skipped_bytes + feed->round * round_bytes < feed->file_bytes;
    }
    feed->round++;
    return OM_OK;
}

om_status om_line_feed_number(const om_line_feed *feed, int64_t offset, int64_t *line) {
    if (feed->gzip) {
        *line = feed->first_line + om_line_feed_count(feed->piece.text, offset);
        return OM_OK;
    }
    return om_line_feed_number_plain(feed, offset, line);
}
