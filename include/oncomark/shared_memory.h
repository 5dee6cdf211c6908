/* One copy of an array per node, shared by the ranks on it. */
#ifndef ONCOMARK_SHARED_MEMORY_H
#define ONCOMARK_SHARED_MEMORY_H

#include "oncomark/nodes.h"

typedef struct om_shared om_shared;

/* `bytes` zeroed bytes per node (the same on all ranks of a node). Checks the space behind it
 * first: too little on any node is OM_MEMORY on all ranks. `nodes` is borrowed. Collective on their
 * ctx. */
om_status om_shared_create(om_shared **out, const om_nodes *nodes, int64_t bytes);
void om_shared_destroy(om_shared **shared); /* collective on that ctx */

/* This node's copy. Borrowed. */
void *om_shared_data(const om_shared *shared);

/* Makes what each rank wrote with direct stores visible to the ranks of its node. Collective. */
om_status om_shared_fence(om_shared *shared);

#endif
