/* A training that is cut short and goes on, at other numbers of ranks too, gives the same bits as
 * one that is not. */
#include "oncomark/file_seal.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/reader.h"
#include "oncomark/stop.h"
#include "oncomark/train.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <glob.h>
#include <signal.h>
#include <time.h>

enum { N_SAMPLES = 300, N_TRAINING = 230, D = 40, SEED = 11 };

/* Labels are hardly to be learned, so that learning rate and early stop have work to do. */
static const om_train_parameters masked = {.loss = OM_LOSS_MASKED,
                                           .hidden = 12,
                                           .head = 4,
                                           .batch = 32,
                                           .block = 8,
                                           .epochs = 9,
                                           .learning_rate = 0.02,
                                           .learning_rate_factor = 0.5,
                                           .learning_rate_patience = 2,
                                           .learning_rate_floor = 1e-5,
                                           .beta1 = 0.9,
                                           .beta2 = 0.999,
                                           .epsilon = 1e-7,
                                           .keep = OM_KEEP_BEST};

/* Stops early, and keeps the last epoch's weights. */
static const om_train_parameters published = {.loss = OM_LOSS_PUBLISHED,
                                              .hidden = 9,
                                              .head = 3,
                                              .batch = 30,
                                              .block = 5,
                                              .epochs = 40,
                                              .learning_rate = 0.05,
                                              .learning_rate_factor = 0.3,
                                              .learning_rate_patience = 1,
                                              .learning_rate_floor = 1e-4,
                                              .beta1 = 0.9,
                                              .beta2 = 0.99,
                                              .epsilon = 1e-7,
                                              .patience = 3,
                                              .shuffle = OM_SHUFFLE_ONCE,
                                              .keep = OM_KEEP_LAST};

static om_ctx *world;
static om_ctx *alone; /* the root by itself, and all others together */
static char folder[TEST_PATH];
static om_training_input input;
static om_transform *transform;

static bool is_root(void) {
    return om_context_is_root(world);
}

static void make_input(void) {
    static uint16_t ranks[N_SAMPLES * D];
    static uint8_t task[N_SAMPLES], label[N_SAMPLES];
    static int64_t rows[N_SAMPLES];
    double mean[D], sd[D];
    om_random random = om_random_stream(SEED, OM_PURPOSE_TEST, 1);
    for (int f = 0; f < D; f++) {
        mean[f] = 4;
        sd[f] = 1.5;
    }
    for (int i = 0; i < N_SAMPLES; i++) {
        int64_t order[D];
        for (int f = 0; f < D; f++) {
            order[f] = f;
        }
        om_random_shuffle(&random, order, D);
        for (int f = 0; f < D; f++) {
            ranks[i * D + f] = (uint16_t)(2 * (order[f] + 1));
        }
        rows[i] = i;
        task[i] = (uint8_t)(i % OM_N_HALLMARKS);
        label[i] = order[0] + order[task[i]] > D ? 1 : 0;
    }
    assert_int_equal(om_transform_create(&transform, D, mean, sd), OM_OK);
    input = (om_training_input){.samples = {.doubled_ranks = ranks,
                                            .n_features = D,
                                            .task = task,
                                            .label = label,
                                            .transform = transform},
                                .training = rows,
                                .n_training = N_TRAINING,
                                .validation = rows + N_TRAINING,
                                .n_validation = N_SAMPLES - N_TRAINING};
}

static om_checkpoint_place place_named(const char *name) {
    return (om_checkpoint_place){.path = test_path(folder, name), .key = "key"};
}

static void barrier(void) {
    MPI_Barrier(om_context_comm(world));
}

