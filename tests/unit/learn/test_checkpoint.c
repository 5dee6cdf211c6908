/* A checkpoint comes back as it was, or not at all. */
#include "learn/checkpoint.h"
#include "oncomark/file_seal.h"
#include "oncomark/h5.h"
#include "oncomark/reader.h"
#include "unit_test.h"

#include "text_files.h"

#include <math.h>

enum { N = 37, MAX_EPOCHS = 5, MOST_BYTES = 1 << 16 };

/* A state with memory of its own. */
typedef struct kept {
    float parameters[N];
    float mean[N];
    float square[N];
    float best[N];
    int64_t adam_steps;
    om_epoch epochs[MAX_EPOCHS];
} kept;

static om_checkpoint checkpoint_of(kept *state) {
    return (om_checkpoint){.state = {.n_parameters = N,
                                     .parameters = state->parameters,
                                     .mean = state->mean,
                                     .square = state->square,
                                     .best = state->best,
                                     .adam_steps = &state->adam_steps},
                           .max_epochs = MAX_EPOCHS,
                           .epochs = state->epochs};
}

static om_checkpoint example(kept *state) {
    memset(state, 0, sizeof *state);
    for (int i = 0; i < N; i++) {
        state->parameters[i] = 1.25F + (float)i;
        state->mean[i] = -3.5F * (float)i;
        state->square[i] = 1e-30F * (float)i;
        state->best[i] = i == 3 ? -0.0F : 1 / (1 + (float)i);
    }
    state->adam_steps = 1234567890123;
    for (int e = 0; e < 3; e++) {
        state->epochs[e] = (om_epoch){0.1 / (e + 1), 0.7 - e, 0.9 + e};
    }
    om_checkpoint checkpoint = checkpoint_of(state);
    checkpoint.n_epochs = 3;
    checkpoint.schedule = (om_schedule){
        .learning_rate = 0.1 / 3, .best_loss = 0.9, .best_epoch = 1, .waited = 2, .stop = true};
    return checkpoint;
}

static om_checkpoint_place place_in_folder(void) {
    return (om_checkpoint_place){.path = test_path(test_folder, "train.checkpoint"),
                                 .key = "0123456789abcdef"};
}

static void write_example(const om_checkpoint_place *place) {
    kept state;
    om_checkpoint checkpoint = example(&state);
    if (om_checkpoint_write(&checkpoint, place) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static bool is_example(const om_checkpoint *found, const kept *state) {
    kept expected;
    om_checkpoint original = example(&expected);
    return memcmp(state, &expected, sizeof expected) == 0 && found->n_epochs == original.n_epochs &&
           found->schedule.learning_rate == original.schedule.learning_rate &&
           found->schedule.best_loss == original.schedule.best_loss &&
           found->schedule.best_epoch == original.schedule.best_epoch &&
           found->schedule.waited == original.schedule.waited &&
           found->schedule.stop == original.schedule.stop;
}

static om_status read_back(om_checkpoint *found, kept *state, const om_checkpoint_place *place) {
    memset(state, 0, sizeof *state);
    *found = checkpoint_of(state);
    return om_checkpoint_read(found, place);
}

static void test_comes_back(void **state) {
    (void)state;
    om_checkpoint_place place = place_in_folder();
    kept read;
    om_checkpoint found;
    assert_int_equal(read_back(&found, &read, &place), OM_OK); /* no file */
    assert_int_equal(found.n_epochs, 0);
    write_example(&place);
    write_example(&place); /* in place of the first */
    assert_false(om_file_exists(test_path(test_folder, "train.checkpoint.tmp")));
    assert_int_equal(read_back(&found, &read, &place), OM_OK);
    assert_true(is_example(&found, &read));

    kept first;
    om_checkpoint infinite = example(&first);
    infinite.n_epochs = 1;
    infinite.schedule.best_loss = INFINITY;
    infinite.schedule.stop = false;
    assert_int_equal(om_checkpoint_write(&infinite, &place), OM_OK);
    assert_int_equal(read_back(&found, &read, &place), OM_OK);
    assert_int_equal(found.n_epochs, 1);
    assert_true(isinf(found.schedule.best_loss));
    assert_false(found.schedule.stop);

    om_checkpoint_remove(place.path);
    assert_false(om_file_exists(place.path));
    om_checkpoint_remove(place.path); /* fine */
}

static void assert_refused(om_checkpoint *found, const om_checkpoint_place *place,
                           const char *why) {
    assert_int_equal(om_checkpoint_read(found, place), OM_INPUT);
    assert_message_has(place->path);
    assert_message_has(why);
}

static void test_of_another_training(void **state) {
    (void)state;
    om_checkpoint_place place = place_in_folder();
    kept read;
    write_example(&place);
    om_checkpoint found = checkpoint_of(&read);
    place.key = "0123456789abcdee";
    assert_refused(&found, &place, "other samples or parameters");
    place.key = "0123456789abcdef";
    found.state.n_parameters = N - 1;
    assert_refused(&found, &place,
                   "object 'parameters': found 1 dimensions, the first of 37, "
                   "expected one of 36");
    found = checkpoint_of(&read);
    found.max_epochs = 2;
    assert_refused(&found, &place, "found 3 epochs, expected 1 to 2");
}

static void test_no_checkpoint_at_all(void **state) {
    (void)state;
    om_checkpoint_place place = place_in_folder();
    kept read;
    om_checkpoint found = checkpoint_of(&read);
    test_write(test_folder, "train.checkpoint", "");
    assert_refused(&found, &place, "not a whole file with a seal");
    test_write(test_folder, "train.checkpoint",
               "epoch 7 of 50, and some words more, so that a seal could be here\n");
    assert_refused(&found, &place, "torn or damaged");
    assert_int_equal(om_file_seal(place.path), OM_OK);
    assert_refused(&found, &place, "cannot open as HDF5");
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, place.path), OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_int_equal(om_file_seal(place.path), OM_OK);
    assert_refused(&found, &place, "object 'owners'");
}

/* Two dimensions in place of one would not fit into memory. */
static void test_other_shape(void **state) {
    (void)state;
    om_checkpoint_place place = place_in_folder();
    kept read;
    om_checkpoint found = checkpoint_of(&read);
    const int64_t shape[] = {6, 1000};
    static const int64_t values[6000];
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, place.path), OM_OK);
    assert_int_equal(om_h5_write(file, "owners", OM_I64, 2, shape, values), OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    assert_int_equal(om_file_seal(place.path), OM_OK);
    assert_refused(&found, &place, "object 'owners': found 2 dimensions");
}

