#include "oncomark/model.h"

#include "model_layout.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <stdio.h>

static om_status write_attributes(om_h5 *file, const om_model_source *source) {
    char seed[32];
    snprintf(seed, sizeof seed, "%" PRIu64, source->seed);
    int64_t version = OM_MODEL_VERSION;
    OM_TRY(om_h5_write_attribute_string(file, "", "format", OM_MODEL_FORMAT));
    OM_TRY(om_h5_write_attribute_i64(file, "", "format_version", 0, &version));
    OM_TRY(om_h5_write_attribute_string(file, "", "loss", source->loss));
    OM_TRY(om_h5_write_attribute_string(file, "", "split", source->split));
    OM_TRY(om_h5_write_attribute_string(file, "", "feature_samples", source->feature_samples));
    OM_TRY(om_h5_write_attribute_string(file, "", "scaler_samples", "training"));
    OM_TRY(om_h5_write_attribute_string(file, "", "seed", seed));
    OM_TRY(om_h5_write_attribute_i64(file, "", "n_training", 0, &source->n_training));
    OM_TRY(om_h5_write_attribute_i64(file, "", "n_validation", 0, &source->n_validation));
    OM_TRY(om_h5_write_attribute_i64(file, "", "n_test", 0, &source->n_test));
    return om_h5_write_attribute_i64(file, "", "kept_epoch", 0, &source->kept_epoch);
}

static om_status write_hallmarks(om_h5 *file) {
    om_strings *codes = NULL;
    om_status status = om_strings_create(&codes);
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        status = om_strings_add(codes, om_hallmark_code(k));
    }
    if (status == OM_OK) {
        status = om_h5_write_strings(file, "hallmarks", codes);
    }
    om_strings_destroy(&codes);
    return status;
}

static om_status write_layers(om_h5 *file, const om_network *network) {
    om_model_layer layers[OM_MODEL_LAYERS];
    float *plain = om_malloc(om_network_plain_parameters(network->shape), sizeof *plain);
    if (plain == NULL) {
        return OM_MEMORY;
    }
    om_network_get(network, plain);
    om_model_layers(layers, network->shape, plain);
    om_status status = OM_OK;
    for (int i = 0; i < OM_MODEL_LAYERS && status == OM_OK; i++) {
        status = om_h5_write(file, layers[i].name, OM_F32, layers[i].n_dimensions, layers[i].shape,
                             layers[i].values);
    }
    om_free(plain);
    return status;
}

static om_status write_content(om_h5 *file, const om_model *model, const om_model_source *source) {
    int64_t n_features = model->network->shape.n_features;
    OM_TRY(write_attributes(file, source));
    OM_TRY(om_h5_write_strings(file, "genes", model->genes));
    OM_TRY(write_hallmarks(file));
    OM_TRY(om_h5_write(file, "mean", OM_F64, 1, &n_features, model->mean));
    OM_TRY(om_h5_write(file, "sd", OM_F64, 1, &n_features, model->sd));
    return write_layers(file, model->network);
}

om_status om_model_write(const om_model *model, const om_model_source *source, const char *path,
                         om_digest *digest) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_create(&file, path));
    om_status status = write_content(file, model, source);
    *digest = om_h5_digest(file);
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}

void om_model_destroy(om_model **model) {
    if (*model == NULL) {
        return;
    }
    om_strings_destroy(&(*model)->genes);
    om_free((*model)->mean);
    om_free((*model)->sd);
    om_network_destroy(&(*model)->network);
    om_free(*model);
    *model = NULL;
}
