#include "learn/gradient.h"
#include "naive_network.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <string.h>

/* Three panels of features, the last one short; a batch of 8 blocks whose last rows are missing:
 * the sixth block is short, the others after it are empty. */
enum { D = 550, H = 6, W = 3, SAMPLES = 70, BLOCK = 8, LEAVES = 8, ROWS = 45 };

typedef struct fixture {
    om_samples samples;
    uint16_t *ranks;
    uint8_t task[SAMPLES];
    uint8_t label[SAMPLES];
    int64_t rows[ROWS];
    const uint16_t *ranks_of_rows[ROWS];
    om_transform *transform;
    om_network *network;
    om_batch batch;
} fixture;

static fixture *create_fixture(om_loss loss) {
    fixture *made = calloc(1, sizeof *made);
    om_random random = om_random_stream(5, OM_PURPOSE_TEST, 0);
    om_network_shape shape = {D, H, W};
    double mean[D];
    double sd[D];
    double values[D];
    om_ranker *ranker = NULL;
    assert_int_equal(om_ranker_create(&ranker, D), OM_OK);
    made->ranks = malloc(SAMPLES * D * sizeof *made->ranks);
    for (int64_t i = 0; i < SAMPLES; i++) {
        for (int64_t f = 0; f < D; f++) {
            values[f] = (double)om_random_poisson(&random, 3);
        }
        om_ranker_rank(ranker, values, made->ranks + i * D);
        made->task[i] = (uint8_t)om_random_below(&random, OM_N_HALLMARKS);
        made->label[i] = (uint8_t)om_random_below(&random, 2);
    }
    for (int64_t f = 0; f < D; f++) {
        mean[f] = 8;
        sd[f] = 1.5;
    }
    for (int64_t i = 0; i < ROWS; i++) {
        made->rows[i] = (i * 37) % SAMPLES;
        made->ranks_of_rows[i] = made->ranks + made->rows[i] * D;
    }
    assert_int_equal(om_transform_create(&made->transform, D, mean, sd), OM_OK);
    assert_int_equal(om_network_create(&made->network, shape), OM_OK);
    om_network_initialise(made->network, 11);
    made->samples = (om_samples){.doubled_ranks = made->ranks,
                                 .n_features = D,
                                 .task = made->task,
                                 .label = made->label,
                                 .transform = made->transform};
    made->batch = (om_batch){.samples = &made->samples,
                             .rows = made->rows,
                             .ranks = made->ranks_of_rows,
                             .scope = om_loss_scope_of(loss, made->task, made->rows, ROWS)};
    om_ranker_destroy(&ranker);
    return made;
}

static void free_fixture(fixture *made) {
    om_transform_destroy(&made->transform);
    om_network_destroy(&made->network);
    free(made->ranks);
    free(made);
}

static void check_against_naive(om_loss loss) {
    fixture *made = create_fixture(loss);
    int64_t n = om_network_plain_parameters(made->network->shape);
    float *plain = calloc((size_t)n, sizeof *plain);
    naive_network naive = {made->network->shape, n, calloc((size_t)n, sizeof(double))};
    double *expected = calloc((size_t)n, sizeof *expected);
    double *x = calloc(ROWS * D, sizeof *x);
    uint8_t task[ROWS];
    uint8_t label[ROWS];
    om_network_get(made->network, plain);
    for (int64_t i = 0; i < n; i++) {
        naive.parameters[i] = (double)plain[i];
    }
    for (int64_t i = 0; i < ROWS; i++) {
        task[i] = made->task[made->rows[i]];
        label[i] = made->label[made->rows[i]];
        for (int64_t f = 0; f < D; f++) {
            x[i * D + f] = (log2(made->ranks[made->rows[i] * D + f] / 2.0) - 8) / 1.5;
        }
    }
    double expected_loss = naive_loss(&naive, loss, x, task, label, ROWS, expected);
    om_gradient *gradient = NULL;
    assert_int_equal(om_gradient_create(&gradient, made->network->shape, BLOCK, LEAVES), OM_OK);
    double sums[LEAVES * OM_N_HALLMARKS];
    /* Twice: nothing of a batch may stay for the next one. */
    for (int round = 0; round < 2; round++) {
        om_gradient_compute(gradient, made->network, &made->batch, 0, sums, NULL);
        double head_sums[OM_N_HALLMARKS] = {0};
        for (int i = 0; i < LEAVES * OM_N_HALLMARKS; i++) {
            head_sums[i % OM_N_HALLMARKS] += sums[i];
        }
        assert_true(fabs(om_loss_value(&made->batch.scope, head_sums) - expected_loss) < 1e-6);
        om_network view = om_network_view(made->network->shape, om_gradient_values(gradient));
        om_network_get(&view, plain);
        for (int64_t i = 0; i < n; i++) {
            assert_true(fabs((double)plain[i] - expected[i]) < 1e-6);
        }
    }
    om_gradient_destroy(&gradient);
    free(naive.parameters);
    free(plain);
    free(expected);
    free(x);
    free_fixture(made);
}

