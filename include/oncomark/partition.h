/* Who works on what: tissues to groups of ranks, cells to the ranks of a group. */
#ifndef ONCOMARK_PARTITION_H
#define ONCOMARK_PARTITION_H

#include "oncomark/context.h"

typedef struct om_partition om_partition;

/* Shares `n_items` (tissues) with these weights (non-zeros, >= 0) out over the ranks: an item above
 * a rank's share gets several ranks to itself, smaller ones are packed together, largest first.
 * The number of ranks of each large item is chosen so that the most loaded rank has least.
 * Weights must match on all ranks. Collective on ctx. */
om_status om_partition_create(om_partition **out, om_ctx *ctx, int64_t n_items,
                              const int64_t *weights);
void om_partition_destroy(om_partition **partition); /* collective on the ctx it was made with */

/* The ranks that share this rank's items. Borrowed. */
om_ctx *om_partition_group(const om_partition *partition);

/* True where this rank's group works on `item`. */
bool om_partition_has(const om_partition *partition, int64_t item);

/* Load of the most loaded rank, in units of the mean (1 is perfect). */
double om_partition_imbalance(const om_partition *partition);

/* Part `part` of `parts` contiguous parts of 0 .. n-1 with nearly equal weight; cumulative[i] is
 * the weight of items before i, n+1 values. Local. */
void om_range_by_weight(const int64_t *cumulative, int64_t n, int parts, int part, int64_t *first,
                        int64_t *count);

/* The same with equal weights. */
void om_range_even(int64_t n, int parts, int part, int64_t *first, int64_t *count);

#endif
