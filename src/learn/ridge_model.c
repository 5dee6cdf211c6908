/* baseline.h5 */
#include "oncomark/ridge.h"

#include "checked_array.h"
#include "oncomark/h5.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

#define FORMAT "oncomark baseline"
enum { VERSION = 1 };

static const char by_genes[] = "the file's genes";
static const char by_hallmarks[] = "the ten hallmarks";
static const char by_penalties[] = "the file's penalties";
static const char by_test[] = "the file's test samples";

void om_ridge_model_destroy(om_ridge_model **model) {
    if (*model == NULL) {
        return;
    }
    om_strings_destroy(&(*model)->genes);
    om_free((*model)->mean);
    om_free((*model)->sd);
    om_ridge_destroy(&(*model)->ridge);
    om_free((*model)->test_row);
    om_free((*model)->test_task);
    om_free((*model)->test_label);
    om_free((*model)->test_decision);
    om_free(*model);
    *model = NULL;
}

/* One array of the file. */
typedef struct array {
    const char *name;
    const char *by; /* what its shape goes by */
    om_type type;
    bool is_finite; /* else NaN stands for what is not there */
    int n_dimensions;
    int64_t shape[2];
    void *values;
} array;

enum { N_ARRAYS = 11 };

/* The arrays of a model whose memory is there. */
static void list_arrays(array arrays[N_ARRAYS], const om_ridge_model *model) {
    om_ridge *ridge = model->ridge;
    int64_t n = ridge->n_features, p = ridge->n_penalties, t = model->n_test;
    const array list[N_ARRAYS] = {
        {"weights", by_genes, OM_F64, true, 2, {OM_N_HALLMARKS, n}, ridge->weights},
        {"intercept", by_hallmarks, OM_F64, true, 1, {OM_N_HALLMARKS, 0}, ridge->intercept},
        {"penalty", by_hallmarks, OM_F64, false, 1, {OM_N_HALLMARKS, 0}, ridge->penalty},
        {"penalties", by_penalties, OM_F64, true, 1, {p, 0}, ridge->penalties},
        {"errors", by_penalties, OM_F64, false, 2, {OM_N_HALLMARKS, p}, ridge->errors},
        {"n_training", by_hallmarks, OM_I64, true, 1, {OM_N_HALLMARKS, 0}, ridge->n_training},
        {"n_validation", by_hallmarks, OM_I64, true, 1, {OM_N_HALLMARKS, 0}, ridge->n_validation},
        {"test_row", by_test, OM_I64, true, 1, {t, 0}, model->test_row},
        {"test_task", by_test, OM_U8, true, 1, {t, 0}, model->test_task},
        {"test_label", by_test, OM_U8, true, 1, {t, 0}, model->test_label},
        {"test_decision", by_test, OM_F64, false, 2, {t, OM_N_HALLMARKS}, model->test_decision},
    };
    for (int i = 0; i < N_ARRAYS; i++) {
        arrays[i] = list[i];
    }
}

static om_status write_hallmarks(om_h5 *file) {
    om_strings *codes = NULL;
    om_status status = om_strings_create(&codes);
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        status = om_strings_add(codes, om_hallmark_code(k));
    }
    status = status == OM_OK ? om_h5_write_strings(file, "hallmarks", codes) : status;
    om_strings_destroy(&codes);
    return status;
}

static om_status write_content(om_h5 *file, const om_ridge_model *model) {
    array arrays[N_ARRAYS];
    int64_t version = VERSION, n_features = model->ridge->n_features;
    list_arrays(arrays, model);
    OM_TRY(om_h5_write_attribute_string(file, "", "format", FORMAT));
    OM_TRY(om_h5_write_attribute_i64(file, "", "format_version", 0, &version));
    OM_TRY(om_h5_write_strings(file, "genes", model->genes));
    OM_TRY(write_hallmarks(file));
    OM_TRY(om_h5_write(file, "mean", OM_F64, 1, &n_features, model->mean));
    OM_TRY(om_h5_write(file, "sd", OM_F64, 1, &n_features, model->sd));
    for (int i = 0; i < N_ARRAYS; i++) {
        const array *one = &arrays[i];
        OM_TRY(om_h5_write(file, one->name, one->type, one->n_dimensions, one->shape, one->values));
    }
    return OM_OK;
}

om_status om_ridge_model_write(const om_ridge_model *model, const char *path, om_digest *digest) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_create(&file, path));
    om_status status = write_content(file, model);
    *digest = om_h5_digest(file);
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}

