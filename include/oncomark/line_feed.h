/* The lines of a text file, plain or gzip, for all ranks of a context: in rounds of whole lines. */
#ifndef ONCOMARK_LINE_FEED_H
#define ONCOMARK_LINE_FEED_H

#include "oncomark/context.h"

#include <stdbool.h>
#include <stdint.h>

/* So many bytes behind a piece may be read, whatever they are. */
enum { OM_LINES_SLACK = 64 };

/* Whole lines, each with its '\n' (the last one of a file gets one where it has none). */
typedef struct om_lines {
    const char *text;
    int64_t length; /* 0: no lines for this rank in this round */
} om_lines;

typedef struct om_line_feed om_line_feed;

/* Skips the first `skipped_bytes` of text, which are `skipped_lines` lines. A piece has about
 * `piece_bytes` of text (more where a line is longer, up to 256 MiB); a rank holds one piece, the
 * first rank of a compressed file two. The arguments must match on all ranks. Collective on ctx. */
om_status om_line_feed_open(om_line_feed **out, om_ctx *ctx, const char *path,
                            int64_t skipped_bytes, int64_t skipped_lines, int64_t piece_bytes);
void om_line_feed_close(om_line_feed **feed); /* local */

/* The next round: *lines has this rank's piece, borrowed until the next call. Pieces follow one
 * another by round, within a round by rank. A plain file is read by all ranks, each its own bytes;
 * a compressed one is inflated by rank 0 and handed out. *more is false, on all ranks, where the
 * file is at its end: then there is no piece. Collective on ctx. */
om_status om_line_feed_next(om_line_feed *feed, om_lines *lines, bool *more);

/* The number, from 1, of the line at `offset` of this rank's piece. A plain file is
 * read again up to there: for messages only. Local. */
om_status om_line_feed_number(const om_line_feed *feed, int64_t offset, int64_t *line);

#endif
