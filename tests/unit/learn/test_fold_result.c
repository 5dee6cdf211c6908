/* The file of a fold result: written and read back, seen by AnnData, refused where it is damaged.
 */
#include "oncomark/fold_result.h"

#include "oncomark/h5.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

#include <math.h>
#include <mpi.h>
#include <sys/wait.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

enum { N_TEST = 3, N_SAMPLES = 6, NOT_INSTALLED = 77, NO_PYTHON = 127 };

static om_fold_result *make_result(void) {
    static const int64_t rows[N_TEST] = {0, 3, 5};
    static const uint8_t tasks[N_TEST] = {9, 0, 4};
    om_fold_result *result = NULL;
    assert_int_equal(om_fold_result_create(&result, N_TEST), OM_OK);
    for (int i = 0; i < N_TEST; i++) {
        result->rows[i] = rows[i];
        result->task[i] = tasks[i];
        result->label[i] = i == 1;
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            result->logits[i * OM_N_HALLMARKS + k] = (float)(k - 4) * 1.25F + (float)i;
        }
    }
    result->n_training = INT64_C(57735) << 20;
    result->n_validation = 77;
    result->n_features = 9326;
    result->n_epochs = 50;
    result->kept_epoch = 44;
    result->validation_loss = 0.1 + 1e-17;
    return result;
}

static om_strings *make_names(void) {
    static const char *const names[N_SAMPLES] = {"A|P|TPI|neg|0", "b", "c",
                                                 "A|P|AIM|pos|1", "d", "Kürten|P|RCD|neg|2"};
    return test_strings(N_SAMPLES, names);
}

static om_digest write_to(const char *path, const om_fold_result *result) {
    om_strings *names = make_names();
    om_digest digest = {{0, 0}};
    if (om_fold_result_write(result, names, path, &digest) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    om_strings_destroy(&names);
    return digest;
}

static void test_what_is_written_is_read_back(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "fold.h5ad");
    om_fold_result *written = make_result();
    om_digest digest = write_to(path, written);
    om_digest of_file = {{0, 0}};
    assert_int_equal(om_h5_digest_file(path, &of_file), OM_OK);
    assert_memory_equal(&digest, &of_file, sizeof digest);

    om_fold_result *read = NULL;
    assert_int_equal(om_fold_result_read(&read, path), OM_OK);
    assert_int_equal(read->n_test, N_TEST);
    assert_memory_equal(read->rows, written->rows, N_TEST * sizeof *read->rows);
    assert_memory_equal(read->task, written->task, N_TEST);
    assert_memory_equal(read->label, written->label, N_TEST);
    assert_memory_equal(read->logits, written->logits,
                        N_TEST * OM_N_HALLMARKS * sizeof *read->logits);
    assert_int_equal(read->n_training, written->n_training);
    assert_int_equal(read->n_validation, 77);
    assert_int_equal(read->n_features, 9326);
    assert_int_equal(read->n_epochs, 50);
    assert_int_equal(read->kept_epoch, 44);
    assert_true(read->validation_loss == written->validation_loss);
    om_fold_result_destroy(&read);

    written->logits[17] += 1;
    om_digest other = write_to(path, written);
    assert_true(other.lane[0] != digest.lane[0]);
    om_fold_result_destroy(&written);
}

static void test_diverged_training_is_marked(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "fold.h5ad");
    om_fold_result *written = make_result();
    om_fold_result *read = NULL;
    om_h5 *file = NULL;
    write_to(path, written);
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_false(om_h5_exists(file, "uns/diverged_epoch"));
    om_h5_close(&file);
    for (int i = 0; i < N_TEST * OM_N_HALLMARKS; i++) {
        written->logits[i] = NAN;
    }
    written->n_epochs = 7;
    written->kept_epoch = 0;
    written->diverged_epoch = 7;
    written->validation_loss = NAN;
    write_to(path, written);
    assert_int_equal(om_fold_result_read(&read, path), OM_OK);
    assert_int_equal(read->diverged_epoch, 7);
    assert_int_equal(read->kept_epoch, 0);
    assert_true(isnan(read->validation_loss));
    assert_true(isnan(read->logits[29]));
    assert_int_equal(read->rows[2], 5);
    om_fold_result_destroy(&read);
    om_fold_result_destroy(&written);
}

static void test_file_says_which_samples_and_how_likely(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "fold.h5ad");
    om_fold_result *result = make_result();
    write_to(path, result);
    om_h5 *file = NULL;
    om_strings *names = NULL;
    double probabilities[N_TEST * OM_N_HALLMARKS];
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5_read_strings(file, "obs/synthetic_sample", &names), OM_OK);
    assert_int_equal(om_strings_count(names), N_TEST);
    assert_string_equal(om_strings_get(names, 1), "A|P|AIM|pos|1");
    assert_int_equal(om_h5_read_rows(file, "X", OM_F64, 0, N_TEST, probabilities), OM_OK);
    assert_true(probabilities[4] == 0.5);                                /* of logit 0 */
    assert_true(fabs(probabilities[0] - 0.0066928509242848554) < 1e-15); /* of logit -5 */
    assert_true(fabs(probabilities[29] - 0.9997388096809043) < 1e-15);   /* of logit 8.25 */
    om_strings_destroy(&names);
    om_h5_close(&file);
    om_fold_result_destroy(&result);

    char command[1024];
    const char *python = getenv("OM_PYTHON");
    snprintf(command, sizeof command, "%s %s/tests/e2e/check_h5ad.py %s > /dev/null",
             python == NULL ? "/usr/bin/python3" : python, OM_TEST_SOURCE_DIR, path);
    int code = WEXITSTATUS(system(command));
    if (code != NOT_INSTALLED && code != NO_PYTHON) {
        assert_int_equal(code, 0);
    }
}

