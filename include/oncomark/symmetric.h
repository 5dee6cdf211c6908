/* Large symmetric matrices, dealt out over a grid in blocks, of which the lower triangle counts:
 * summed from panels, solved by Cholesky, leading eigenvectors (ScaLAPACK). What it computes
 * depends on grid and BLAS in the last bits. */
#ifndef ONCOMARK_SYMMETRIC_H
#define ONCOMARK_SYMMETRIC_H

#include "oncomark/grid.h"

typedef struct om_symmetric om_symmetric;

/* A matrix of n_items x n_items is the sum over terms of products of two items' values:
 * entry (i, j) = sum over t of value(i, t) value(j, t). Items may be features and terms samples (a
 * covariance), or the other way round (a Gram matrix). */
typedef struct om_panel_source {
    void *self;
    int64_t n_items;
    int64_t n_terms;
    /* Before each panel of terms first .. first + n - 1, in order; may be NULL. Collective on the
     * grid's ctx; the same status on all ranks. */
    om_status (*begin)(void *self, int64_t first, int64_t n);
    /* values [n x n_items_wanted], term after term: of terms first .. first + n - 1 of the panel
     * that has begun, for the items whose numbers are in `items`, ascending, in runs of neighbours.
     * Local. */
    void (*pack)(void *self, double *values, const int64_t *items, int64_t n_items_wanted,
                 int64_t first, int64_t n);
} om_panel_source;

/* n x n zeros. `room`: bytes that a rank may take for what it holds of this matrix and for working
 * on it (see om_symmetric_bytes_needed). OM_USAGE where that is too little, with the number of
 * ranks that would do; `what` names the matrix in messages. grid is borrowed. Collective on its
 * ctx. */
om_status om_symmetric_create(om_symmetric **out, const om_grid *grid, int64_t n, int64_t room,
                              const char *what);
void om_symmetric_destroy(om_symmetric **matrix); /* Local */

/* The memory that the ranks of a node have between them, an eighth left for other things, shared
 * out equally: the same on all ranks, of the node with least. Collective on ctx. */
om_status om_symmetric_room(int64_t *room, om_ctx *ctx);

/* Most bytes of the matrix itself that a rank holds, and that it takes at most with what the
 * functions here need beside it, for n x n on so many ranks; but for vectors, which each rank holds
 * whole. Local. */
int64_t om_symmetric_local_bytes(int64_t n, int n_ranks);
int64_t om_symmetric_bytes_needed(int64_t n, int n_ranks);

/* Bytes of vectors that a rank takes to find `count` eigenvectors, theirs left out. Local. */
int64_t om_symmetric_leading_bytes(int64_t n, int64_t count);

/* Adds all terms of `source`, whose n_items is the matrix' n. Looks for other ranks' failures and
 * for a signal to stop between panels (OM_STOPPED). Collective on the grid's ctx. */
om_status om_symmetric_add_terms(om_symmetric *matrix, const om_panel_source *source);

/* Local. */
void om_symmetric_scale(om_symmetric *matrix, double factor);
void om_symmetric_add_to_diagonal(om_symmetric *matrix, double value);

/* The sum of the diagonal. Collective. */
om_status om_symmetric_trace(double *trace, const om_symmetric *matrix);

/* A copy of what `from` holds; both of one grid and size. Local. */
void om_symmetric_copy(om_symmetric *to, const om_symmetric *from);

/* The `count` largest eigenvalues, decreasing: values [count], and their eigenvectors of length 1:
 * vectors [count x n], the same on all ranks. Of each, the entry of largest absolute value (the
 * first of equals to within 1e-9 of it) is positive. Leaves the matrix without use. OM_SYSTEM where
 * the solver fails. Collective. */
om_status om_symmetric_leading(double *values, double *vectors, om_symmetric *matrix,
                               int64_t count);

/* Solves matrix x solution = right side for a positive definite matrix: right_sides [count x n],
 * the same on all ranks, become the solutions. Leaves the matrix without use. OM_INPUT, naming
 * `what` and the first leading minor that is not, where it is not positive definite. Collective. */
om_status om_symmetric_solve(om_symmetric *matrix, double *right_sides, int64_t count);

#endif
