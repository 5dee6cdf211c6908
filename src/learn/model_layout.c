#include "model_layout.h"

void om_model_layers(om_model_layer layers[OM_MODEL_LAYERS], om_network_shape shape, float *plain) {
    layers[0] = (om_model_layer){"w1", 2, {shape.hidden, shape.n_features, 0}, NULL};
    layers[1] = (om_model_layer){"b1", 1, {shape.hidden, 0, 0}, NULL};
    layers[2] = (om_model_layer){"w2", 3, {OM_N_HALLMARKS, shape.head, shape.hidden}, NULL};
    layers[3] = (om_model_layer){"b2", 2, {OM_N_HALLMARKS, shape.head, 0}, NULL};
    layers[4] = (om_model_layer){"w3", 2, {OM_N_HALLMARKS, shape.head, 0}, NULL};
    layers[5] = (om_model_layer){"b3", 1, {OM_N_HALLMARKS, 0, 0}, NULL};
    for (int i = 0; i < OM_MODEL_LAYERS; i++) {
        int64_t count = 1;
        for (int d = 0; d < layers[i].n_dimensions; d++) {
            count *= layers[i].shape[d];
        }
        layers[i].values = plain;
        plain += count;
    }
}
