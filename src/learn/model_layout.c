#include "model_layout.h"

void om_model_layers(om_model_layer layers[OM_MODEL_LAYERS], const om_network *network) {
    om_network_shape shape = network->shape;
    layers[0] =
        (om_model_layer){"w1", 2, {shape.hidden, shape.n_features, 0}, network->hidden_weight};
    layers[1] = (om_model_layer){"b1", 1, {shape.hidden, 0, 0}, network->hidden_bias};
    layers[2] =
        (om_model_layer){"w2", 3, {OM_N_HALLMARKS, shape.head, shape.hidden}, network->head_weight};
    layers[3] = (om_model_layer){"b2", 2, {OM_N_HALLMARKS, shape.head, 0}, network->head_bias};
    layers[4] = (om_model_layer){"w3", 2, {OM_N_HALLMARKS, shape.head, 0}, network->output_weight};
    layers[5] = (om_model_layer){"b3", 1, {OM_N_HALLMARKS, 0, 0}, network->output_bias};
}
