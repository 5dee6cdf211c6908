/* Lists of names, one a line. */
#ifndef ONCOMARK_CELLS_STUDY_LINES_H
#define ONCOMARK_CELLS_STUDY_LINES_H

#include "oncomark/reader.h"

typedef struct om_study_lines {
    om_reader *reader;
    const char *expected; /* what a line has, for messages */
    int64_t blank;        /* number of the first blank line */
} om_study_lines;

/* `expected` is borrowed. Local. */
om_status om_study_lines_open(om_study_lines *lines, const char *path, const char *expected);
void om_study_lines_close(om_study_lines *lines);

/* The next line, borrowed; NULL at the end. A blank line before others is OM_INPUT, since a line's
 * number is that of a row or column. */
om_status om_study_lines_next(om_study_lines *lines, char **line);

#endif
