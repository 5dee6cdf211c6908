/* One rank runs out of memory: all ranks get a failure, none waits for the one that has left. */
#include "learn/training_set_private.h"
#include "oncomark/features.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/shared_memory.h"
#include "oncomark/train.h"
#include "tiny_synthetic.h"
#include "unit_test.h"

enum { D = 9 };

static om_ctx *ctx;
static char path[2 * TEST_PATH];
static om_sample_table *table;
static om_training_set *set;
static const int64_t genes[D] = {0, 3, 8, 20, 21, 22, 23, 40, TINY_GENES - 1};

static om_status make_context(void) {
    om_ctx *made = NULL;
    om_status status = om_context_create(&made, om_context_comm(ctx), om_context_log(ctx));
    om_context_destroy(&made);
    return status;
}

static om_status make_partition(void) {
    om_partition *partition = NULL;
    const int64_t weights[] = {5, 3, 900, 20};
    om_status status = om_partition_create(&partition, ctx, 4, weights);
    om_partition_destroy(&partition);
    return status;
}

static om_status make_shared(void) {
    om_nodes *nodes = NULL;
    om_shared *shared = NULL;
    om_status status = om_nodes_create(&nodes, ctx, 0);
    if (status == OM_OK) {
        status = om_shared_create(&shared, nodes, 1000);
    }
    om_shared_destroy(&shared);
    om_nodes_destroy(&nodes);
    return status;
}

static om_status read_table(void) {
    om_sample_table *read = NULL;
    om_status status = om_sample_table_read(&read, ctx, path);
    om_sample_table_destroy(&read);
    return status;
}

static om_status read_features(void) {
    bool counted[TINY_SAMPLES];
    int64_t *found = NULL;
    int64_t n = 0;
    for (int i = 0; i < TINY_SAMPLES; i++) {
        counted[i] = true;
    }
    om_status status = om_features_read(&found, &n, ctx, path, table, counted, 40, NULL);
    om_free(found);
    return status;
}

static om_status make_set(void) {
    om_training_set *made = NULL;
    om_status status = om_training_set_create(&made, ctx, path, table, genes, D);
    om_training_set_destroy(&made);
    return status;
}

static om_status train(const om_training_set *from, const om_transform *transform) {
    static const om_train_parameters parameters = {.hidden = 5,
                                                   .head = 2,
                                                   .batch = 32,
                                                   .block = 8,
                                                   .epochs = 1,
                                                   .learning_rate = 1e-3,
                                                   .learning_rate_factor = 0.5,
                                                   .learning_rate_patience = 3,
                                                   .beta1 = 0.9,
                                                   .beta2 = 0.999,
                                                   .epsilon = 1e-7};
    int64_t rows[TINY_SAMPLES];
    for (int64_t i = 0; i < TINY_SAMPLES; i++) {
        rows[i] = i;
    }
    const om_training_input input = {.samples = om_samples_of(from, transform),
                                     .training = rows,
                                     .n_training = 70,
                                     .validation = rows + 70,
                                     .n_validation = 5};
    om_training *training = NULL;
    om_status status = om_train(&training, ctx, &input, &parameters, 3, NULL);
    om_training_destroy(&training);
    return status;
}

static om_status scale_and_train_on(const om_training_set *from) {
    const int64_t rows[] = {1, 2, 3, 5, 8};
    double mean[D], sd[D];
    om_transform *transform = NULL;
    om_status status = om_training_set_scale(ctx, from, rows, 5, mean, sd);
    if (status == OM_OK) {
        status = om_agree(ctx, om_transform_create(&transform, D, mean, sd));
    }
    status = status == OM_OK ? train(from, transform) : status;
    om_transform_destroy(&transform);
    return status;
}

static om_status scale_and_train(void) {
    return scale_and_train_on(set);
}

/* Each rank has room for half of the samples, or for all if it is alone. */
static om_status share_out_and_train(void) {
    int64_t rows = om_context_size(ctx) > 1 ? TINY_SAMPLES / 2 : TINY_SAMPLES;
    const om_node_room room = {rows * D * (int64_t)sizeof(uint16_t), 1};
    om_training_set *made = NULL;
    om_status status = om_training_set_create_within(&made, ctx, path, table, genes, D, room);
    status = status == OM_OK ? scale_and_train_on(made) : status;
    om_training_set_destroy(&made);
    return status;
}

/* Lets the first allocation of a rank fail, then the second, and so on until all succeed. */
static void fail_on(int rank, om_status (*call)(void)) {
    om_status status = OM_MEMORY;
    for (int64_t successes = 0; status != OM_OK; successes++) {
        om_memory_fail_after(om_context_rank(ctx) == rank ? successes : -1);
        status = call();
        om_memory_fail_after(-1);
        int64_t range[2] = {(int64_t)status, -(int64_t)status};
        assert_int_equal(om_max_i64(ctx, range, 2), OM_OK);
        assert_int_equal(range[0], -range[1]); /* the same on all ranks */
        assert_true(successes > 0 || status == OM_MEMORY);
        assert_true(successes < 1000);
    }
}

static void test_no_memory_on_one_rank(void **state) {
    (void)state;
    om_status (*const calls[])(void) = {make_context,    make_partition,     make_shared,
                                        read_table,      read_features,      make_set,
                                        scale_and_train, share_out_and_train};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        fail_on(0, calls[i]);
        fail_on(om_context_size(ctx) - 1, calls[i]);
    }
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    char folder[TEST_PATH];
    tiny_share(ctx, folder, path);
    if (om_sample_table_read(&table, ctx, path) != OM_OK ||
        om_training_set_create(&set, ctx, path, table, genes, D) != OM_OK) {
        fprintf(stderr, "%s\n", om_error_message());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_memory_on_one_rank),
    };
    int failed = cmocka_run_group_tests_name("memory", tests, NULL, NULL);
    om_training_set_destroy(&set);
    om_sample_table_destroy(&table);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
