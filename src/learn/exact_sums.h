/* What ranks tell each other during learning, all of it exact. */
#ifndef ONCOMARK_LEARN_EXACT_SUMS_H
#define ONCOMARK_LEARN_EXACT_SUMS_H

#include "oncomark/context.h"
#include "oncomark/wide.h"

/* Sums 128-bit integers over ranks. OM_MEMORY on all ranks. Collective on ctx. */
om_status om_sum_wide(om_ctx *ctx, om_wide *values, int64_t count);

/* Joins what ranks hold: every byte is zero on all ranks but at most one. Collective on ctx. */
om_status om_join_bytes(om_ctx *ctx, void *bytes, int64_t length);

#endif
