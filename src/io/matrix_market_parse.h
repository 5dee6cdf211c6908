/* The kernel that turns lines of a Matrix Market file into entries. No MPI, no files. */
#ifndef ONCOMARK_IO_MATRIX_MARKET_PARSE_H
#define ONCOMARK_IO_MATRIX_MARKET_PARSE_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OM_MTX_LONGEST_LINE = 4096 };

typedef struct om_mtx_entry {
    int32_t row; /* from 0 */
    int32_t column;
    double value; /* > 0, finite */
} om_mtx_entry;

/* A list of entries in blocks, so that it grows without copies and is freed as it is used up. */
typedef struct om_mtx_block {
    struct om_mtx_block *next;
    int64_t count;
    om_mtx_entry entries[];
} om_mtx_block;

enum { OM_MTX_BLOCK_ENTRIES = 1 << 18 };

typedef struct om_mtx_rules {
    int64_t rows;
    int64_t columns;
    bool integer_field; /* the banner says "integer" */
    bool only_integers; /* the caller wants whole numbers */
} om_mtx_rules;

typedef struct om_mtx_parser {
    om_mtx_rules rules;
    om_mtx_block *first;
    om_mtx_block *last;
    int64_t *column_counts; /* [columns] non-zero entries per column */
    int64_t n_entries;      /* lines with an entry, explicit zeros too */
    bool integer;           /* all values so far are whole and below 2^32 */
} om_mtx_parser;

/* What is wrong with a line. */
typedef struct om_mtx_fault {
    size_t offset;     /* of the line in the piece */
    char message[512]; /* "found ..., expected ..." */
} om_mtx_fault;

om_status om_mtx_parser_create(om_mtx_parser **out, om_mtx_rules rules);
void om_mtx_parser_destroy(om_mtx_parser **parser);

/* Parses the whole lines text[0 .. length-1]; the last one may lack its end. text[length] and
 * text[length + 1] are overwritten. A malformed line is OM_INPUT with *fault filled in and no
 * recorded message, since only the caller knows where the piece stands in the file. Local. */
om_status om_mtx_parse(om_mtx_parser *parser, char *text, size_t length, om_mtx_fault *fault);

/* Takes the first block out of the list, NULL at the end; free it with om_free. */
om_mtx_block *om_mtx_parser_take(om_mtx_parser *parser);

#endif
