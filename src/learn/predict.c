#include "oncomark/predict.h"

#include "exact_sums.h"
#include "oncomark/gemm.h"
#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "oncomark/transform.h"
#include "profiles.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void om_predictions_destroy(om_predictions **predictions) {
    if (*predictions == NULL) {
        return;
    }
    om_strings_destroy(&(*predictions)->profiles);
    om_strings_destroy(&(*predictions)->left_out);
    om_free((*predictions)->probabilities);
    om_free(*predictions);
    *predictions = NULL;
}

static om_status read_profiles(om_profile_layout *layout, om_profiles **profiles, const om_ctx *ctx,
                               const om_model *model, const char *path) {
    om_profile_genes *genes = NULL;
    OM_TRY(om_profile_genes_create(&genes, model->genes));
    om_status status = om_profile_layout_read(layout, path, genes);
    if (status == OM_OK) {
        status = om_profiles_read(profiles, path, layout, genes, om_context_rank(ctx),
                                  om_context_size(ctx));
    }
    om_profile_genes_destroy(&genes);
    return status;
}

/* Names of profiles and of what is left out; number [places] of each profile, -1 for the others. */
static om_status number_profiles(om_predictions *predictions, const om_profiles *profiles,
                                 int64_t *number, const char *path) {
    om_string_map *seen = NULL;
    OM_TRY(om_string_map_create(&seen));
    om_status status = om_strings_create(&predictions->profiles);
    status = status == OM_OK ? om_strings_create(&predictions->left_out) : status;
    for (int64_t place = 0; place < om_strings_count(profiles->names) && status == OM_OK; place++) {
        const char *name = om_strings_get(profiles->names, place);
        bool is_new = true;
        number[place] = -1;
        if (profiles->left_out[place]) {
            status = om_strings_add(predictions->left_out, name);
            continue;
        }
        number[place] = predictions->n_profiles++;
        status = om_string_map_add(seen, name, place, &is_new);
        if (status == OM_OK && !is_new) {
            status = om_fail(OM_INPUT,
                             "%s: found the profile name '%s' twice (profiles %" PRId64
                             " and %" PRId64 "), expected different names",
                             path, name, om_string_map_get(seen, name, 0) + 1, place + 1);
        }
        status = status == OM_OK ? om_strings_add(predictions->profiles, name) : status;
    }
    if (status == OM_OK && predictions->n_profiles == 0) {
        status = om_fail(OM_INPUT,
                         "%s: found no profile, expected at least one column or row of "
                         "numbers",
                         path);
    }
    om_string_map_destroy(&seen);
    return status;
}

/* What each rank knows of its own columns, to all. */
static om_status share_left_out(om_ctx *ctx, om_profiles *profiles) {
    int64_t n_places = om_strings_count(profiles->names);
    int64_t *flags = om_malloc(n_places, sizeof *flags);
    om_status status = om_agree(ctx, flags != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        for (int64_t place = 0; place < n_places; place++) {
            flags[place] = profiles->left_out[place];
        }
        status = om_max_i64(ctx, flags, n_places);
        for (int64_t place = 0; place < n_places; place++) {
            profiles->left_out[place] = flags[place] != 0;
        }
    }
    om_free(flags);
    return status;
}

/* Runs the block of profiles that starts at own[first]; returns where the next one starts. A
 * profile's row in its block goes by its number, so that it does not depend on the ranks. */
static int64_t predict_block(om_predictions *predictions, const om_profiles *profiles,
                             const int64_t *number, const om_model *model,
                             const om_transform *transform, int64_t first, float *x,
                             om_pass *pass) {
    int64_t n_features = profiles->n_features;
    int64_t block = number[profiles->own[first]] / OM_PROFILE_BLOCK;
    int64_t end = first;
    memset(x, 0, (size_t)(OM_PROFILE_BLOCK * n_features) * sizeof *x);
    while (end < profiles->n_own && number[profiles->own[end]] / OM_PROFILE_BLOCK == block) {
        int64_t row = number[profiles->own[end]] % OM_PROFILE_BLOCK;
        om_transform_apply(transform, profiles->ranks + end * n_features, x + row * n_features);
        end++;
    }
    om_network_forward(model->network, x, pass);
    for (int64_t i = first; i < end; i++) {
        int64_t profile = number[profiles->own[i]];
        const float *logits = pass->logits + profile % OM_PROFILE_BLOCK * OM_N_HALLMARKS;
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            predictions->probabilities[profile * OM_N_HALLMARKS + k] =
                (float)(1 / (1 + exp(-(double)logits[k])));
        }
    }
    return end;
}

static om_status predict_own(om_predictions *predictions, const om_profiles *profiles,
                             const int64_t *number, const om_model *model) {
    om_transform *transform = NULL;
    om_pass *pass = NULL;
    float *x = om_malloc(OM_PROFILE_BLOCK * profiles->n_features, sizeof *x);
    om_status status = x != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = om_transform_create(&transform, profiles->n_features, model->mean, model->sd);
    }
    if (status == OM_OK) {
        status = om_pass_create(&pass, model->network->shape, OM_PROFILE_BLOCK);
    }
    for (int64_t i = 0; i < profiles->n_own && status == OM_OK;) {
        i = predict_block(predictions, profiles, number, model, transform, i, x, pass);
    }
    om_pass_destroy(&pass);
    om_transform_destroy(&transform);
    om_free(x);
    return status;
}

static om_status predict_profiles(om_predictions *predictions, om_ctx *ctx,
                                  const om_profiles *profiles, const om_model *model,
                                  const char *path) {
    int64_t *number = om_malloc(om_strings_count(profiles->names), sizeof *number);
    om_status status = number != NULL ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? number_profiles(predictions, profiles, number, path) : status;
    if (status == OM_OK) {
        predictions->n_features = profiles->n_features;
        predictions->n_found = profiles->n_found;
        predictions->probabilities =
            om_calloc(predictions->n_profiles * OM_N_HALLMARKS, sizeof *predictions->probabilities);
        status = predictions->probabilities != NULL
                     ? predict_own(predictions, profiles, number, model)
                     : OM_MEMORY;
    }
    om_free(number);
    OM_TRY(om_agree(ctx, status));
    return om_join_bytes(ctx, predictions->probabilities,
                         predictions->n_profiles * OM_N_HALLMARKS *
                             (int64_t)sizeof *predictions->probabilities);
}

om_status om_predict(om_predictions **out, om_ctx *ctx, const om_model *model, const char *path) {
    om_profile_layout layout = {.header = NULL};
    om_profiles *profiles = NULL;
    om_blas_use_one_thread();
    *out = om_calloc(1, sizeof **out);
    om_status status =
        *out == NULL ? OM_MEMORY : read_profiles(&layout, &profiles, ctx, model, path);
    status = om_agree(ctx, status);
    status = status == OM_OK ? share_left_out(ctx, profiles) : status;
    status = status == OM_OK ? predict_profiles(*out, ctx, profiles, model, path) : status;
    om_profiles_destroy(&profiles);
    om_profile_layout_free(&layout);
    if (status != OM_OK) {
        om_predictions_destroy(out);
    }
    return status;
}
