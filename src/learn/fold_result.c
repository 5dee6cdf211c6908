#include "oncomark/fold_result.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"

om_status om_fold_result_create(om_fold_result **out, int64_t n_test) {
    om_fold_result *result = om_calloc(1, sizeof *result);
    *out = result;
    if (result == NULL) {
        return OM_MEMORY;
    }
    result->n_test = n_test;
    result->rows = om_calloc(n_test, sizeof *result->rows);
    result->task = om_calloc(n_test, sizeof *result->task);
    result->label = om_calloc(n_test, sizeof *result->label);
    result->logits = om_calloc(n_test * OM_N_HALLMARKS, sizeof *result->logits);
    if (result->rows == NULL || result->task == NULL || result->label == NULL ||
        result->logits == NULL) {
        om_fold_result_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_fold_result_destroy(om_fold_result **result) {
    if (*result == NULL) {
        return;
    }
    om_free((*result)->rows);
    om_free((*result)->task);
    om_free((*result)->label);
    om_free((*result)->logits);
    om_free(*result);
    *result = NULL;
}
