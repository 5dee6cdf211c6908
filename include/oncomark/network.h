/* The multi-task network: x [D] -> dense, ReLU (shared) -> for each hallmark dense, ReLU -> dense
 * to one logit. Float32, weights out x in. */
#ifndef ONCOMARK_NETWORK_H
#define ONCOMARK_NETWORK_H

#include "oncomark/hallmark.h"
#include "oncomark/status.h"

#include <stdint.h>

typedef struct om_network_shape {
    int64_t n_features; /* D */
    int64_t hidden;     /* H, units of the shared layer */
    int64_t head;       /* W, units of each head's layer */
} om_network_shape;

/* Plain data. The layers lie one after another in `parameters`, in the order of the pointers. */
typedef struct om_network {
    om_network_shape shape;
    int64_t n_parameters;
    float *parameters;
    float *hidden_weight; /* [H x D] */
    float *hidden_bias;   /* [H] */
    float *head_weight;   /* [10 x W x H] */
    float *head_bias;     /* [10 x W] */
    float *output_weight; /* [10 x W] */
    float *output_bias;   /* [10] */
} om_network;

/* All zeros. OM_USAGE where a layer has 2^31 units or more. Local. */
om_status om_network_create(om_network **out, om_network_shape shape);
void om_network_destroy(om_network **network);

/* He-uniform for the ReLU layers (limit sqrt(6 / in)), Glorot-uniform for the output layers
 * (sqrt(6 / (in + 1))), zero biases; a random stream for each layer. Local. */
void om_network_initialise(om_network *network, uint64_t seed);

/* The layers of a network and of its gradient lie alike: what `parameters` holds is seen through
 * the pointers of *view, which owns nothing. */
om_network om_network_view(om_network_shape shape, float *parameters);

/* Working memory for a block of a fixed number of rows. */
typedef struct om_pass {
    int64_t rows;
    float *hidden;          /* [rows x H] after ReLU */
    float *heads;           /* [rows x 10 W] after ReLU */
    float *logits;          /* [rows x 10] */
    float *logits_gradient; /* [rows x 10] */
    float *heads_gradient;  /* [rows x 10 W] */
} om_pass;

om_status om_pass_create(om_pass **out, om_network_shape shape, int64_t rows);
void om_pass_destroy(om_pass **pass);

/* Logits of `x` [rows x D]. One shape of matrix product for every block of these rows. Local. */
void om_network_forward(const om_network *network, const float *x, om_pass *pass);

/* After om_network_forward, from pass->logits_gradient: the gradient of all parameters but
 * hidden_weight, in `gradient` from hidden_bias on (layers as in the network), and of the hidden
 * layer before its ReLU, hidden_gradient [rows x H]. Local. */
void om_network_backward(const om_network *network, om_pass *pass, float *gradient,
                         float *hidden_gradient);

/* Number of parameters, and of those but hidden_weight. */
int64_t om_network_parameters(om_network_shape shape);
int64_t om_network_small_parameters(om_network_shape shape);

#endif
