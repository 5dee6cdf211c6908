/* Ridge classifiers against scikit-learn's, on sets that each node holds or nodes share out. */
#include "oncomark/ridge.h"

#include "golden/golden_arrays.h"
#include "learn/training_set_private.h"
#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/split.h"
#include "oncomark/stop.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <math.h>
#include <signal.h>

/* Hallmarks of the golden file that have something special. */
enum { ONE_LABEL = 4, NO_SAMPLES = 5, NO_VALIDATION = 6, ALL_ALIKE = 8, OTHER_LABEL = 9 };

static om_ctx *ctx;
static char folder[TEST_PATH];
static char path[2 * TEST_PATH];

/* The golden file. */
typedef struct expected_values {
    int64_t n_samples;
    int64_t n_features;
    int64_t n_penalties;
    double *counts;
    double *penalties;
    double *weights;
    double *intercept;
    double *penalty;
    double *errors;
    double *decision;
    om_sample_table *table;
    int64_t *genes;
    int64_t *rows[OM_N_PARTS];
    int64_t n_rows[OM_N_PARTS];
} expected_values;

static expected_values expected;

static double *array(const char *name, int64_t *n) {
    double *values = golden_array(OM_TEST_SOURCE_DIR "/tests/golden/ridge.txt", name, n);
    if (values == NULL) {
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    return values;
}

static void read_samples(void) {
    int64_t n = 0;
    double *task = array("task", &n), *label = array("label", &n), *part = array("part", &n);
    expected.n_samples = n;
    assert_int_equal(om_sample_table_create(&expected.table, n), OM_OK);
    for (int p = 0; p < OM_N_PARTS; p++) {
        expected.rows[p] = om_calloc(n, sizeof(int64_t));
    }
    for (int64_t i = 0; i < n; i++) {
        int p = (int)part[i];
        expected.table->task[i] = (uint8_t)task[i];
        expected.table->label[i] = (uint8_t)label[i];
        expected.rows[p][expected.n_rows[p]++] = i;
    }
    free(task);
    free(label);
    free(part);
}

static void read_golden(void) {
    int64_t n = 0;
    read_samples();
    expected.counts = array("counts", &n);
    expected.n_features = n / expected.n_samples;
    expected.penalties = array("penalties", &expected.n_penalties);
    expected.weights = array("weights", &n);
    expected.intercept = array("intercept", &n);
    expected.penalty = array("penalty", &n);
    expected.errors = array("errors", &n);
    expected.decision = array("decision", &n);
    expected.genes = om_calloc(expected.n_features, sizeof *expected.genes);
    for (int64_t f = 0; f < expected.n_features; f++) {
        expected.genes[f] = f;
    }
}

static void free_golden(void) {
    free(expected.counts);
    free(expected.penalties);
    free(expected.weights);
    free(expected.intercept);
    free(expected.penalty);
    free(expected.errors);
    free(expected.decision);
    om_free(expected.genes);
    om_sample_table_destroy(&expected.table);
    for (int p = 0; p < OM_N_PARTS; p++) {
        om_free(expected.rows[p]);
    }
}

static void write_frame(om_h5 *file, const char *frame, const char *index, int64_t n) {
    om_strings *names = NULL, *order = NULL;
    assert_int_equal(om_strings_create(&names), OM_OK);
    assert_int_equal(om_strings_create(&order), OM_OK);
    for (int64_t i = 0; i < n; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s%d", index, (int)i);
        assert_int_equal(om_strings_add(names, name), OM_OK);
    }
    assert_int_equal(om_h5ad_frame_begin(file, frame, index, names), OM_OK);
    assert_int_equal(om_h5ad_frame_end(file, frame, order), OM_OK);
    om_strings_destroy(&names);
    om_strings_destroy(&order);
}

static void write_samples(void) {
    int64_t n_rows = expected.n_samples, n_columns = expected.n_features, n = 0;
    uint32_t *data = om_calloc(n_rows * n_columns, sizeof *data);
    int32_t *indices = om_calloc(n_rows * n_columns, sizeof *indices);
    int64_t *indptr = om_calloc(n_rows + 1, sizeof *indptr);
    om_h5 *file = NULL;
    for (int64_t i = 0; i < n_rows * n_columns; i++) {
        if (expected.counts[i] > 0) {
            data[n] = (uint32_t)expected.counts[i];
            indices[n++] = (int32_t)(i % n_columns);
        }
        indptr[i / n_columns + 1] = n;
    }
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5ad_begin(file), OM_OK);
    write_frame(file, "obs", "synthetic_sample", n_rows);
    write_frame(file, "var", "gene", n_columns);
    assert_int_equal(om_h5ad_reserve_csr(file, "X", OM_U32, n_rows, n_columns, n), OM_OK);
    assert_int_equal(
        om_h5ad_write_csr_rows(file, "X", OM_U32, 0, n_rows, n_rows, 0, indptr, indices, data),
        OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_free(data);
    om_free(indices);
    om_free(indptr);
}

/* A set and its scaling. */
typedef struct fixture {
    om_training_set *set;
    double *mean;
    double *sd;
    om_ridge_input input;
} fixture;

/* ranks_a_node 0: every node holds all samples. */
static void make(fixture *out, int ranks_a_node) {
    int size = om_context_size(ctx);
    int n_nodes = ranks_a_node == 0 ? 1 : (size + ranks_a_node - 1) / ranks_a_node;
    int64_t samples = (expected.n_samples + n_nodes - 1) / n_nodes;
    om_node_room room = {samples * expected.n_features * (int64_t)sizeof(uint16_t), ranks_a_node};
    *out = (fixture){.mean = om_calloc(expected.n_features, sizeof(double)),
                     .sd = om_calloc(expected.n_features, sizeof(double))};
    if (om_training_set_create_within(&out->set, ctx, path, expected.table, expected.genes,
                                      expected.n_features, room) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_int_equal(om_training_set_shares(out->set) != NULL, n_nodes > 1);
    assert_int_equal(om_training_set_scale(ctx, out->set, expected.rows[OM_PART_TRAINING],
                                           expected.n_rows[OM_PART_TRAINING], out->mean, out->sd),
                     OM_OK);
    out->input = (om_ridge_input){.set = out->set,
                                  .n_features = expected.n_features,
                                  .mean = out->mean,
                                  .sd = out->sd,
                                  .task = expected.table->task,
                                  .label = expected.table->label,
                                  .training = expected.rows[OM_PART_TRAINING],
                                  .n_training = expected.n_rows[OM_PART_TRAINING],
                                  .validation = expected.rows[OM_PART_VALIDATION],
                                  .n_validation = expected.n_rows[OM_PART_VALIDATION],
                                  .penalties = expected.penalties,
                                  .n_penalties = expected.n_penalties};
}

static void release(fixture *from) {
    om_training_set_destroy(&from->set);
    om_free(from->mean);
    om_free(from->sd);
}

/* NaN where NaN is expected. */
static void check_near(double found, double wanted, double tolerance) {
    if (isnan(wanted) ? !isnan(found) : !(fabs(found - wanted) <= tolerance)) {
        fail_msg("found %.17g, expected %.17g", found, wanted);
    }
}

static om_ridge *fit(const fixture *from) {
    om_ridge *ridge = NULL;
    if (om_ridge_fit(&ridge, ctx, &from->input) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return ridge;
}

static void check_ridge(const om_ridge *ridge) {
    int64_t n = expected.n_features;
    assert_int_equal(ridge->n_features, n);
    assert_int_equal(ridge->n_penalties, expected.n_penalties);
    for (int64_t i = 0; i < OM_N_HALLMARKS * expected.n_penalties; i++) {
        check_near(ridge->errors[i], expected.errors[i], 1e-9 * expected.errors[i]);
    }
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        assert_int_equal(om_ridge_has(ridge, k), !isnan(expected.penalty[k]));
        check_near(ridge->penalty[k], expected.penalty[k], 1e-12 * expected.penalty[k]);
        check_near(om_ridge_has(ridge, k) ? ridge->intercept[k] : NAN, expected.intercept[k], 1e-9);
        for (int64_t f = 0; f < n; f++) {
            check_near(ridge->weights[k * n + f], expected.weights[k * n + f], 1e-9);
        }
    }
    assert_int_equal(ridge->n_training[0], 45);
    assert_int_equal(ridge->n_validation[0], 15);
    assert_int_equal(ridge->n_training[ONE_LABEL], 10);
    assert_int_equal(ridge->n_training[NO_SAMPLES], 0);
    assert_int_equal(ridge->n_validation[NO_VALIDATION], 0);
}

static void check_same_on_all_ranks(const om_ridge *ridge) {
    int64_t bytes = OM_N_HALLMARKS * ridge->n_features * (int64_t)sizeof *ridge->weights;
    double *of_root = om_malloc(bytes, 1);
    memcpy(of_root, ridge->weights, (size_t)bytes);
    assert_int_equal(om_broadcast(ctx, 0, of_root, bytes), OM_OK);
    assert_memory_equal(of_root, ridge->weights, (size_t)bytes);
    om_free(of_root);
}

static void check_decisions(const om_ridge *ridge, const fixture *from) {
    int64_t n = expected.n_rows[OM_PART_TEST];
    const int64_t *rows = expected.rows[OM_PART_TEST];
    double *decisions = om_calloc(n * OM_N_HALLMARKS, sizeof *decisions);
    assert_int_equal(om_ridge_decide(decisions, ctx, ridge, &from->input, rows, n), OM_OK);
    for (int64_t i = 0; i < n * OM_N_HALLMARKS; i++) {
        check_near(
            decisions[i],
            expected.decision[rows[i / OM_N_HALLMARKS] * OM_N_HALLMARKS + i % OM_N_HALLMARKS],
            1e-9);
    }
    om_free(decisions);
}

static void test_equals_scikit_learn(void **state) {
    (void)state;
    for (int ranks_a_node = 0; ranks_a_node <= 2; ranks_a_node++) {
        fixture made;
        make(&made, ranks_a_node);
        om_ridge *ridge = fit(&made);
        check_ridge(ridge);
        check_same_on_all_ranks(ridge);
        check_decisions(ridge, &made);
        om_ridge_destroy(&ridge);
        release(&made);
    }
}

/* The largest penalty, where all do alike or nothing tells them apart. */
static void test_ties(void **state) {
    (void)state;
    fixture made;
    make(&made, 0);
    om_ridge *ridge = fit(&made);
    double largest = expected.penalties[expected.n_penalties - 1];
    assert_true(ridge->penalty[NO_VALIDATION] == largest);
    assert_true(ridge->penalty[ALL_ALIKE] == largest);
    assert_false(om_ridge_has(ridge, ONE_LABEL));
    assert_false(om_ridge_has(ridge, OTHER_LABEL));
    om_ridge_destroy(&ridge);
    release(&made);
}

static void test_one_penalty(void **state) {
    (void)state;
    fixture made;
    make(&made, 0);
    made.input.penalties = expected.penalties + 2;
    made.input.n_penalties = 1;
    om_ridge *ridge = fit(&made);
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        check_near(ridge->errors[k], expected.errors[k * expected.n_penalties + 2], 1e-9);
    }
    om_ridge_destroy(&ridge);
    release(&made);
}

static void test_penalties(void **state) {
    (void)state;
    double penalties[7];
    om_ridge_penalties(penalties, 1, 1e6, 7);
    for (int p = 0; p < 7; p++) {
        check_near(penalties[p], pow(10, p), 1e-14 * pow(10, p));
    }
    assert_true(penalties[0] == 1 && penalties[6] == 1e6);
    om_ridge_penalties(penalties, 0.3, 0.7, 2);
    assert_true(penalties[0] == 0.3 && penalties[1] == 0.7);
    om_ridge_penalties(penalties, 0.3, 0.7, 1);
    assert_true(penalties[0] == 0.3);
}

/* Centred products of samples have an eigenvalue 0, which takes a penalty to be solved with. */
static void test_penalty_too_small(void **state) {
    (void)state;
    const double tiny = 1e-300;
    om_ridge *ridge = NULL;
    fixture made;
    make(&made, 0);
    made.input.penalties = &tiny;
    made.input.n_penalties = 1;
    assert_int_equal(om_ridge_fit(&ridge, ctx, &made.input), OM_USAGE);
    assert_null(ridge);
    assert_message_has("the penalty 1e-300");
    assert_message_has("baseline.smallest_penalty");
    release(&made);
}

static void test_stops(void **state) {
    (void)state;
    om_ridge *ridge = NULL;
    fixture made;
    make(&made, 0);
    om_stop_listen();
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_rank(ctx) == om_context_size(ctx) - 1) {
        raise(SIGUSR1);
    }
    assert_int_equal(om_ridge_fit(&ridge, ctx, &made.input), OM_STOPPED);
    assert_null(ridge);
    om_stop_listen();
    release(&made);
}

