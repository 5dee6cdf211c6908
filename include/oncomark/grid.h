/* The ranks as a grid, over which large dense matrices are dealt out (BLACS). */
#ifndef ONCOMARK_GRID_H
#define ONCOMARK_GRID_H

#include "oncomark/context.h"

typedef struct om_grid_shape {
    int rows;
    int columns; /* rows x columns <= ranks */
} om_grid_shape;

/* The shape for so many ranks: more than one process wherever there is more than one rank, at most
 * one rank in six idle, and within that as square as can be. Local. */
om_grid_shape om_grid_choose(int n_ranks);

typedef struct om_grid om_grid;

/* ctx is borrowed; its ranks beyond the grid take part in every collective call, and hold nothing.
 * One BLAS thread a rank from here on. Collective on ctx. */
om_status om_grid_create(om_grid **out, om_ctx *ctx);
void om_grid_destroy(om_grid **grid); /* collective on that ctx */

om_ctx *om_grid_ctx(const om_grid *grid);
om_grid_shape om_grid_shape_of(const om_grid *grid);

#endif
