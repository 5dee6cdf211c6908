/* A small model, profiles for it, and their probabilities by the definitions. */
#ifndef ONCOMARK_TESTS_TINY_MODEL_H
#define ONCOMARK_TESTS_TINY_MODEL_H

#include "oncomark/memory.h"
#include "oncomark/model.h"
#include "oncomark/predict.h"
#include "oncomark/random.h"
#include "unit/learn/naive_network.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <inttypes.h>

enum {
    D = 30,
    H = 5,
    W = 2,
    PROFILES = 75,
    OUTPUTS = 7,
    MISSING = D - 2 /* this gene is in no table: zeros */
};

typedef struct tiny_model {
    om_model *model; /* genes GENE00 .. GENE29 */
    double values[PROFILES][D];
    double expected[PROFILES][OM_N_HALLMARKS];
    double weights[OUTPUTS][D];
    om_linear_map linear; /* by these weights */
    double expected_linear[PROFILES][OUTPUTS + 1];
} tiny_model;

static inline void tiny_make_model(tiny_model *tiny) {
    om_model *made = om_calloc(1, sizeof *made);
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 1);
    assert_int_equal(om_strings_create(&made->genes), OM_OK);
    made->mean = om_calloc(D, sizeof *made->mean);
    made->sd = om_calloc(D, sizeof *made->sd);
    for (int f = 0; f < D; f++) {
        char name[16];
        snprintf(name, sizeof name, "GENE%02d", f);
        assert_int_equal(om_strings_add(made->genes, name), OM_OK);
        made->mean[f] = 3 + om_random_uniform(&random);
        made->sd[f] = 0.5 + om_random_uniform(&random);
    }
    assert_int_equal(om_network_create(&made->network, (om_network_shape){D, H, W}), OM_OK);
    om_network_initialise(made->network, 5);
    tiny->model = made;
}

static inline void tiny_make_values(tiny_model *tiny) {
    static const double fractions[] = {0, 0, 0.25, 1, 3, 1234.5, 0.125, 17, 1e6};
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 2);
    for (int p = 0; p < PROFILES; p++) {
        for (int f = 0; f < D; f++) {
            tiny->values[p][f] = f == MISSING ? 0 : fractions[om_random_below(&random, 9)];
        }
    }
}

static inline void tiny_make_linear(tiny_model *tiny) {
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 4);
    for (int o = 0; o < OUTPUTS; o++) {
        for (int f = 0; f < D; f++) {
            tiny->weights[o][f] = om_random_uniform(&random) - 0.5;
        }
    }
    tiny->linear =
        (om_linear_map){.n_features = D, .n_outputs = OUTPUTS, .weights = tiny->weights[0]};
}

/* What the map makes of z-scores x [D], and their squared length. */
static inline void tiny_apply_linear(const tiny_model *tiny, const double *x, double *outputs) {
    for (int o = 0; o <= OUTPUTS; o++) {
        outputs[o] = 0;
        for (int f = 0; f < D; f++) {
            outputs[o] += x[f] * (o < OUTPUTS ? tiny->weights[o][f] : x[f]);
        }
    }
}

static inline void tiny_make_expected(tiny_model *tiny) {
    const om_model *model = tiny->model;
    int64_t n = om_network_plain_parameters(model->network->shape);
    naive_network naive = {model->network->shape, n, calloc((size_t)n, sizeof(double))};
    float *plain = calloc((size_t)n, sizeof *plain);
    om_network_get(model->network, plain);
    for (int64_t i = 0; i < n; i++) {
        naive.parameters[i] = (double)plain[i];
    }
    for (int p = 0; p < PROFILES; p++) {
        const double *values = tiny->values[p];
        double x[D];
        for (int f = 0; f < D; f++) {
            double rank = 0.5;
            for (int other = 0; other < D; other++) {
                rank += values[other] > values[f];
                rank += 0.5 * (values[other] == values[f]);
            }
            x[f] = (log2(rank) - model->mean[f]) / model->sd[f];
        }
        tiny_apply_linear(tiny, x, tiny->expected_linear[p]);
        naive_pass(&naive, x, tiny->expected[p], NULL, NULL);
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            tiny->expected[p][k] = 1 / (1 + exp(-tiny->expected[p][k]));
        }
    }
    free(naive.parameters);
    free(plain);
}

static inline void tiny_model_create(tiny_model *tiny) {
    tiny_make_model(tiny);
    tiny_make_values(tiny);
    tiny_make_linear(tiny);
    tiny_make_expected(tiny);
}

static inline void tiny_check_linear(const tiny_model *tiny, const om_predictions *found) {
    assert_int_equal(found->n_linear, OUTPUTS + 1);
    for (int p = 0; p < PROFILES; p++) {
        double length = sqrt(tiny->expected_linear[p][OUTPUTS]);
        for (int o = 0; o <= OUTPUTS; o++) {
            double expected = tiny->expected_linear[p][o];
            double error = fabs(found->linear[p * found->n_linear + o] - expected);
            assert_true(error < 1e-13 * length * length);
        }
    }
}

/* All profiles P0, P1, ... with their probabilities, and all genes found but the one missing. */
static inline void tiny_check(const tiny_model *tiny, const om_predictions *found) {
    assert_int_equal(found->n_profiles, PROFILES);
    assert_int_equal(found->n_features, D);
    assert_int_equal(found->n_found, D - 1);
    assert_int_equal(om_strings_count(found->profiles), PROFILES);
    for (int p = 0; p < PROFILES; p++) {
        char text[16];
        snprintf(text, sizeof text, "P%d", p);
        assert_string_equal(om_strings_get(found->profiles, p), text);
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            double probability = (double)found->probabilities[p * OM_N_HALLMARKS + k];
            assert_true(fabs(probability - tiny->expected[p][k]) < 1e-6);
        }
    }
}

/* Rank 0 writes; all ranks wait for it. */
static inline void tiny_write(om_ctx *ctx, const char *folder, const char *name, const char *text,
                              bool gzip) {
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        if (gzip) {
            test_write_gzip(folder, name, text);
        } else {
            test_write(folder, name, text);
        }
    }
    MPI_Barrier(om_context_comm(ctx));
}

#endif
