/* How a table of profiles begins. */
#ifndef ONCOMARK_LEARN_PROFILE_HEADER_H
#define ONCOMARK_LEARN_PROFILE_HEADER_H

#include "oncomark/field_index.h"
#include "oncomark/reader.h"

#include <stdbool.h>

/* Plain data. */
typedef struct om_profile_header {
    char delimiter;
    bool is_gct;           /* version 1.2 or 1.3 */
    bool is_short;         /* R's: without a name over the names of rows; the list has "" there */
    int64_t n_naming;      /* of the first columns, which may have the names of genes */
    int64_t first_value;   /* the first column that may be a profile */
    int64_t n_rows;        /* as the file says, -1: it does not */
    int64_t skipped_bytes; /* of text before the rows */
    int64_t skipped_lines;
} om_profile_header;

/* Reads up to the first row, *row (borrowed until the reader's next line). *names, owned by the
 * caller, of all columns. Comments ("# ...") before the header are skipped. OM_INPUT with file and
 * line. Local. */
om_status om_profile_header_read(om_profile_header *header, om_strings **names, om_reader *reader,
                                 om_field *row);

/* The next line that is not blank; at NULL at the end of the file. Local. */
om_status om_profile_header_next_line(om_reader *reader, char delimiter, om_field *line);

/* OM_INPUT where the first line is a row and no header: numbers behind a name that is none of a
 * column of names. For genes in rows. Local. */
om_status om_profile_header_check(const om_profile_header *header, const om_strings *names,
                                  const char *path);

/* A column's name is one of a list that ends with NULL; case and punctuation do not matter. */
bool om_profile_header_is_one_of(const char *name, const char *const *list);

#endif
