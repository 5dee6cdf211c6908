/* What one task of a cross-validation, a setting on a fold, has given. */
#ifndef ONCOMARK_FOLD_RESULT_H
#define ONCOMARK_FOLD_RESULT_H

#include "oncomark/digest.h"
#include "oncomark/strings.h"

#include <stdint.h>

/* Plain data, all owned. */
typedef struct om_fold_result {
    int64_t n_test;
    int64_t *rows;  /* [n_test] of synthetic.h5ad, ascending */
    uint8_t *task;  /* [n_test] hallmark */
    uint8_t *label; /* [n_test] as it was trained for: permuted where the job says so */
    float *logits;  /* [n_test x 10]; NaN where the training diverged */
    int64_t n_training;
    int64_t n_validation;
    int64_t n_features;
    int64_t n_epochs;
    int64_t kept_epoch;     /* 0 where the training diverged */
    double validation_loss; /* of the kept epoch; NaN where the training diverged */
    int64_t diverged_epoch; /* whose loss is not finite, the last one; 0: the training is whole */
} om_fold_result;

/* Zeroed memory for n_test samples. Local. */
om_status om_fold_result_create(om_fold_result **out, int64_t n_test);
void om_fold_result_destroy(om_fold_result **result);

/* As an .h5ad: X the probabilities [n_test x 10], obs the samples (synthetic_sample, hallmark,
 * label, row), var the hallmarks' heads, layers/logits, uns the rest; uns/diverged_epoch is there
 * only where the training diverged. `names` are those of all rows of synthetic.h5ad. *digest is
 * that of the content. Local. */
om_status om_fold_result_write(const om_fold_result *result, const om_strings *names,
                               const char *path, om_digest *digest);

/* Reads such a file back. OM_INPUT, naming file and place, where it holds anything else. Local. */
om_status om_fold_result_read(om_fold_result **out, const char *path);

#endif
