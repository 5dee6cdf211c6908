#include "golden/golden_arrays.h"
#include "learn/loss.h"
#include "naive_network.h"
#include "oncomark/memory.h"
#include "oncomark/network.h"
#include "oncomark/optimiser.h"
#include "oncomark/product.h"
#include "unit_test.h"

#include <string.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

/* Sizes of tests/golden/network.txt. */
enum { D = 37, H = 8, W = 4, B = 24 };

static const om_network_shape shape = {D, H, W};

static const char *const layer_names[] = {"hidden_weight", "hidden_bias",   "head_weight",
                                          "head_bias",     "output_weight", "output_bias"};

typedef struct golden_batch {
    om_network *network;
    double *x;
    float x_float[B * D];
    uint8_t task[B];
    uint8_t label[B];
    int64_t rows[B];
    om_pass *pass;
    float *gradient; /* as the network's parameters */
    float *plain;    /* working memory for parameters as files have them */
} golden_batch;

static double *golden(const char *name, int64_t expected_count) {
    int64_t count = 0;
    double *values = golden_array(OM_TEST_SOURCE_DIR "/tests/golden/network.txt", name, &count);
    assert_non_null(values);
    assert_int_equal(count, expected_count);
    return values;
}

/* All layers of "<prefix><layer>" in the network's order; to be freed. */
static double *golden_layers(const char *prefix) {
    double *all = malloc((size_t)naive_offset(shape, 6) * sizeof *all);
    for (int layer = 0; layer < 6; layer++) {
        char name[64];
        snprintf(name, sizeof name, "%s%s", prefix, layer_names[layer]);
        int64_t first = naive_offset(shape, layer);
        int64_t count = naive_offset(shape, layer + 1) - first;
        double *values = golden(name, count);
        memcpy(all + first, values, (size_t)count * sizeof *values);
        free(values);
    }
    return all;
}

static golden_batch *read_batch(void) {
    golden_batch *batch = calloc(1, sizeof *batch);
    double *parameters = golden_layers("");
    double *task = golden("task", B);
    double *label = golden("label", B);
    batch->x = golden("x", B * D);
    assert_int_equal(om_network_create(&batch->network, shape), OM_OK);
    int64_t n = om_network_plain_parameters(shape);
    assert_int_equal(n, naive_offset(shape, 6));
    batch->plain = calloc((size_t)n, sizeof(float));
    for (int64_t i = 0; i < n; i++) {
        batch->plain[i] = (float)parameters[i];
    }
    om_network_set(batch->network, batch->plain);
    for (int64_t i = 0; i < B * D; i++) {
        batch->x_float[i] = (float)batch->x[i];
    }
    for (int64_t i = 0; i < B; i++) {
        batch->task[i] = (uint8_t)task[i];
        batch->label[i] = (uint8_t)label[i];
        batch->rows[i] = i;
    }
    assert_int_equal(om_pass_create(&batch->pass, shape, B), OM_OK);
    batch->gradient = calloc((size_t)batch->network->n_parameters, sizeof(float));
    free(parameters);
    free(task);
    free(label);
    return batch;
}

static void free_batch(golden_batch *batch) {
    om_network_destroy(&batch->network);
    om_pass_destroy(&batch->pass);
    free(batch->x);
    free(batch->gradient);
    free(batch->plain);
    free(batch);
}

/* Loss of the batch, with the gradient of all parameters in batch->gradient. */
static double compute(golden_batch *batch, om_loss loss) {
    double head_sums[OM_N_HALLMARKS];
    om_loss_scope scope = om_loss_scope_of(loss, batch->task, batch->rows, B);
    om_pass *pass = batch->pass;
    om_network_forward(batch->network, batch->x_float, pass);
    om_loss_sums(loss, pass->logits, batch->task, batch->label, batch->rows, B, head_sums);
    om_loss_gradient(&scope, pass->logits, batch->task, batch->label, batch->rows, B,
                     pass->logits_gradient, om_padded(OM_N_HALLMARKS));
    int64_t row = batch->network->hidden_row;
    om_network_backward(batch->network, pass, B, 8, 4, batch->gradient + D * row);
    om_product_tree(&(om_product){.m = D,
                                  .n = row,
                                  .k = B,
                                  .a = batch->x_float,
                                  .a_row = 1,
                                  .a_column = D,
                                  .b = pass->hidden_gradient,
                                  .b_row = row,
                                  .c = batch->gradient,
                                  .c_row = row},
                    8, 4);
    return om_loss_value(&scope, head_sums);
}

