/* Samples on their way through the network, in panels of features that fit into cache. */
#ifndef ONCOMARK_LEARN_BLOCK_H
#define ONCOMARK_LEARN_BLOCK_H

#include "oncomark/context.h"
#include "oncomark/train.h"

/* Features of a panel, and the floats of its rows: not a power of two, so that a column of it does
 * not fall on few sets of the cache. */
enum { OM_PANEL = 256, OM_PANEL_ROW = OM_PANEL + 16 };

/* x [n x OM_PANEL_ROW]: z-scores of n samples with these doubled ranks, features first .. first +
 * width - 1, width at most OM_PANEL. */
void om_panel_pack(float *x, const om_samples *samples, const uint16_t *const *ranks, int64_t n,
                   int64_t first, int64_t width);

/* pass->logits of n samples, at most pass->rows; `x` [pass->rows x OM_PANEL_ROW] is working memory.
 * A sample's logits do not depend on the others. Local. */
void om_block_forward(const om_network *network, const om_samples *samples,
                      const uint16_t *const *ranks, int64_t n, float *x, om_pass *pass);

/* How many of `n_rows` samples block number `index` has (0 beyond the last). */
int64_t om_block_length(int64_t n_rows, int64_t block, int64_t index);

/* Logits [n_rows x 10] of samples, the same on all ranks of ctx, which share the blocks out.
 * Collective on ctx. */
om_status om_block_logits(float *logits, om_ctx *ctx, const om_network *network,
                          const om_samples *samples, const int64_t *rows, int64_t n_rows,
                          int64_t block);

#endif
