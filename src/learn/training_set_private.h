/* A training set on nodes as they are or as tests want them. */
#ifndef ONCOMARK_LEARN_TRAINING_SET_PRIVATE_H
#define ONCOMARK_LEARN_TRAINING_SET_PRIVATE_H

#include "oncomark/training_set.h"

/* Plain data. */
typedef struct om_node_room {
    int64_t bytes;    /* that this rank's node may hold; read on the lowest rank of each */
    int ranks_a_node; /* see om_nodes_create */
} om_node_room;

/* om_training_set_create, within that room. Collective on ctx. */
om_status om_training_set_create_within(om_training_set **out, om_ctx *ctx, const char *path,
                                        const om_sample_table *table, const int64_t *genes,
                                        int64_t n_features, om_node_room room);

#endif
