#include "grid_private.h"

#include "oncomark/blas.h"
#include "oncomark/memory.h"
#include "scalapack.h"

/* Of ranks, one in so many may be idle for a squarer grid. */
enum { IDLE = 6 };

om_grid_shape om_grid_choose(int n_ranks) {
    om_grid_shape best = {.rows = 1, .columns = n_ranks};
    for (int rows = 2; rows <= n_ranks / rows; rows++) {
        int columns = n_ranks / rows;
        if ((n_ranks - rows * columns) * IDLE <= n_ranks) {
            best = (om_grid_shape){.rows = rows, .columns = columns};
        }
    }
    return best;
}

static void open_grid(om_grid *grid) {
    int rows = 0, columns = 0;
    grid->system = Csys2blacs_handle(grid->members);
    grid->context = grid->system;
    Cblacs_gridinit(&grid->context, "Row", grid->shape.rows, grid->shape.columns);
    Cblacs_gridinfo(grid->context, &rows, &columns, &grid->row, &grid->column);
}

om_status om_grid_create(om_grid **out, om_ctx *ctx) {
    om_grid *grid = om_calloc(1, sizeof *grid);
    *out = grid;
    om_status status = om_agree(ctx, grid != NULL ? om_blas_begin() : OM_MEMORY);
    if (status != OM_OK) {
        om_free(grid);
        *out = NULL;
        return status;
    }
    grid->ctx = ctx;
    grid->shape = om_grid_choose(om_context_size(ctx));
    grid->is_member = om_context_rank(ctx) < grid->shape.rows * grid->shape.columns;
    MPI_Comm_split(om_context_comm(ctx), grid->is_member ? 0 : MPI_UNDEFINED, om_context_rank(ctx),
                   &grid->members);
    if (grid->is_member) {
        open_grid(grid);
    }
    return OM_OK;
}

void om_grid_destroy(om_grid **grid) {
    if (*grid == NULL) {
        return;
    }
    if ((*grid)->is_member) {
        Cblacs_gridexit((*grid)->context);
        Cfree_blacs_system_handle((*grid)->system);
        MPI_Comm_free(&(*grid)->members);
    }
    om_free(*grid);
    *grid = NULL;
}

om_ctx *om_grid_ctx(const om_grid *grid) {
    return grid->ctx;
}

om_grid_shape om_grid_shape_of(const om_grid *grid) {
    return grid->shape;
}
