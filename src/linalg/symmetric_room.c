/* Whether the ranks have the memory for a matrix. */
#include "symmetric_private.h"

#include "oncomark/node_memory.h"
#include "oncomark/nodes.h"

#include <inttypes.h>

/* ScaLAPACK counts elements in 32 bits. */
static const int64_t most_elements = INT32_MAX;

static const int most_ranks = 1 << 16;

int64_t om_symmetric_bytes_needed(int64_t n, int n_ranks) {
    return 2 * om_symmetric_local_bytes(n, n_ranks) + OM_PANEL_BYTES;
}

static bool is_enough(int64_t n, int n_ranks, int64_t room) {
    return om_symmetric_bytes_needed(n, n_ranks) <= room &&
           om_symmetric_local_bytes(n, n_ranks) / (int64_t)sizeof(double) <= most_elements;
}

om_status om_symmetric_check_room(int64_t n, int n_ranks, int64_t room, const char *what) {
    static const double mebibyte = 1 << 20;
    if (n < 1 || n > INT32_MAX) {
        return om_fail(OM_USAGE, "%s: %" PRId64 " rows, expected 1 to %d", what, n, INT32_MAX);
    }
    int enough = n_ranks;
    while (enough <= most_ranks && !is_enough(n, enough, room)) {
        enough++;
    }
    if (enough == n_ranks) {
        return OM_OK;
    }
    double needed = (double)om_symmetric_bytes_needed(n, n_ranks) / mebibyte;
    if (enough > most_ranks) {
        return om_fail(OM_USAGE,
                       "%s: %" PRId64 " x %" PRId64 " values take %.0f MiB on each of %d ranks, "
                       "found %.0f MiB, which are too few at any number of ranks",
                       what, n, n, needed, n_ranks, (double)room / mebibyte);
    }
    return om_fail(OM_USAGE,
                   "%s: %" PRId64 " x %" PRId64 " values take %.0f MiB on each of %d ranks, found "
                   "%.0f MiB; %d ranks with as much each would do",
                   what, n, n, needed, n_ranks, (double)room / mebibyte, enough);
}

om_status om_symmetric_room(int64_t *room, om_ctx *ctx) {
    om_nodes *nodes = NULL;
    OM_TRY(om_nodes_create(&nodes, ctx, 0));
    double available = (double)om_node_memory_available("") * 7 / 8;
    double least = available / om_context_size(om_nodes_own(nodes));
    om_status status = om_min_f64(ctx, &least, 1);
    om_nodes_destroy(&nodes);
    *room = (int64_t)least;
    return status;
}
