/* A training set that no node holds alone: the same bits as one that each holds. */
#include "learn/block.h"
#include "learn/training_set_private.h"
#include "oncomark/stop.h"
#include "tiny_synthetic.h"
#include "unit_test.h"

#include <signal.h>

enum { D = 60, N_TRAINING = 330, N_VALIDATION = 90, N_TEST = TINY_SAMPLES - 420, EPOCHS = 3 };

static om_ctx *ctx;
static char folder[TEST_PATH];
static char path[2 * TEST_PATH];
static om_sample_table *table;
static int64_t genes[D];
static int64_t rows[TINY_SAMPLES]; /* training, validation, test */

/* All that a training leaves. */
typedef struct outcome {
    double mean[D];
    double sd[D];
    om_epoch epochs[EPOCHS];
    int64_t n_epochs;
    int64_t kept_epoch;
    om_digest network;
    float logits[N_TEST * OM_N_HALLMARKS];
} outcome;

static om_train_parameters parameters_of(om_loss loss) {
    return (om_train_parameters){.loss = loss,
                                 .hidden = 12,
                                 .head = 4,
                                 .batch = 30, /* the last leaf of a batch is short */
                                 .block = 8,
                                 .epochs = EPOCHS,
                                 .patience = 0,
                                 .learning_rate = 3e-3,
                                 .learning_rate_factor = 0.5,
                                 .learning_rate_patience = 3,
                                 .beta1 = 0.9,
                                 .beta2 = 0.999,
                                 .epsilon = 1e-7};
}

/* Every so many ranks are a node, for `samples` of them. */
static om_node_room room_for(int64_t samples, int ranks_a_node) {
    return (om_node_room){samples * D * (int64_t)sizeof(uint16_t), ranks_a_node};
}

static om_status learn(outcome *out, const om_training_set *set, const om_train_parameters *train,
                       const om_checkpoint_place *place) {
    om_transform *transform = NULL;
    om_training *training = NULL;
    memset(out, 0, sizeof *out);
    assert_int_equal(om_training_set_scale(ctx, set, rows, N_TRAINING, out->mean, out->sd), OM_OK);
    assert_int_equal(om_transform_create(&transform, D, out->mean, out->sd), OM_OK);
    const om_training_input input = {.samples = om_samples_of(set, transform),
                                     .training = rows,
                                     .n_training = N_TRAINING,
                                     .validation = rows + N_TRAINING,
                                     .n_validation = N_VALIDATION};
    om_status status = om_train(&training, ctx, &input, train, 5, place);
    if (status == OM_OK) {
        memcpy(out->epochs, training->epochs, (size_t)training->n_epochs * sizeof *out->epochs);
        out->n_epochs = training->n_epochs;
        out->kept_epoch = training->kept_epoch;
        om_digest_elements(&out->network, "", OM_F32, 0, training->network->parameters,
                           training->network->n_parameters);
        status = om_block_logits(out->logits, ctx, training->network, &input.samples,
                                 rows + N_TRAINING + N_VALIDATION, N_TEST, 8);
    }
    om_training_destroy(&training);
    om_transform_destroy(&transform);
    return status;
}

