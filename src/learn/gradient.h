/* The gradient of a batch with the same bits at any number of ranks.
 *
 * A batch is cut into blocks of a fixed number of rows. Their gradients are the leaves of a full
 * binary tree (leaves beyond the last block are zero); a rank computes a subtree, and ranks go on
 * adding in the same tree (reduction.h). */
#ifndef ONCOMARK_LEARN_GRADIENT_H
#define ONCOMARK_LEARN_GRADIENT_H

#include "block.h"
#include "loss.h"

typedef struct om_gradient om_gradient;

/* Memory for a subtree of `n_leaves` (a power of two) blocks. Local. */
om_status om_gradient_create(om_gradient **out, om_network_shape shape, int64_t block,
                             int64_t n_leaves);
void om_gradient_destroy(om_gradient **gradient);

/* [n_parameters], in the network's order. Borrowed. */
float *om_gradient_values(om_gradient *gradient);

/* A batch: samples rows[0 .. scope.n_samples-1], of which the subtree's have these doubled ranks.
 */
typedef struct om_batch {
    const om_samples *samples;
    const int64_t *rows;
    const uint16_t *const *ranks;
    om_loss_scope scope;
} om_batch;

/* Called for each part of the gradient as soon as it is there, while it is in cache: values first
 * .. first + count - 1. The parameters of that place are not read any more in this step. */
typedef struct om_gradient_use {
    void (*take)(void *context, int64_t first, int64_t count);
    void *context;
} om_gradient_use;

/* Gradient of the batch's loss, summed over the subtree's blocks first_leaf .. first_leaf +
 * n_leaves - 1. head_sums [n_leaves x 10] gets om_loss_sums of each block. `use` may be NULL.
 * Local.
 */
void om_gradient_compute(om_gradient *gradient, const om_network *network, const om_batch *batch,
                         int64_t first_leaf, double *head_sums, const om_gradient_use *use);

/* Number of ranks of `size` that can share a batch: the largest power of two that is neither above
 * `size` nor above the number of blocks; and the leaves of its tree. */
int om_gradient_ranks(int size, int64_t n_blocks);
int64_t om_gradient_leaves(int64_t n_blocks);

#endif
