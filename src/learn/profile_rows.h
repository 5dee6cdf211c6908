/* The rows of a table of profiles, for all ranks, in rounds of pieces of its text. */
#ifndef ONCOMARK_LEARN_PROFILE_ROWS_H
#define ONCOMARK_LEARN_PROFILE_ROWS_H

#include "oncomark/line_feed.h"
#include "oncomark/progress.h"
#include "profile_layout.h"

/* A rank's place in the table. Plain data. */
typedef struct om_profile_rows {
    const om_profile_source *source; /* borrowed */
    om_line_feed *feed;
    om_progress *progress;
    om_lines lines; /* of this rank in this round */
    const char *at; /* the next one */
    om_field line;  /* the one in hand */
    om_field_index index;
    om_text *name; /* working memory */
} om_profile_rows;

/* `rows` is to be closed after a failure too. Collective on the source's ctx. */
om_status om_profile_rows_open(om_profile_rows *rows, const om_profile_source *source);
void om_profile_rows_close(om_profile_rows *rows);

/* The next round; *more is false, on all ranks, where there is none. Collective. */
om_status om_profile_rows_round(om_profile_rows *rows, bool *more);

/* The next line of this rank's piece, its first `most` fields found: *more is false at the end.
 * All fields are as many as the layout says. OM_INPUT with file and line. Local. */
om_status om_profile_rows_next(om_profile_rows *rows, int64_t most, bool *more);

/* Begins again with the first line of the piece. Local. */
void om_profile_rows_rewind(om_profile_rows *rows);

/* *text: the field `column` of the line in hand, without quotes, borrowed until the next call. */
om_status om_profile_rows_text(om_profile_rows *rows, int64_t column, const char **text);

/* Number of the line in hand, for messages. Local. */
om_status om_profile_rows_number(const om_profile_rows *rows, int64_t *line);

/* OM_INPUT for a number in `column` of the line in hand that is below 0 or not finite, and for text
 * that is no number. Local. */
om_status om_profile_rows_fail_value(const om_profile_rows *rows, int64_t column);

#endif
