/* The file of a fold result. */
#ifndef ONCOMARK_LEARN_FOLD_RESULT_LAYOUT_H
#define ONCOMARK_LEARN_FOLD_RESULT_LAYOUT_H

#include "oncomark/fold_result.h"

enum { OM_FOLD_NUMBERS = 5 };

/* Whole numbers kept in uns, and where they are in a result. */
typedef struct om_fold_number {
    const char *path;
    int64_t *value; /* borrowed */
} om_fold_number;

void om_fold_numbers(om_fold_number numbers[OM_FOLD_NUMBERS], om_fold_result *result);

#define OM_FOLD_LOSS "uns/validation_loss"
#define OM_FOLD_DIVERGED "uns/diverged_epoch"
#define OM_FOLD_LOGITS "layers/logits"

#endif
