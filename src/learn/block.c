#include "block.h"

#include "exact_sums.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"

#include <string.h>

void om_block_pack(float *x, const om_samples *samples, const int64_t *rows, int64_t n,
                   int64_t block) {
    int64_t n_features = samples->n_features;
    for (int64_t i = 0; i < n; i++) {
        om_transform_apply(samples->transform, samples->doubled_ranks + rows[i] * n_features,
                           x + i * n_features);
    }
    memset(x + n * n_features, 0, (size_t)((block - n) * n_features) * sizeof *x);
}

int64_t om_block_length(int64_t n_rows, int64_t block, int64_t index) {
    int64_t rest = n_rows - index * block;
    return rest < 0 ? 0 : rest < block ? rest : block;
}

om_status om_block_logits(float *logits, om_ctx *ctx, const om_network *network,
                          const om_samples *samples, const int64_t *rows, int64_t n_rows,
                          int64_t block) {
    om_pass *pass = NULL;
    float *x = om_malloc(block * network->shape.n_features, sizeof *x);
    om_status status = om_pass_create(&pass, network->shape, block);
    status = om_agree(ctx, x == NULL ? OM_MEMORY : status);
    if (status == OM_OK) {
        int64_t first = 0, count = 0;
        om_range_even((n_rows + block - 1) / block, om_context_size(ctx), om_context_rank(ctx),
                      &first, &count);
        memset(logits, 0, (size_t)(n_rows * OM_N_HALLMARKS) * sizeof *logits);
        for (int64_t b = first; b < first + count; b++) {
            int64_t n = om_block_length(n_rows, block, b);
            om_block_pack(x, samples, rows + b * block, n, block);
            om_network_forward(network, x, pass);
            memcpy(logits + b * block * OM_N_HALLMARKS, pass->logits,
                   (size_t)(n * OM_N_HALLMARKS) * sizeof *logits);
        }
        status = om_join_bytes(ctx, logits, n_rows * OM_N_HALLMARKS * (int64_t)sizeof *logits);
    }
    om_pass_destroy(&pass);
    om_free(x);
    return status;
}
