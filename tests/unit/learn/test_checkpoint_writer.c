#include "learn/checkpoint_writer.h"
#include "unit_test.h"

#include "text_files.h"

enum { N = 1000, MAX_EPOCHS = 4 };

/* A state with memory of its own, all of it `value`. */
typedef struct kept {
    float arrays[4][N];
    int64_t adam_steps;
    om_epoch epochs[MAX_EPOCHS];
    om_checkpoint checkpoint;
} kept;

static void fill(kept *state, int value) {
    for (int i = 0; i < 4 * N; i++) {
        state->arrays[i / N][i % N] = (float)value;
    }
    for (int e = 0; e < MAX_EPOCHS; e++) {
        state->epochs[e] = (om_epoch){value, value, value};
    }
    state->adam_steps = value;
    state->checkpoint = (om_checkpoint){.state = {.n_parameters = N,
                                                  .parameters = state->arrays[0],
                                                  .mean = state->arrays[1],
                                                  .square = state->arrays[2],
                                                  .best = state->arrays[3],
                                                  .adam_steps = &state->adam_steps},
                                        .schedule = {.learning_rate = value, .best_loss = value},
                                        .n_epochs = value,
                                        .max_epochs = MAX_EPOCHS,
                                        .epochs = state->epochs};
}

static void assert_kept(const om_checkpoint_place *place, int value) {
    kept found, expected;
    fill(&expected, value);
    fill(&found, 0);
    assert_int_equal(om_checkpoint_read(&found.checkpoint, place), OM_OK);
    assert_int_equal(found.checkpoint.n_epochs, value);
    assert_true(found.checkpoint.schedule.learning_rate == value);
    assert_memory_equal(found.arrays, expected.arrays, sizeof found.arrays);
    assert_memory_equal(found.epochs, expected.epochs, (size_t)value * sizeof(om_epoch));
    assert_int_equal(found.adam_steps, value);
}

/* What is kept is the state at the call, whatever the training makes of it meanwhile. */
static void test_keeps_what_was_there(void **state) {
    (void)state;
    const om_checkpoint_place place = {.path = test_path(test_folder, "checkpoint"), .key = "00"};
    om_checkpoint_writer *writer = NULL;
    kept training;
    fill(&training, 1);
    assert_int_equal(om_checkpoint_writer_create(&writer, &training.checkpoint), OM_OK);
    assert_int_equal(om_checkpoint_writer_wait(writer), OM_OK); /* for nothing */
    for (int epoch = 1; epoch <= 3; epoch++) {
        fill(&training, epoch);
        assert_int_equal(om_checkpoint_writer_begin(writer, &training.checkpoint, &place), OM_OK);
        fill(&training, 4);
    }
    assert_int_equal(om_checkpoint_writer_wait(writer), OM_OK);
    assert_kept(&place, 3);
    fill(&training, 2);
    assert_int_equal(om_checkpoint_writer_begin(writer, &training.checkpoint, &place), OM_OK);
    om_checkpoint_writer_destroy(&writer);
    assert_kept(&place, 2);
}

static void test_failure_is_told_later(void **state) {
    (void)state;
    test_write(test_folder, "file", "no folder");
    const om_checkpoint_place place = {.path = test_path(test_folder, "file/checkpoint"),
                                       .key = "00"};
    om_checkpoint_writer *writer = NULL;
    kept training;
    fill(&training, 1);
    assert_int_equal(om_checkpoint_writer_create(&writer, &training.checkpoint), OM_OK);
    assert_int_equal(om_checkpoint_writer_begin(writer, &training.checkpoint, &place), OM_OK);
    assert_int_equal(om_checkpoint_writer_wait(writer), OM_USAGE);
    assert_non_null(strstr(om_error_message(), "/file: "));
    om_fail(OM_BUG, "another message");
    assert_int_equal(om_checkpoint_writer_begin(writer, &training.checkpoint, &place), OM_USAGE);
    assert_non_null(strstr(om_error_message(), "/file: "));
    om_checkpoint_writer_destroy(&writer);
    om_checkpoint_writer_destroy(&writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_keeps_what_was_there),
        test_in_folder(test_failure_is_told_later),
    };
    return cmocka_run_group_tests_name("checkpoint_writer", tests, NULL, NULL);
}
