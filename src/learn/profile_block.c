#include "profile_block.h"

#include "oncomark/memory.h"
#include "oncomark/transform.h"
#include "profile_linear.h"

#include <math.h>

struct om_profile_block {
    const om_model *model;
    om_predictions *predictions;
    om_ranker *ranker;
    om_transform *transform;
    om_pass *pass;
    om_profile_linear *linear; /* NULL: none is wanted */
    uint16_t *ranks;           /* [n_features] doubled, of a profile */
    float *x;      /* [OM_PROFILE_BLOCK x n_features]; rows of earlier blocks do no harm */
    int64_t first; /* number of the block's first profile */
    bool is_in[OM_PROFILE_BLOCK];
};

om_status om_profile_block_create(om_profile_block **out, const om_model *model,
                                  const om_linear_map *linear, om_predictions *predictions) {
    om_profile_block *block = om_calloc(1, sizeof *block);
    *out = block;
    if (block == NULL) {
        return OM_MEMORY;
    }
    int64_t n_features = om_strings_count(model->genes);
    block->model = model;
    block->predictions = predictions;
    block->ranks = om_malloc(n_features, sizeof *block->ranks);
    block->x = om_calloc(OM_PROFILE_BLOCK * n_features, sizeof *block->x);
    om_status status = block->ranks != NULL && block->x != NULL ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? om_ranker_create(&block->ranker, n_features) : status;
    if (status == OM_OK) {
        status = om_transform_create(&block->transform, n_features, model->mean, model->sd);
    }
    if (status == OM_OK) {
        status = om_pass_create(&block->pass, model->network->shape, OM_PROFILE_BLOCK);
    }
    if (status == OM_OK && linear != NULL) {
        status = om_profile_linear_create(&block->linear, linear, model->mean, model->sd,
                                          OM_PROFILE_BLOCK);
    }
    if (status != OM_OK) {
        om_profile_block_destroy(out);
    }
    return status;
}

void om_profile_block_destroy(om_profile_block **block) {
    if (*block == NULL) {
        return;
    }
    om_ranker_destroy(&(*block)->ranker);
    om_transform_destroy(&(*block)->transform);
    om_pass_destroy(&(*block)->pass);
    om_profile_linear_destroy(&(*block)->linear);
    om_free((*block)->ranks);
    om_free((*block)->x);
    om_free(*block);
    *block = NULL;
}

void om_profile_block_add(om_profile_block *block, int64_t number, const double *values) {
    int64_t row = number % OM_PROFILE_BLOCK;
    if (number - row != block->first) {
        om_profile_block_finish(block);
        block->first = number - row;
    }
    block->is_in[row] = true;
    om_ranker_rank(block->ranker, values, block->ranks);
    om_transform_apply(block->transform, block->ranks,
                       block->x + row * om_strings_count(block->model->genes));
    if (block->linear != NULL) {
        om_profile_linear_set(block->linear, row, block->ranks);
    }
}

float om_profile_probability(float logit) {
    return (float)(1 / (1 + exp(-(double)logit)));
}

static void take_probabilities(const om_profile_block *block, int row) {
    const float *logits = block->pass->logits + (ptrdiff_t)row * OM_N_HALLMARKS;
    float *probabilities =
        block->predictions->probabilities + (block->first + row) * OM_N_HALLMARKS;
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        probabilities[k] = om_profile_probability(logits[k]);
    }
}

static void take_linear(const om_profile_block *block, int row) {
    int64_t n = block->predictions->n_linear;
    om_profile_linear_get(block->linear, row,
                          block->predictions->linear + (block->first + row) * n);
}

void om_profile_block_finish(om_profile_block *block) {
    bool any = false;
    for (int row = 0; row < OM_PROFILE_BLOCK; row++) {
        any = any || block->is_in[row];
    }
    if (!any) {
        return;
    }
    om_network_forward(block->model->network, block->x, block->pass);
    if (block->linear != NULL) {
        om_profile_linear_compute(block->linear);
    }
    for (int row = 0; row < OM_PROFILE_BLOCK; row++) {
        if (block->is_in[row]) {
            take_probabilities(block, row);
        }
        if (block->is_in[row] && block->linear != NULL) {
            take_linear(block, row);
        }
        block->is_in[row] = false;
    }
}