static om_ridge_model *make_model(const fixture *made) {
    int64_t n = expected.n_rows[OM_PART_TEST], n_features = expected.n_features;
    om_ridge_model *model = om_calloc(1, sizeof *model);
    assert_int_equal(om_strings_create(&model->genes), OM_OK);
    for (int64_t f = 0; f < n_features; f++) {
        char name[32];
        snprintf(name, sizeof name, "gene%d", (int)f);
        assert_int_equal(om_strings_add(model->genes, name), OM_OK);
    }
    model->mean = om_malloc(n_features, sizeof *model->mean);
    model->sd = om_malloc(n_features, sizeof *model->sd);
    memcpy(model->mean, made->mean, (size_t)n_features * sizeof *model->mean);
    memcpy(model->sd, made->sd, (size_t)n_features * sizeof *model->sd);
    model->ridge = fit(made);
    model->n_test = n;
    model->test_row = om_calloc(n, sizeof *model->test_row);
    model->test_task = om_calloc(n, 1);
    model->test_label = om_calloc(n, 1);
    model->test_decision = om_calloc(n * OM_N_HALLMARKS, sizeof *model->test_decision);
    for (int64_t i = 0; i < n; i++) {
        model->test_row[i] = expected.rows[OM_PART_TEST][i];
        model->test_task[i] = expected.table->task[model->test_row[i]];
        model->test_label[i] = expected.table->label[model->test_row[i]];
    }
    assert_int_equal(
        om_ridge_decide(model->test_decision, ctx, model->ridge, &made->input, model->test_row, n),
        OM_OK);
    return model;
}

