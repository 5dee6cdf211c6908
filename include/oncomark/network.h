/* The multi-task network: x [D] -> dense, ReLU (shared) -> for each hallmark dense, ReLU -> dense
 * to one logit. Float32. */
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

/* Plain data. Weights are in x out, so that a product runs along the units of a layer; rows are
 * padded with zeros to Hp = om_padded(H), Up = om_padded(10 W) and om_padded(10) units, which stay
 * zero. The layers lie one after another in `parameters`, in the order of the pointers. */
typedef struct om_network {
    om_network_shape shape;
    int64_t hidden_row;   /* Hp */
    int64_t heads_row;    /* Up */
    int64_t n_parameters; /* padding included */
    float *parameters;
    float *hidden_weight; /* [D x Hp] */
    float *hidden_bias;   /* [Hp] */
    float *head_weight;   /* [H x Up], unit w of head k in column k W + w */
    float *head_bias;     /* [Up] */
    float *output_weight; /* [Up] */
    float *output_bias;   /* [om_padded(10)] */
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

/* Number of parameters with padding, and of those but hidden_weight, which is first. */
int64_t om_network_parameters(om_network_shape shape);
int64_t om_network_small_parameters(om_network_shape shape);

/* The parameters as files have them, without padding and out x in, one after another:
 * [H x D], [H], [10 x W x H], [10 x W], [10 x W], [10]. `plain` [om_network_plain_parameters]. */
int64_t om_network_plain_parameters(om_network_shape shape);
void om_network_get(const om_network *network, float *plain);
void om_network_set(om_network *network, const float *plain);

/* Working memory for up to `rows` samples. */
typedef struct om_pass {
    int64_t rows;
    float *hidden;           /* [rows x Hp]: sums, after om_network_heads activations */
    float *hidden_gradient;  /* [rows x Hp] before the ReLU */
    float *heads;            /* [rows x Up] after ReLU */
    float *heads_gradient;   /* [rows x Up] before the ReLU */
    float *output_gradient;  /* [rows x Up] of the output weights by each sample */
    float *logits;           /* [rows x 10] */
    float *logits_gradient;  /* [rows x om_padded(10)] */
    float *head_weight_back; /* [10 W x Hp] */
} om_pass;

om_status om_pass_create(om_pass **out, om_network_shape shape, int64_t rows);
void om_pass_destroy(om_pass **pass);

/* The network from x to pass->logits, in steps, for the first n rows: hidden sums are set to zero,
 * features first .. first + width - 1 are added to them (x [n x width] in rows of `x_row`), all
 * panels in the order of the features; then the rest is computed. A sample's logits do not depend
 * on panels, nor on the other rows. Local. */
void om_network_begin(const om_network *network, om_pass *pass, int64_t n);
void om_network_add_panel(const om_network *network, om_pass *pass, int64_t n, const float *x,
                          int64_t x_row, int64_t first, int64_t width);
void om_network_heads(const om_network *network, om_pass *pass, int64_t n);

/* All of these steps for x [pass->rows x D]. Local. */
void om_network_forward(const om_network *network, const float *x, om_pass *pass);

/* After om_network_heads, from pass->logits_gradient: pass->hidden_gradient, and in `gradient` [of
 * om_network_small_parameters] that of all parameters but hidden_weight, summed over blocks of
 * `block` rows in a binary tree of n_leaves (a power of two). Local. */
void om_network_backward(const om_network *network, om_pass *pass, int64_t n, int64_t block,
                         int64_t n_leaves, float *gradient);

#endif
