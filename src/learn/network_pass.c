#include "oncomark/network.h"

#include "oncomark/memory.h"
#include "oncomark/product.h"

#include <string.h>

om_status om_pass_create(om_pass **out, om_network_shape shape, int64_t rows) {
    om_pass *pass = om_calloc(1, sizeof *pass);
    *out = pass;
    if (pass == NULL) {
        return OM_MEMORY;
    }
    int64_t units = OM_N_HALLMARKS * shape.head;
    int64_t hidden_row = om_padded(shape.hidden);
    int64_t heads_row = om_padded(units);
    pass->rows = rows;
    pass->hidden = om_calloc_aligned(rows * hidden_row, sizeof(float));
    pass->hidden_gradient = om_calloc_aligned(rows * hidden_row, sizeof(float));
    pass->heads = om_calloc_aligned(rows * heads_row, sizeof(float));
    pass->heads_gradient = om_calloc_aligned(rows * heads_row, sizeof(float));
    pass->output_gradient = om_calloc_aligned(rows * heads_row, sizeof(float));
    pass->logits = om_calloc_aligned(rows * OM_N_HALLMARKS, sizeof(float));
    pass->logits_gradient = om_calloc_aligned(rows * om_padded(OM_N_HALLMARKS), sizeof(float));
    pass->head_weight_back = om_calloc_aligned(units * hidden_row, sizeof(float));
    if (pass->hidden == NULL || pass->hidden_gradient == NULL || pass->heads == NULL ||
        pass->heads_gradient == NULL || pass->output_gradient == NULL || pass->logits == NULL ||
        pass->logits_gradient == NULL || pass->head_weight_back == NULL) {
        om_pass_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_pass_destroy(om_pass **pass) {
    if (*pass == NULL) {
        return;
    }
    om_free((*pass)->hidden);
    om_free((*pass)->hidden_gradient);
    om_free((*pass)->heads);
    om_free((*pass)->heads_gradient);
    om_free((*pass)->output_gradient);
    om_free((*pass)->logits);
    om_free((*pass)->logits_gradient);
    om_free((*pass)->head_weight_back);
    om_free(*pass);
    *pass = NULL;
}

void om_network_begin(const om_network *network, om_pass *pass, int64_t n) {
    memset(pass->hidden, 0, (size_t)(n * network->hidden_row) * sizeof *pass->hidden);
}

void om_network_add_panel(const om_network *network, om_pass *pass, int64_t n, const float *x,
                          int64_t x_row, int64_t first, int64_t width) {
    int64_t row = network->hidden_row;
    om_product_add(&(om_product){.m = n,
                                 .n = row,
                                 .k = width,
                                 .a = x,
                                 .a_row = x_row,
                                 .a_column = 1,
                                 .b = network->hidden_weight + first * row,
                                 .b_row = row,
                                 .c = pass->hidden,
                                 .c_row = row});
}

static void add_bias_relu(float *values, const float *bias, int64_t rows, int64_t units) {
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t u = 0; u < units; u++) {
            float value = values[r * units + u] + bias[u];
            values[r * units + u] = value > 0 ? value : 0;
        }
    }
}

void om_network_heads(const om_network *network, om_pass *pass, int64_t n) {
    int64_t head = network->shape.head;
    int64_t row = network->heads_row;
    add_bias_relu(pass->hidden, network->hidden_bias, n, network->hidden_row);
    memset(pass->heads, 0, (size_t)(n * row) * sizeof *pass->heads);
    om_product_add(&(om_product){.m = n,
                                 .n = row,
                                 .k = network->shape.hidden,
                                 .a = pass->hidden,
                                 .a_row = network->hidden_row,
                                 .a_column = 1,
                                 .b = network->head_weight,
                                 .b_row = row,
                                 .c = pass->heads,
                                 .c_row = row});
    add_bias_relu(pass->heads, network->head_bias, n, row);
    for (int64_t r = 0; r < n; r++) {
        for (int64_t k = 0; k < OM_N_HALLMARKS; k++) {
            float sum = 0;
            for (int64_t w = 0; w < head; w++) {
                sum += network->output_weight[k * head + w] * pass->heads[r * row + k * head + w];
            }
            pass->logits[r * OM_N_HALLMARKS + k] = sum + network->output_bias[k];
        }
    }
}

