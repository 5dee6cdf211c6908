/* How the text of a Matrix Market file reaches the parsers of a group. */
#ifndef ONCOMARK_IO_MATRIX_MARKET_FEED_H
#define ONCOMARK_IO_MATRIX_MARKET_FEED_H

#include "io/matrix_market_parse.h"
#include "oncomark/matrix_market.h"
#include "oncomark/progress.h"

typedef struct om_mtx_feed {
    om_ctx *group;
    const char *path;
    om_mtx_header header;
    om_mtx_parser *parser;
    om_progress *progress;
    int64_t file_bytes;
    int64_t parsed_bytes; /* of text, by this rank */
} om_mtx_feed;

/* Parses this rank's byte range of a plain file, piece by piece; all ranks leave after the piece in
 * which one of them found a fault. Collective on the group. */
om_status om_mtx_feed_plain(om_mtx_feed *feed);

/* Rank 0 inflates and hands pieces of whole lines to all ranks in turn. Collective on the group. */
om_status om_mtx_feed_gzip(om_mtx_feed *feed);

/* Parses a piece and counts it; a fault's place is left to the caller. Local. */
om_status om_mtx_feed_parse(om_mtx_feed *feed, char *text, size_t length, om_mtx_fault *fault);

/* Line ends in text[0 .. length-1]. Local. */
int64_t om_mtx_count_lines(const char *text, size_t length);

#endif
