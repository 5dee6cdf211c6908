/* Putting parts of blocks together. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_EXCHANGE_H
#define ONCOMARK_CELLS_SYNTHETIC_EXCHANGE_H

#include "synthetic_block.h"
#include "synthetic_sum.h"

/* What sums go through. Plain data, borrowed. */
typedef struct om_synthetic_merge {
    const om_synthetic_task *task;
    om_synthetic_block *block; /* all zero */
    om_synthetic_rows *parts;  /* sorted */
    om_synthetic_rows *rows;   /* where whole sums go */
} om_synthetic_merge;

/* Ends the row of block `block`: packs the sum into `rows`. OM_INPUT, naming the synthetic sample,
 * where a sum is beyond 32 bits. Local. */
om_status om_synthetic_finish_row(const om_synthetic_merge *merge, om_synthetic_rows *rows,
                                  int64_t block);

/* Adds up the parts of the blocks that only this rank has cells of. Local. */
om_status om_synthetic_merge_own(const om_synthetic_merge *merge);

/* Sends the parts of the other blocks to their owners, which add them up. In rounds that move at
 * most `memory` / 2 bytes in all, or a single block. Collective on group. */
om_status om_synthetic_exchange(const om_synthetic_merge *merge, om_ctx *group, int64_t memory);

#endif
