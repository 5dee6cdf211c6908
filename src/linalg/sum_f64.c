#include "symmetric_private.h"

/* Doubles of an MPI message. */
enum { PIECE = 1 << 26 };

void om_sum_f64(om_ctx *ctx, double *values, int64_t count) {
    MPI_Comm comm = om_context_comm(ctx);
    for (int64_t first = 0; first < count; first += PIECE) {
        int n = (int)(count - first < PIECE ? count - first : PIECE);
        /* An allreduce may give ranks other bits. */
        if (om_context_is_root(ctx)) {
            MPI_Reduce(MPI_IN_PLACE, values + first, n, MPI_DOUBLE, MPI_SUM, 0, comm);
        } else {
            MPI_Reduce(values + first, NULL, n, MPI_DOUBLE, MPI_SUM, 0, comm);
        }
        MPI_Bcast(values + first, n, MPI_DOUBLE, 0, comm);
    }
}
