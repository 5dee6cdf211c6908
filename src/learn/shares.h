/* A training set shared out over nodes. */
#ifndef ONCOMARK_LEARN_SHARES_H
#define ONCOMARK_LEARN_SHARES_H

#include "oncomark/training_set.h"

/* Contiguous shares of n samples, in proportion to how many each node has room for: `room`
 * [n_nodes], together at least n; none gets more than that. starts [n_nodes + 1]. Local. */
void om_shares_cut(int64_t *starts, int64_t n, const int64_t *room, int n_nodes);

/* The node that holds a sample. Local. */
int om_shares_node_of(const om_shares *shares, int64_t sample);

/* The node of each rank of ctx: nodes [size]; zeros without shares (NULL). OM_MEMORY where none of
 * them is on a node that holds samples. Collective on ctx. */
om_status om_shares_find_nodes(int64_t *nodes, om_ctx *ctx, const om_shares *shares);

#endif
