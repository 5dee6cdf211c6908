#include "oncomark/network.h"

#include "oncomark/features.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>

/* Random streams of the layers: values are part of results. */
enum { STREAM_HIDDEN = 1, STREAM_HEAD = 2, STREAM_OUTPUT = 3 };

int64_t om_network_small_parameters(om_network_shape shape) {
    int64_t units = OM_N_HALLMARKS * shape.head;
    return shape.hidden + units * shape.hidden + units + units + OM_N_HALLMARKS;
}

int64_t om_network_parameters(om_network_shape shape) {
    return shape.hidden * shape.n_features + om_network_small_parameters(shape);
}

om_network om_network_view(om_network_shape shape, float *parameters) {
    int64_t units = OM_N_HALLMARKS * shape.head;
    int64_t large = shape.hidden * shape.n_features;
    om_network view = {.shape = shape, .parameters = parameters, .hidden_weight = parameters};
    view.n_parameters = om_network_parameters(shape);
    view.hidden_bias = view.hidden_weight + large;
    view.head_weight = view.hidden_bias + shape.hidden;
    view.head_bias = view.head_weight + units * shape.hidden;
    view.output_weight = view.head_bias + units;
    view.output_bias = view.output_weight + units;
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
    float *parameters = om_calloc(om_network_parameters(shape), sizeof *parameters);
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

static void fill_uniform(float *weights, int64_t count, double limit, uint64_t seed,
                         uint64_t stream) {
    om_random random = om_random_stream(seed, OM_PURPOSE_INITIALISE, stream);
    for (int64_t i = 0; i < count; i++) {
        weights[i] = (float)((2 * om_random_uniform(&random) - 1) * limit);
    }
}

void om_network_initialise(om_network *network, uint64_t seed) {
    om_network_shape shape = network->shape;
    int64_t units = OM_N_HALLMARKS * shape.head;
    for (int64_t i = 0; i < network->n_parameters; i++) {
        network->parameters[i] = 0;
    }
    fill_uniform(network->hidden_weight, shape.hidden * shape.n_features,
                 sqrt(6 / (double)shape.n_features), seed, STREAM_HIDDEN);
    fill_uniform(network->head_weight, units * shape.hidden, sqrt(6 / (double)shape.hidden), seed,
                 STREAM_HEAD);
    fill_uniform(network->output_weight, units, sqrt(6 / (double)(shape.head + 1)), seed,
                 STREAM_OUTPUT);
}
