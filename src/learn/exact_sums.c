#include "exact_sums.h"

#include "oncomark/memory.h"

/* MPI counts are int. */
enum { PIECE = 1 << 26 };

om_status om_sum_wide(om_ctx *ctx, om_wide *values, int64_t count) {
    om_i128 *limbs = om_malloc(count, sizeof *limbs);
    om_status status = om_agree(ctx, limbs != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        for (int64_t i = 0; i < count; i++) {
            limbs[i] = om_i128_from(values[i]);
        }
        status = om_sum_i128(ctx, limbs, count);
        for (int64_t i = 0; i < count; i++) {
            values[i] = om_i128_value(limbs[i]);
        }
    }
    om_free(limbs);
    return status;
}

om_status om_join_bytes(om_ctx *ctx, void *bytes, int64_t length) {
    char *byte = bytes;
    for (int64_t done = 0; done < length; done += PIECE) {
        int64_t piece = length - done < PIECE ? length - done : PIECE;
        if (MPI_Allreduce(MPI_IN_PLACE, byte + done, (int)piece, MPI_BYTE, MPI_BOR,
                          om_context_comm(ctx)) != MPI_SUCCESS) {
            return om_fail(OM_SYSTEM, "MPI: reduction of %d bytes failed", (int)piece);
        }
    }
    return OM_OK;
}
