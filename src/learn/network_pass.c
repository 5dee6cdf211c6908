#include "oncomark/network.h"

#include "oncomark/gemm.h"
#include "oncomark/memory.h"

om_status om_pass_create(om_pass **out, om_network_shape shape, int64_t rows) {
    om_pass *pass = om_calloc(1, sizeof *pass);
    *out = pass;
    if (pass == NULL) {
        return OM_MEMORY;
    }
    int64_t units = OM_N_HALLMARKS * shape.head;
    pass->rows = rows;
    pass->hidden = om_calloc(rows * shape.hidden, sizeof(float));
    pass->heads = om_calloc(rows * units, sizeof(float));
    pass->logits = om_calloc(rows * OM_N_HALLMARKS, sizeof(float));
    pass->logits_gradient = om_calloc(rows * OM_N_HALLMARKS, sizeof(float));
    pass->heads_gradient = om_calloc(rows * units, sizeof(float));
    if (pass->hidden == NULL || pass->heads == NULL || pass->logits == NULL ||
        pass->logits_gradient == NULL || pass->heads_gradient == NULL) {
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
    om_free((*pass)->heads);
    om_free((*pass)->logits);
    om_free((*pass)->logits_gradient);
    om_free((*pass)->heads_gradient);
    om_free(*pass);
    *pass = NULL;
}

static void add_bias_relu(float *values, const float *bias, int64_t rows, int64_t units) {
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t u = 0; u < units; u++) {
            float value = values[r * units + u] + bias[u];
            values[r * units + u] = value > 0 ? value : 0;
        }
    }
}

void om_network_forward(const om_network *network, const float *x, om_pass *pass) {
    int64_t n_features = network->shape.n_features;
    int64_t hidden = network->shape.hidden;
    int64_t head = network->shape.head;
    int64_t units = OM_N_HALLMARKS * head;
    om_gemm_nt(pass->rows, hidden, n_features, (om_matrix_view){x, n_features},
               (om_matrix_view){network->hidden_weight, n_features},
               (om_matrix){pass->hidden, hidden});
    add_bias_relu(pass->hidden, network->hidden_bias, pass->rows, hidden);
    om_gemm_nt(pass->rows, units, hidden, (om_matrix_view){pass->hidden, hidden},
               (om_matrix_view){network->head_weight, hidden}, (om_matrix){pass->heads, units});
    add_bias_relu(pass->heads, network->head_bias, pass->rows, units);
    for (int64_t r = 0; r < pass->rows; r++) {
        for (int64_t k = 0; k < OM_N_HALLMARKS; k++) {
            float sum = 0;
            for (int64_t w = 0; w < head; w++) {
                sum += network->output_weight[k * head + w] * pass->heads[r * units + k * head + w];
            }
            pass->logits[r * OM_N_HALLMARKS + k] = sum + network->output_bias[k];
        }
    }
}

/* to [columns] = sum over rows of from [rows x columns]. */
static void sum_rows(float *to, const float *from, int64_t rows, int64_t columns) {
    for (int64_t c = 0; c < columns; c++) {
        to[c] = 0;
    }
    for (int64_t r = 0; r < rows; r++) {
        for (int64_t c = 0; c < columns; c++) {
            to[c] += from[r * columns + c];
        }
    }
}

/* Gradients of the output layers, and of the heads' layers before their ReLU. */
static void backward_output(const om_network *network, om_pass *pass, om_network *gradient) {
    int64_t head = network->shape.head;
    int64_t units = OM_N_HALLMARKS * head;
    for (int64_t u = 0; u < units; u++) {
        gradient->output_weight[u] = 0;
    }
    for (int64_t r = 0; r < pass->rows; r++) {
        for (int64_t u = 0; u < units; u++) {
            float above = pass->logits_gradient[r * OM_N_HALLMARKS + u / head];
            float value = pass->heads[r * units + u];
            gradient->output_weight[u] += above * value;
            pass->heads_gradient[r * units + u] = value > 0 ? above * network->output_weight[u] : 0;
        }
    }
    sum_rows(gradient->output_bias, pass->logits_gradient, pass->rows, OM_N_HALLMARKS);
}

void om_network_backward(const om_network *network, om_pass *pass, float *gradient,
                         float *hidden_gradient) {
    int64_t hidden = network->shape.hidden;
    int64_t units = OM_N_HALLMARKS * network->shape.head;
    /* The view of a network without features starts at hidden_bias. */
    om_network small = om_network_view(
        (om_network_shape){0, network->shape.hidden, network->shape.head}, gradient);
    backward_output(network, pass, &small);
    om_gemm_tn(units, hidden, pass->rows, (om_matrix_view){pass->heads_gradient, units},
               (om_matrix_view){pass->hidden, hidden}, (om_matrix){small.head_weight, hidden});
    sum_rows(small.head_bias, pass->heads_gradient, pass->rows, units);
    om_gemm_nn(pass->rows, hidden, units, (om_matrix_view){pass->heads_gradient, units},
               (om_matrix_view){network->head_weight, hidden},
               (om_matrix){hidden_gradient, hidden});
    for (int64_t i = 0; i < pass->rows * hidden; i++) {
        hidden_gradient[i] = pass->hidden[i] > 0 ? hidden_gradient[i] : 0;
    }
    sum_rows(small.hidden_bias, hidden_gradient, pass->rows, hidden);
}
