#include "oncomark/context.h"

#include "context_private.h"
#include "oncomark/memory.h"

#include <string.h>

/* Broadcasts and sums go in pieces, since MPI counts are int and some transports dislike more. */
enum { PIECE = 1 << 26 };

om_i128 om_i128_from(om_wide value) {
    om_uwide bits = (om_uwide)value;
    return (om_i128){.low = (uint64_t)bits, .high = (uint64_t)(bits >> 64)};
}

om_wide om_i128_value(om_i128 value) {
    return (om_wide)(((om_uwide)value.high << 64) | value.low);
}

/* The signature is MPI's (MPI_User_function). */
static void sum_i128(void *in, void *in_out, int *length, MPI_Datatype *type) {
    (void)type;
    const om_i128 *from = in;
    om_i128 *to = in_out;
    for (int i = 0; i < *length; i++) {
        uint64_t low = to[i].low + from[i].low;
        to[i].high += from[i].high + (low < to[i].low ? 1 : 0);
        to[i].low = low;
    }
}

/* Takes `comm` over, also where it fails. */
static om_status wrap(om_ctx **out, MPI_Comm comm, om_log *log, om_alarm *alarm) {
    om_ctx *ctx = om_calloc(1, sizeof *ctx);
    *out = ctx;
    if (ctx == NULL) {
        MPI_Comm_free(&comm);
        return OM_MEMORY;
    }
    ctx->comm = comm;
    ctx->log = log;
    ctx->hints = MPI_INFO_NULL;
    ctx->alarm = alarm;
    ctx->whole = ctx;
    MPI_Comm_rank(comm, &ctx->rank);
    MPI_Comm_size(comm, &ctx->size);
    MPI_Op_create(sum_i128, 1, &ctx->sum_i128);
    MPI_Type_contiguous(2, MPI_UINT64_T, &ctx->limbs);
    MPI_Type_commit(&ctx->limbs);
    return OM_OK;
}

/* What om_agree does, where there is no context yet. */
static om_status settle(MPI_Comm comm, om_status status) {
    int mine = (int)status;
    int worst = mine;
    MPI_Allreduce(&mine, &worst, 1, MPI_INT, MPI_MAX, comm);
    if (status != OM_OK) {
        return status;
    }
    return worst == (int)OM_OK
               ? OM_OK
               : om_fail((om_status)worst, "MPI: another rank cannot make its context");
}

om_status om_context_create(om_ctx **out, MPI_Comm comm, om_log *log) {
    *out = NULL;
    MPI_Comm own, for_alarm;
    if (MPI_Comm_dup(comm, &own) != MPI_SUCCESS || MPI_Comm_dup(comm, &for_alarm) != MPI_SUCCESS) {
        return om_fail(OM_SYSTEM, "MPI: cannot duplicate the communicator");
    }
    om_alarm *alarm = NULL;
    om_status alarm_status = om_alarm_create(&alarm, for_alarm);
    om_status status = wrap(out, own, log, alarm);
    status = settle(comm, status != OM_OK ? status : alarm_status);
    if (status != OM_OK) {
        om_context_destroy(out);
        om_alarm_destroy(&alarm);
        return status;
    }
    (*out)->own_alarm = alarm;
    return OM_OK;
}

om_status om_context_split(om_ctx **out, om_ctx *ctx, int colour) {
    *out = NULL;
    MPI_Comm part;
    if (MPI_Comm_split(ctx->comm, colour, ctx->rank, &part) != MPI_SUCCESS) {
        return om_fail(OM_SYSTEM, "MPI: cannot split the communicator");
    }
    om_status status = om_agree(ctx, wrap(out, part, ctx->log, ctx->alarm));
    if (status != OM_OK) {
        om_context_destroy(out);
        return status;
    }
    (*out)->hints = ctx->hints;
    (*out)->whole = ctx->whole;
    return OM_OK;
}

