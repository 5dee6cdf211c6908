/* Names and shapes in model.h5, once for writing and reading. */
#ifndef ONCOMARK_LEARN_MODEL_LAYOUT_H
#define ONCOMARK_LEARN_MODEL_LAYOUT_H

#include "oncomark/h5.h"
#include "oncomark/network.h"

#define OM_MODEL_FORMAT "oncomark-model"

enum { OM_MODEL_VERSION = 1, OM_MODEL_LAYERS = 6 };

/* One array of the network. */
typedef struct om_model_layer {
    const char *name;
    int n_dimensions;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    float *values;
} om_model_layer;

/* The arrays of a network as files have them; values borrowed from `plain`, which is as in
 * om_network_get. */
void om_model_layers(om_model_layer layers[OM_MODEL_LAYERS], om_network_shape shape, float *plain);

#endif
