/* The fields of a line of CSV or TSV that is in memory. */
#ifndef ONCOMARK_FIELD_INDEX_H
#define ONCOMARK_FIELD_INDEX_H

#include "oncomark/strings.h"

#include <stdint.h>

/* A part of a text, without a NUL behind it. */
typedef struct om_field {
    const char *at;
    int64_t length;
} om_field;

/* Where the fields of a line end. Plain data, zeroed before its first line. */
typedef struct om_field_index {
    const char *line;
    int64_t n_fields;
    uint32_t *ends; /* [n_fields] of each field the place of its delimiter, or of the line's end */
    int64_t capacity;
} om_field_index;

/* Finds the first fields, at most `most`, of a line (below 2^32 bytes, without its line end).
 * Delimiters in quotes are none where the quotes open a field. OM_INPUT, without a recorded
 * message, where a quote stays open. Local. */
om_status om_field_index_line(om_field_index *index, om_field line, char delimiter, int64_t most);
void om_field_index_release(om_field_index *index);

/* Field i, with its quotes. */
static inline om_field om_field_get(const om_field_index *index, int64_t i) {
    int64_t start = i > 0 ? (int64_t)index->ends[i - 1] + 1 : 0;
    return (om_field){index->line + start, (int64_t)index->ends[i] - start};
}

/* Replaces *text by a field without the quotes around it, doubled ones in it made single. */
om_status om_field_copy(om_text *text, om_field field);

/* The next line of `text` from *at on: without its line end (LF or CRLF), and blank ones left out
 * (those of blanks and, unless that is the delimiter, tabs). False at `end`, before which the text
 * has a line end. Local. */
bool om_field_next_line(const char **at, const char *end, char delimiter, om_field *line);

/* Comma or tab, whichever `line` has more of outside quotes; a tie: comma. Local. */
char om_field_delimiter(om_field line);

#endif
