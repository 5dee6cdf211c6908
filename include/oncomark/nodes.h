/* Which ranks run on the same node, and so can share memory. */
#ifndef ONCOMARK_NODES_H
#define ONCOMARK_NODES_H

#include "oncomark/context.h"

typedef struct om_nodes om_nodes;

/* `ranks_a_node`: 0, or for tests as if every so many ranks were on a node of their own. ctx is
 * borrowed. Collective on ctx. */
om_status om_nodes_create(om_nodes **out, om_ctx *ctx, int ranks_a_node);
void om_nodes_destroy(om_nodes **nodes); /* collective on that ctx */

om_ctx *om_nodes_all(const om_nodes *nodes); /* that ctx */

/* The ranks of this node, and those with this rank's place on every node. Borrowed. */
om_ctx *om_nodes_own(const om_nodes *nodes);
om_ctx *om_nodes_across(const om_nodes *nodes);

/* Nodes are numbered by their lowest ranks. */
int om_nodes_count(const om_nodes *nodes);
int om_nodes_index(const om_nodes *nodes); /* of this rank's node */

#endif
