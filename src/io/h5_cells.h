/* An expression matrix of an HDF5 file in rounds of whole cells. */
#ifndef ONCOMARK_IO_H5_CELLS_H
#define ONCOMARK_IO_H5_CELLS_H

#include "oncomark/cell_feed.h"

typedef struct om_h5_cells om_h5_cells;

/* As om_feed_open and the functions after it, for the HDF5 layouts (without gene_of). */
om_status om_h5_cells_open(om_h5_cells **out, om_ctx *group, const om_matrix_place *place,
                           bool only_counts, int64_t memory);
om_status om_h5_cells_next(om_h5_cells *cells, const om_counts **batch, om_feed_event *event);
om_status om_h5_cells_rewind(om_h5_cells *cells);
int64_t om_h5_cells_parsed_bytes(const om_h5_cells *cells);
void om_h5_cells_close(om_h5_cells **cells);

#endif
