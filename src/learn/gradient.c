#include "gradient.h"

#include "oncomark/memory.h"
#include "oncomark/product.h"

#include <string.h>

struct om_gradient {
    int64_t block;
    int64_t n_leaves;
    float *values; /* [n_parameters] */
    float *x;      /* [n_leaves x block x OM_PANEL_ROW] */
    om_pass *pass;
};

int om_gradient_ranks(int size, int64_t n_blocks) {
    int ranks = 1;
    while (2 * ranks <= size && 2 * (int64_t)ranks <= n_blocks) {
        ranks *= 2;
    }
    return ranks;
}

int64_t om_gradient_leaves(int64_t n_blocks) {
    int64_t leaves = 1;
    while (leaves < n_blocks) {
        leaves *= 2;
    }
    return leaves;
}

om_status om_gradient_create(om_gradient **out, om_network_shape shape, int64_t block,
                             int64_t n_leaves) {
    om_gradient *gradient = om_calloc(1, sizeof *gradient);
    *out = gradient;
    if (gradient == NULL) {
        return OM_MEMORY;
    }
    gradient->block = block;
    gradient->n_leaves = n_leaves;
    gradient->values = om_calloc_aligned(om_network_parameters(shape), sizeof(float));
    gradient->x = om_calloc_aligned(n_leaves * block * OM_PANEL_ROW, sizeof(float));
    om_status status = om_pass_create(&gradient->pass, shape, n_leaves * block);
    if (gradient->values == NULL || gradient->x == NULL || status != OM_OK) {
        om_gradient_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_gradient_destroy(om_gradient **gradient) {
    if (*gradient == NULL) {
        return;
    }
    om_free((*gradient)->values);
    om_free((*gradient)->x);
    om_pass_destroy(&(*gradient)->pass);
    om_free(*gradient);
    *gradient = NULL;
}

float *om_gradient_values(om_gradient *gradient) {
    return gradient->values;
}

static void give(const om_gradient_use *use, int64_t first, int64_t count) {
    if (use != NULL) {
        use->take(use->context, first, count);
    }
}

static void compute_loss(om_gradient *gradient, const om_batch *batch, const int64_t *rows,
                         int64_t n, double *head_sums) {
    const om_samples *samples = batch->samples;
    om_pass *pass = gradient->pass;
    for (int64_t leaf = 0; leaf < gradient->n_leaves; leaf++) {
        int64_t first = leaf * gradient->block;
        om_loss_sums(batch->scope.loss, pass->logits + first * OM_N_HALLMARKS, samples->task,
                     samples->label, rows + first, om_block_length(n, gradient->block, leaf),
                     head_sums + leaf * OM_N_HALLMARKS);
    }
    om_loss_gradient(&batch->scope, pass->logits, samples->task, samples->label, rows, n,
                     pass->logits_gradient, om_padded(OM_N_HALLMARKS));
}

/* A panel's gradient is x^T hidden_gradient. Packing x once more is faster than keeping all of it:
 * only the ranks, a quarter of its bytes, come from memory. */
static void compute_panel(om_gradient *gradient, const om_network *network, const om_batch *batch,
                          int64_t n, int64_t first, int64_t width) {
    int64_t row = network->hidden_row;
    om_panel_pack(gradient->x, batch->samples, batch->ranks, n, first, width);
    om_product_tree(&(om_product){.m = width,
                                  .n = row,
                                  .k = n,
                                  .a = gradient->x,
                                  .a_row = 1,
                                  .a_column = OM_PANEL_ROW,
                                  .b = gradient->pass->hidden_gradient,
                                  .b_row = row,
                                  .c = gradient->values + first * row,
                                  .c_row = row},
                    gradient->block, gradient->n_leaves);
}

void om_gradient_compute(om_gradient *gradient, const om_network *network, const om_batch *batch,
                         int64_t first_leaf, double *head_sums, const om_gradient_use *use) {
    int64_t n_features = network->shape.n_features;
    int64_t n_large = n_features * network->hidden_row;
    int64_t most = gradient->n_leaves * gradient->block;
    const int64_t *rows = batch->rows + first_leaf * gradient->block;
    int64_t n = om_block_length(batch->scope.n_samples, most, first_leaf / gradient->n_leaves);
    om_block_forward(network, batch->samples, batch->ranks, n, gradient->x, gradient->pass);
    compute_loss(gradient, batch, rows, n, head_sums);
    om_network_backward(network, gradient->pass, n, gradient->block, gradient->n_leaves,
                        gradient->values + n_large);
    give(use, n_large, network->n_parameters - n_large);
    for (int64_t first = 0; first < n_features; first += OM_PANEL) {
        int64_t width = n_features - first < OM_PANEL ? n_features - first : OM_PANEL;
        compute_panel(gradient, network, batch, n, first, width);
        give(use, first * network->hidden_row, width * network->hidden_row);
    }
}
