#include "block.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "row_feed.h"

#include <string.h>

enum { CACHE_LINE = 64, ROWS_AHEAD = 8 };

/* Samples lie anywhere in a large memory: what the next panel needs of a sample, or the first panel
 * of a sample some rows on, is asked for while this one is computed. */
static void fetch_ahead(const uint16_t *ranks, int64_t first, int64_t n_features) {
    int64_t end = first + OM_PANEL < n_features ? first + OM_PANEL : n_features;
    for (int64_t f = first; f < end; f += CACHE_LINE / (int64_t)sizeof *ranks) {
        __builtin_prefetch(ranks + f, 0, 2); /* to the second level */
    }
}

void om_panel_pack(float *x, const om_samples *samples, const uint16_t *const *ranks, int64_t n,
                   int64_t first, int64_t width) {
    int64_t n_features = samples->n_features;
    for (int64_t i = 0; i < n; i++) {
        fetch_ahead(ranks[i], first + width, n_features);
        if (first == 0 && i + ROWS_AHEAD < n) {
            fetch_ahead(ranks[i + ROWS_AHEAD], 0, n_features);
        }
        om_transform_panel(samples->transform, ranks[i], first, width, x + i * OM_PANEL_ROW);
    }
}

void om_block_forward(const om_network *network, const om_samples *samples,
                      const uint16_t *const *ranks, int64_t n, float *x, om_pass *pass) {
    int64_t n_features = samples->n_features;
    om_network_begin(network, pass, n);
    for (int64_t first = 0; first < n_features; first += OM_PANEL) {
        int64_t width = n_features - first < OM_PANEL ? n_features - first : OM_PANEL;
        om_panel_pack(x, samples, ranks, n, first, width);
        om_network_add_panel(network, pass, n, x, OM_PANEL_ROW, first, width);
    }
    om_network_heads(network, pass, n);
}

int64_t om_block_length(int64_t n_rows, int64_t block, int64_t index) {
    int64_t rest = n_rows - index * block;
    return rest < 0 ? 0 : rest < block ? rest : block;
}

/* What block_logits works with. */
typedef struct logits_work {
    om_ctx *ctx;
    const om_network *network;
    const om_samples *samples;
    const int64_t *rows;
    int64_t n_rows;
    int64_t block;
    om_pass *pass;
    float *x;
    om_row_range *ranges; /* [size] */
    om_row_feed *feed;
} logits_work;

/* In each round a rank looks at the next one of its blocks. */
static void begin_round(logits_work *work, int64_t round) {
    int size = om_context_size(work->ctx);
    int64_t n_blocks = (work->n_rows + work->block - 1) / work->block;
    for (int rank = 0; rank < size; rank++) {
        int64_t first = 0, count = 0;
        om_range_even(n_blocks, size, rank, &first, &count);
        int64_t index = round < count ? first + round : n_blocks;
        work->ranges[rank] =
            (om_row_range){index * work->block, om_block_length(work->n_rows, work->block, index)};
    }
    om_row_feed_begin(work->feed, work->rows, work->ranges);
}

static void compute_round(logits_work *work, int64_t round, float *logits) {
    int64_t first = 0, count = 0;
    int64_t n_blocks = (work->n_rows + work->block - 1) / work->block;
    const uint16_t *const *ranks = om_row_feed_take(work->feed);
    om_range_even(n_blocks, om_context_size(work->ctx), om_context_rank(work->ctx), &first, &count);
    if (round < count) {
        int64_t start = (first + round) * work->block;
        int64_t n = om_block_length(work->n_rows, work->block, first + round);
        om_block_forward(work->network, work->samples, ranks, n, work->x, work->pass);
        memcpy(logits + start * OM_N_HALLMARKS, work->pass->logits,
               (size_t)(n * OM_N_HALLMARKS) * sizeof *logits);
    }
}

static om_status compute_logits(logits_work *work, float *logits) {
    om_ctx *ctx = work->ctx;
    int64_t share = work->block * om_context_size(ctx);
    int64_t n_rounds = (work->n_rows + share - 1) / share;
    OM_TRY(om_row_feed_create(&work->feed, ctx, work->samples, work->block));
    memset(logits, 0, (size_t)(work->n_rows * OM_N_HALLMARKS) * sizeof *logits);
    for (int64_t round = 0; round < n_rounds; round++) {
        om_serve(ctx);
        if (round == 0) {
            begin_round(work, 0);
        }
        if (round + 1 < n_rounds) {
            begin_round(work, round + 1);
        }
        compute_round(work, round, logits);
    }
    return om_join_bytes(ctx, logits, work->n_rows * OM_N_HALLMARKS * (int64_t)sizeof *logits);
}

om_status om_block_logits(float *logits, om_ctx *ctx, const om_network *network,
                          const om_samples *samples, const int64_t *rows, int64_t n_rows,
                          int64_t block) {
    logits_work work = {.ctx = ctx,
                        .network = network,
                        .samples = samples,
                        .rows = rows,
                        .n_rows = n_rows,
                        .block = block,
                        .x = om_calloc_aligned(block * OM_PANEL_ROW, sizeof(float)),
                        .ranges = om_calloc(om_context_size(ctx), sizeof(om_row_range))};
    om_status status = om_pass_create(&work.pass, network->shape, block);
    status = om_agree(ctx, work.x == NULL || work.ranges == NULL ? OM_MEMORY : status);
    status = status == OM_OK ? compute_logits(&work, logits) : status;
    om_row_feed_destroy(&work.feed);
    om_pass_destroy(&work.pass);
    om_free(work.ranges);
    om_free(work.x);
    return status;
}
