/* Distances from the training data by hand, and ood.h5: what is written is read, and what is no
 * whole file is refused. */
#include "oncomark/ood.h"

#include "learn/ood_private.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "h5_files.h"
#include "text_files.h"

#include <math.h>

enum { D = 3, K = 2, N = 4, M = 2 };

/* Components (0.6, 0.8, 0) and (0, 0, 1). */
static const double loadings[K * D] = {0.6, 0.8, 0, 0, 0, 1};
static const double variance[K] = {4, 1};
static const double mean[D] = {1, 1.5, 0.1};
static const double sd[D] = {1, 0.3, 2};

/* Residuals 3, 0, 4, 0.5 and Mahalanobis distances 1, 1, sqrt 8, 0. */
static const double scores[N * K] = {2, 0, 0, 1, 4, 2, 0, 0};
static const double squared_lengths[N] = {4 + 9, 1, 20 + 16, 0.25};

/* Residuals 1, 0 and Mahalanobis distances 2, 3. */
static const double held_out_scores[M * K] = {4, 0, 0, -3};
static const double held_out_squared_lengths[M] = {16 + 1, 9};

static void make_content(om_ood_content *content) {
    *content = (om_ood_content){.genes = test_strings(D, (const char *[D]){"A", "B", "C"}),
                                .n_components = K,
                                .n_training = N,
                                .mean = mean,
                                .sd = sd,
                                .loadings = loadings,
                                .variance = variance,
                                .scores = scores,
                                .squared_lengths = squared_lengths,
                                .held_out_scores = held_out_scores,
                                .held_out_squared_lengths = held_out_squared_lengths};
}

static const char *write_file(int64_t n_held_out) {
    om_ood_content content;
    om_digest digest, of_file;
    const char *path = test_path(test_folder, "ood.h5");
    make_content(&content);
    content.n_held_out = n_held_out;
    assert_int_equal(om_ood_write(path, &content, &digest), OM_OK);
    assert_int_equal(om_h5_digest_file(path, &of_file), OM_OK);
    assert_memory_equal(&digest, &of_file, sizeof digest);
    om_strings *genes = (om_strings *)content.genes;
    om_strings_destroy(&genes);
    return path;
}

