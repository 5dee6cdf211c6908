/* Some vectors as the columns of a matrix that is dealt out beside a symmetric one. */
#ifndef ONCOMARK_LINALG_COLUMNS_H
#define ONCOMARK_LINALG_COLUMNS_H

#include "symmetric_private.h"

/* Plain data; rows as those of the symmetric matrix. */
typedef struct om_columns {
    const om_symmetric *matrix;
    int count;
    int n_own;      /* of the columns, that this rank has a part of */
    double *values; /* [n_own x leading of the matrix] */
    int descriptor[OM_DESCRIPTOR];
} om_columns;

/* `count` columns of `all` [count x n]. For the ranks of the grid. Local. */
om_status om_columns_create(om_columns *columns, const om_symmetric *matrix, const double *all,
                            int64_t count);
void om_columns_destroy(om_columns *columns);

/* The columns come back to `all` [count x n], on all ranks; of ranks beyond the grid, `columns` has
 * no matrix. Collective on the grid's ctx. */
void om_columns_collect(double *all, const om_columns *columns, const om_symmetric *matrix,
                        int64_t count);

#endif
