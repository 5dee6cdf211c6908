#include "training_set_private.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/node_memory.h"
#include "oncomark/partition.h"
#include "oncomark/shared_memory.h"
#include "oncomark/train.h"
#include "oncomark/transform.h"
#include "row_reader.h"
#include "shares.h"

#include <inttypes.h>
#include <string.h>

struct om_training_set {
    const om_sample_table *table;
    int64_t n_features;
    om_nodes *nodes;
    om_shares shares; /* one node's where every node holds all samples */
    om_shared *shared;
    uint16_t *ranks; /* [samples of this node x n_features] */
};

static bool is_shared_out(const om_training_set *set) {
    return set->shares.n_nodes > 1;
}

static int64_t row_bytes(const om_training_set *set) {
    return set->n_features * (int64_t)sizeof *set->ranks;
}

/* Samples that this node holds. */
static int64_t first_sample(const om_training_set *set) {
    return set->shares.starts[set->shares.node];
}

static int64_t count_samples(const om_training_set *set) {
    return set->shares.starts[set->shares.node + 1] - first_sample(set);
}

/* Feature of each gene, -1 for genes that are none. */
static int32_t *number_features(const int64_t *genes, int64_t n_features, int64_t n_genes) {
    int32_t *feature = om_malloc(n_genes, sizeof *feature);
    if (feature == NULL) {
        return NULL;
    }
    for (int64_t g = 0; g < n_genes; g++) {
        feature[g] = -1;
    }
    for (int64_t f = 0; f < n_features; f++) {
        feature[genes[f]] = (int32_t)f;
    }
    return feature;
}

static void rank_piece(om_training_set *set, om_ranker *ranker, double *values,
                       const int32_t *feature, const om_counts *piece) {
    for (int64_t row = 0; row < piece->n_cells; row++) {
        memset(values, 0, (size_t)set->n_features * sizeof *values);
        for (int64_t i = piece->indptr[row]; i < piece->indptr[row + 1]; i++) {
            int32_t f = feature[piece->indices[i]];
            if (f >= 0) {
                values[f] = piece->values[i];
            }
        }
        int64_t place = piece->first_cell + row - first_sample(set);
        om_ranker_rank(ranker, values, set->ranks + place * set->n_features);
    }
}

/* Ranks this rank's rows into the node's memory: of all rows, or of those that the node holds. */
static om_status rank_rows(om_training_set *set, const char *path, const int64_t *genes) {
    om_row_reader *reader = NULL;
    om_ranker *ranker = NULL;
    om_ctx *ctx = is_shared_out(set) ? om_nodes_own(set->nodes) : om_nodes_all(set->nodes);
    OM_TRY(om_row_reader_open_range(&reader, ctx, path, set->table->n_samples, first_sample(set),
                                    count_samples(set)));
    int32_t *feature = number_features(genes, set->n_features, om_row_reader_genes(reader));
    double *values = om_malloc(set->n_features, sizeof *values);
    om_status status = om_ranker_create(&ranker, set->n_features);
    if (feature == NULL || values == NULL) {
        status = OM_MEMORY;
    }
    const om_counts *piece = NULL;
    if (status == OM_OK) {
        status = om_row_reader_next(reader, &piece);
    }
    while (status == OM_OK && piece != NULL) {
        rank_piece(set, ranker, values, feature, piece);
        status = om_row_reader_next(reader, &piece);
    }
    om_ranker_destroy(&ranker);
    om_free(values);
    om_free(feature);
    om_row_reader_close(&reader);
    return status;
}

/* Each node has the rows of its own ranks and zeros: one rank of each node joins them. */
static om_status join_nodes(om_training_set *set) {
    OM_TRY(om_shared_fence(set->shared));
    om_status status = OM_OK;
    om_ctx *across = om_nodes_across(set->nodes);
    bool is_first = om_context_is_root(om_nodes_own(set->nodes));
    if (is_first && !is_shared_out(set) && om_context_size(across) > 1) {
        status = om_join_bytes(across, set->ranks, count_samples(set) * row_bytes(set));
    }
    OM_TRY(om_shared_fence(set->shared));
    return om_agree(om_nodes_all(set->nodes), status);
}