static void assert_same_ridge(const om_ridge *a, const om_ridge *b) {
    size_t n = (size_t)a->n_features, p = (size_t)a->n_penalties;
    assert_int_equal(a->n_features, b->n_features);
    assert_int_equal(a->n_penalties, b->n_penalties);
    assert_memory_equal(a->weights, b->weights, OM_N_HALLMARKS * n * sizeof(double));
    assert_memory_equal(a->intercept, b->intercept, sizeof a->intercept);
    assert_memory_equal(a->penalty, b->penalty, sizeof a->penalty);
    assert_memory_equal(a->penalties, b->penalties, p * sizeof(double));
    assert_memory_equal(a->errors, b->errors, OM_N_HALLMARKS * p * sizeof(double));
    assert_memory_equal(a->n_training, b->n_training, sizeof a->n_training);
    assert_memory_equal(a->n_validation, b->n_validation, sizeof a->n_validation);
}

static void check_file(const om_ridge_model *model, const char *file) {
    om_ridge_model *found = NULL;
    om_digest digest, again;
    size_t n = (size_t)model->n_test;
    assert_int_equal(om_ridge_model_write(model, file, &digest), OM_OK);
    assert_int_equal(om_h5_digest_file(file, &again), OM_OK);
    assert_memory_equal(&digest, &again, sizeof digest);
    if (om_ridge_model_read(&found, file) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_same_ridge(model->ridge, found->ridge);
    assert_int_equal(found->n_test, model->n_test);
    assert_memory_equal(found->mean, model->mean, (size_t)expected.n_features * sizeof(double));
    assert_memory_equal(found->sd, model->sd, (size_t)expected.n_features * sizeof(double));
    assert_string_equal(om_strings_get(found->genes, 3), "gene3");
    assert_int_equal(om_strings_count(found->genes), expected.n_features);
    if (n > 0) {
        assert_memory_equal(found->test_row, model->test_row, n * sizeof(int64_t));
        assert_memory_equal(found->test_task, model->test_task, n);
        assert_memory_equal(found->test_label, model->test_label, n);
        assert_memory_equal(found->test_decision, model->test_decision,
                            n * OM_N_HALLMARKS * sizeof(double));
    }
    om_ridge_model_destroy(&found);
}

static void refuse(const om_ridge_model *model, const char *file, const char *message) {
    om_ridge_model *found = NULL;
    om_digest digest;
    assert_int_equal(om_ridge_model_write(model, file, &digest), OM_OK);
    assert_int_equal(om_ridge_model_read(&found, file), OM_INPUT);
    assert_null(found);
    assert_message_has(message);
    assert_message_has(file);
}

static void test_file(void **state) {
    (void)state;
    char file[3 * TEST_PATH];
    fixture made;
    make(&made, 0);
    om_ridge_model *model = make_model(&made);
    snprintf(file, sizeof file, "%s/baseline-%d.h5", folder, om_context_rank(ctx));
    check_file(model, file);
    model->test_label[1] = 2;
    refuse(model, file, "found hallmark");
    model->test_label[1] = 1;
    model->ridge->intercept[0] = NAN;
    refuse(model, file, "intercept: found nan, expected a finite number");
    model->ridge->intercept[0] = 0;
    model->sd[0] = 0;
    refuse(model, file, "sd: gene 0");
    model->sd[0] = 1;
    int64_t n_features = model->ridge->n_features;
    model->ridge->n_features--;
    refuse(model, file, "mean");
    model->ridge->n_features = n_features;
    model->n_test = 0;
    made.sd[0] = 1;
    check_file(model, file);
    om_ridge_model_destroy(&model);
    release(&made);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    strcpy(path, test_path(folder, "synthetic.h5ad"));
    read_golden();
    if (om_context_is_root(ctx)) {
        write_samples();
    }
    MPI_Barrier(om_context_comm(ctx));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_scikit_learn),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_one_penalty),
        cmocka_unit_test(test_penalties),
        cmocka_unit_test(test_penalty_too_small),
        cmocka_unit_test(test_stops),
        cmocka_unit_test(test_file),
    };
    int failed = cmocka_run_group_tests_name("ridge", tests, NULL, NULL);
    free_golden();
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
