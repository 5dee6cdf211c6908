#include "block.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"

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

void om_panel_pack(float *x, const om_samples *samples, const int64_t *rows, int64_t n,
                   int64_t first, int64_t width) {
    int64_t n_features = samples->n_features;
    for (int64_t i = 0; i < n; i++) {
        const uint16_t *ranks = samples->doubled_ranks + rows[i] * n_features;
        fetch_ahead(ranks, first + width, n_features);
        if (first == 0 && i + ROWS_AHEAD < n) {
            fetch_ahead(samples->doubled_ranks + rows[i + ROWS_AHEAD] * n_features, 0, n_features);
        }
        om_transform_panel(samples->transform, ranks, first, width, x + i * OM_PANEL_ROW);
    }
}

void om_block_forward(const om_network *network, const om_samples *samples, const int64_t *rows,
                      int64_t n, float *x, om_pass *pass) {
    int64_t n_features = samples->n_features;
    om_network_begin(network, pass, n);
    for (int64_t first = 0; first < n_features; first += OM_PANEL) {
        int64_t width = n_features - first < OM_PANEL ? n_features - first : OM_PANEL;
        om_panel_pack(x, samples, rows, n, first, width);
        om_network_add_panel(network, pass, n, x, OM_PANEL_ROW, first, width);
    }
    om_network_heads(network, pass, n);
}

int64_t om_block_length(int64_t n_rows, int64_t block, int64_t index) {
    int64_t rest = n_rows - index * block;
    return rest < 0 ? 0 : rest < block ? rest : block;
}

om_status om_block_logits(float *logits, om_ctx *ctx, const om_network *network,
                          const om_samples *samples, const int64_t *rows, int64_t n_rows,
                          int64_t block) {
    om_pass *pass = NULL;
    float *x = om_malloc(block * OM_PANEL_ROW, sizeof *x);
    om_status status = om_pass_create(&pass, network->shape, block);
    status = om_agree(ctx, x == NULL ? OM_MEMORY : status);
    if (status == OM_OK) {
        int64_t first = 0, count = 0;
        om_range_even((n_rows + block - 1) / block, om_context_size(ctx), om_context_rank(ctx),
                      &first, &count);
        memset(logits, 0, (size_t)(n_rows * OM_N_HALLMARKS) * sizeof *logits);
        for (int64_t b = first; b < first + count; b++) {
            int64_t n = om_block_length(n_rows, block, b);
            om_block_forward(network, samples, rows + b * block, n, x, pass);
            memcpy(logits + b * block * OM_N_HALLMARKS, pass->logits,
                   (size_t)(n * OM_N_HALLMARKS) * sizeof *logits);
        }
        status = om_join_bytes(ctx, logits, n_rows * OM_N_HALLMARKS * (int64_t)sizeof *logits);
    }
    om_pass_destroy(&pass);
    om_free(x);
    return status;
}
