/* Compressed files: rank 0 inflates and hands out. */
#include "line_feed_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

enum { TAG = 1 };

/* What goes before a piece's bytes; length 0: no piece this time. */
typedef struct piece_head {
    int64_t length;
    int64_t first_line;
} piece_head;

static om_status inflate_to(om_line_feed *feed, int64_t wanted) {
    OM_TRY(om_line_buffer_reserve(&feed->inflated, wanted));
    while (!feed->at_end && feed->held < wanted) {
        size_t got = 0;
        OM_TRY(om_reader_bytes(feed->reader, feed->inflated.text + feed->held,
                               (size_t)(wanted - feed->held), &got));
        feed->held += (int64_t)got;
        feed->at_end = got == 0;
    }
    return OM_OK;
}

/* Inflates; *head: the whole lines at the front of the buffer, all of them at the file's end. */
static om_status find_piece(om_line_feed *feed, piece_head *head) {
    const char *line_end = NULL;
    for (int64_t wanted = feed->piece_bytes; line_end == NULL && !feed->at_end; wanted *= 2) {
        if (wanted > OM_LINE_FEED_LONGEST) {
            return om_line_feed_too_long(feed, feed->next_line);
        }
        OM_TRY(inflate_to(feed, wanted));
        line_end = memrchr(feed->inflated.text, '\n', (size_t)feed->held);
    }
    head->length = line_end == NULL ? feed->held : line_end + 1 - feed->inflated.text;
    head->first_line = feed->next_line;
    feed->next_line += om_line_feed_count(feed->inflated.text, head->length);
    return OM_OK;
}

static void drop_piece(om_line_feed *feed, const piece_head *head) {
    feed->held -= head->length;
    memmove(feed->inflated.text, feed->inflated.text + head->length, (size_t)feed->held);
}

static om_status keep_piece(om_line_feed *feed, const piece_head *head, om_lines *lines) {
    OM_TRY(om_line_buffer_reserve(&feed->piece, head->length));
    memcpy(feed->piece.text, feed->inflated.text, (size_t)head->length);
    feed->first_line = head->first_line;
    *lines = om_line_feed_piece(feed->piece.text, head->length);
    return OM_OK;
}

/* A piece goes in parts that the receiver has room for in any case. */
static void send_piece(const om_line_feed *feed, const piece_head *head, int rank) {
    MPI_Comm comm = om_context_comm(feed->ctx);
    MPI_Send(head, (int)sizeof *head, MPI_BYTE, rank, TAG, comm);
    for (int64_t done = 0; done < head->length; done += feed->piece_bytes) {
        int64_t left = head->length - done;
        int part = (int)(left < feed->piece_bytes ? left : feed->piece_bytes);
        MPI_Send(feed->inflated.text + done, part, MPI_BYTE, rank, TAG, comm);
    }
}

/* One piece for each rank, in their order. Whatever fails, every rank gets its head, so that none
 * waits. */
static om_status hand_out(om_line_feed *feed, om_lines *lines) {
    om_status status = OM_OK;
    for (int rank = 0; rank < om_context_size(feed->ctx); rank++) {
        piece_head head = {0};
        if (status == OM_OK) {
            status = find_piece(feed, &head);
        }
        head.length = status == OM_OK ? head.length : 0;
        if (rank > 0) {
            send_piece(feed, &head, rank);
        } else if (head.length > 0) {
            status = keep_piece(feed, &head, lines);
        }
        drop_piece(feed, &head);
    }
    return status;
}

/* Without memory for all of a piece its parts are received one over the other. */
static om_status receive(om_line_feed *feed, om_lines *lines) {
    MPI_Comm comm = om_context_comm(feed->ctx);
    piece_head head = {0};
    MPI_Recv(&head, (int)sizeof head, MPI_BYTE, 0, TAG, comm, MPI_STATUS_IGNORE);
    om_status status = om_line_buffer_reserve(&feed->piece, head.length);
    for (int64_t done = 0; done < head.length; done += feed->piece_bytes) {
        int64_t left = head.length - done;
        int part = (int)(left < feed->piece_bytes ? left : feed->piece_bytes);
        char *to = feed->piece.text + (status == OM_OK ? done : 0);
        MPI_Recv(to, part, MPI_BYTE, 0, TAG, comm, MPI_STATUS_IGNORE);
    }
    if (status == OM_OK && head.length > 0) {
        feed->first_line = head.first_line;
        *lines = om_line_feed_piece(feed->piece.text, head.length);
    }
    return status;
}

om_status om_line_feed_next_gzip(om_line_feed *feed, om_lines *lines) {
    return om_context_is_root(feed->ctx) ? hand_out(feed, lines) : receive(feed, lines);
}