/* *n: length of an array of one dimension. */
static om_status read_length(int64_t *n, const om_h5 *file, const char *name, int64_t least) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    OM_TRY(om_h5_shape(file, name, &n_dimensions, shape));
    if (n_dimensions != 1 || shape[0] < least) {
        return om_fail(OM_INPUT,
                       "%s: %s: found %d dimensions, of %" PRId64
                       " rows, expected one of at least %" PRId64,
                       om_h5_path(file), name, n_dimensions, shape[0], least);
    }
    *n = shape[0];
    return OM_OK;
}

static om_status allocate(om_ridge_model *model) {
    om_ridge *ridge = model->ridge;
    int64_t n_test = model->n_test;
    ridge->weights = om_malloc(OM_N_HALLMARKS * ridge->n_features, sizeof *ridge->weights);
    ridge->penalties = om_malloc(ridge->n_penalties, sizeof *ridge->penalties);
    ridge->errors = om_malloc(OM_N_HALLMARKS * ridge->n_penalties, sizeof *ridge->errors);
    model->test_row = om_malloc(n_test, sizeof *model->test_row);
    model->test_task = om_malloc(n_test, sizeof *model->test_task);
    model->test_label = om_malloc(n_test, sizeof *model->test_label);
    model->test_decision = om_malloc(n_test * OM_N_HALLMARKS, sizeof *model->test_decision);
    bool complete = ridge->weights != NULL && ridge->penalties != NULL && ridge->errors != NULL &&
                    model->test_row != NULL && model->test_task != NULL &&
                    model->test_label != NULL && model->test_decision != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

static om_status read_array(const om_h5 *file, const array *one) {
    OM_TRY(om_array_expect_shape(file, one->name, one->n_dimensions, one->shape, one->by));
    OM_TRY(om_h5_read_rows(file, one->name, one->type, 0, one->shape[0], one->values));
    int64_t n = one->shape[0] * (one->n_dimensions == 2 ? one->shape[1] : 1);
    const double *values = one->values;
    for (int64_t i = 0; i < n && one->type == OM_F64; i++) {
        if (one->is_finite ? !isfinite(values[i]) : isinf(values[i])) {
            return om_fail(OM_INPUT, "%s: %s: found %g, expected a finite number", om_h5_path(file),
                           one->name, values[i]);
        }
    }
    return OM_OK;
}

static om_status check_test(const om_ridge_model *model, const om_h5 *file) {
    for (int64_t i = 0; i < model->n_test; i++) {
        if (model->test_task[i] >= OM_N_HALLMARKS || model->test_label[i] > 1) {
            return om_fail(OM_INPUT,
                           "%s: test sample %" PRId64
                           ": found hallmark %d and label %d, expected 0 to 9 and 0 or 1",
                           om_h5_path(file), i, model->test_task[i], model->test_label[i]);
        }
    }
    return OM_OK;
}

static om_status read_content(om_ridge_model *model, const om_h5 *file) {
    array arrays[N_ARRAYS];
    OM_TRY(om_array_check_format(file, FORMAT, VERSION,
                                 "baseline.h5 of oncomark (made by `oncomark baseline`)"));
    OM_TRY(om_array_read_scaler(file, by_genes, &model->genes, &model->mean, &model->sd));
    model->ridge->n_features = om_strings_count(model->genes);
    OM_TRY(read_length(&model->ridge->n_penalties, file, "penalties", 1));
    OM_TRY(read_length(&model->n_test, file, "test_row", 0));
    OM_TRY(allocate(model));
    list_arrays(arrays, model);
    for (int i = 0; i < N_ARRAYS; i++) {
        OM_TRY(read_array(file, &arrays[i]));
    }
    return check_test(model, file);
}

om_status om_ridge_model_read(om_ridge_model **out, const char *path) {
    om_ridge_model *model = om_calloc(1, sizeof *model);
    *out = model;
    if (model == NULL) {
        return OM_MEMORY;
    }
    om_h5 *file = NULL;
    model->ridge = om_calloc(1, sizeof *model->ridge);
    om_status status = model->ridge != NULL ? om_h5_open(&file, path) : OM_MEMORY;
    status = status == OM_OK ? read_content(model, file) : status;
    om_h5_close(&file);
    if (status != OM_OK) {
        om_ridge_model_destroy(out);
    }
    return status;
}
