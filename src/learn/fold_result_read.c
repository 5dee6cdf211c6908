#include "fold_result_layout.h"

#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

/* OM_INPUT unless the data set has this shape (n_rows -1: any; n_columns 0: one dimension). */
static om_status expect_shape(const om_h5 *file, const char *path, int64_t n_rows,
                              int64_t n_columns) {
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    int n_dimensions = 0;
    OM_TRY(om_h5_shape(file, path, &n_dimensions, shape));
    bool fits = n_columns == 0 ? n_dimensions == 1 : n_dimensions == 2 && shape[1] == n_columns;
    if (!fits || shape[0] != n_rows) {
        return om_fail(OM_INPUT,
                       "%s: %s: found another shape than expected (%" PRId64 " rows of %" PRId64
                       "); remove it to make it anew",
                       om_h5_path(file), path, n_rows, n_columns == 0 ? 1 : n_columns);
    }
    return OM_OK;
}

static om_status bad_value(const om_h5 *file, const char *path, int64_t row, const char *expected) {
    return om_fail(OM_INPUT, "%s: %s: row %" PRId64 ": expected %s; remove it to make it anew",
                   om_h5_path(file), path, row, expected);
}

static om_status read_rows(om_fold_result *result, const om_h5 *file) {
    OM_TRY(expect_shape(file, "obs/row", result->n_test, 0));
    OM_TRY(om_h5_read_rows(file, "obs/row", OM_I64, 0, result->n_test, result->rows));
    for (int64_t i = 0; i < result->n_test; i++) {
        if (result->rows[i] < 0 || (i > 0 && result->rows[i] <= result->rows[i - 1])) {
            return bad_value(file, "obs/row", i, "row numbers that ascend from 0 on");
        }
    }
    return OM_OK;
}

static om_status take_labels(om_fold_result *result, const om_h5 *file, int64_t *labels) {
    OM_TRY(expect_shape(file, "obs/label", result->n_test, 0));
    OM_TRY(om_h5_read_rows(file, "obs/label", OM_I64, 0, result->n_test, labels));
    for (int64_t i = 0; i < result->n_test; i++) {
        if (labels[i] != 0 && labels[i] != 1) {
            return bad_value(file, "obs/label", i, "0 or 1");
        }
        result->label[i] = (uint8_t)labels[i];
    }
    return OM_OK;
}

static om_status read_labels(om_fold_result *result, const om_h5 *file) {
    int64_t *labels = om_malloc(result->n_test, sizeof *labels);
    om_status status = labels != NULL ? take_labels(result, file, labels) : OM_MEMORY;
    om_free(labels);
    return status;
}

static om_status read_tasks(om_fold_result *result, const om_h5 *file) {
    int32_t *codes = NULL;
    om_strings *categories = NULL;
    OM_TRY(expect_shape(file, "obs/hallmark/codes", result->n_test, 0));
    om_status status = om_h5ad_read_categories(file, "obs", "hallmark", &codes, &categories);
    for (int64_t i = 0; i < result->n_test && status == OM_OK; i++) {
        int task = codes[i] >= 0 ? om_hallmark_find(om_strings_get(categories, codes[i])) : -1;
        if (task < 0) {
            status = bad_value(file, "obs/hallmark", i, "a hallmark's code (AIM .. TPI)");
        } else {
            result->task[i] = (uint8_t)task;
        }
    }
    om_free(codes);
    om_strings_destroy(&categories);
    return status;
}

static om_status read_logits(om_fold_result *result, const om_h5 *file) {
    OM_TRY(expect_shape(file, OM_FOLD_LOGITS, result->n_test, OM_N_HALLMARKS));
    OM_TRY(om_h5_read_rows(file, OM_FOLD_LOGITS, OM_F32, 0, result->n_test, result->logits));
    for (int64_t i = 0; i < result->n_test * OM_N_HALLMARKS; i++) {
        if (!isfinite(result->logits[i]) && result->diverged_epoch == 0) {
            return bad_value(file, OM_FOLD_LOGITS, i / OM_N_HALLMARKS, "finite numbers");
        }
    }
    return OM_OK;
}

static om_status expect_scalar(const om_h5 *file, const char *path, om_type expected) {
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    int n_dimensions = 0;
    om_type type = OM_U8;
    OM_TRY(om_h5_shape(file, path, &n_dimensions, shape));
    OM_TRY(om_h5_type(file, path, &type));
    if (n_dimensions != 0 || type != expected) {
        return om_fail(OM_INPUT,
                       "%s: %s: found %d dimensions of %s, expected one number of %s; remove it to "
                       "make it anew",
                       om_h5_path(file), path, n_dimensions, om_type_name(type),
                       om_type_name(expected));
    }
    return OM_OK;
}

static om_status read_number(const om_h5 *file, om_fold_number number) {
    OM_TRY(expect_scalar(file, number.path, OM_I64));
    OM_TRY(om_h5_read_rows(file, number.path, OM_I64, 0, 1, number.value));
    return *number.value >= 0 ? OM_OK : bad_value(file, number.path, 0, "a number of 0 or more");
}

static om_status read_uns(om_fold_result *result, const om_h5 *file) {
    om_fold_number numbers[OM_FOLD_NUMBERS];
    om_fold_numbers(numbers, result);
    for (int i = 0; i < OM_FOLD_NUMBERS; i++) {
        OM_TRY(read_number(file, numbers[i]));
    }
    if (om_h5_exists(file, OM_FOLD_DIVERGED)) {
        OM_TRY(read_number(file, (om_fold_number){OM_FOLD_DIVERGED, &result->diverged_epoch}));
    }
    OM_TRY(expect_scalar(file, OM_FOLD_LOSS, OM_F64));
    OM_TRY(om_h5_read_rows(file, OM_FOLD_LOSS, OM_F64, 0, 1, &result->validation_loss));
    if (!isfinite(result->validation_loss) && result->diverged_epoch == 0) {
        return bad_value(file, OM_FOLD_LOSS, 0, "a finite number");
    }
    return OM_OK;
}

static om_status read_content(om_fold_result **out, const om_h5 *file) {
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    int n_dimensions = 0;
    OM_TRY(om_h5_shape(file, "X", &n_dimensions, shape));
    OM_TRY(expect_shape(file, "X", shape[0], OM_N_HALLMARKS));
    OM_TRY(om_fold_result_create(out, shape[0]));
    OM_TRY(read_rows(*out, file));
    OM_TRY(read_tasks(*out, file));
    OM_TRY(read_labels(*out, file));
    OM_TRY(read_uns(*out, file));
    return read_logits(*out, file);
}

om_status om_fold_result_read(om_fold_result **out, const char *path) {
    *out = NULL;
    om_h5 *file = NULL;
    om_status status = om_h5_open(&file, path);
    status = status == OM_OK ? read_content(out, file) : status;
    om_status closed = om_h5_close(&file);
    status = status != OM_OK ? status : closed;
    if (status != OM_OK) {
        om_fold_result_destroy(out);
    }
    return status;
}
