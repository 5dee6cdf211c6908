/* How pieces of lines come from a plain file and from a compressed one. */
#ifndef ONCOMARK_IO_LINE_FEED_PRIVATE_H
#define ONCOMARK_IO_LINE_FEED_PRIVATE_H

#include "oncomark/line_feed.h"
#include "oncomark/reader.h"

#include <stddef.h>

/* A file without line ends must not fill the memory. */
enum { OM_LINE_FEED_LONGEST = 1 << 28 };

/* Bytes with room behind them. */
typedef struct om_line_buffer {
    char *text;
    int64_t capacity; /* without the slack */
} om_line_buffer;

struct om_line_feed {
    om_ctx *ctx;
    char *path;
    int64_t skipped_bytes;
    int64_t skipped_lines;
    int64_t piece_bytes;
    int64_t file_bytes;
    bool gzip;
    int64_t round;
    om_line_buffer piece; /* what the rank was given last */
    /* plain */
    int file;
    int64_t piece_at; /* where the piece starts in the file */
    /* gzip */
    int64_t first_line; /* number of the piece's first line */
    om_reader *reader;  /* from here on: on the rank that inflates */
    om_line_buffer inflated;
    int64_t held;      /* bytes in `inflated` */
    int64_t next_line; /* number of its first line */
    bool at_end;
};

/* Room for `bytes`; keeps what is there. Local. */
om_status om_line_buffer_reserve(om_line_buffer *buffer, int64_t bytes);

/* The `length` bytes at `text` in the buffer as a piece; a last line without '\n' gets one. Local.
 */
om_lines om_line_feed_piece(char *text, int64_t length);

/* Line ends in text. Local. */
int64_t om_line_feed_count(const char *text, int64_t length);

/* OM_INPUT: line number `line` is longer than any may be. */
om_status om_line_feed_too_long(const om_line_feed *feed, int64_t line);

/* A rank's part of the next round; a failure is settled by the caller. */
om_status om_line_feed_next_plain(om_line_feed *feed, om_lines *lines);
om_status om_line_feed_next_gzip(om_line_feed *feed, om_lines *lines);

om_status om_line_feed_number_plain(const om_line_feed *feed, int64_t offset, int64_t *line);

#endif
