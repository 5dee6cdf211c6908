#include "row_feed.h"

#include "oncomark/memory.h"
#include "shares.h"

/* Rounds under way: one is looked at, the next one travels. */
enum { ROUNDS = 2, TAG = 1 };

typedef struct feed_round {
    const uint16_t **ranks; /* [most_rows] */
    uint16_t *received;    /* [most_rows x n_features], row after row of each sender; may be NULL */
    MPI_Request *requests; /* [2 x size] */
    int n_requests;
} feed_round;

struct om_row_feed {
    om_ctx *ctx;
    const om_samples *samples;
    int64_t *nodes; /* [size] node of each rank */
    int64_t
        *incoming;    /* [n_nodes] rows of a round from each node, then the place of the next one */
    MPI_Aint *places; /* [most_rows] of rows that are sent */
    MPI_Datatype row;
    feed_round rounds[ROUNDS];
    int64_t n_begun;
    int64_t n_taken;
};

static om_status create_round(feed_round *round, const om_row_feed *feed, int64_t most_rows) {
    bool travels = feed->samples->shares != NULL;
    int size = om_context_size(feed->ctx);
    round->ranks = om_calloc(most_rows, sizeof *round->ranks);
    round->requests = om_calloc(2 * (int64_t)size, sizeof(MPI_Request));
    round->received =
        om_malloc(travels ? most_rows * feed->samples->n_features : 0, sizeof *round->received);
    bool complete = round->ranks != NULL && round->requests != NULL && round->received != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

static om_status create_parts(om_row_feed *feed, int64_t most_rows) {
    const om_shares *shares = feed->samples->shares;
    feed->nodes = om_calloc(om_context_size(feed->ctx), sizeof *feed->nodes);
    feed->incoming = om_calloc(shares != NULL ? shares->n_nodes : 1, sizeof *feed->incoming);
    feed->places = om_calloc(most_rows, sizeof *feed->places);
    om_status status = OM_OK;
    for (int i = 0; i < ROUNDS && status == OM_OK; i++) {
        status = create_round(&feed->rounds[i], feed, most_rows);
    }
    bool complete = feed->nodes != NULL && feed->incoming != NULL && feed->places != NULL;
    return complete ? status : OM_MEMORY;
}

om_status om_row_feed_create(om_row_feed **out, om_ctx *ctx, const om_samples *samples,
                             int64_t most_rows) {
    om_row_feed *feed = om_calloc(1, sizeof *feed);
    *out = feed;
    om_status status = feed != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        feed->ctx = ctx;
        feed->samples = samples;
        feed->row = MPI_DATATYPE_NULL;
        status = create_parts(feed, most_rows);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = om_shares_find_nodes(feed->nodes, ctx, samples->shares);
    }
    if (status != OM_OK) {
        om_row_feed_destroy(out);
        return status;
    }
    MPI_Type_contiguous((int)samples->n_features, MPI_UINT16_T, &feed->row);
    MPI_Type_commit(&feed->row);
    return OM_OK;
}

void om_row_feed_destroy(om_row_feed **feed) {
    if (*feed == NULL) {
        return;
    }
    for (int i = 0; i < ROUNDS; i++) {
        feed_round *round = &(*feed)->rounds[i];
        MPI_Waitall(round->n_requests, round->requests, MPI_STATUSES_IGNORE);
        om_free(round->ranks);
        om_free(round->received);
        om_free(round->requests);
    }
    if ((*feed)->row != MPI_DATATYPE_NULL) {
        MPI_Type_free(&(*feed)->row);
    }
    om_free((*feed)->nodes);
    om_free((*feed)->incoming);
    om_free((*feed)->places);
    om_free(*feed);
    *feed = NULL;
}

/* The rank that sends what `node` holds to rank `to`: the ranks of a node take turns. -1: it has
 * none, which om_row_feed_create has ruled out. */
static int sender(const om_row_feed *feed, int node, int to) {
    int size = om_context_size(feed->ctx);
    int n = 0;
    for (int rank = 0; rank < size; rank++) {
        n += feed->nodes[rank] == node;
    }
    if (n == 0) {
        return -1;
    }
    int turn = to % n;
    int rank = -1;
    while (turn >= 0) {
        turn -= feed->nodes[++rank] == node;
    }
    return rank;
}

