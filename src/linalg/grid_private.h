/* What a grid consists of. */
#ifndef ONCOMARK_LINALG_GRID_PRIVATE_H
#define ONCOMARK_LINALG_GRID_PRIVATE_H

#include "oncomark/grid.h"

struct om_grid {
    om_ctx *ctx;
    MPI_Comm members; /* the ranks of the grid; MPI_COMM_NULL on the others */
    om_grid_shape shape;
    bool is_member;
    int system; /* BLACS' handle of `members` */
    int context;
    int row; /* of this rank; 0 where it is no member */
    int column;
};

#endif