static om_status refuse(const om_training_set *set, const int64_t *room, int n_nodes) {
    int64_t rows = 0;
    for (int node = 0; node < n_nodes; node++) {
        rows += room[node];
    }
    return om_fail(OM_MEMORY,
                   "the training set takes %" PRId64 " MiB (%" PRId64 " samples x %" PRId64
                   " features), and the %d node%s %s memory for %" PRId64
                   " MiB of it; use more nodes, nodes with more memory, or a smaller "
                   "features.most_variable",
                   (set->table->n_samples * row_bytes(set) >> 20) + 1, set->table->n_samples,
                   set->n_features, n_nodes, n_nodes == 1 ? "" : "s",
                   n_nodes == 1 ? "has" : "have together", rows * row_bytes(set) >> 20);
}

/* Every node holds all samples, or a share where one has no room for all: room [n_nodes], in
 * samples. */
static om_status share_out(om_training_set *set, const int64_t *room, int n_nodes) {
    int64_t n = set->table->n_samples;
    om_shares *shares = &set->shares;
    int64_t least = n, all = 0;
    for (int node = 0; node < n_nodes; node++) {
        least = room[node] < least ? room[node] : least;
        all += room[node];
    }
    bool is_whole = least >= n;
    if (all < n) {
        return refuse(set, room, n_nodes);
    }
    shares->n_nodes = is_whole ? 1 : n_nodes;
    shares->node = is_whole ? 0 : om_nodes_index(set->nodes);
    shares->starts = om_calloc(shares->n_nodes + 1, sizeof *shares->starts);
    if (shares->starts == NULL) {
        return OM_MEMORY;
    }
    om_shares_cut(shares->starts, n, room, shares->n_nodes);
    return OM_OK;
}

/* What a node has room for: at most all samples. */
static om_status find_room(om_training_set *set, om_ctx *ctx, int64_t bytes) {
    int n_nodes = om_nodes_count(set->nodes);
    int64_t *room = om_calloc(n_nodes, sizeof *room);
    om_status status = om_agree(ctx, room != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        int64_t n = set->table->n_samples;
        int64_t rows = bytes / row_bytes(set);
        if (om_context_is_root(om_nodes_own(set->nodes))) {
            room[om_nodes_index(set->nodes)] = rows < n ? rows : n;
        }
        status = om_sum_i64(ctx, room, n_nodes);
    }
    if (status == OM_OK) {
        status = om_agree(ctx, share_out(set, room, n_nodes));
    }
    om_free(room);
    return status;
}

static om_status fill(om_training_set *set, om_ctx *ctx, const char *path, const int64_t *genes,
                      om_node_room room) {
    OM_TRY(om_nodes_create(&set->nodes, ctx, room.ranks_a_node));
    OM_TRY(find_room(set, ctx, room.bytes));
    if (is_shared_out(set)) {
        om_log_info(om_context_log(ctx),
                    "train: the training set is shared out over %d nodes: none has memory for "
                    "all of its %" PRId64 " MiB",
                    set->shares.n_nodes, (set->table->n_samples * row_bytes(set) >> 20) + 1);
    }
    OM_TRY(om_shared_create(&set->shared, set->nodes, count_samples(set) * row_bytes(set)));
    set->ranks = om_shared_data(set->shared);
    OM_TRY(om_agree(ctx, rank_rows(set, path, genes)));
    return join_nodes(set);
}

