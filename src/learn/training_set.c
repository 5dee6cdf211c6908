#include "oncomark/training_set.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/shared_memory.h"
#include "oncomark/transform.h"
#include "row_reader.h"

#include <string.h>

struct om_training_set {
    const om_sample_table *table;
    int64_t n_features;
    om_shared *shared;
    uint16_t *ranks; /* [n_samples x n_features], the node's */
};

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
        om_ranker_rank(ranker, values, set->ranks + (piece->first_cell + row) * set->n_features);
    }
}

/* Ranks this rank's rows into the node's memory. */
static om_status rank_rows(om_training_set *set, om_ctx *ctx, const char *path,
                           const int64_t *genes) {
    om_row_reader *reader = NULL;
    om_ranker *ranker = NULL;
    OM_TRY(om_row_reader_open(&reader, ctx, path, set->table->n_samples));
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
static om_status join_nodes(om_training_set *set, om_ctx *ctx, int64_t bytes) {
    OM_TRY(om_shared_fence(set->shared));
    om_status status = OM_OK;
    om_ctx *across = om_shared_across(set->shared);
    if (om_context_is_root(om_shared_node(set->shared)) && om_context_size(across) > 1) {
        status = om_join_bytes(across, set->ranks, bytes);
    }
    OM_TRY(om_shared_fence(set->shared));
    return om_agree(ctx, status);
}

om_status om_training_set_create(om_training_set **out, om_ctx *ctx, const char *path,
                                 const om_sample_table *table, const int64_t *genes,
                                 int64_t n_features) {
    om_training_set *set = om_calloc(1, sizeof *set);
    *out = set;
    om_status status = om_agree(ctx, set != NULL ? OM_OK : OM_MEMORY);
    int64_t bytes = table->n_samples * n_features * (int64_t)sizeof *set->ranks;
    if (status == OM_OK) {
        set->table = table;
        set->n_features = n_features;
        status = om_shared_create(&set->shared, ctx, bytes);
    }
    if (status == OM_OK) {
        set->ranks = om_shared_data(set->shared);
        status = om_agree(ctx, rank_rows(set, ctx, path, genes));
    }
    if (status == OM_OK) {
        status = join_nodes(set, ctx, bytes);
    }
    if (status != OM_OK) {
        om_training_set_destroy(out);
    }
    return status;
}

void om_training_set_destroy(om_training_set **set) {
    if (*set == NULL) {
        return;
    }
    om_shared_destroy(&(*set)->shared);
    om_free(*set);
    *set = NULL;
}

const uint16_t *om_training_set_ranks(const om_training_set *set) {
    return set->ranks;
}

om_status om_training_set_scale(om_ctx *ctx, const om_training_set *set, const int64_t *rows,
                                int64_t n_rows, double *mean, double *sd) {
    om_scaler_sums *sums = NULL;
    om_status status = om_agree(ctx, om_scaler_sums_create(&sums, set->n_features));
    if (status == OM_OK) {
        int64_t first = 0, count = 0;
        om_range_even(n_rows, om_context_size(ctx), om_context_rank(ctx), &first, &count);
        for (int64_t i = first; i < first + count; i++) {
            om_scaler_sums_add(sums, set->ranks + rows[i] * set->n_features);
        }
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
