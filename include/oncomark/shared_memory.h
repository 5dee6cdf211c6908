/* One copy of an array per node, shared by the ranks on it. */
#ifndef ONCOMARK_SHARED_MEMORY_H
#define ONCOMARK_SHARED_MEMORY_H

#include "oncomark/context.h"

typedef struct om_shared om_shared;

/* `bytes` zeroed bytes per node (the same on all ranks). Checks the space behind it first: too
 * little is OM_MEMORY on all ranks. Collective on ctx. */
om_status om_shared_create(om_shared **out, om_ctx *ctx, int64_t bytes);
void om_shared_destroy(om_shared **shared); /* collective on the ctx it was made with */

/* This node's copy. Borrowed. */
void *om_shared_data(const om_shared *shared);

/* Makes what each rank wrote with direct stores visible to the ranks of its node. Collective. */
om_status om_shared_fence(om_shared *shared);

/* The ranks of this node, and the ranks with this rank's place on every node. Borrowed. */
om_ctx *om_shared_node(const om_shared *shared);
om_ctx *om_shared_across(const om_shared *shared);

#endif
