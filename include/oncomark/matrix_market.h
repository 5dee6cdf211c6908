/* The header of Matrix Market coordinate files (genes x cells). Their entries are read by om_feed.
 */
#ifndef ONCOMARK_MATRIX_MARKET_H
#define ONCOMARK_MATRIX_MARKET_H

#include "oncomark/status.h"

#include <stdbool.h>
#include <stdint.h>

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

#endif
