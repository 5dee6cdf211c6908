/* How many groups of ranks share out the tasks of a cross-validation. */
#ifndef ONCOMARK_LEARN_CROSSVAL_GROUPS_H
#define ONCOMARK_LEARN_CROSSVAL_GROUPS_H

#include "oncomark/nodes.h"

/* The group of a rank: nearly as many ranks in each, neighbours together. */
int64_t om_crossval_group_of(int64_t rank, int64_t n_ranks, int64_t n_groups);

/* Where a rank runs. */
typedef struct om_rank_place {
    int64_t node; /* its number, below n_ranks */
    int64_t room; /* how many matrices the node can hold */
} om_rank_place;

/* The most groups, up to `most`, for which every node has room for a matrix for each group with
 * ranks on it; 1 where there is no such number, since the matrix of a group of all ranks can be
 * shared out over the nodes. places [n_ranks]. Local. */
om_status om_crossval_groups_fit(int64_t *n_groups, const om_rank_place *places, int64_t n_ranks,
                                 int64_t most);

/* The same for the ranks of `nodes`, each with `available` bytes (the least that its ranks say) for
 * matrices of `bytes` bytes. Collective on their ctx. */
om_status om_crossval_groups_count(int64_t *n_groups, const om_nodes *nodes, int64_t most,
                                   int64_t bytes, int64_t available);

#endif
