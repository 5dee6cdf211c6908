/* The ranks that work together, and how they agree on errors. */
#ifndef ONCOMARK_CONTEXT_H
#define ONCOMARK_CONTEXT_H

#include "oncomark/digest.h"
#include "oncomark/log.h"
#include "oncomark/status.h"
#include "oncomark/strings.h"
#include "oncomark/wide.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct om_ctx om_ctx;

/* Duplicates `comm`. `log` is borrowed and must outlive the context. Collective on comm. */
om_status om_context_create(om_ctx **out, MPI_Comm comm, om_log *log);

/* Ranks of the same colour (>= 0) form a new context, in the order of their ranks here. They need
 * not agree on the outcome: all ranks of ctx have the same. Collective on ctx. */
om_status om_context_split(om_ctx **out, om_ctx *ctx, int colour);

/* Collective on ctx. */
void om_context_destroy(om_ctx **ctx);

MPI_Comm om_context_comm(const om_ctx *ctx);
int om_context_rank(const om_ctx *ctx);
int om_context_size(const om_ctx *ctx);
om_log *om_context_log(const om_ctx *ctx);
bool om_context_is_root(const om_ctx *ctx); /* rank 0 of this context */

/* Hints for files that the ranks open together; borrowed, MPI_INFO_NULL to begin with. Contexts
 * that are split off later have them, too. Local. */
void om_context_set_hints(om_ctx *ctx, MPI_Info hints);
MPI_Info om_context_hints(const om_ctx *ctx);

/* Settles the outcome of a rank-local step: every rank returns the worst status of all ranks, and
 * has the message of the lowest rank with that status. A failure of a part of a context (see
 * om_context_split) is final: it is told to the ranks of the other parts, whose next om_agree on
 * their part, or om_poll, gives the same failure; so all soon meet in an om_agree on the whole.
 * Collective on ctx. */
om_status om_agree(om_ctx *ctx, om_status status);

#ifdef __clang_analyzer__
/* Tells the analyzer what it cannot see: who brings a failure gets one back. */
static inline om_status om_agree_model(om_ctx *ctx, om_status status) {
    om_status settled = om_agree(ctx, status);
    if (status != OM_OK && settled == OM_OK) {
        __builtin_unreachable();
    }
    return settled;
}
#define om_agree om_agree_model
#endif

/* For long rank-local loops in a part of a context: OM_OK, or the status of another part that has
 * failed, its message recorded; does what om_serve does, too. Local. */
om_status om_poll(om_ctx *ctx);

/* For rounds of such loops that are too short for om_poll: answers other ranks that wait for this
 * one (see om_task_counter_create). Costs nothing on ranks that nobody asks. Local. */
void om_serve(om_ctx *ctx);

/* Sends what rank `root` has to all ranks. Collective on ctx. `om_broadcast_strings`: *strings is
 * read on the root and created (owned) on the others. */
om_status om_broadcast(om_ctx *ctx, int root, void *bytes, int64_t length);
om_status om_broadcast_strings(om_ctx *ctx, int root, om_strings **strings);

/* Sums over ranks, the result on all. Collective on ctx. Integers wrap at 64 bits. */
om_status om_sum_i64(om_ctx *ctx, int64_t *values, int64_t count);
om_status om_max_f64(om_ctx *ctx, double *values, int64_t count);
om_status om_min_f64(om_ctx *ctx, double *values, int64_t count);
om_status om_max_i64(om_ctx *ctx, int64_t *values, int64_t count);
om_status om_sum_digest(om_ctx *ctx, om_digest *digest);

/* A 128-bit two's complement integer as two limbs, for sums that are exact in any order. */
typedef struct om_i128 {
    uint64_t low;
    uint64_t high;
} om_i128;

om_i128 om_i128_from(om_wide value);
om_wide om_i128_value(om_i128 value);
om_status om_sum_i128(om_ctx *ctx, om_i128 *values, int64_t count);

#endif
