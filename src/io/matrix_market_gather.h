/* From parsed entries, anywhere in a group, to each rank's cells in CSR. */
#ifndef ONCOMARK_IO_MATRIX_MARKET_GATHER_H
#define ONCOMARK_IO_MATRIX_MARKET_GATHER_H

#include "io/matrix_market_parse.h"
#include "oncomark/context.h"
#include "oncomark/counts.h"

/* Uses up the parsers' entries. Cells are cut by non-zeros; genes within a cell are in the order of
 * arrival. Collective on group. */
om_status om_mtx_gather(om_counts **out, om_ctx *group, om_mtx_parser *parser);

/* Sorts each cell's genes and sums duplicates, in an order that depends on the values only.
 * *n_duplicates: entries that went into others. Local. */
om_status om_mtx_tidy(om_counts *counts, int64_t *n_duplicates);

#endif