/* Puts another value in place of one that stands in the file. */
static void overwrite(const char *path, const char *object, om_type type, int64_t n,
                      const void *values) {
    om_h5 *file = NULL;
    om_ctx *ctx = NULL;
    om_log *log = om_log_create(false);
    assert_int_equal(om_context_create(&ctx, MPI_COMM_SELF, log), OM_OK);
    assert_int_equal(om_h5_open_parallel(&file, ctx, path), OM_OK);
    assert_int_equal(om_h5_write_rows(file, object, type, 0, n, values), OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_context_destroy(&ctx);
    om_log_destroy(&log);
}

static void assert_refused(const char *path, const char *message) {
    om_fold_result *result = NULL;
    assert_int_equal(om_fold_result_read(&result, path), OM_INPUT);
    assert_null(result);
    assert_message_has("fold.h5ad: ");
    assert_message_has(message);
}

static void test_damaged_files_are_refused(void **state) {
    (void)state;
    static const int64_t not_ascending[N_TEST] = {0, 5, 5};
    static const int64_t below[N_TEST] = {-1, 3, 5};
    static const int64_t labels[N_TEST] = {0, 1, 2};
    static const int32_t codes[N_TEST] = {9, -1, 4};
    float logits[N_TEST * OM_N_HALLMARKS] = {0};
    logits[25] = INFINITY;
    const struct {
        const char *object;
        om_type type;
        int64_t n;
        const void *values;
        const char *message;
    } damages[] = {
        {"obs/row", OM_I64, N_TEST, not_ascending, "obs/row: row 2: expected row numbers"},
        {"obs/row", OM_I64, N_TEST, below, "obs/row: row 0: expected row numbers"},
        {"obs/label", OM_I64, N_TEST, labels, "obs/label: row 2: expected 0 or 1"},
        {"obs/hallmark/codes", OM_I32, N_TEST, codes, "obs/hallmark: row 1: expected a hallmark"},
        {"layers/logits", OM_F32, N_TEST, logits, "layers/logits: row 2: expected finite"},
    };
    const char *path = test_path(test_folder, "fold.h5ad");
    om_fold_result *result = make_result();
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        write_to(path, result);
        overwrite(path, damages[i].object, damages[i].type, damages[i].n, damages[i].values);
        assert_refused(path, damages[i].message);
    }
    result->n_epochs = -1;
    write_to(path, result);
    assert_refused(path, "uns/n_epochs: row 0: expected a number of 0 or more");
    result->n_epochs = 1;
    result->validation_loss = NAN;
    write_to(path, result);
    assert_refused(path, "uns/validation_loss: row 0: expected a finite number");
    om_fold_result_destroy(&result);
}

/* Files that lack an object, or have one of another shape. */
static void test_other_files_are_refused(void **state) {
    (void)state;
    static const int64_t shapes[2][2] = {{N_TEST, OM_N_HALLMARKS - 1}, {N_TEST, OM_N_HALLMARKS}};
    static const double values[N_TEST * OM_N_HALLMARKS] = {0};
    static const char *const messages[2] = {"X: found another shape", "obs/row"};
    const char *path = test_path(test_folder, "fold.h5ad");
    for (int i = 0; i < 2; i++) {
        om_h5 *file = NULL;
        assert_int_equal(om_h5_create(&file, path), OM_OK);
        assert_int_equal(om_h5_write(file, "X", OM_F64, 2, shapes[i], values), OM_OK);
        assert_int_equal(om_h5_close(&file), OM_OK);
        assert_refused(path, messages[i]);
    }
    om_fold_result *result = NULL;
    assert_int_equal(om_fold_result_read(&result, test_path(test_folder, "none.h5ad")), OM_INPUT);
    om_fold_result_destroy(&result); /* NULL is fine */
}

static void test_row_beyond_the_names_is_a_bug(void **state) {
    (void)state;
    om_fold_result *result = make_result();
    om_strings *names = make_names();
    om_digest digest;
    result->rows[2] = N_SAMPLES;
    assert_int_equal(
        om_fold_result_write(result, names, test_path(test_folder, "fold.h5ad"), &digest), OM_BUG);
    om_strings_destroy(&names);
    om_fold_result_destroy(&result);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        test_in_folder(test_what_is_written_is_read_back),
        test_in_folder(test_diverged_training_is_marked),
        test_in_folder(test_file_says_which_samples_and_how_likely),
        test_in_folder(test_damaged_files_are_refused),
        test_in_folder(test_other_files_are_refused),
        test_in_folder(test_row_beyond_the_names_is_a_bug),
    };
    int failed = cmocka_run_group_tests_name("fold_result", tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