/* Parameters, or a gradient, as files have them. */
static const float *plain(golden_batch *batch, float *parameters) {
    om_network view = om_network_view(shape, parameters);
    om_network_get(&view, batch->plain);
    return batch->plain;
}

static void assert_close(const float *values, const double *expected, int64_t n, double tolerance) {
    for (int64_t i = 0; i < n; i++) {
        if (!(fabs((double)values[i] - expected[i]) <= tolerance * fmax(1, fabs(expected[i])))) {
            fail_msg("number %d: found %.9g, expected %.9g", (int)i, (double)values[i],
                     expected[i]);
        }
    }
}

static void test_forward_against_torch(void **state) {
    (void)state;
    golden_batch *batch = read_batch();
    double *logits = golden("logits", B * OM_N_HALLMARKS);
    om_network_forward(batch->network, batch->x_float, batch->pass);
    assert_close(batch->pass->logits, logits, B * OM_N_HALLMARKS, 1e-5);
    free(logits);
    free_batch(batch);
}

static void check_training(om_loss loss, const char *name) {
    char text[64];
    golden_batch *batch = read_batch();
    int64_t n = om_network_plain_parameters(shape);
    snprintf(text, sizeof text, "%s_gradient_", name);
    double *gradient = golden_layers(text);
    snprintf(text, sizeof text, "%s_after_", name);
    double *after = golden_layers(text);
    snprintf(text, sizeof text, "%s_losses", name);
    double *losses = golden(text, 11);
    snprintf(text, sizeof text, "%s_loss", name);
    double *first_loss = golden(text, 1);
    double *adam_parameters = golden("adam", 4);
    om_train_parameters train = {
        .beta1 = adam_parameters[1], .beta2 = adam_parameters[2], .epsilon = adam_parameters[3]};
    om_adam *adam = NULL;
    assert_int_equal(om_adam_create(&adam, batch->network->n_parameters, &train), OM_OK);
    for (int step = 0; step <= 10; step++) {
        double found = compute(batch, loss);
        if (step == 0) {
            assert_true(fabs(found - first_loss[0]) < 1e-6);
            assert_close(plain(batch, batch->gradient), gradient, n, 1e-6);
        }
        assert_true(fabs(found - losses[step]) < 2e-6);
        if (step < 10) {
            int64_t half = batch->network->n_parameters / 2;
            om_adam_begin_step(adam, adam_parameters[0]);
            om_adam_update(adam, batch->network->parameters, batch->gradient, half,
                           batch->network->n_parameters - half);
            om_adam_update(adam, batch->network->parameters, batch->gradient, 0, half);
        }
    }
    /* A step's length does not depend on the gradient's: where that is next to nothing, rounding
     * moves the step. */
    assert_close(plain(batch, batch->network->parameters), after, n, 2e-5);
    om_adam_destroy(&adam);
    free(gradient);
    free(after);
    free(losses);
    free(first_loss);
    free(adam_parameters);
    free_batch(batch);
}

static void test_masked_against_torch(void **state) {
    (void)state;
    check_training(OM_LOSS_MASKED, "masked");
}

static void test_published_against_torch(void **state) {
    (void)state;
    check_training(OM_LOSS_PUBLISHED, "published");
}

