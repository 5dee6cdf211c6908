/* Reading the cells of a store in order, a bounded batch at a time. */
#ifndef ONCOMARK_CELL_STREAM_H
#define ONCOMARK_CELL_STREAM_H

#include "oncomark/counts.h"
#include "oncomark/h5.h"

typedef struct om_cell_stream om_cell_stream;

/* Cells first_cell .. first_cell + n_cells - 1 of a CSR matrix ("X") in batches that take, with the
 * next one, which is read meanwhile by a thread of its own, at most `memory` bytes in all (a single
 * cell and eight chunks of a compressed data set, if they take more). The offsets come on top: 8
 * bytes a cell; and 16 bytes a chunk. `file` is borrowed. Local. */
om_status om_cell_stream_open(om_cell_stream **out, const om_h5 *file, const char *path,
                              int64_t first_cell, int64_t n_cells, int64_t memory);
void om_cell_stream_close(om_cell_stream **stream);

/* The next batch, borrowed until the next call; NULL at the end. Its n_cells_total is that of the
 * data set, its first_cell in the data set, its `integer` holds for this batch. Rows of other
 * programs that are not tidy become so; OM_INPUT with file, object and row for what is no matrix.
 * Local. */
om_status om_cell_stream_next(om_cell_stream *stream, const om_counts **batch);

/* The next batch starts with this cell, which may not lie before the next one. Local. */
om_status om_cell_stream_skip_to(om_cell_stream *stream, int64_t cell);

#endif
