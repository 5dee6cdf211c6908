/* A Matrix Market file in rounds of whole cells. */
#ifndef ONCOMARK_IO_MTX_STREAM_H
#define ONCOMARK_IO_MTX_STREAM_H

#include "oncomark/cell_feed.h"

typedef struct om_mtx_stream om_mtx_stream;

/* As om_feed_open and the functions after it, for OM_MATRIX_MTX (without gene_of). Where columns
 * ascend, a rank holds a piece of at most 4 MiB of text and its entries (less if `memory` is below
 * 128 MiB, more while a column is longer); rank 0 of a compressed file holds the pieces of all
 * ranks. Otherwise as om_cell_gather_create says. */
om_status om_mtx_stream_open(om_mtx_stream **out, om_ctx *group, const char *path, bool only_counts,
                             int64_t memory);
om_status om_mtx_stream_next(om_mtx_stream *stream, const om_counts **batch, om_feed_event *event);
om_status om_mtx_stream_rewind(om_mtx_stream *stream);
int64_t om_mtx_stream_parsed_bytes(const om_mtx_stream *stream);
void om_mtx_stream_close(om_mtx_stream **stream);

#endif