static void test_against_naive(void **state) {
    (void)state;
    check_against_naive(OM_LOSS_MASKED);
    check_against_naive(OM_LOSS_PUBLISHED);
}

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

/* What two and four ranks would compute and add, without MPI: the same bits. */
static void test_subtrees_add_up(void **state) {
    (void)state;
    fixture *made = create_fixture(OM_LOSS_MASKED);
    size_t n = (size_t)made->network->n_parameters;
    om_gradient *whole = NULL;
    double sums[LEAVES * OM_N_HALLMARKS];
    double part_sums[LEAVES * OM_N_HALLMARKS];
    assert_int_equal(om_gradient_create(&whole, made->network->shape, BLOCK, LEAVES), OM_OK);
    om_gradient_compute(whole, made->network, &made->batch, 0, sums, NULL);
    for (int ranks = 2; ranks <= 4; ranks *= 2) {
        int leaves = LEAVES / ranks;
        om_gradient *parts[4] = {NULL};
        for (int rank = 0; rank < ranks; rank++) {
            assert_int_equal(om_gradient_create(&parts[rank], made->network->shape, BLOCK, leaves),
                             OM_OK);
            om_batch batch = made->batch;
            batch.ranks = made->ranks_of_rows + least(rank * leaves * BLOCK, ROWS);
            om_gradient_compute(parts[rank], made->network, &batch, rank * leaves,
                                part_sums + rank * leaves * OM_N_HALLMARKS, NULL);
        }
        for (int distance = 1; distance < ranks; distance *= 2) {
            for (int rank = 0; rank < ranks; rank += 2 * distance) {
                for (size_t i = 0; i < n; i++) {
                    om_gradient_values(parts[rank])[i] +=
                        om_gradient_values(parts[rank + distance])[i];
                }
            }
        }
        assert_memory_equal(om_gradient_values(whole), om_gradient_values(parts[0]),
                            n * sizeof(float));
        assert_memory_equal(sums, part_sums, sizeof sums);
        for (int rank = 0; rank < ranks; rank++) {
            om_gradient_destroy(&parts[rank]);
        }
    }
    om_gradient_destroy(&whole);
    free_fixture(made);
}

typedef struct taken {
    om_gradient *gradient;
    float *values;
    int64_t count;
} taken;

static void take(void *context, int64_t first, int64_t count) {
    taken *all = context;
    memcpy(all->values + first, om_gradient_values(all->gradient) + first,
           (size_t)count * sizeof *all->values);
    all->count += count;
}

/* Each value is handed out once, when it is complete. */
static void test_parts_are_given_out(void **state) {
    (void)state;
    fixture *made = create_fixture(OM_LOSS_MASKED);
    int64_t n = made->network->n_parameters;
    double sums[LEAVES * OM_N_HALLMARKS];
    taken all = {.values = calloc((size_t)n, sizeof(float))};
    assert_int_equal(om_gradient_create(&all.gradient, made->network->shape, BLOCK, LEAVES), OM_OK);
    om_gradient_compute(all.gradient, made->network, &made->batch, 0, sums,
                        &(om_gradient_use){take, &all});
    assert_int_equal(all.count, n);
    assert_memory_equal(all.values, om_gradient_values(all.gradient), (size_t)n * sizeof(float));
    om_gradient_destroy(&all.gradient);
    free(all.values);
    free_fixture(made);
}

static void test_ranks_and_leaves(void **state) {
    (void)state;
    assert_int_equal(om_gradient_ranks(1, 8), 1);
    assert_int_equal(om_gradient_ranks(3, 8), 2);
    assert_int_equal(om_gradient_ranks(7, 8), 4);
    assert_int_equal(om_gradient_ranks(100, 8), 8);
    assert_int_equal(om_gradient_ranks(100, 6), 4);
    assert_int_equal(om_gradient_leaves(1), 1);
    assert_int_equal(om_gradient_leaves(6), 8);
    assert_int_equal(om_gradient_leaves(8), 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_naive),
        cmocka_unit_test(test_subtrees_add_up),
        cmocka_unit_test(test_parts_are_given_out),
        cmocka_unit_test(test_ranks_and_leaves),
    };
    return cmocka_run_group_tests_name("gradient", tests, NULL, NULL);
}
