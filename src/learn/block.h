/* A block of a fixed number of samples as the network's input. */
#ifndef ONCOMARK_LEARN_BLOCK_H
#define ONCOMARK_LEARN_BLOCK_H

#include "oncomark/context.h"
#include "oncomark/train.h"

/* x [block x D]: z-scores of the samples rows[0 .. n-1], n <= block; the other rows are zero. */
void om_block_pack(float *x, const om_samples *samples, const int64_t *rows, int64_t n,
                   int64_t block);

/* How many of `n_rows` samples block number `index` has (0 beyond the last). */
int64_t om_block_length(int64_t n_rows, int64_t block, int64_t index);

/* Logits [n_rows x 10] of samples, the same on all ranks of ctx, which share the blocks out.
 * Collective on ctx. */
om_status om_block_logits(float *logits, om_ctx *ctx, const om_network *network,
                          const om_samples *samples, const int64_t *rows, int64_t n_rows,
                          int64_t block);

#endif
