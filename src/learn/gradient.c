#include "gradient.h"

#include "oncomark/gemm.h"
#include "oncomark/memory.h"

#include <string.h>

/* Features whose weight gradients are summed over the blocks while they are in cache. */
enum { PANEL = 256 };

/* Floats of an MPI message. */
enum { PIECE = 1 << 24 };

struct om_gradient {
    om_network_shape shape;
    int64_t block;
    int64_t n_leaves;
    int64_t n_parameters;
    float *values;          /* [n_parameters] */
    float *incoming;        /* [n_parameters] of another rank */
    float *x;               /* [n_leaves x block x D] */
    float *hidden_gradient; /* [n_leaves x block x H] */
    float *small;           /* [levels x n_small] sums on the way down the tree */
    float *panel;           /* [levels x H x PANEL] */
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
    int64_t levels = 1;
    for (int64_t leaves = n_leaves; leaves > 1; leaves /= 2) {
        levels++;
    }
    gradient->shape = shape;
    gradient->block = block;
    gradient->n_leaves = n_leaves;
    gradient->n_parameters = om_network_parameters(shape);
    gradient->values = om_calloc(gradient->n_parameters, sizeof(float));
    gradient->incoming = om_calloc(gradient->n_parameters, sizeof(float));
    gradient->x = om_calloc(n_leaves * block * shape.n_features, sizeof(float));
    gradient->hidden_gradient = om_calloc(n_leaves * block * shape.hidden, sizeof(float));
    gradient->small = om_calloc(levels * om_network_small_parameters(shape), sizeof(float));
    gradient->panel = om_calloc(levels * shape.hidden * PANEL, sizeof(float));
    om_status status = om_pass_create(&gradient->pass, shape, block);
    if (gradient->values == NULL || gradient->incoming == NULL || gradient->x == NULL ||
        gradient->hidden_gradient == NULL || gradient->small == NULL || gradient->panel == NULL ||
        status != OM_OK) {
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
    om_free((*gradient)->incoming);
    om_free((*gradient)->x);
    om_free((*gradient)->hidden_gradient);
    om_free((*gradient)->small);
    om_free((*gradient)->panel);
    om_pass_destroy(&(*gradient)->pass);
    om_free(*gradient);
    *gradient = NULL;
}

float *om_gradient_values(om_gradient *gradient) {
    return gradient->values;
}

/* What a leaf of the tree is computed from. */
typedef struct leaf_task {
    om_gradient *gradient;
    const om_network *network;
    const om_batch *batch;
    int64_t first_leaf;
    double *head_sums;
    int64_t first_feature; /* of the panel */
    int64_t width;         /* features of the panel */
} leaf_task;

typedef void (*leaf_function)(const leaf_task *task, int64_t leaf, float *out);

/* sums [width] = sum over the leaves first .. first + count - 1, count a power of two; uses
 * `width` more numbers for each level below. */
static void sum_leaves(leaf_function function, const leaf_task *task, int64_t first, int64_t count,
                       float *sums, int64_t width) {
    if (count == 1) {
        function(task, first, sums);
        return;
    }
    float *other = sums + width;
    sum_leaves(function, task, first, count / 2, sums, width);
    sum_leaves(function, task, first + count / 2, count / 2, other, width);
    for (int64_t i = 0; i < width; i++) {
        sums[i] += other[i];
    }
}

static int64_t leaf_length(const leaf_task *task, int64_t leaf) {
    return om_block_length(task->batch->scope.n_samples, task->gradient->block,
                           task->first_leaf + leaf);
}

/* Forward and backward through a block: all gradients but those of hidden_weight. */
static void compute_block(const leaf_task *task, int64_t leaf, float *out) {
    om_gradient *gradient = task->gradient;
    const om_batch *batch = task->batch;
    int64_t block = gradient->block;
    int64_t n = leaf_length(task, leaf);
    double *head_sums = task->head_sums + leaf * OM_N_HALLMARKS;
    if (n == 0) {
        memset(out, 0, (size_t)om_network_small_parameters(gradient->shape) * sizeof *out);
        memset(head_sums, 0, OM_N_HALLMARKS * sizeof *head_sums);
        return;
    }
    const om_samples *samples = batch->samples;
    const int64_t *rows = batch->rows + (task->first_leaf + leaf) * block;
    float *x = gradient->x + leaf * block * gradient->shape.n_features;
    om_pass *pass = gradient->pass;
    om_block_pack(x, samples, rows, n, block);
    om_network_forward(task->network, x, pass);
    om_loss_sums(batch->scope.loss, pass->logits, samples->task, samples->label, rows, n,
                 head_sums);
    om_loss_gradient(&batch->scope, pass->logits, samples->task, samples->label, rows, n, block,
                     pass->logits_gradient);
    om_network_backward(task->network, pass, out,
                        gradient->hidden_gradient + leaf * block * gradient->shape.hidden);
}

/* A block's gradient of hidden_weight for a panel of features: out [H x width]. */
static void compute_panel(const leaf_task *task, int64_t leaf, float *out) {
    const om_gradient *gradient = task->gradient;
    int64_t hidden = gradient->shape.hidden;
    int64_t n_features = gradient->shape.n_features;
    int64_t first_row = leaf * gradient->block;
    if (leaf_length(task, leaf) == 0) {
        memset(out, 0, (size_t)(hidden * task->width) * sizeof *out);
        return;
    }
    const float *x = gradient->x + first_row * n_features + task->first_feature;
    om_gemm_tn(hidden, task->width, gradient->block,
               (om_matrix_view){gradient->hidden_gradient + first_row * hidden, hidden},
               (om_matrix_view){x, n_features}, (om_matrix){out, task->width});
}

void om_gradient_compute(om_gradient *gradient, const om_network *network, const om_batch *batch,
                         int64_t first_leaf, double *head_sums) {
    int64_t hidden = gradient->shape.hidden;
    int64_t n_features = gradient->shape.n_features;
    int64_t n_small = om_network_small_parameters(gradient->shape);
    leaf_task task = {.gradient = gradient,
                      .network = network,
                      .batch = batch,
                      .first_leaf = first_leaf,
                      .head_sums = head_sums};
    sum_leaves(compute_block, &task, 0, gradient->n_leaves, gradient->small, n_small);
    memcpy(gradient->values + hidden * n_features, gradient->small,
           (size_t)n_small * sizeof *gradient->small);
    for (int64_t first = 0; first < n_features; first += PANEL) {
        int64_t width = n_features - first < PANEL ? n_features - first : PANEL;
        task.first_feature = first;
        task.width = width;
        sum_leaves(compute_panel, &task, 0, gradient->n_leaves, gradient->panel, hidden * width);
        for (int64_t h = 0; h < hidden; h++) {
            memcpy(gradient->values + h * n_features + first, gradient->panel + h * width,
                   (size_t)width * sizeof *gradient->values);
        }
    }
}

om_status om_gradient_sum(om_gradient *gradient, om_ctx *group) {
    MPI_Comm comm = om_context_comm(group);
    int rank = om_context_rank(group);
    for (int distance = 1; distance < om_context_size(group); distance *= 2) {
        int partner = rank ^ distance;
        for (int64_t done = 0; done < gradient->n_parameters; done += PIECE) {
            int64_t rest = gradient->n_parameters - done;
            int piece = rest < PIECE ? (int)rest : PIECE;
            float *values = gradient->values + done;
            float *incoming = gradient->incoming + done;
            if (MPI_Sendrecv(values, piece, MPI_FLOAT, partner, 0, incoming, piece, MPI_FLOAT,
                             partner, 0, comm, MPI_STATUS_IGNORE) != MPI_SUCCESS) {
                return om_fail(OM_SYSTEM, "MPI: exchange of a gradient failed");
            }
            for (int i = 0; i < piece; i++) {
                values[i] += incoming[i];
            }
        }
    }
    return OM_OK;
}
