#include "shares.h"

#include "oncomark/wide.h"

#include <string.h>

/* Each share is at most its part of n, rounded up, which is no more than its whole room. */
void om_shares_cut(int64_t *starts, int64_t n, const int64_t *room, int n_nodes) {
    om_wide all = 0;
    for (int node = 0; node < n_nodes; node++) {
        all += room[node];
    }
    om_wide before = 0;
    starts[0] = 0;
    for (int node = 0; node < n_nodes; node++) {
        before += room[node];
        starts[node + 1] = all > 0 ? (int64_t)((om_wide)n * before / all) : n;
    }
}

int om_shares_node_of(const om_shares *shares, int64_t sample) {
    int low = 0;
    int high = shares->n_nodes - 1;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (sample < shares->starts[middle + 1]) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static bool is_reached(const om_shares *shares, int node, const int64_t *nodes, int size) {
    if (shares->starts[node] == shares->starts[node + 1]) {
        return true;
    }
    for (int rank = 0; rank < size; rank++) {
        if (nodes[rank] == node) {
            return true;
        }
    }
    return false;
}

om_status om_shares_find_nodes(int64_t *nodes, om_ctx *ctx, const om_shares *shares) {
    int size = om_context_size(ctx);
    memset(nodes, 0, (size_t)size * sizeof *nodes);
    if (shares == NULL) {
        return OM_OK;
    }
    nodes[om_context_rank(ctx)] = shares->node;
    OM_TRY(om_sum_i64(ctx, nodes, size));
    for (int node = 0; node < shares->n_nodes; node++) {
        if (!is_reached(shares, node, nodes, size)) {
            return om_fail(OM_MEMORY,
                           "the training set is shared out over %d nodes, since none has memory "
                           "for all of it, but the %d ranks that train together are not on all of "
                           "them; use nodes with more memory",
                           shares->n_nodes, size);
        }
    }
    return OM_OK;
}
