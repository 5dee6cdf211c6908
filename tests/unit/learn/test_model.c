/* model.h5: what is written is read, and what is no whole model is refused. */
#include "oncomark/model.h"

#include "learn/model_layout.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "h5_files.h"
#include "text_files.h"

#include <math.h>

enum { D = 6, H = 4, W = 3 };

static om_model *make_model(void) {
    om_model *model = om_calloc(1, sizeof *model);
    model->genes = test_strings(D, (const char *[D]){"A", "B", "C", "D", "E", "F"});
    model->mean = om_calloc(D, sizeof *model->mean);
    model->sd = om_calloc(D, sizeof *model->sd);
    for (int f = 0; f < D; f++) {
        model->mean[f] = 4 + f / 8.0;
        model->sd[f] = 1 + f / 4.0;
    }
    assert_int_equal(om_network_create(&model->network, (om_network_shape){D, H, W}), OM_OK);
    om_network_initialise(model->network, 3);
    return model;
}

static const char *write_model(const om_model *model) {
    static const om_model_source source = {.loss = "masked",
                                           .split = "patient",
                                           .feature_samples = "training",
                                           .seed = UINT64_MAX,
                                           .n_training = 100,
                                           .n_validation = 20,
                                           .n_test = 30,
                                           .kept_epoch = 5};
    om_digest digest, of_file;
    const char *path = test_path(test_folder, "model.h5");
    assert_int_equal(om_model_write(model, &source, path, &digest), OM_OK);
    assert_int_equal(om_h5_digest_file(path, &of_file), OM_OK);
    assert_memory_equal(&digest, &of_file, sizeof digest);
    return path;
}

static void test_what_is_written_is_read(void **state) {
    (void)state;
    enum { MOST = 1000 };
    float before[MOST], after[MOST];
    om_model *model = make_model();
    om_model *read = NULL;
    size_t n = (size_t)om_network_plain_parameters(model->network->shape);
    assert_true(n < MOST);
    assert_int_equal(om_model_read(&read, write_model(model)), OM_OK);
    assert_memory_equal(&read->network->shape, &model->network->shape, sizeof(om_network_shape));
    om_network_get(model->network, before);
    om_network_get(read->network, after);
    assert_memory_equal(before, after, n * sizeof(float));
    assert_memory_equal(read->mean, model->mean, D * sizeof(double));
    assert_memory_equal(read->sd, model->sd, D * sizeof(double));
    assert_int_equal(om_strings_count(read->genes), D);
    assert_string_equal(om_strings_get(read->genes, D - 1), "F");
    om_model_destroy(&read);
    om_model_destroy(&model);
}

static void assert_refused(const char *path, const char *message) {
    om_model *read = NULL;
    assert_int_equal(om_model_read(&read, path), OM_INPUT);
    assert_null(read);
    assert_message_has(path);
    assert_message_has(message);
}

static void test_other_values_are_refused(void **state) {
    (void)state;
    const double infinite[D] = {1, 2, INFINITY, 4, 5, 6};
    const double zero[D] = {1, 2, 3, 0, 5, 6};
    const float weights[H] = {1, 2, 3, NAN};
    const struct {
        const char *object;
        hid_t type; /* of what is put in its place; -1: nothing */
        int64_t n;
        const void *values;
        const char *message;
    } cases[] = {
        {"mean", H5T_NATIVE_DOUBLE, D, infinite, "mean: gene 2: found inf, expected a finite"},
        {"sd", H5T_NATIVE_DOUBLE, D, infinite, "sd: gene 2: found inf, expected a finite"},
        {"sd", H5T_NATIVE_DOUBLE, D, zero, "sd: gene 3: found 0, expected more than 0"},
        {"b1", H5T_NATIVE_FLOAT, H, weights, "a weight is not a finite number"},
        {"w3", -1, 0, NULL, "object 'w3': not found"},
        {"hallmarks", -1, 0, NULL, "object 'hallmarks': not found"},
        {"genes", -1, 0, NULL, "object 'genes': not found"},
    };
    om_model *model = make_model();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = write_model(model);
        test_h5_remove(path, cases[i].object);
        if (cases[i].type >= 0) {
            test_h5_put(path, cases[i].object, cases[i].type, cases[i].n, cases[i].values);
        }
        assert_refused(path, cases[i].message);
    }
    om_model_destroy(&model);
}