static void receive(om_row_feed *feed, feed_round *round, int node, int64_t place, int64_t count) {
    int64_t n_features = feed->samples->n_features;
    MPI_Irecv(round->received + place * n_features, (int)count, feed->row,
              sender(feed, node, om_context_rank(feed->ctx)), TAG, om_context_comm(feed->ctx),
              &round->requests[round->n_requests++]);
}

/* Where this rank's rows are, or will be. */
static void begin_receiving(om_row_feed *feed, feed_round *round, const int64_t *rows, int64_t n) {
    const om_samples *samples = feed->samples;
    const om_shares *shares = samples->shares;
    int64_t *incoming = feed->incoming;
    for (int node = 0; node < shares->n_nodes; node++) {
        incoming[node] = 0;
    }
    for (int64_t i = 0; i < n; i++) {
        incoming[om_shares_node_of(shares, rows[i])]++;
    }
    int64_t place = 0;
    for (int node = 0; node < shares->n_nodes; node++) {
        int64_t count = node == shares->node ? 0 : incoming[node];
        if (count > 0) {
            receive(feed, round, node, place, count);
        }
        incoming[node] = place;
        place += count;
    }
    for (int64_t i = 0; i < n; i++) {
        int node = om_shares_node_of(shares, rows[i]);
        round->ranks[i] =
            node == shares->node
                ? samples->doubled_ranks + (rows[i] - shares->starts[node]) * samples->n_features
                : round->received + incoming[node]++ * samples->n_features;
    }
}

/* The rows of this node that rank `to` looks at, straight from where they lie. */
static void begin_sending(om_row_feed *feed, feed_round *round, int to, const int64_t *rows,
                          int64_t n) {
    const om_samples *samples = feed->samples;
    const om_shares *shares = samples->shares;
    int64_t bytes = samples->n_features * (int64_t)sizeof *samples->doubled_ranks;
    int count = 0;
    for (int64_t i = 0; i < n; i++) {
        int64_t place = rows[i] - shares->starts[shares->node];
        if (place >= 0 && rows[i] < shares->starts[shares->node + 1]) {
            feed->places[count++] = (MPI_Aint)(place * bytes);
        }
    }
    if (count > 0) {
        MPI_Datatype selection;
        MPI_Type_create_hindexed_block(count, 1, feed->places, feed->row, &selection);
        MPI_Type_commit(&selection);
        MPI_Isend(samples->doubled_ranks, 1, selection, to, TAG, om_context_comm(feed->ctx),
                  &round->requests[round->n_requests++]);
        MPI_Type_free(&selection);
    }
}

static void exchange(om_row_feed *feed, feed_round *round, const int64_t *rows,
                     const om_row_range *ranges) {
    int rank = om_context_rank(feed->ctx);
    int node = feed->samples->shares->node;
    begin_receiving(feed, round, rows + ranges[rank].first, ranges[rank].count);
    for (int to = 0; to < om_context_size(feed->ctx); to++) {
        if (feed->nodes[to] != node && sender(feed, node, to) == rank) {
            begin_sending(feed, round, to, rows + ranges[to].first, ranges[to].count);
        }
    }
}

void om_row_feed_begin(om_row_feed *feed, const int64_t *rows, const om_row_range *ranges) {
    feed_round *round = &feed->rounds[feed->n_begun++ % ROUNDS];
    const om_samples *samples = feed->samples;
    if (samples->shares != NULL) {
        exchange(feed, round, rows, ranges);
        return;
    }
    const om_row_range *own = &ranges[om_context_rank(feed->ctx)];
    for (int64_t i = 0; i < own->count; i++) {
        round->ranks[i] = samples->doubled_ranks + rows[own->first + i] * samples->n_features;
    }
}

const uint16_t *const *om_row_feed_take(om_row_feed *feed) {
    feed_round *round = &feed->rounds[feed->n_taken++ % ROUNDS];
    MPI_Waitall(round->n_requests, round->requests, MPI_STATUSES_IGNORE);
    round->n_requests = 0;
    return round->ranks;
}
