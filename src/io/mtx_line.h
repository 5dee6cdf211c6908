/* One line of a Matrix Market file, checked in every way: the careful parser beside the fast
 * kernel, and the one that words the errors. No MPI, no files. */
#ifndef ONCOMARK_IO_MTX_LINE_H
#define ONCOMARK_IO_MTX_LINE_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OM_MTX_LONGEST_LINE = 4096 };

typedef struct om_mtx_rules {
    int64_t rows; /* fewer than 2^31, and so the columns */
    int64_t columns;
    bool integer_field; /* the banner says "integer" */
    bool only_counts;   /* the caller wants whole numbers below 2^32 */
} om_mtx_rules;

typedef struct om_mtx_line {
    int32_t row; /* from 0 */
    int32_t column;
    double value; /* >= 0, finite */
    bool whole;   /* a whole number below 2^32 */
    bool blank;   /* no entry at all */
} om_mtx_line;

/* What is wrong with a line. */
typedef struct om_mtx_fault {
    size_t offset;     /* of the line in the text */
    char message[512]; /* "found ..., expected ..." */
} om_mtx_fault;

/* Parses the line at `line`, which has a '\n' at its end. *next: the start of the next one. A
 * malformed line is OM_INPUT with fault->message filled in and no recorded message, since only the
 * caller knows where the text stands in the file. Local. */
om_status om_mtx_line_parse(const om_mtx_rules *rules, const char *line, const char **next,
                            om_mtx_line *parsed, om_mtx_fault *fault);

/* The decimal number at c, correctly rounded, up to its end, which is returned; NULL: there is
 * none. Something that cannot be in a number follows. Local. */
const char *om_mtx_number_parse(const char *c, double *value);

#endif
