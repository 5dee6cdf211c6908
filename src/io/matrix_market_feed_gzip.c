/* Compressed Matrix Market files: one rank inflates, all parse. */
#include "io/matrix_market_feed.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <inttypes.h>
#include <string.h>

enum { PIECE = 2 << 20, TAG = 1 };

/* The inflating rank's state. */
typedef struct source {
    om_reader *reader;
    char *buffer;        /* [PIECE + 2] */
    size_t held;         /* bytes in buffer */
    size_t piece;        /* of which the current piece of whole lines */
    char after_piece[2]; /* what parsing in place overwrites behind the piece */
    int64_t next_line;   /* number of the first line not yet handed out */
    bool at_end;
} source;

/* What goes before a piece's bytes; length 0: no piece this time. */
typedef struct piece_head {
    int64_t length;
    int64_t first_line;
} piece_head;

static om_status fill(const om_mtx_feed *feed, source *from) {
    while (!from->at_end && from->held < PIECE) {
        size_t got = 0;
        OM_TRY(om_reader_bytes(from->reader, from->buffer + from->held, PIECE - from->held, &got));
        from->held += got;
        from->at_end = got == 0;
    }
    from->piece = from->held;
    if (!from->at_end) {
        const char *line_end = memrchr(from->buffer, '\n', from->held);
        if (line_end == NULL) {
            return om_fail(OM_INPUT,
                           "%s:%" PRId64 ": found a line of more than %d bytes, expected \"<row> "
                           "<column> <value>\"",
                           feed->path, from->next_line, PIECE);
        }
        from->piece = (size_t)(line_end + 1 - from->buffer);
    }
    return OM_OK;
}

/* Drops the current piece and moves the rest to the front. */
static void advance(source *from) {
    from->held -= from->piece;
    memmove(from->buffer, from->buffer + from->piece, from->held);
    from->piece = 0;
}

static om_status open_source(const om_mtx_feed *feed, source *from) {
    from->next_line = feed->header.lines + 1;
    OM_TRY(om_reader_open(&from->reader, feed->path));
    for (int64_t left = feed->header.bytes; left > 0;) {
        size_t got = 0;
        OM_TRY(om_reader_bytes(from->reader, from->buffer,
                               left < PIECE ? (size_t)left : (size_t)PIECE, &got));
        if (got == 0) {
            return om_fail(OM_SYSTEM, "%s: became shorter while it was read", feed->path);
        }
        left -= (int64_t)got;
    }
    return OM_OK;
}

static om_status parse(om_mtx_feed *feed, char *text, const piece_head *head) {
    om_mtx_fault fault = {0};
    om_status status = om_mtx_feed_parse(feed, text, (size_t)head->length, &fault);
    if (status == OM_INPUT) {
        int64_t line = head->first_line + om_mtx_count_lines(text, fault.offset);
        return om_fail(OM_INPUT, "%s:%" PRId64 ": %s", feed->path, line, fault.message);
    }
    return status;
}

static piece_head next_piece(source *from) {
    piece_head head = {.length = (int64_t)from->piece, .first_line = from->next_line};
    from->next_line += om_mtx_count_lines(from->buffer, from->piece);
    return head;
}

/* One piece for each rank, rank 0 last, so that the others parse while it inflates. Whatever fails,
 * every rank gets its head, so that none waits. */
static om_status hand_out(om_mtx_feed *feed, source *from) {
    MPI_Comm comm = om_context_comm(feed->group);
    int size = om_context_size(feed->group);
    om_status status = OM_OK;
    for (int turn = 1; turn <= size; turn++) {
        piece_head head = {0};
        if (status == OM_OK) {
            status = fill(feed, from);
        }
        if (status == OM_OK) {
            head = next_piece(from);
        }
        if (turn < size) {
            MPI_Send(&head, (int)sizeof head, MPI_BYTE, turn, TAG, comm);
            if (head.length > 0) {
                MPI_Send(from->buffer, (int)head.length, MPI_BYTE, turn, TAG, comm);
            }
        } else if (head.length > 0) {
            memcpy(from->after_piece, from->buffer + from->piece, sizeof from->after_piece);
            status = parse(feed, from->buffer, &head);
            memcpy(from->buffer + from->piece, from->after_piece, sizeof from->after_piece);
        }
        advance(from);
    }
    return status;
}

static om_status receive(om_mtx_feed *feed, char *buffer) {
    MPI_Comm comm = om_context_comm(feed->group);
    piece_head head = {0};
    MPI_Recv(&head, (int)sizeof head, MPI_BYTE, 0, TAG, comm, MPI_STATUS_IGNORE);
    if (head.length == 0) {
        return OM_OK;
    }
    MPI_Recv(buffer, (int)head.length, MPI_BYTE, 0, TAG, comm, MPI_STATUS_IGNORE);
    return parse(feed, buffer, &head);
}

om_status om_mtx_feed_gzip(om_mtx_feed *feed) {
    bool inflates = om_context_is_root(feed->group);
    source from = {0};
    om_status status = OM_MEMORY;
    from.buffer = om_malloc(PIECE + 2, 1);
    if (from.buffer != NULL) {
        status = inflates ? open_source(feed, &from) : OM_OK;
    }
    status = om_agree(feed->group, status);
    bool more = true;
    while (status == OM_OK && more) {
        status = inflates ? hand_out(feed, &from) : receive(feed, from.buffer);
        status = om_agree(feed->group, status);
        if (status == OM_OK) {
            more = !from.at_end || from.held > 0;
            status = om_broadcast(feed->group, 0, &more, sizeof more);
        }
    }
    om_reader_close(&from.reader);
    om_free(from.buffer);
    return status;
}
