#include "oncomark/network.h"

#include "oncomark/features.h"
#include "oncomark/memory.h"
#include "oncomark/product.h"
#include "oncomark/random.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <string.h>

/* Random streams of the layers: values are part of results. */
enum { STREAM_HIDDEN = 1, STREAM_HEAD = 2, STREAM_OUTPUT = 3 };

static int64_t output_row(void) {
    return om_padded(OM_N_HALLMARKS);
}

int64_t om_network_small_parameters(om_network_shape shape) {
    int64_t heads_row = om_padded(OM_N_HALLMARKS * shape.head);
    return om_padded(shape.hidden) + shape.hidden * heads_row + heads_row + heads_row +
           output_row();
}

int64_t om_network_parameters(om_network_shape shape) {
    return shape.n_features * om_padded(shape.hidden) + om_network_small_parameters(shape);
}

om_network om_network_view(om_network_shape shape, float *parameters) {
    om_network view = {.shape = shape, .parameters = parameters, .hidden_weight = parameters};
    view.hidden_row = om_padded(shape.hidden);
    view.heads_row = om_padded(OM_N_HALLMARKS * shape.head);
    view.n_parameters = om_network_parameters(shape);
    view.hidden_bias = view.hidden_weight + shape.n_features * view.hidden_row;
    view.head_weight = view.hidden_bias + view.hidden_row;
    view.head_bias = view.head_weight + shape.hidden * view.heads_row;
    view.output_weight = view.head_bias + view.heads_row;
    view.output_bias = view.output_weight + view.heads_row;
    return view;
}

static om_status check_shape(om_network_shape shape) {
    OM_TRY(om_features_check_count(shape.n_features));
    if (shape.hidden < 1 || shape.head < 1 || shape.hidden > INT_MAX ||
        shape.head > INT_MAX / OM_N_HALLMARKS) {
        return om_fail(OM_USAGE,
                       "network: found %" PRId64 " hidden units and %" PRId64
                       " units a head, expected 1 or more and fewer than 2^31 in a layer",
                       shape.hidden, shape.head);
    }
    return OM_OK;
}

om_status om_network_create(om_network **out, om_network_shape shape) {
    *out = NULL;
    OM_TRY(check_shape(shape));
    om_network *network = om_malloc(1, sizeof *network);
    float *parameters = om_calloc_aligned(om_network_parameters(shape), sizeof *parameters);
    if (network == NULL || parameters == NULL) {
        om_free(network);
        om_free(parameters);
        return OM_MEMORY;
    }
    *network = om_network_view(shape, parameters);
    *out = network;
    return OM_OK;
}

void om_network_destroy(om_network **network) {
    if (*network == NULL) {
        return;
    }
    om_free((*network)->parameters);
    om_free(*network);
    *network = NULL;
}

/* Draws in the order of the units, whatever the order in memory: they are part of results. */
static void fill_uniform(float *weights, int64_t row, int64_t n_in, int64_t n_out, double limit,
                         uint64_t seed, uint64_t stream) {
    om_random random = om_random_stream(seed, OM_PURPOSE_INITIALISE, stream);
    for (int64_t unit = 0; unit < n_out; unit++) {
        for (int64_t i = 0; i < n_in; i++) {
            weights[i * row + unit] = (float)((2 * om_random_uniform(&random) - 1) * limit);
        }
    }
}

void om_network_initialise(om_network *network, uint64_t seed) {
    om_network_shape shape = network->shape;
    int64_t units = OM_N_HALLMARKS * shape.head;
    memset(network->parameters, 0, (size_t)network->n_parameters * sizeof *network->parameters);
    fill_uniform(network->hidden_weight, network->hidden_row, shape.n_features, shape.hidden,
                 sqrt(6 / (double)shape.n_features), seed, STREAM_HIDDEN);
    fill_uniform(network->head_weight, network->heads_row, shape.hidden, units,
                 sqrt(6 / (double)shape.hidden), seed, STREAM_HEAD);
    fill_uniform(network->output_weight, network->heads_row, 1, units,
                 sqrt(6 / (double)(shape.head + 1)), seed, STREAM_OUTPUT);
}

int64_t om_network_plain_parameters(om_network_shape shape) {
    int64_t units = OM_N_HALLMARKS * shape.head;
    return shape.hidden * shape.n_features + shape.hidden + units * shape.hidden + units + units +
           OM_N_HALLMARKS;
}

/* A layer of n_out units: in the network rows of `row` floats, in files out x in. Returns where the
 * next layer is in files. */
static float *get_layer(float *plain, const float *layer, int64_t row, int64_t n_in,
                        int64_t n_out) {
    for (int64_t unit = 0; unit < n_out; unit++) {
        for (int64_t i = 0; i < n_in; i++) {
            plain[unit * n_in + i] = layer[i * row + unit];
        }
    }
    return plain + n_out * n_in;
}

void om_network_get(const om_network *network, float *plain) {
    om_network_shape shape = network->shape;
    int64_t units = OM_N_HALLMARKS * shape.head;
    plain = get_layer(plain, network->hidden_weight, network->hidden_row, shape.n_features,
                      shape.hidden);
    plain = get_layer(plain, network->hidden_bias, 0, 1, shape.hidden);
    plain = get_layer(plain, network->head_weight, network->heads_row, shape.hidden, units);
    plain = get_layer(plain, network->head_bias, 0, 1, units);
    plain = get_layer(plain, network->output_weight, 0, 1, units);
    get_layer(plain, network->output_bias, 0, 1, OM_N_HALLMARKS);
}

static const float *set_layer(float *layer, const float *plain, int64_t row, int64_t n_in,
                              int64_t n_out) {
    for (int64_t unit = 0; unit < n_out; unit++) {
        for (int64_t i = 0; i < n_in; i++) {
            layer[i * row + unit] = plain[unit * n_in + i];
        }
    }
    return plain + n_out * n_in;
}

void om_network_set(om_network *network, const float *plain) {
    om_network_shape shape = network->shape;
    int64_t units = OM_N_HALLMARKS * shape.head;
    plain = set_layer(network->hidden_weight, plain, network->hidden_row, shape.n_features,
                      shape.hidden);
    plain = set_layer(network->hidden_bias, plain, 0, 1, shape.hidden);
    plain = set_layer(network->head_weight, plain, network->heads_row, shape.hidden, units);
    plain = set_layer(network->head_bias, plain, 0, 1, units);
    plain = set_layer(network->output_weight, plain, 0, 1, units);
    set_layer(network->output_bias, plain, 0, 1, OM_N_HALLMARKS);
}
