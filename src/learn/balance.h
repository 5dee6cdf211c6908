/* The probability at which a head finds positive and negative samples equally well. */
#ifndef ONCOMARK_LEARN_BALANCE_H
#define ONCOMARK_LEARN_BALANCE_H

#include "oncomark/status.h"

#include <stdint.h>

/* NaN where a label has no sample, or all probabilities are the same. */
typedef struct om_balance {
    int64_t n_positive;
    int64_t n_negative;
    double threshold;   /* calls are probabilities above it */
    double sensitivity; /* of the samples that it comes from */
    double specificity;
} om_balance;

/* Halfway between the two neighbouring probabilities between which sensitivity and specificity are
 * closest; of cuts that are equally close the one with the larger sum of both, then the higher one.
 * labels 0 or 1. Local. */
om_status om_balance_find(om_balance *out, const float *probabilities, const uint8_t *labels,
                          int64_t n);

#endif
