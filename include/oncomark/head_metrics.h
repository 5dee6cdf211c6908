/* How well a head of the network does on samples of one hallmark. */
#ifndef ONCOMARK_HEAD_METRICS_H
#define ONCOMARK_HEAD_METRICS_H

#include "oncomark/hallmark.h"
#include "oncomark/metrics.h"

enum { OM_CALIBRATION_BINS = 10 };

/* Of the samples whose probability lies in (b / 10, (b + 1) / 10], the first bin closed: as the
 * uniform bins of scikit-learn's calibration_curve. */
typedef struct om_calibration_bin {
    int64_t n;
    int64_t n_positive;
    double probability_sum;
} om_calibration_bin;

typedef struct om_head_metrics {
    om_confusion confusion; /* calls are logits > 0, that is probabilities > 0.5 */
    double auroc;           /* of the logits, which saturate later than probabilities */
    double average_precision;
    double brier; /* mean squared difference of probability and label; NaN without samples */
    om_calibration_bin bins[OM_CALIBRATION_BINS];
} om_head_metrics;

/* Of head `head` on those of the n samples whose task is `task`; logits [n x 10]. Local. */
om_status om_head_metrics_compute(om_head_metrics *out, const float *logits, const uint8_t *tasks,
                                  const uint8_t *labels, int64_t n, int head, int task);

/* X(metric, name in tables) */
#define OM_METRIC_LIST(X)                                                                          \
    X(ACCURACY, "accuracy")                                                                        \
    X(PRECISION, "precision")                                                                      \
    X(RECALL, "recall")                                                                            \
    X(F1, "f1")                                                                                    \
    X(BALANCED_ACCURACY, "balanced_accuracy")                                                      \
    X(AUROC, "auroc")                                                                              \
    X(AUPRC, "auprc")                                                                              \
    X(BRIER, "brier")

typedef enum om_metric {
#define OM_METRIC_ENUM(metric, name) OM_METRIC_##metric,
    OM_METRIC_LIST(OM_METRIC_ENUM)
#undef OM_METRIC_ENUM
        OM_N_METRICS
} om_metric;

/* Borrowed, static. */
const char *om_metric_name(om_metric metric);

/* NaN where the metric is not defined. Local. */
double om_head_metrics_value(const om_head_metrics *metrics, om_metric metric);

/* Share of the n samples whose ten calls are all alike; NaN for n = 0. Local. */
double om_call_agreement(const float *logits, int64_t n);

/* The same of those of the n samples whose task is `task`. Local. */
double om_call_agreement_of_task(const float *logits, const uint8_t *tasks, int64_t n, int task);

#endif