void om_context_destroy(om_ctx **ctx) {
    if (*ctx == NULL) {
        return;
    }
    om_alarm_destroy(&(*ctx)->own_alarm);
    MPI_Op_free(&(*ctx)->sum_i128);
    MPI_Type_free(&(*ctx)->limbs);
    MPI_Comm_free(&(*ctx)->comm);
    om_free(*ctx);
    *ctx = NULL;
}

MPI_Comm om_context_comm(const om_ctx *ctx) {
    return ctx->comm;
}

int om_context_rank(const om_ctx *ctx) {
    return ctx->rank;
}

int om_context_size(const om_ctx *ctx) {
    return ctx->size;
}

om_log *om_context_log(const om_ctx *ctx) {
    return ctx->log;
}

bool om_context_is_root(const om_ctx *ctx) {
    return ctx->rank == 0;
}

void om_context_set_hints(om_ctx *ctx, MPI_Info hints) {
    ctx->hints = hints;
}

MPI_Info om_context_hints(const om_ctx *ctx) {
    return ctx->hints;
}

om_status om_broadcast(om_ctx *ctx, int root, void *bytes, int64_t length) {
    char *byte = bytes;
    for (int64_t done = 0; done < length; done += PIECE) {
        int64_t piece = length - done < PIECE ? length - done : PIECE;
        if (MPI_Bcast(byte + done, (int)piece, MPI_BYTE, root, ctx->comm) != MPI_SUCCESS) {
            return om_fail(OM_SYSTEM, "MPI: broadcast of %d bytes failed", (int)piece);
        }
    }
    return OM_OK;
}

om_status om_broadcast_strings(om_ctx *ctx, int root, om_strings **strings) {
    bool is_root = ctx->rank == root;
    int64_t length = 0;
    const char *packed = is_root ? om_strings_bytes(*strings, &length) : NULL;
    OM_TRY(om_broadcast(ctx, root, &length, sizeof length));
    char *bytes = om_malloc(length, 1);
    om_status status = om_agree(ctx, bytes != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK && is_root) {
        memcpy(bytes, packed, (size_t)length);
    }
    status = status == OM_OK ? om_broadcast(ctx, root, bytes, length) : status;
    if (status == OM_OK && !is_root) {
        status = om_strings_from_bytes(strings, bytes, length);
    }
    om_free(bytes);
    return om_agree(ctx, status);
}

static om_status reduce(om_ctx *ctx, void *values, int64_t count, size_t size, MPI_Datatype type,
                        MPI_Op op) {
    char *element = values;
    int64_t step = PIECE / (int64_t)size;
    for (int64_t done = 0; done < count; done += step) {
        int64_t piece = count - done < step ? count - done : step;
        if (MPI_Allreduce(MPI_IN_PLACE, element + done * (int64_t)size, (int)piece, type, op,
                          ctx->comm) != MPI_SUCCESS) {
            return om_fail(OM_SYSTEM, "MPI: reduction of %d elements failed", (int)piece);
        }
    }
    return OM_OK;
}

om_status om_sum_i64(om_ctx *ctx, int64_t *values, int64_t count) {
    return reduce(ctx, values, count, sizeof *values, MPI_INT64_T, MPI_SUM);
}

om_status om_max_i64(om_ctx *ctx, int64_t *values, int64_t count) {
    return reduce(ctx, values, count, sizeof *values, MPI_INT64_T, MPI_MAX);
}

om_status om_max_f64(om_ctx *ctx, double *values, int64_t count) {
    return reduce(ctx, values, count, sizeof *values, MPI_DOUBLE, MPI_MAX);
}

om_status om_min_f64(om_ctx *ctx, double *values, int64_t count) {
    return reduce(ctx, values, count, sizeof *values, MPI_DOUBLE, MPI_MIN);
}

om_status om_sum_digest(om_ctx *ctx, om_digest *digest) {
    return reduce(ctx, digest->lane, 2, sizeof digest->lane[0], MPI_UINT64_T, MPI_SUM);
}

om_status om_sum_i128(om_ctx *ctx, om_i128 *values, int64_t count) {
    return reduce(ctx, values, count, sizeof *values, ctx->limbs, ctx->sum_i128);
}
