#include "oncomark/model.h"

#include "checked_array.h"
#include "model_layout.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* What the sizes of all arrays go by. */
static const char by_layers[] = "the model's genes and layers";

static om_status check_hallmarks(const om_h5 *file) {
    om_strings *codes = NULL;
    OM_TRY(om_h5_read_strings(file, "hallmarks", &codes));
    bool same = om_strings_count(codes) == OM_N_HALLMARKS;
    for (int k = 0; k < OM_N_HALLMARKS && same; k++) {
        same = strcmp(om_strings_get(codes, k), om_hallmark_code(k)) == 0;
    }
    om_strings_destroy(&codes);
    if (!same) {
        return om_fail(OM_INPUT, "%s: hallmarks: expected the ten codes AIM .. TPI in their order",
                       om_h5_path(file));
    }
    return OM_OK;
}

/* Width of the layers, from the shape of head_weight. */
static om_status read_shape(const om_h5 *file, om_network_shape *shape) {
    int n_dimensions = 0;
    int64_t sizes[OM_H5_MAX_DIMENSIONS] = {0};
    OM_TRY(om_h5_shape(file, "w2", &n_dimensions, sizes));
    if (n_dimensions != 3) {
        return om_fail(OM_INPUT, "%s: w2: found %d dimensions, expected 3", om_h5_path(file),
                       n_dimensions);
    }
    shape->head = sizes[1];
    shape->hidden = sizes[2];
    if (shape->head < 1 || shape->hidden < 1) {
        return om_fail(OM_INPUT,
                       "%s: w2: found layers of %" PRId64 " and %" PRId64
                       " units, expected at least 1",
                       om_h5_path(file), shape->hidden, shape->head);
    }
    return OM_OK;
}

static om_status read_layers(const om_h5 *file, om_network_shape shape, float *plain) {
    om_model_layer layers[OM_MODEL_LAYERS];
    om_model_layers(layers, shape, plain);
    for (int i = 0; i < OM_MODEL_LAYERS; i++) {
        OM_TRY(om_array_expect_shape(file, layers[i].name, layers[i].n_dimensions, layers[i].shape,
                                     by_layers));
        OM_TRY(
            om_h5_read_rows(file, layers[i].name, OM_F32, 0, layers[i].shape[0], layers[i].values));
    }
    for (int64_t i = 0; i < om_network_plain_parameters(shape); i++) {
        if (!isfinite(plain[i])) {
            return om_fail(OM_INPUT, "%s: a weight is not a finite number", om_h5_path(file));
        }
    }
    return OM_OK;
}

static om_status read_network(om_model *model, const om_h5 *file) {
    om_network_shape shape = {.n_features = om_strings_count(model->genes)};
    OM_TRY(read_shape(file, &shape));
    /* The file's arrays are as large as the memory that is about to be taken. */
    int64_t hidden_weight[2] = {shape.hidden, shape.n_features};
    OM_TRY(om_array_expect_shape(file, "w1", 2, hidden_weight, by_layers));
    OM_TRY(om_network_create(&model->network, shape));
    float *plain = om_malloc(om_network_plain_parameters(shape), sizeof *plain);
    om_status status = plain != NULL ? read_layers(file, shape, plain) : OM_MEMORY;
    if (status == OM_OK) {
        om_network_set(model->network, plain);
    }
    om_free(plain);
    return status;
}

static om_status read_content(om_model *model, const om_h5 *file) {
    OM_TRY(om_array_check_format(file, OM_MODEL_FORMAT, OM_MODEL_VERSION,
                                 "model of oncomark (made by `oncomark train`)"));
    OM_TRY(check_hallmarks(file));
    OM_TRY(om_array_read_scaler(file, by_layers, &model->genes, &model->mean, &model->sd));
    return read_network(model, file);
}

om_status om_model_read(om_model **out, const char *path) {
    om_model *model = om_calloc(1, sizeof *model);
    *out = model;
    if (model == NULL) {
        return OM_MEMORY;
    }
    om_h5 *file = NULL;
    om_status status = om_h5_open(&file, path);
    if (status == OM_OK) {
        status = read_content(model, file);
    }
    om_h5_close(&file);
    if (status != OM_OK) {
        om_model_destroy(out);
    }
    return status;
}
