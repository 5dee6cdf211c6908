#include "oncomark/head_metrics.h"

#include "oncomark/memory.h"

#include <math.h>
#include <stdbool.h>

/* One head's logits and the labels of the samples of one hallmark. */
typedef struct selection {
    float *logits;
    uint8_t *labels;
    int64_t n;
} selection;

static om_status select_task(selection *out, const float *logits, const uint8_t *tasks,
                             const uint8_t *labels, int64_t n, int head, int task) {
    *out = (selection){.logits = om_malloc(n, sizeof *out->logits)};
    out->labels = om_malloc(n, sizeof *out->labels);
    if (out->logits == NULL || out->labels == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        if (tasks[i] == task) {
            out->logits[out->n] = logits[i * OM_N_HALLMARKS + head];
            out->labels[out->n] = labels[i];
            out->n++;
        }
    }
    return OM_OK;
}

static int bin_of(double probability) {
    int bin = 0;
    while (bin < OM_CALIBRATION_BINS - 1 && probability > (bin + 1.0) / OM_CALIBRATION_BINS) {
        bin++;
    }
    return bin;
}

static void count_probabilities(om_head_metrics *out, const selection *samples) {
    double squares = 0;
    for (int64_t i = 0; i < samples->n; i++) {
        double probability = 1 / (1 + exp(-(double)samples->logits[i]));
        double difference = probability - samples->labels[i];
        squares += difference * difference;
        om_calibration_bin *bin = &out->bins[bin_of(probability)];
        bin->n++;
        bin->n_positive += samples->labels[i];
        bin->probability_sum += probability;
    }
    out->brier = samples->n > 0 ? squares / (double)samples->n : NAN;
}

om_status om_head_metrics_compute(om_head_metrics *out, const float *logits, const uint8_t *tasks,
                                  const uint8_t *labels, int64_t n, int head, int task) {
    *out = (om_head_metrics){.brier = NAN};
    selection samples;
    om_status status = select_task(&samples, logits, tasks, labels, n, head, task);
    if (status == OM_OK) {
        out->confusion = om_confusion_count(samples.logits, samples.labels, samples.n, 0);
        count_probabilities(out, &samples);
        status = om_auroc(&out->auroc, samples.logits, samples.labels, samples.n);
    }
    if (status == OM_OK) {
        status = om_average_precision(&out->average_precision, samples.logits, samples.labels,
                                      samples.n);
    }
    om_free(samples.logits);
    om_free(samples.labels);
    return status;
}

const char *om_metric_name(om_metric metric) {
    static const char *const names[] = {
#define OM_METRIC_NAME(metric, name) name,
        OM_METRIC_LIST(OM_METRIC_NAME)
#undef OM_METRIC_NAME
    };
    return names[metric];
}

double om_head_metrics_value(const om_head_metrics *metrics, om_metric metric) {
    switch (metric) {
    case OM_METRIC_ACCURACY:
        return om_confusion_accuracy(metrics->confusion);
    case OM_METRIC_PRECISION:
        return om_confusion_precision(metrics->confusion);
    case OM_METRIC_RECALL:
        return om_confusion_recall(metrics->confusion);
    case OM_METRIC_F1:
        return om_confusion_f1(metrics->confusion);
    case OM_METRIC_BALANCED_ACCURACY:
        return om_confusion_balanced_accuracy(metrics->confusion);
    case OM_METRIC_AUROC:
        return metrics->auroc;
    case OM_METRIC_AUPRC:
        return metrics->average_precision;
    case OM_METRIC_BRIER:
        return metrics->brier;
    case OM_N_METRICS:
        break;
    }
    return NAN;
}

static bool calls_agree(const float *logits) {
    int positive = 0;
    for (int head = 0; head < OM_N_HALLMARKS; head++) {
        positive += logits[head] > 0;
    }
    return positive == 0 || positive == OM_N_HALLMARKS;
}

double om_call_agreement(const float *logits, int64_t n) {
    int64_t same = 0;
    for (int64_t i = 0; i < n; i++) {
        same += calls_agree(logits + i * OM_N_HALLMARKS);
    }
    return n > 0 ? (double)same / (double)n : NAN;
}

double om_call_agreement_of_task(const float *logits, const uint8_t *tasks, int64_t n, int task) {
    int64_t same = 0;
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (tasks[i] == task) {
            same += calls_agree(logits + i * OM_N_HALLMARKS);
            count++;
        }
    }
    return count > 0 ? (double)same / (double)count : NAN;
}