/* The fast gradient against the naive one, and that against finite differences of the loss. */
static void check_naive(om_loss loss) {
    golden_batch *batch = read_batch();
    int64_t n = om_network_plain_parameters(shape);
    naive_network naive = {shape, n, calloc((size_t)n, sizeof(double))};
    double *gradient = calloc((size_t)n, sizeof *gradient);
    for (int64_t i = 0; i < n; i++) {
        naive.parameters[i] = (double)plain(batch, batch->network->parameters)[i];
    }
    double expected = naive_loss(&naive, loss, batch->x, batch->task, batch->label, B, gradient);
    assert_true(fabs(compute(batch, loss) - expected) < 1e-6);
    assert_close(plain(batch, batch->gradient), gradient, n, 1e-6);
    const double step = 1e-6;
    for (int64_t i = 0; i < n; i += 5) {
        double value = naive.parameters[i];
        naive.parameters[i] = value + step;
        double above = naive_loss(&naive, loss, batch->x, batch->task, batch->label, B, NULL);
        naive.parameters[i] = value - step;
        double below = naive_loss(&naive, loss, batch->x, batch->task, batch->label, B, NULL);
        naive.parameters[i] = value;
        assert_true(fabs((above - below) / (2 * step) - gradient[i]) < 1e-7);
    }
    free(naive.parameters);
    free(gradient);
    free_batch(batch);
}

static void test_gradients_against_naive(void **state) {
    (void)state;
    check_naive(OM_LOSS_MASKED);
    check_naive(OM_LOSS_PUBLISHED);
}

/* Cross-entropy stays finite and exact where a sigmoid in float would be 0 or 1. */
static void test_large_logits(void **state) {
    (void)state;
    float logits[2 * OM_N_HALLMARKS] = {0};
    logits[0] = 200;
    logits[OM_N_HALLMARKS] = -300;
    const uint8_t task[] = {0, 0};
    const uint8_t label[] = {0, 1};
    const int64_t rows[] = {0, 1};
    double sums[OM_N_HALLMARKS];
    om_loss_sums(OM_LOSS_MASKED, logits, task, label, rows, 2, sums);
    assert_true(sums[0] == 500);
    float gradient[2 * OM_LANES];
    om_loss_scope scope = om_loss_scope_of(OM_LOSS_MASKED, task, rows, 2);
    om_loss_gradient(&scope, logits, task, label, rows, 2, gradient, OM_LANES);
    assert_true(gradient[0] == 0.5F && gradient[OM_LANES] == -0.5F);
    for (int k = 1; k < OM_N_HALLMARKS; k++) {
        assert_true(gradient[k] == 0 && gradient[OM_LANES + k] == 0);
    }
}

static void test_initialise(void **state) {
    (void)state;
    om_network *network = NULL;
    om_network *other = NULL;
    om_network_shape wide = {2000, 64, 16};
    assert_int_equal(om_network_create(&network, wide), OM_OK);
    assert_int_equal(om_network_create(&other, wide), OM_OK);
    assert_int_equal(om_network_plain_parameters(wide),
                     2000 * 64 + 64 + 10 * (64 * 16 + 16 + 16 + 1));
    assert_int_equal(network->n_parameters, om_network_plain_parameters(wide) + 6);
    om_network_initialise(network, 1);
    om_network_initialise(other, 1);
    assert_memory_equal(network->parameters, other->parameters,
                        (size_t)network->n_parameters * sizeof(float));
    om_network_initialise(other, 2);
    assert_true(network->hidden_weight[0] != other->hidden_weight[0]);
    /* Uniform between -limit and limit: mean square limit^2 / 3. */
    double limit = sqrt(6.0 / 2000);
    double squares = 0;
    for (int64_t i = 0; i < 2000 * 64; i++) {
        assert_true(fabs((double)network->hidden_weight[i]) <= limit);
        squares += (double)network->hidden_weight[i] * (double)network->hidden_weight[i];
    }
    assert_true(fabs(squares / (2000 * 64) / (limit * limit / 3) - 1) < 0.02);
    double largest = 0;
    for (int64_t i = 0; i < 160; i++) {
        largest = fmax(largest, fabs((double)network->output_weight[i]));
    }
    assert_true(largest <= sqrt(6.0 / 17) && largest > 0.95 * sqrt(6.0 / 17));
    assert_true(network->hidden_bias[3] == 0 && network->output_bias[9] == 0);
    om_network_destroy(&network);
    om_network_destroy(&other);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_against_torch),
        cmocka_unit_test(test_masked_against_torch),
        cmocka_unit_test(test_published_against_torch),
        cmocka_unit_test(test_gradients_against_naive),
        cmocka_unit_test(test_large_logits),
        cmocka_unit_test(test_initialise),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
