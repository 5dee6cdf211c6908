#include "oncomark/nodes.h"

#include "oncomark/memory.h"

struct om_nodes {
    om_ctx *all;
    om_ctx *own;
    om_ctx *across;
    int count;
    int index;
};

/* Of this rank's node, the lowest rank. */
static int lowest_rank(om_ctx *ctx, int ranks_a_node) {
    int lowest = om_context_rank(ctx);
    if (ranks_a_node > 0) {
        lowest -= lowest % ranks_a_node;
    } else {
        MPI_Comm node;
        MPI_Comm_split_type(om_context_comm(ctx), MPI_COMM_TYPE_SHARED, lowest, MPI_INFO_NULL,
                            &node);
        MPI_Bcast(&lowest, 1, MPI_INT, 0, node);
        MPI_Comm_free(&node);
    }
    return lowest;
}

static om_status number_nodes(om_nodes *nodes) {
    int numbers[2] = {om_context_size(nodes->across), om_context_rank(nodes->across)};
    OM_TRY(om_broadcast(nodes->own, 0, numbers, sizeof numbers));
    nodes->count = numbers[0];
    nodes->index = numbers[1];
    return OM_OK;
}

om_status om_nodes_create(om_nodes **out, om_ctx *ctx, int ranks_a_node) {
    om_nodes *nodes = om_calloc(1, sizeof *nodes);
    *out = nodes;
    om_status status = om_agree(ctx, nodes != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        nodes->all = ctx;
        status = om_context_split(&nodes->own, ctx, lowest_rank(ctx, ranks_a_node));
    }
    if (status == OM_OK) {
        status = om_context_split(&nodes->across, ctx, om_context_rank(nodes->own));
    }
    if (status == OM_OK) {
        status = number_nodes(nodes);
    }
    if (status != OM_OK) {
        om_nodes_destroy(out);
    }
    return status;
}

void om_nodes_destroy(om_nodes **nodes) {
    if (*nodes == NULL) {
        return;
    }
    om_context_destroy(&(*nodes)->across);
    om_context_destroy(&(*nodes)->own);
    om_free(*nodes);
    *nodes = NULL;
}

om_ctx *om_nodes_all(const om_nodes *nodes) {
    return nodes->all;
}

om_ctx *om_nodes_own(const om_nodes *nodes) {
    return nodes->own;
}

om_ctx *om_nodes_across(const om_nodes *nodes) {
    return nodes->across;
}

int om_nodes_count(const om_nodes *nodes) {
    return nodes->count;
}

int om_nodes_index(const om_nodes *nodes) {
    return nodes->index;
}
