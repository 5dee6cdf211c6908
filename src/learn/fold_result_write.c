#include "fold_result_layout.h"

#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

void om_fold_numbers(om_fold_number numbers[OM_FOLD_NUMBERS], om_fold_result *result) {
    numbers[0] = (om_fold_number){"uns/n_training", &result->n_training};
    numbers[1] = (om_fold_number){"uns/n_validation", &result->n_validation};
    numbers[2] = (om_fold_number){"uns/n_features", &result->n_features};
    numbers[3] = (om_fold_number){"uns/n_epochs", &result->n_epochs};
    numbers[4] = (om_fold_number){"uns/kept_epoch", &result->kept_epoch};
}

static om_status write_number(om_h5 *file, const char *path, om_type type, const void *value) {
    OM_TRY(om_h5_write(file, path, type, 0, NULL, value));
    OM_TRY(om_h5_write_attribute_string(file, path, "encoding-type", "numeric-scalar"));
    return om_h5_write_attribute_string(file, path, "encoding-version", "0.2.0");
}

static om_status write_uns(om_h5 *file, const om_fold_result *result) {
    om_fold_result copy = *result;
    om_fold_number numbers[OM_FOLD_NUMBERS];
    om_fold_numbers(numbers, &copy);
    for (int i = 0; i < OM_FOLD_NUMBERS; i++) {
        OM_TRY(write_number(file, numbers[i].path, OM_I64, numbers[i].value));
    }
    if (result->diverged_epoch > 0) {
        OM_TRY(write_number(file, OM_FOLD_DIVERGED, OM_I64, &result->diverged_epoch));
    }
    return write_number(file, OM_FOLD_LOSS, OM_F64, &result->validation_loss);
}

static om_status hallmark_codes(om_strings **codes) {
    om_status status = om_strings_create(codes);
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        status = om_strings_add(*codes, om_hallmark_code(k));
    }
    return status;
}

static om_status write_columns(om_h5 *file, const om_fold_result *result, const om_strings *codes,
                               int32_t *hallmark, int64_t *label) {
    int64_t n = result->n_test;
    for (int64_t i = 0; i < n; i++) {
        hallmark[i] = result->task[i];
        label[i] = result->label[i];
    }
    OM_TRY(om_h5ad_frame_categories(file, "obs", "hallmark", n, hallmark, codes));
    OM_TRY(om_h5ad_frame_numbers(file, "obs", "label", OM_I64, n, label));
    return om_h5ad_frame_numbers(file, "obs", "row", OM_I64, n, result->rows);
}

static om_status end_frame(om_h5 *file, const char *frame, const char *const *columns, int n) {
    om_strings *order = NULL;
    om_status status = om_strings_create(&order);
    for (int i = 0; i < n && status == OM_OK; i++) {
        status = om_strings_add(order, columns[i]);
    }
    status = status == OM_OK ? om_h5ad_frame_end(file, frame, order) : status;
    om_strings_destroy(&order);
    return status;
}

/* Names of the result's own rows. */
static om_status pick_names(om_strings **picked, const om_fold_result *result,
                            const om_strings *names) {
    om_status status = om_strings_create(picked);
    for (int64_t i = 0; i < result->n_test && status == OM_OK; i++) {
        if (result->rows[i] < 0 || result->rows[i] >= om_strings_count(names)) {
            return om_fail(OM_BUG, "a fold has row %" PRId64 " of %" PRId64, result->rows[i],
                           om_strings_count(names));
        }
        status = om_strings_add(*picked, om_strings_get(names, result->rows[i]));
    }
    return status;
}

static om_status write_obs(om_h5 *file, const om_fold_result *result, const om_strings *names,
                           const om_strings *codes) {
    static const char *const columns[] = {"hallmark", "label", "row"};
    om_strings *picked = NULL;
    int32_t *hallmark = om_malloc(result->n_test, sizeof *hallmark);
    int64_t *label = om_malloc(result->n_test, sizeof *label);
    om_status status = hallmark != NULL && label != NULL ? OM_OK : OM_MEMORY;
    status = status == OM_OK ? pick_names(&picked, result, names) : status;
    if (status == OM_OK) {
        status = om_h5ad_frame_begin(file, "obs", "synthetic_sample", picked);
    }
    status = status == OM_OK ? write_columns(file, result, codes, hallmark, label) : status;
    status = status == OM_OK ? end_frame(file, "obs", columns, 3) : status;
    om_strings_destroy(&picked);
    om_free(hallmark);
    om_free(label);
    return status;
}

static om_status write_matrix(om_h5 *file, const char *path, om_type type, int64_t n_rows,
                              const void *values) {
    OM_TRY(om_h5ad_reserve_dense(file, path, type, n_rows, OM_N_HALLMARKS));
    return om_h5_write_rows(file, path, type, 0, n_rows, values);
}

static om_status write_matrices(om_h5 *file, const om_fold_result *result) {
    int64_t n = result->n_test * OM_N_HALLMARKS;
    double *probabilities = om_malloc(n, sizeof *probabilities);
    if (probabilities == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        probabilities[i] = 1 / (1 + exp(-(double)result->logits[i]));
    }
    om_status status = write_matrix(file, "X", OM_F64, result->n_test, probabilities);
    om_free(probabilities);
    if (status != OM_OK) {
        return status;
    }
    return write_matrix(file, OM_FOLD_LOGITS, OM_F32, result->n_test, result->logits);
}

static om_status write_content(om_h5 *file, const om_fold_result *result, const om_strings *names,
                               const om_strings *codes) {
    OM_TRY(om_h5ad_begin(file));
    OM_TRY(write_obs(file, result, names, codes));
    OM_TRY(om_h5ad_frame_begin(file, "var", "hallmark", codes));
    OM_TRY(end_frame(file, "var", NULL, 0));
    OM_TRY(write_matrices(file, result));
    return write_uns(file, result);
}

om_status om_fold_result_write(const om_fold_result *result, const om_strings *names,
                               const char *path, om_digest *digest) {
    om_h5 *file = NULL;
    om_strings *codes = NULL;
    om_status status = hallmark_codes(&codes);
    status = status == OM_OK ? om_h5_create(&file, path) : status;
    if (status == OM_OK) {
        status = write_content(file, result, names, codes);
        *digest = om_h5_digest(file);
    }
    om_status closed = om_h5_close(&file);
    om_strings_destroy(&codes);
    return status != OM_OK ? status : closed;
}