static om_training_set *make(om_node_room room, bool is_shared_out) {
    om_training_set *set = NULL;
    if (om_training_set_create_within(&set, ctx, path, table, genes, D, room) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_int_equal(om_training_set_shares(set) != NULL, is_shared_out);
    return set;
}

static void check_same(const outcome *expected, om_node_room room, om_loss loss) {
    int n_nodes = (om_context_size(ctx) + room.ranks_a_node - 1) / room.ranks_a_node;
    om_train_parameters train = parameters_of(loss);
    om_training_set *set = make(room, n_nodes > 1);
    outcome found;
    assert_int_equal(learn(&found, set, &train, NULL), OM_OK);
    assert_memory_equal(found.mean, expected->mean, sizeof found.mean);
    assert_memory_equal(found.sd, expected->sd, sizeof found.sd);
    assert_memory_equal(found.epochs, expected->epochs, sizeof found.epochs);
    assert_int_equal(found.n_epochs, EPOCHS);
    assert_int_equal(found.kept_epoch, expected->kept_epoch);
    assert_memory_equal(&found.network, &expected->network, sizeof found.network);
    assert_memory_equal(found.logits, expected->logits, sizeof found.logits);
    om_training_set_destroy(&set);
}

/* What a node needs to hold of an even share. */
static int64_t even_share(int ranks_a_node) {
    int n_nodes = (om_context_size(ctx) + ranks_a_node - 1) / ranks_a_node;
    return (TINY_SAMPLES + n_nodes - 1) / n_nodes;
}

static void check_loss(om_loss loss) {
    om_train_parameters train = parameters_of(loss);
    om_training_set *set = make(room_for(TINY_SAMPLES, 0), false);
    outcome expected;
    assert_int_equal(learn(&expected, set, &train, NULL), OM_OK);
    om_training_set_destroy(&set);
    for (int ranks_a_node = 1; ranks_a_node <= 3; ranks_a_node++) {
        check_same(&expected, room_for(even_share(ranks_a_node), ranks_a_node), loss);
    }
    /* Shares of many sizes, some of them empty. */
    int rank = om_context_rank(ctx), size = om_context_size(ctx);
    int64_t samples = rank == size - 1 ? TINY_SAMPLES - (size > 1) : (rank + 1) % 2 * 50;
    check_same(&expected, room_for(samples, 1), loss);
}

static void test_same_bits(void **state) {
    (void)state;
    check_loss(OM_LOSS_MASKED);
    check_loss(OM_LOSS_PUBLISHED);
}

static void test_rows_are_where_the_shares_say(void **state) {
    (void)state;
    om_training_set *whole = make(room_for(TINY_SAMPLES, 0), false);
    om_training_set *set = make(room_for(even_share(2), 2), om_context_size(ctx) > 2);
    const om_shares *shares = om_training_set_shares(set);
    if (shares != NULL) {
        int64_t first = shares->starts[shares->node];
        int64_t count = shares->starts[shares->node + 1] - first;
        assert_in_range(count, 1, even_share(2));
        assert_memory_equal(om_training_set_ranks(set), om_training_set_ranks(whole) + first * D,
                            (size_t)(count * D) * sizeof(uint16_t));
    }
    om_training_set_destroy(&set);
    om_training_set_destroy(&whole);
}

/* Rows are under way when a rank is asked to stop; what was learned before is not lost. */
static void test_stops_and_goes_on(void **state) {
    (void)state;
    char file[2 * TEST_PATH];
    snprintf(file, sizeof file, "%s/checkpoint", folder);
    const om_checkpoint_place place = {.path = file, .key = "00"};
    om_train_parameters train = parameters_of(OM_LOSS_MASKED);
    om_training_set *set = make(room_for(even_share(1), 1), om_context_size(ctx) > 1);
    outcome expected, found;
    assert_int_equal(learn(&expected, set, &train, NULL), OM_OK);
    train.epochs = 1;
    assert_int_equal(learn(&found, set, &train, &place), OM_OK);
    train.epochs = EPOCHS;
    for (int rank = 0; rank < om_context_size(ctx); rank++) {
        om_stop_listen();
        MPI_Barrier(om_context_comm(ctx));
        if (om_context_rank(ctx) == rank) {
            raise(SIGUSR1);
        }
        assert_int_equal(learn(&found, set, &train, &place), OM_STOPPED);
    }
    om_stop_listen();
    assert_int_equal(learn(&found, set, &train, &place), OM_OK);
    assert_memory_equal(&found, &expected, sizeof found);
    om_training_set_destroy(&set);
}

static void test_too_large_for_all_nodes(void **state) {
    (void)state;
    om_training_set *set = NULL;
    bool is_root = om_context_is_root(ctx);
    om_node_room room = room_for(is_root ? TINY_SAMPLES - 1 : 0, 1);
    assert_int_equal(om_training_set_create_within(&set, ctx, path, table, genes, D, room),
                     OM_MEMORY);
    assert_null(set);
    assert_non_null(strstr(om_error_message(), "(480 samples x 60 features), and the "));
}

/* A part of the ranks cannot train on what only others hold. */
static void test_ranks_that_do_not_reach_all_shares(void **state) {
    (void)state;
    int size = om_context_size(ctx);
    om_training_set *set = make(room_for(even_share(1), 1), size > 1);
    om_ctx *part = NULL;
    double mean[D], sd[D];
    assert_int_equal(om_context_split(&part, ctx, om_context_rank(ctx)), OM_OK);
    assert_int_equal(om_training_set_scale(part, set, rows, N_TRAINING, mean, sd),
                     size > 1 ? OM_MEMORY : OM_OK);
    if (size > 1) {
        assert_non_null(strstr(om_error_message(), "the 1 ranks that train together"));
    }
    om_context_destroy(&part);
    om_training_set_destroy(&set);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    tiny_share(ctx, folder, path);
    for (int64_t i = 0; i < TINY_SAMPLES; i++) {
        rows[i] = i * 77 % TINY_SAMPLES;
    }
    for (int i = 0; i < D; i++) {
        genes[i] = i;
    }
    if (om_sample_table_read(&table, ctx, path) != OM_OK) {
        fprintf(stderr, "%s\n", om_error_message());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits),
        cmocka_unit_test(test_rows_are_where_the_shares_say),
        cmocka_unit_test(test_stops_and_goes_on),
        cmocka_unit_test(test_too_large_for_all_nodes),
        cmocka_unit_test(test_ranks_that_do_not_reach_all_shares),
    };
    int failed = cmocka_run_group_tests_name("shares", tests, NULL, NULL);
    om_sample_table_destroy(&table);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
