#include "crossval_groups.h"

#include "oncomark/memory.h"

#include <string.h>

int64_t om_crossval_group_of(int64_t rank, int64_t n_ranks, int64_t n_groups) {
    return rank * n_groups / n_ranks;
}

/* Matrices of one node; ranks are gone through in their order, in which groups only grow. */
typedef struct tally {
    int64_t n;
    int64_t last; /* group, from 1, that has the last one */
} tally;

static bool fits(tally *tallies, const om_rank_place *places, int64_t n_ranks, int64_t n_groups) {
    memset(tallies, 0, (size_t)n_ranks * sizeof *tallies);
    for (int64_t rank = 0; rank < n_ranks; rank++) {
        tally *of_node = &tallies[places[rank].node];
        int64_t group = 1 + om_crossval_group_of(rank, n_ranks, n_groups);
        of_node->n += group != of_node->last ? 1 : 0;
        of_node->last = group;
        if (of_node->n > places[rank].room) {
            return false;
        }
    }
    return true;
}

om_status om_crossval_groups_fit(int64_t *n_groups, const om_rank_place *places, int64_t n_ranks,
                                 int64_t most) {
    tally *tallies = om_malloc(n_ranks, sizeof *tallies);
    if (tallies == NULL) {
        return OM_MEMORY;
    }
    *n_groups = most;
    while (*n_groups > 1 && !fits(tallies, places, n_ranks, *n_groups)) {
        (*n_groups)--;
    }
    om_free(tallies);
    return OM_OK;
}

om_status om_crossval_groups_count(int64_t *n_groups, const om_nodes *nodes, int64_t most,
                                   int64_t bytes, int64_t available) {
    om_ctx *ctx = om_nodes_all(nodes);
    int64_t n_ranks = om_context_size(ctx);
    om_rank_place own = {om_nodes_index(nodes), bytes > 0 ? available / bytes : INT64_MAX};
    om_rank_place *places = om_malloc(n_ranks, sizeof *places);
    om_status status = om_agree(ctx, places != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        MPI_Allreduce(MPI_IN_PLACE, &own.room, 1, MPI_INT64_T, MPI_MIN,
                      om_context_comm(om_nodes_own(nodes)));
        MPI_Allgather(&own, 2, MPI_INT64_T, places, 2, MPI_INT64_T, om_context_comm(ctx));
        status = om_agree(ctx, om_crossval_groups_fit(n_groups, places, n_ranks, most));
    }
    om_free(places);
    return status;
}