static om_ood *read_file(int64_t n_held_out) {
    om_ood *ood = NULL;
    if (om_ood_read(&ood, write_file(n_held_out)) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return ood;
}

static void test_what_is_written_is_read(void **state) {
    (void)state;
    static const double residual[N] = {0, 0.5, 3, 4};
    static const double mahalanobis[N] = {0, 1, 1, 2.8284271247461903};
    static const double held_out_residual[M] = {0, 1};
    static const double held_out_mahalanobis[M] = {2, 3};
    om_ood *ood = read_file(M);
    assert_int_equal(ood->n_features, D);
    assert_int_equal(ood->n_components, K);
    assert_int_equal(om_strings_count(ood->genes), D);
    assert_string_equal(om_strings_get(ood->genes, 2), "C");
    assert_memory_equal(ood->mean, mean, sizeof mean);
    assert_memory_equal(ood->sd, sd, sizeof sd);
    assert_memory_equal(ood->loadings, loadings, sizeof loadings);
    assert_memory_equal(ood->variance, variance, sizeof variance);
    assert_int_equal(ood->training.n, N);
    assert_memory_equal(ood->training.residual, residual, sizeof residual);
    assert_memory_equal(ood->training.mahalanobis, mahalanobis, sizeof mahalanobis);
    assert_int_equal(ood->held_out.n, M);
    assert_memory_equal(ood->held_out.residual, held_out_residual, sizeof held_out_residual);
    assert_memory_equal(ood->held_out.mahalanobis, held_out_mahalanobis,
                        sizeof held_out_mahalanobis);
    om_linear_map map = om_ood_linear_map(ood);
    assert_int_equal(map.n_features, D);
    assert_int_equal(map.n_outputs, K);
    assert_ptr_equal(map.weights, ood->loadings);
    om_ood_destroy(&ood);
    assert_null(ood);
    om_ood_destroy(&ood);
}

static void expect_verdict(const om_ood *ood, const double *linear, om_ood_verdict expected) {
    om_ood_verdict found;
    om_ood_judge(&found, ood, linear);
    assert_true(fabs(found.residual - expected.residual) < 1e-14);
    assert_true(fabs(found.mahalanobis - expected.mahalanobis) < 1e-14);
    assert_true(found.residual_percentile == expected.residual_percentile);
    assert_true(found.mahalanobis_percentile == expected.mahalanobis_percentile);
    assert_int_equal(found.is_unlike, expected.is_unlike);
}

static void test_verdicts(void **state) {
    (void)state;
    om_ood *ood = read_file(0); /* training samples alone */
    assert_int_equal(ood->held_out.n, 0);
    const struct {
        double linear[K + 1];
        om_ood_verdict expected;
    } cases[] = {
        {{2, 1, 5 + 4}, {2, 50, 1.4142135623730951, 75, false}},
        /* As far away as the farthest: still usual. */
        {{0, 0, 16}, {4, 100, 0, 25, false}},
        {{4, 2, 20}, {0, 25, 2.8284271247461903, 100, false}},
        /* Farther away by one of the two. */
        {{0, 0, 25}, {5, 100, 0, 25, true}},
        {{6, 0, 36}, {0, 25, 3, 100, true}},
        {{-6, 0, 36 + 0.25}, {0.5, 50, 3, 100, true}},
        /* As large as what rounding leaves: no distance. */
        {{1, 0, 1 + 1e-13}, {0, 25, 0.5, 25, false}},
        {{1, 0, 1 - 1e-13}, {0, 25, 0.5, 25, false}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_verdict(ood, cases[i].linear, cases[i].expected);
    }
    om_ood_destroy(&ood);
}

/* Of 200 samples at 1, 2, ... 200 the 198th ends the 99 %; of 201 the 199th (198.99). */
static void test_percentile_of_many(void **state) {
    (void)state;
    enum { MANY = 201 };
    double distances[MANY], zeros[MANY] = {0}, one = 1;
    for (int i = 0; i < MANY; i++) {
        distances[i] = i + 1;
    }
    om_ood ood = {
        .n_components = 1, .variance = &one, .training = {200, distances, zeros}, .held_out = {0}};
    expect_verdict(&ood, (double[]){0, 198 * 198}, (om_ood_verdict){198, 99, 0, 100, false});
    expect_verdict(&ood, (double[]){0, 198.5 * 198.5}, (om_ood_verdict){198.5, 99, 0, 100, true});
    expect_verdict(&ood, (double[]){0, 199 * 199}, (om_ood_verdict){199, 99.5, 0, 100, true});
    ood.training.n = MANY;
    expect_verdict(&ood, (double[]){0, 199 * 199},
                   (om_ood_verdict){199, 100 * 199.0 / 201, 0, 100, false});
    expect_verdict(&ood, (double[]){0, 200 * 200},
                   (om_ood_verdict){200, 100 * 200.0 / 201, 0, 100, true});
}

/* Training samples at 1, 2, ... 100 from the space and 10, 20, ... 1000 from the middle, held-out
 * ones the other way round: the lesser percentile, and unlike is what is so by both. */
static void test_training_and_held_out(void **state) {
    (void)state;
    enum { MANY = 100 };
    double near[MANY], far[MANY], one = 1;
    for (int i = 0; i < MANY; i++) {
        near[i] = i + 1;
        far[i] = 10 * (i + 1);
    }
    const om_ood ood = {.n_components = 1,
                        .variance = &one,
                        .training = {MANY, near, far},
                        .held_out = {MANY, far, near}};
    expect_verdict(&ood, (double[]){0, 30 * 30}, (om_ood_verdict){30, 3, 0, 0, false});
    expect_verdict(&ood, (double[]){30, 30 * 30}, (om_ood_verdict){0, 0, 30, 3, false});
    expect_verdict(&ood, (double[]){0, 985 * 985}, (om_ood_verdict){985, 98, 0, 0, false});
    expect_verdict(&ood, (double[]){990, 990 * 990}, (om_ood_verdict){0, 0, 990, 99, false});
    expect_verdict(&ood, (double[]){991, 991 * 991}, (om_ood_verdict){0, 0, 991, 99, true});
    expect_verdict(&ood, (double[]){0, 1000 * 1000}, (om_ood_verdict){1000, 100, 0, 0, true});
    om_ood few = ood; /* of a single held-out sample, at 10 and 1 */
    few.held_out.n = 1;
    expect_verdict(&few, (double[]){0, 9 * 9}, (om_ood_verdict){9, 0, 0, 0, false});
    expect_verdict(&few, (double[]){0, 99 * 99}, (om_ood_verdict){99, 99, 0, 0, false});
    expect_verdict(&few, (double[]){0, 99.5 * 99.5}, (om_ood_verdict){99.5, 99, 0, 0, true});
}

/* Distances that occur more than once: all of them are not larger. */
static void test_ties(void **state) {
    (void)state;
    double distances[5] = {1, 2, 2, 2, 3}, zeros[5] = {0}, one = 1;
    const om_ood ood = {.n_components = 1, .variance = &one, .training = {5, distances, zeros}};
    expect_verdict(&ood, (double[]){0, 4}, (om_ood_verdict){2, 80, 0, 100, false});
    expect_verdict(&ood, (double[]){0, 3.9}, (om_ood_verdict){sqrt(3.9), 20, 0, 100, false});
    expect_verdict(&ood, (double[]){0, 0.5}, (om_ood_verdict){sqrt(0.5), 0, 0, 100, false});
}

static void expect_other_model(const om_ood *ood, const om_model *model, const char *message) {
    assert_int_equal(om_ood_check_model(ood, "a/ood.h5", model, "b/model.h5"), OM_INPUT);
    assert_message_has("a/ood.h5: its ");
    assert_message_has(message);
    assert_message_has(" not those of b/model.h5");
}

static void test_another_model_is_refused(void **state) {
    (void)state;
    om_ood *ood = read_file(M);
    double other_mean[D], other_sd[D];
    memcpy(other_mean, mean, sizeof mean);
    memcpy(other_sd, sd, sizeof sd);
    om_model model = {.mean = other_mean, .sd = other_sd};
    model.genes = test_strings(D, (const char *[D]){"A", "B", "C"});
    assert_int_equal(om_ood_check_model(ood, "a", &model, "b"), OM_OK);
    other_sd[1] = nextafter(sd[1], 1);
    expect_other_model(ood, &model, "mean and sd of genes are");
    other_sd[1] = sd[1];
    other_mean[2] = nextafter(mean[2], 1);
    expect_other_model(ood, &model, "mean and sd of genes are");
    other_mean[2] = mean[2];
    om_strings_destroy(&model.genes);
    model.genes = test_strings(D, (const char *[D]){"A", "B", "D"});
    expect_other_model(ood, &model, "genes are");
    om_strings_destroy(&model.genes);
    model.genes = test_strings(D - 1, (const char *[D]){"A", "B"});
    expect_other_model(ood, &model, "genes are");
    om_strings_destroy(&model.genes);
    om_ood_destroy(&ood);
}

static void assert_refused(const char *path, const char *message) {
    om_ood *read = NULL;
    assert_int_equal(om_ood_read(&read, path), OM_INPUT);
    assert_null(read);
    assert_message_has(path);
    assert_message_has(message);
}

static void test_other_values_are_refused(void **state) {
    (void)state;
    const struct {
        const char *object;
        int64_t n; /* of what is put in its place; -1: nothing */
        double values[5];
        const char *message;
    } cases[] = {
        {"mean", 3, {1, 2, INFINITY}, "mean: gene 2: found inf, expected a finite number"},
        {"mean", 2, {1, 2}, "mean: dimension 1: found 2, expected 3 by the file's genes"},
        {"sd", 3, {1, 0, 2}, "sd: gene 1: found 0, expected more than 0"},
        {"loadings", 3, {1, 0, 0}, "loadings: found 1 dimensions of 3 rows, expected 2"},
        {"variance", 2, {4, NAN}, "variance: component 1: found nan, expected a finite number"},
        {"variance", 2, {4, 0}, "variance: row 1: found 0, expected numbers above 0"},
        {"variance", 2, {3, 4}, "variance: row 1: found 4, expected numbers above 0 that do not"},
        {"variance", 3, {3, 2, 1}, "variance: dimension 1: found 3, expected 2"},
        {"residual", 4, {0, 2, 1, 3}, "residual: row 2: found 1, expected ascending numbers"},
        {"residual", 4, {-1, 2, 3, 4}, "residual: row 0: found -1, expected ascending numbers"},
        {"residual", 0, {0}, "residual: found 1 dimensions of 0 rows, expected 1 of at least 1"},
        {"residual", 5, {1, 2, 3, 4, 5}, "mahalanobis: dimension 1: found 4, expected 5"},
        {"mahalanobis", 4, {0, 1, 2, INFINITY}, "mahalanobis: row 3: found inf"},
        {"held_out_residual", 2, {0, -1}, "held_out_residual: row 1: found -1, expected asc"},
        {"held_out_residual", 3, {0, 1, 2}, "held_out_mahalanobis: dimension 1: found 2"},
        {"held_out_mahalanobis", 2, {0, NAN}, "held_out_mahalanobis: row 1: found nan"},
        {"genes", -1, {0}, "object 'genes': not found"},
        {"loadings", -1, {0}, "object 'loadings': not found"},
        {"mahalanobis", -1, {0}, "object 'mahalanobis': not found"},
        {"held_out_residual", -1, {0}, "object 'held_out_residual': not found"},
        {"held_out_mahalanobis", -1, {0}, "object 'held_out_mahalanobis': not found"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = write_file(M);
        test_h5_remove(path, cases[i].object);
        if (cases[i].n >= 0) {
            test_h5_put(path, cases[i].object, H5T_NATIVE_DOUBLE, cases[i].n, cases[i].values);
        }
        assert_refused(path, cases[i].message);
    }
}

/* Puts other loadings in their place. */
static void put_loadings(const char *path, int64_t rows, int64_t columns, const double *values) {
    const hsize_t shape[2] = {(hsize_t)rows, (hsize_t)columns};
    test_h5_remove(path, "loadings");
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t space = H5Screate_simple(2, shape, NULL);
    hid_t array =
        H5Dcreate2(file, "loadings", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(array >= 0);
    H5Dwrite(array, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(array);
    H5Sclose(space);
    H5Fclose(file);
}

static void test_other_loadings_are_refused(void **state) {
    (void)state;
    const struct {
        int64_t rows;
        int64_t columns;
        double values[12];
        const char *message;
    } cases[] = {
        {2, 3, {0.6, 0.8, 0, 0, 0, NAN}, "loadings: component 1: found nan, expected a finite"},
        {2, 3, {0.6, 0.8, 0, 3, 0, 4}, "loadings: row 1: found 5, expected a length of 1"},
        {2, 2, {0.6, 0.8, 0.8, -0.6}, "loadings: dimension 2: found 2, expected 3 by the file's"},
        {3, 3, {1, 0, 0, 0, 1, 0, 0, 0, 1}, "variance: dimension 1: found 2, expected 3"},
        {4, 3, {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0}, "loadings: found 4 components, expected at"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = write_file(M);
        put_loadings(path, cases[i].rows, cases[i].columns, cases[i].values);
        assert_refused(path, cases[i].message);
    }
}

static void write_format(const char *path, const char *format, int64_t version) {
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    if (format != NULL) {
        assert_int_equal(om_h5_write_attribute_string(file, "", "format", format), OM_OK);
        assert_int_equal(om_h5_write_attribute_i64(file, "", "format_version", 0, &version), OM_OK);
    }
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static void test_other_files_are_refused(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "other.h5");
    write_format(path, NULL, 0);
    assert_refused(path, "this is no ood.h5 of oncomark (made by `oncomark pca`)");
    write_format(path, "oncomark-model", 1);
    assert_refused(path, "this is no ood.h5 of oncomark");
    write_format(path, OM_OOD_FORMAT, OM_OOD_VERSION + 1);
    assert_refused(path, "found oncomark-ood format 2, expected 1");
    test_write(test_folder, "other.h5", "text\n");
    assert_refused(path, "cannot open as HDF5");
    for (long length = 0; length < 4000; length += 500) {
        path = write_file(M);
        test_cut(path, length);
        assert_refused(path, path);
    }
}

/* Any allocation may fail: nothing is left behind. */
static void test_out_of_memory(void **state) {
    (void)state;
    const char *path = write_file(M);
    om_status status = OM_MEMORY;
    for (int64_t good = 0; status != OM_OK; good++) {
        om_ood *ood = NULL;
        om_memory_fail_after(good);
        status = om_ood_read(&ood, path);
        om_memory_fail_after(-1);
        assert_true(status == OM_OK || status == OM_MEMORY);
        assert_true((status == OM_OK) == (ood != NULL));
        om_ood_destroy(&ood);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_what_is_written_is_read),
        test_in_folder(test_verdicts),
        test_in_folder(test_percentile_of_many),
        test_in_folder(test_training_and_held_out),
        test_in_folder(test_ties),
        test_in_folder(test_another_model_is_refused),
        test_in_folder(test_other_values_are_refused),
        test_in_folder(test_other_loadings_are_refused),
        test_in_folder(test_other_files_are_refused),
        test_in_folder(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("ood", tests, NULL, NULL);
}