static om_training *train_on(om_ctx *ctx, const om_train_parameters *train,
                             const om_checkpoint_place *place) {
    om_training *training = NULL;
    if (om_train(&training, ctx, &input, train, SEED, place) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return training;
}

/* The first `epochs` epochs only, on the world or on the root alone; their checkpoint stays. */
static void train_a_part(om_ctx *ctx, om_train_parameters train, int64_t epochs,
                         const om_checkpoint_place *place) {
    train.epochs = epochs;
    if (ctx == world || is_root()) {
        om_training *training = train_on(ctx, &train, place);
        assert_int_equal(training->n_epochs, epochs);
        om_training_destroy(&training);
    }
    barrier();
}

static void assert_same(const om_training *found, const om_training *expected) {
    assert_int_equal(found->n_epochs, expected->n_epochs);
    assert_int_equal(found->kept_epoch, expected->kept_epoch);
    assert_memory_equal(found->epochs, expected->epochs,
                        (size_t)expected->n_epochs * sizeof(om_epoch));
    assert_memory_equal(found->network->parameters, expected->network->parameters,
                        (size_t)expected->network->n_parameters * sizeof(float));
}

/* Goes on to the end and compares; every row of every epoch counts once. */
static void finish_and_compare(om_ctx *ctx, const om_train_parameters *train,
                               const om_checkpoint_place *place, const om_training *expected) {
    if (ctx == world || is_root()) {
        om_training *training = train_on(ctx, train, place);
        assert_same(training, expected);
        int64_t rows = training->rows_computed;
        assert_int_equal(om_sum_i64(ctx, &rows, 1), OM_OK);
        assert_int_equal(rows, training->n_epochs * N_TRAINING);
        om_training_destroy(&training);
    }
    barrier();
}

/* Cut after every epoch, the last one too. */
static void go_on_at_other_ranks(const om_train_parameters *train, const om_training *whole) {
    om_ctx *const ways[][2] = {{alone, world}, {world, alone}, {world, world}};
    for (int64_t length = 1; length <= whole->n_epochs; length++) {
        for (int64_t way = length % 2; way < 3; way += 2) {
            om_checkpoint_place place = place_named("parts.checkpoint");
            train_a_part(ways[way][0], *train, length, &place);
            finish_and_compare(ways[way][1], train, &place, whole);
            if (is_root()) {
                assert_int_equal(unlink(place.path), 0);
            }
            barrier();
        }
    }
}

static void test_goes_on(void **state) {
    (void)state;
    const om_train_parameters *const both[] = {&masked, &published};
    for (int i = 0; i < 2; i++) {
        om_training *whole = train_on(world, both[i], NULL);
        if (both[i] == &published) {
            assert_in_range(whole->n_epochs, 5, published.epochs - 1); /* it did stop early */
        } else {
            assert_int_equal(whole->n_epochs, masked.epochs);
            assert_in_range(whole->kept_epoch, 1, masked.epochs - 1);
        }
        assert_true(whole->epochs[whole->n_epochs - 1].learning_rate <
                    whole->epochs[0].learning_rate);
        go_on_at_other_ranks(both[i], whole);
        om_training_destroy(&whole);
    }
}

/* Each rank in turn is asked before training begins, also those that only wait. */
static void test_asked_on_one_rank(void **state) {
    (void)state;
    om_training *whole = train_on(world, &masked, NULL);
    for (int rank = 0; rank < om_context_size(world); rank++) {
        om_checkpoint_place place = place_named("asked.checkpoint");
        om_training *training = NULL;
        om_stop_listen();
        if (om_context_rank(world) == rank) {
            assert_int_equal(raise(SIGUSR1), 0);
        }
        assert_int_equal(om_train(&training, world, &input, &masked, SEED, &place), OM_STOPPED);
        assert_null(training);
        assert_message_has("a signal asked for it");
        barrier();
        assert_true(rank > 0 || !om_file_exists(place.path));
        barrier();
        om_stop_listen();
        finish_and_compare(world, &masked, &place, whole);
        if (is_root()) {
            unlink(place.path);
        }
        barrier();
    }
    om_training_destroy(&whole);
}

/* Again and again, at any moment, each time a little later and on the next rank. */
static void test_asked_at_any_time(void **state) {
    (void)state;
    om_train_parameters longer = masked;
    longer.epochs = 25;
    om_training *whole = train_on(world, &longer, NULL);
    om_training *training = NULL;
    om_checkpoint_place place = place_named("any.checkpoint");
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    timer_t timer;
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    om_status status = OM_STOPPED;
    int64_t delay = 200 * 1000;
    for (int i = 0; status == OM_STOPPED; i++, delay += delay / 2) {
        struct itimerspec when = {
            .it_value = {.tv_sec = delay / 1000000000, .tv_nsec = delay % 1000000000}};
        const struct itimerspec never = {{0, 0}, {0, 0}};
        om_stop_listen();
        if (om_context_rank(world) == i % om_context_size(world)) {
            assert_int_equal(timer_settime(timer, 0, &when, NULL), 0);
        }
        status = om_train(&training, world, &input, &longer, SEED, &place);
        assert_int_equal(timer_settime(timer, 0, &never, NULL), 0);
        assert_true(status == OM_OK || status == OM_STOPPED);
        assert_true(i < 60);
        barrier();
    }
    assert_int_equal(timer_delete(timer), 0);
    om_stop_listen();
    assert_same(training, whole);
    om_training_destroy(&training);
    om_training_destroy(&whole);
}

/* What cannot be used is put aside, and training starts anew. */
static void test_unusable_files(void **state) {
    (void)state;
    om_train_parameters broad = masked;
    broad.hidden = 13;
    om_training *whole = train_on(world, &masked, NULL);
    for (int kind = 0; kind < 4; kind++) {
        om_checkpoint_place place = place_named("bad.checkpoint");
        om_checkpoint_place other = {.path = place.path, .key = "another key"};
        const char *unused = test_path(folder, "bad.checkpoint.unused");
        train_a_part(world, kind == 1 ? broad : masked, 3, kind == 0 ? &other : &place);
        if (is_root() && kind >= 2) {
            int64_t length = 0;
            assert_int_equal(om_file_size(place.path, &length), OM_OK);
            test_cut(place.path, kind == 2 ? (long)length - 1 : 0);
        }
        barrier();
        finish_and_compare(world, &masked, &place, whole);
        assert_true(om_file_exists(unused));
        assert_int_equal(om_file_check_seal(place.path), OM_OK);
        barrier();
        if (is_root()) {
            assert_int_equal(unlink(place.path), 0);
            assert_int_equal(unlink(unused), 0);
        }
        barrier();
    }
    om_training_destroy(&whole);
}

static om_workdir *open_workdir(om_job **job) {
    om_workdir *workdir = NULL;
    char *text = om_format("workdir: %s/work\ngene_sets: none.gmt\ndata:\n  - {path: "
                           "Data_A2020_Lung}\n",
                           folder);
    assert_int_equal(om_job_parse(job, "job.yaml", text, (int64_t)strlen(text), NULL), OM_OK);
    om_free(text);
    assert_int_equal(om_workdir_open(&workdir, world, *job), OM_OK);
    return workdir;
}

/* A run whose folder another one has taken over must not replace that one's checkpoint. */
static void test_lock_is_lost(void **state) {
    (void)state;
    om_job *job = NULL;
    om_workdir *workdir = open_workdir(&job);
    om_training *training = NULL;
    om_checkpoint_place place = place_named("work/.oncomark/train.checkpoint");
    place.workdir = workdir;
    train_a_part(world, masked, 2, &place);
    char *before = NULL, *after = NULL;
    int64_t length_before = 0, length_after = 0;
    assert_int_equal(om_file_read_all(place.path, &before, &length_before), OM_OK);
    barrier();
    if (is_root()) {
        test_write(folder, "work/.oncomark/lock", "host another\n");
    }
    barrier();
    assert_int_equal(om_train(&training, world, &input, &masked, SEED, &place), OM_SYSTEM);
    assert_message_has("lock");
    assert_int_equal(om_file_read_all(place.path, &after, &length_after), OM_OK);
    assert_int_equal(length_before, length_after);
    assert_memory_equal(before, after, (size_t)length_after);
    glob_t left;
    assert_int_equal(glob(test_path(folder, "work/.oncomark/*.tmp"), 0, NULL, &left), GLOB_NOMATCH);
    om_free(before);
    om_free(after);
    om_workdir_close(&workdir);
    om_job_destroy(&job);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    om_stop_listen();
    test_context_create(&world);
    test_folder_share(world, folder);
    make_input();
    if (om_context_split(&alone, world, is_root() ? 0 : 1) != OM_OK) {
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goes_on),           cmocka_unit_test(test_asked_on_one_rank),
        cmocka_unit_test(test_asked_at_any_time), cmocka_unit_test(test_unusable_files),
        cmocka_unit_test(test_lock_is_lost),
    };
    int failed = cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
    om_transform_destroy(&transform);
    om_context_destroy(&alone);
    test_folder_unshare(world, folder);
    test_context_destroy(&world);
    MPI_Finalize();
    return failed;
}