/* Bytes of the example's file. */
static size_t read_example(const om_checkpoint_place *place, unsigned char bytes[MOST_BYTES]) {
    write_example(place);
    FILE *file = fopen(place->path, "rb");
    assert_non_null(file);
    size_t length = fread(bytes, 1, MOST_BYTES, file);
    assert_int_equal(fclose(file), 0);
    assert_in_range(length, 1000, MOST_BYTES - 1);
    return length;
}

static void test_torn(void **state) {
    (void)state;
    static unsigned char bytes[MOST_BYTES];
    om_checkpoint_place place = place_in_folder();
    size_t length = read_example(&place, bytes);
    for (size_t cut = 0; cut < length; cut += cut + 64 < length ? 61 : 1) {
        kept read;
        om_checkpoint found;
        test_write_bytes(test_folder, "train.checkpoint", (const char *)bytes, cut);
        if (read_back(&found, &read, &place) == OM_OK) {
            fail_msg("%zu of %zu bytes were taken for a whole checkpoint", cut, length);
        }
    }
}

static void test_flipped(void **state) {
    (void)state;
    static unsigned char bytes[MOST_BYTES];
    om_checkpoint_place place = place_in_folder();
    size_t length = read_example(&place, bytes);
    for (size_t i = 0; i < length; i++) {
        kept read;
        om_checkpoint found;
        unsigned char flip = (unsigned char)(1U << (i % 8));
        bytes[i] ^= flip;
        test_write_bytes(test_folder, "train.checkpoint", (const char *)bytes, length);
        bytes[i] ^= flip;
        if (read_back(&found, &read, &place) != OM_INPUT) {
            fail_msg("a flip in byte %zu of %zu was not found", i, length);
        }
    }
}

static void test_cannot_be_written(void **state) {
    (void)state;
    om_checkpoint_place place = place_in_folder();
    kept read;
    om_checkpoint checkpoint = example(&read);
    test_write(test_folder, "file", "no folder");
    place.path = test_path(test_folder, "file/train.checkpoint");
    assert_int_equal(om_checkpoint_write(&checkpoint, &place), OM_USAGE);
    assert_message_has("file");
    place.path = test_path(test_folder, "new/folder/train.checkpoint");
    assert_int_equal(om_checkpoint_write(&checkpoint, &place), OM_OK);
    assert_true(om_file_exists(place.path));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_comes_back),
        test_in_folder(test_of_another_training),
        test_in_folder(test_no_checkpoint_at_all),
        test_in_folder(test_other_shape),
        test_in_folder(test_torn),
        test_in_folder(test_flipped),
        test_in_folder(test_cannot_be_written),
    };
    return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
