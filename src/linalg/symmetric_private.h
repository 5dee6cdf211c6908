/* What a symmetric matrix consists of, and the two ways to its eigenvectors. */
#ifndef ONCOMARK_LINALG_SYMMETRIC_PRIVATE_H
#define ONCOMARK_LINALG_SYMMETRIC_PRIVATE_H

#include "grid_private.h"
#include "oncomark/symmetric.h"
#include "scalapack.h"

struct om_symmetric {
    const om_grid *grid;
    char *what;
    int n;
    int block;
    int n_rows;            /* that this rank holds */
    int n_columns;         /* that this rank holds */
    int leading;           /* n_rows, at least 1 */
    double *values;        /* [n_columns x leading]: by column; of no meaning above the diagonal */
    int64_t *row_items;    /* [n_rows] ascending */
    int64_t *column_items; /* [n_columns] ascending */
    int descriptor[OM_DESCRIPTOR];
};

/* Bytes of a rank's panels of terms. */
enum { OM_PANEL_BYTES = 48 << 20 };

/* OM_USAGE where `room` bytes a rank are too little for n x n; see om_symmetric_create. Local. */
om_status om_symmetric_check_room(int64_t n, int n_ranks, int64_t room, const char *what);

/* Side of the blocks for n items on a grid of this shape, of so many ranks. */
int om_symmetric_block(int64_t n, om_grid_shape shape, int n_ranks);

/* Rows and columns together of the rank that holds most. */
int64_t om_symmetric_largest_width(const om_symmetric *matrix);

/* The first of this rank's rows with an item of at least `item`. */
int om_symmetric_first_row(const om_symmetric *matrix, int64_t item);

/* The eigenvectors by ScaLAPACK, which finds all of them; and by a block Lanczos method, which only
 * multiplies with the matrix, for few of many (count at most n / 4). See om_symmetric_leading,
 * which settles the signs. Collective on the grid's ctx. */
om_status om_symmetric_leading_dense(double *values, double *vectors, om_symmetric *matrix,
                                     int64_t count);
om_status om_symmetric_leading_lanczos(double *values, double *vectors, om_symmetric *matrix,
                                       int64_t count);
/* See om_symmetric_leading_bytes. */
int64_t om_symmetric_dense_bytes(int64_t n, int64_t count);
int64_t om_symmetric_lanczos_bytes(int64_t n, int64_t count);

/* products [count x n]: of the matrix with the vectors [count x n] that rank 0 has, which all ranks
 * get, as they do the products. Collective. */
om_status om_symmetric_times(double *products, double *vectors, const om_symmetric *matrix,
                             int64_t count);

/* Sums over ranks, the same bits on all. Collective on ctx. */
void om_sum_f64(om_ctx *ctx, double *values, int64_t count);

#endif