om_status om_training_set_create_within(om_training_set **out, om_ctx *ctx, const char *path,
                                        const om_sample_table *table, const int64_t *genes,
                                        int64_t n_features, om_node_room room) {
    om_training_set *set = om_calloc(1, sizeof *set);
    *out = set;
    om_status status = om_agree(ctx, set != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        set->table = table;
        set->n_features = n_features;
        status = fill(set, ctx, path, genes, room);
    }
    if (status != OM_OK) {
        om_training_set_destroy(out);
    }
    return status;
}

om_status om_training_set_create(om_training_set **out, om_ctx *ctx, const char *path,
                                 const om_sample_table *table, const int64_t *genes,
                                 int64_t n_features) {
    int64_t available = om_node_memory_available("");
    return om_training_set_create_within(out, ctx, path, table, genes, n_features,
                                         (om_node_room){.bytes = available - available / 8});
}

void om_training_set_destroy(om_training_set **set) {
    if (*set == NULL) {
        return;
    }
    om_shared_destroy(&(*set)->shared);
    om_nodes_destroy(&(*set)->nodes);
    om_free((*set)->shares.starts);
    om_free(*set);
    *set = NULL;
}

const uint16_t *om_training_set_ranks(const om_training_set *set) {
    return set->ranks;
}

const om_shares *om_training_set_shares(const om_training_set *set) {
    return is_shared_out(set) ? &set->shares : NULL;
}

om_samples om_samples_of(const om_training_set *set, const om_transform *transform) {
    return (om_samples){.doubled_ranks = set->ranks,
                        .n_features = set->n_features,
                        .task = set->table->task,
                        .label = set->table->label,
                        .transform = transform,
                        .shares = om_training_set_shares(set)};
}

/* The ranks of ctx on this rank's node, and how many of them are before it. */
typedef struct node_part {
    int64_t size;
    int64_t place;
} node_part;

static om_status find_part(node_part *part, om_ctx *ctx, const om_shares *shares) {
    int size = om_context_size(ctx);
    int rank = om_context_rank(ctx);
    int64_t *nodes = om_calloc(size, sizeof *nodes);
    om_status status = om_agree(ctx, nodes != NULL ? OM_OK : OM_MEMORY);
    status = status == OM_OK ? om_shares_find_nodes(nodes, ctx, shares) : status;
    *part = (node_part){.size = 1, .place = 0};
    for (int other = 0; other < size && status == OM_OK; other++) {
        if (other != rank && nodes[other] == nodes[rank]) {
            part->size++;
            part->place += other < rank;
        }
    }
    om_free(nodes);
    return status;
}

/* Sums are exact, so that it does not matter who takes which rows: of those that a node holds, its
 * ranks take one after another in turns. */
static void add_rows(om_scaler_sums *sums, const om_training_set *set, const int64_t *rows,
                     int64_t n_rows, node_part part) {
    int64_t first = first_sample(set), count = count_samples(set);
    int64_t seen = 0;
    for (int64_t i = 0; i < n_rows; i++) {
        int64_t place = rows[i] - first;
        if (place >= 0 && place < count && seen++ % part.size == part.place) {
            om_scaler_sums_add(sums, set->ranks + place * set->n_features);
        }
    }
}

om_status om_training_set_scale(om_ctx *ctx, const om_training_set *set, const int64_t *rows,
                                int64_t n_rows, double *mean, double *sd) {
    om_scaler_sums *sums = NULL;
    node_part part;
    OM_TRY(find_part(&part, ctx, om_training_set_shares(set)));
    om_status status = om_agree(ctx, om_scaler_sums_create(&sums, set->n_features));
    if (status == OM_OK) {
        add_rows(sums, set, rows, n_rows, part);
        status = om_sum_wide(ctx, sums->sum, set->n_features);
    }
    if (status == OM_OK) {
        status = om_sum_wide(ctx, sums->sum_of_squares, set->n_features);
    }
    if (status == OM_OK) {
        sums->n_samples = n_rows;
        om_scaler_finish(sums, mean, sd);
    }
    om_scaler_sums_destroy(&sums);
    return status;
}
