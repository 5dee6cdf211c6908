/* The network's input before the look-up: doubled ranks of every synthetic sample, once a node, or
 * shared out over nodes. */
#ifndef ONCOMARK_TRAINING_SET_H
#define ONCOMARK_TRAINING_SET_H

#include "oncomark/context.h"
#include "oncomark/sample_table.h"

#include <stdint.h>

typedef struct om_training_set om_training_set;

/* Ranks the features (ascending gene numbers [n_features]) of all rows of synthetic.h5ad into
 * memory that the ranks of a node share, of which an eighth is left for other things: 2 x n_samples
 * x n_features bytes on each node; where a node has less, each holds a share of the samples.
 * OM_MEMORY where all nodes together have too little. The sample table is borrowed and must outlive
 * the set. Collective on ctx. */
om_status om_training_set_create(om_training_set **out, om_ctx *ctx, const char *path,
                                 const om_sample_table *table, const int64_t *genes,
                                 int64_t n_features);
void om_training_set_destroy(om_training_set **set); /* collective on the ctx it was made with */

/* Which node holds what. Plain data. */
typedef struct om_shares {
    int n_nodes;
    int node;        /* this rank's */
    int64_t *starts; /* [n_nodes + 1]: node i holds samples starts[i] .. starts[i + 1] - 1 */
} om_shares;

/* NULL where every node holds all samples. Borrowed. Local. */
const om_shares *om_training_set_shares(const om_training_set *set);

/* Doubled ranks [samples of this node x n_features]. Borrowed. Local. */
const uint16_t *om_training_set_ranks(const om_training_set *set);

/* Mean and standard deviation [n_features] of log2 ranks over these samples (`rows` the same on
 * all ranks). Collective on ctx, whose ranks need not be all that the set was made with; OM_MEMORY
 * where none of them is on a node that holds a share. */
om_status om_training_set_scale(om_ctx *ctx, const om_training_set *set, const int64_t *rows,
                                int64_t n_rows, double *mean, double *sd);

#endif
