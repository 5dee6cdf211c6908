#include "team.h"

#include "oncomark/memory.h"
#include "shares.h"

typedef enum duty { NOTHING, HANDING_OUT, COMPUTING } duty;

/* How many ranks before it are on the same node. */
static int place_on_node(const int64_t *nodes, int rank) {
    int place = 0;
    for (int other = 0; other < rank; other++) {
        place += nodes[other] == nodes[rank];
    }
    return place;
}

/* First a rank of each node, then a second one, and so on; nodes without one of them need a rank
 * that hands out. */
static void spread(duty *duties, const int64_t *nodes, int size, int n_computing) {
    int left = n_computing;
    for (int round = 0; left > 0; round++) {
        for (int rank = 0; rank < size && left > 0; rank++) {
            if (place_on_node(nodes, rank) == round) {
                duties[rank] = COMPUTING;
                left--;
            }
        }
    }
    for (int rank = 0; rank < size; rank++) {
        if (duties[rank] == NOTHING && place_on_node(nodes, rank) == 0) {
            duties[rank] = HANDING_OUT;
        }
    }
}

static om_status share_duties(duty *duties, int64_t *nodes, om_ctx *ctx, const om_shares *shares,
                              int n_computing) {
    if (shares == NULL) {
        for (int rank = 0; rank < n_computing; rank++) {
            duties[rank] = COMPUTING;
        }
        return OM_OK;
    }
    OM_TRY(om_shares_find_nodes(nodes, ctx, shares));
    spread(duties, nodes, om_context_size(ctx), n_computing);
    return OM_OK;
}

/* Those that take part keep their order. */
static om_status number_ranks(om_team *team, const duty *duties, int size) {
    team->computing_rank = om_calloc(size, sizeof *team->computing_rank);
    if (team->computing_rank == NULL) {
        return OM_MEMORY;
    }
    int n = 0, n_computing = 0;
    for (int rank = 0; rank < size; rank++) {
        if (duties[rank] != NOTHING) {
            team->computing_rank[n++] = duties[rank] == COMPUTING ? n_computing++ : -1;
        }
    }
    return OM_OK;
}

static om_status form(om_team *team, om_ctx *ctx, const om_shares *shares, duty *duties,
                      int64_t *nodes) {
    int rank = om_context_rank(ctx);
    OM_TRY(share_duties(duties, nodes, ctx, shares, team->n_computing));
    team->takes_part = duties[rank] != NOTHING;
    team->computes = duties[rank] == COMPUTING;
    OM_TRY(om_agree(ctx, number_ranks(team, duties, om_context_size(ctx))));
    OM_TRY(om_context_split(&team->all, ctx, team->takes_part ? 0 : 1 + rank));
    return om_context_split(&team->computing, ctx, team->computes ? 0 : 1 + rank);
}

om_status om_team_create(om_team **out, om_ctx *ctx, const om_shares *shares, int n_computing) {
    int size = om_context_size(ctx);
    om_team *team = om_calloc(1, sizeof *team);
    duty *duties = om_calloc(size, sizeof *duties);
    int64_t *nodes = om_calloc(size, sizeof *nodes);
    *out = team;
    bool complete = team != NULL && duties != NULL && nodes != NULL;
    om_status status = om_agree(ctx, complete ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        team->n_computing = n_computing;
        status = form(team, ctx, shares, duties, nodes);
    }
    om_free(duties);
    om_free(nodes);
    if (status != OM_OK) {
        om_team_destroy(out);
    }
    return status;
}

void om_team_destroy(om_team **team) {
    if (*team == NULL) {
        return;
    }
    om_context_destroy(&(*team)->computing);
    om_context_destroy(&(*team)->all);
    om_free((*team)->computing_rank);
    om_free(*team);
    *team = NULL;
}