void om_network_forward(const om_network *network, const float *x, om_pass *pass) {
    int64_t n_features = network->shape.n_features;
    om_network_begin(network, pass, pass->rows);
    om_network_add_panel(network, pass, pass->rows, x, n_features, 0, n_features);
    om_network_heads(network, pass, pass->rows);
}

/* What each sample adds to the output weights' gradient, and the gradient of the heads' layers
 * before their ReLU. */
static void backward_output(const om_network *network, om_pass *pass, int64_t n) {
    int64_t head = network->shape.head;
    int64_t row = network->heads_row;
    for (int64_t r = 0; r < n; r++) {
        const float *above = pass->logits_gradient + r * om_padded(OM_N_HALLMARKS);
        for (int64_t k = 0; k < OM_N_HALLMARKS; k++) {
            for (int64_t u = k * head; u < (k + 1) * head; u++) {
                float value = pass->heads[r * row + u];
                pass->output_gradient[r * row + u] = above[k] * value;
                pass->heads_gradient[r * row + u] =
                    value > 0 ? above[k] * network->output_weight[u] : 0;
            }
        }
    }
}

static void backward_heads(const om_network *network, om_pass *pass, int64_t n) {
    int64_t units = OM_N_HALLMARKS * network->shape.head;
    int64_t row = network->hidden_row;
    for (int64_t h = 0; h < network->shape.hidden; h++) {
        for (int64_t u = 0; u < units; u++) {
            pass->head_weight_back[u * row + h] = network->head_weight[h * network->heads_row + u];
        }
    }
    memset(pass->hidden_gradient, 0, (size_t)(n * row) * sizeof *pass->hidden_gradient);
    om_product_add(&(om_product){.m = n,
                                 .n = row,
                                 .k = units,
                                 .a = pass->heads_gradient,
                                 .a_row = network->heads_row,
                                 .a_column = 1,
                                 .b = pass->head_weight_back,
                                 .b_row = row,
                                 .c = pass->hidden_gradient,
                                 .c_row = row});
    for (int64_t i = 0; i < n * row; i++) {
        pass->hidden_gradient[i] = pass->hidden[i] > 0 ? pass->hidden_gradient[i] : 0;
    }
}

/* Sums over samples, in the tree: of each column of `values`, or of its products with `units`
 * activations. */
typedef struct tree_sum {
    int64_t n;
    int64_t block;
    int64_t n_leaves;
} tree_sum;

static void sum_columns(const tree_sum *tree, float *to, const float *values, int64_t row) {
    static const float one = 1;
    om_product_tree(&(om_product){.m = 1,
                                  .n = row,
                                  .k = tree->n,
                                  .a = &one,
                                  .b = values,
                                  .b_row = row,
                                  .c = to,
                                  .c_row = row},
                    tree->block, tree->n_leaves);
}

void om_network_backward(const om_network *network, om_pass *pass, int64_t n, int64_t block,
                         int64_t n_leaves, float *gradient) {
    const tree_sum tree = {.n = n, .block = block, .n_leaves = n_leaves};
    /* The view of a network without features starts at hidden_bias. */
    om_network small = om_network_view(
        (om_network_shape){0, network->shape.hidden, network->shape.head}, gradient);
    backward_output(network, pass, n);
    backward_heads(network, pass, n);
    om_product_tree(&(om_product){.m = network->shape.hidden,
                                  .n = network->heads_row,
                                  .k = n,
                                  .a = pass->hidden,
                                  .a_row = 1,
                                  .a_column = network->hidden_row,
                                  .b = pass->heads_gradient,
                                  .b_row = network->heads_row,
                                  .c = small.head_weight,
                                  .c_row = network->heads_row},
                    block, n_leaves);
    sum_columns(&tree, small.hidden_bias, pass->hidden_gradient, network->hidden_row);
    sum_columns(&tree, small.head_bias, pass->heads_gradient, network->heads_row);
    sum_columns(&tree, small.output_weight, pass->output_gradient, network->heads_row);
    sum_columns(&tree, small.output_bias, pass->logits_gradient, om_padded(OM_N_HALLMARKS));
}
