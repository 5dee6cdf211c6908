/* Rows of a published table, from text to sparse counts. */
#ifndef ONCOMARK_CELLS_PUBLISHED_ROWS_H
#define ONCOMARK_CELLS_PUBLISHED_ROWS_H

#include "oncomark/strings.h"

#include <stdint.h>

/* How the lines of a table are laid out. Plain data. */
typedef struct om_published_layout {
    char delimiter;
    int64_t n_fields;   /* values of a row, behind its name */
    int32_t *column_of; /* [n_fields] where a value goes; n_columns: it is left out. Every column
                           but n_columns is named once. Owned. */
    int64_t n_columns;
} om_published_layout;

/* The rows of one piece of text, sparse; its memory serves one piece after another. Plain data. */
typedef struct om_published_rows {
    int64_t n_rows;
    int64_t *indptr;   /* [n_rows + 1] */
    int32_t *indices;  /* ascending within a row */
    uint32_t *values;  /* > 0 */
    om_strings *names; /* as parsed */
    uint32_t *dense;   /* [n_columns + 1] the row that is being read */
    om_text *text;     /* its name */
    int64_t row_capacity;
    int64_t value_capacity;
} om_published_rows;

/* What is wrong with a line. */
typedef struct om_published_fault {
    int64_t offset; /* of the line in the text */
    int64_t field;  /* which value; -1: the line as a whole */
    char message[192];
} om_published_fault;

/* The end of the field at `at`: its delimiter, or the line's '\n' or NUL. Quotes hide delimiters.
 * Local. */
const char *om_published_field_end(const char *at, char delimiter);

/* Replaces *plain by the field from `at` to `end` without its quotes. Local. */
om_status om_published_unquote(om_text *plain, const char *at, const char *end);

om_status om_published_rows_create(om_published_rows **out, int64_t n_columns);
void om_published_rows_destroy(om_published_rows **rows);

/* Room for so many rows and values. Local. */
om_status om_published_rows_reserve(om_published_rows *rows, int64_t n_rows, int64_t n_values);

/* Replaces the rows by those of `text`: whole lines, behind which OM_LINES_SLACK bytes may be read.
 * Names may be quoted; lines may end in CRLF; blank ones are none. A value is a whole number below
 * 2^32, however it is written (12, 12.0, 1.2e1, "12"). OM_INPUT without a recorded message, but
 * with *fault: the caller knows the file. Local. */
om_status om_published_rows_parse(om_published_rows *rows, const om_published_layout *layout,
                                  const char *text, int64_t length, om_published_fault *fault);

#endif