/* Puts an array of zeros, of another shape, in its place. */
static void reshape(const char *path, const char *name, int n_dimensions, const hsize_t *shape) {
    test_h5_remove(path, name);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t space = H5Screate_simple(n_dimensions, shape, NULL);
    hid_t array =
        H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(array >= 0);
    H5Dclose(array);
    H5Sclose(space);
    H5Fclose(file);
}

static void test_other_shapes_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int n_dimensions;
        hsize_t shape[3];
        const char *message;
    } cases[] = {
        {"w1", 2, {H, D - 1}, "w1: dimension 2: found 5, expected 6 by the model's genes"},
        {"w1", 1, {H}, "w1: found 1 dimensions, expected 2"},
        {"b1", 1, {H + 1}, "b1: dimension 1: found 5, expected 4"},
        {"w2", 3, {9, W, H}, "w2: dimension 1: found 9, expected 10"},
        {"w2", 3, {10, 0, H}, "w2: found layers of 4 and 0 units, expected at least 1"},
        {"w2", 1, {H}, "w2: found 1 dimensions, expected 3"},
        {"w3", 1, {10 * W}, "w3: found 1 dimensions, expected 2"},
        {"mean", 1, {D + 1}, "mean: dimension 1: found 7, expected 6"},
    };
    om_model *model = make_model();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = write_model(model);
        reshape(path, cases[i].name, cases[i].n_dimensions, cases[i].shape);
        assert_refused(path, cases[i].message);
    }
    om_model_destroy(&model);
}

static void test_other_names_are_refused(void **state) {
    (void)state;
    om_model *model = make_model();
    const char *path = write_model(model);
    test_h5_remove(path, "hallmarks");
    test_h5_put_fixed(path, "hallmarks", 3, 2, "AIMDCE");
    assert_refused(path, "hallmarks: expected the ten codes AIM .. TPI in their order");
    path = write_model(model);
    test_h5_remove(path, "genes");
    test_h5_put_fixed(path, "genes", 1, D - 1, "ABCDE");
    assert_refused(path, "mean: dimension 1: found 6, expected 5 by the model's genes");
    om_model_destroy(&model);
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
    assert_refused(path, "this is no model of oncomark (made by `oncomark train`)");
    write_format(path, "another", 1);
    assert_refused(path, "this is no model of oncomark");
    write_format(path, OM_MODEL_FORMAT, OM_MODEL_VERSION + 1);
    assert_refused(path, "found oncomark-model format 2, expected 1");
    test_write(test_folder, "other.h5", "text\n");
    assert_refused(path, "cannot open as HDF5");
}

static void test_a_cut_file_is_refused(void **state) {
    (void)state;
    om_model *model = make_model();
    om_model *read = NULL;
    for (long length = 0; length < 4000; length += 500) {
        const char *path = write_model(model);
        test_cut(path, length);
        assert_int_equal(om_model_read(&read, path), OM_INPUT);
        assert_null(read);
        assert_message_has(path);
    }
    om_model_destroy(&model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_what_is_written_is_read),
        test_in_folder(test_other_values_are_refused),
        test_in_folder(test_other_shapes_are_refused),
        test_in_folder(test_other_names_are_refused),
        test_in_folder(test_other_files_are_refused),
        test_in_folder(test_a_cut_file_is_refused),
    };
    return cmocka_run_group_tests_name("model", tests, NULL, NULL);
}
