/* Matrix Market coordinate files (genes x cells), parsed by all ranks of a group. */
#ifndef ONCOMARK_MATRIX_MARKET_H
#define ONCOMARK_MATRIX_MARKET_H

#include "oncomark/context.h"
#include "oncomark/counts.h"

typedef struct om_mtx_header {
    int64_t rows;    /* genes */
    int64_t columns; /* cells */
    int64_t entries;
    bool integer;  /* field "integer"; "real" otherwise */
    int64_t lines; /* lines up to and with the size line */
    int64_t bytes; /* where the entries start, in bytes of text */
} om_mtx_header;

/* Reads banner, comments and size line; at least one row and one column, fewer than 2^31. Checks
 * that the file can hold so many entries (at least 6 bytes of text each, a plain file; 1,032 times
 * its size for gzip). Local. */
om_status om_mtx_header_read(const char *path, om_mtx_header *header);

/* Reads the whole matrix: plain files split by bytes over the ranks, gzip inflated by rank 0 and
 * handed out in pieces of whole lines. Entries may come in any order; an explicit zero is dropped,
 * an entry given twice is summed (with one warning). Each rank gets a contiguous range of cells of
 * nearly equal non-zeros, genes ascending within a cell. `parsed_bytes` (may be NULL): text that
 * this rank parsed. Errors (OM_INPUT): index out of range, negative or non-finite value, malformed
 * line, fewer or more entries than the header says, a count above 2^32 - 1 under an "integer"
 * header; with file and line. Takes memory for as many cells as the header says: check that number
 * first. Collective on group. */
om_status om_mtx_read(om_counts **out, om_ctx *group, const char *path, int64_t *parsed_bytes);

/* As om_mtx_read; a value that is no whole number below 2^32 is OM_INPUT. */
om_status om_mtx_read_integers(om_counts **out, om_ctx *group, const char *path,
                               int64_t *parsed_bytes);

#endif
