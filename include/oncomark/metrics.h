/* How well scores and calls fit labels; as scikit-learn computes them. */
#ifndef ONCOMARK_METRICS_H
#define ONCOMARK_METRICS_H

#include "oncomark/status.h"

#include <stdint.h>

/* Calls against labels. */
typedef struct om_confusion {
    int64_t true_positive;
    int64_t false_positive;
    int64_t true_negative;
    int64_t false_negative;
} om_confusion;

/* Calls are scores > threshold; labels 0 or 1. Local. */
om_confusion om_confusion_count(const float *scores, const uint8_t *labels, int64_t n,
                                float threshold);

/* NaN where the denominator is 0. */
double om_confusion_accuracy(om_confusion confusion);
double om_confusion_precision(om_confusion confusion);
double om_confusion_recall(om_confusion confusion);
double om_confusion_f1(om_confusion confusion);
double om_confusion_balanced_accuracy(om_confusion confusion); /* mean recall of both labels */

/* Area under the ROC curve: the share of (positive, negative) pairs in order, ties half (the
 * Mann-Whitney U, from whole numbers). NaN where a label is missing. Scores are finite. Local. */
om_status om_auroc(double *area, const float *scores, const uint8_t *labels, int64_t n);

/* Area under the precision-recall curve as average precision: sum of precision x gain in recall
 * over the distinct scores. NaN without positives. Local. */
om_status om_average_precision(double *area, const float *scores, const uint8_t *labels, int64_t n);

#endif
