#include "oncomark/metrics.h"

#include "oncomark/memory.h"
#include "oncomark/wide.h"

#include <math.h>
#include <stdlib.h>

om_confusion om_confusion_count(const float *scores, const uint8_t *labels, int64_t n,
                                float threshold) {
    om_confusion confusion = {0};
    for (int64_t i = 0; i < n; i++) {
        if (scores[i] > threshold) {
            confusion.true_positive += labels[i] == 1;
            confusion.false_positive += labels[i] == 0;
        } else {
            confusion.true_negative += labels[i] == 0;
            confusion.false_negative += labels[i] == 1;
        }
    }
    return confusion;
}

static double ratio(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole : NAN;
}

double om_confusion_accuracy(om_confusion confusion) {
    int64_t right = confusion.true_positive + confusion.true_negative;
    return ratio(right, right + confusion.false_positive + confusion.false_negative);
}

double om_confusion_precision(om_confusion confusion) {
    return ratio(confusion.true_positive, confusion.true_positive + confusion.false_positive);
}

double om_confusion_recall(om_confusion confusion) {
    return ratio(confusion.true_positive, confusion.true_positive + confusion.false_negative);
}

double om_confusion_f1(om_confusion confusion) {
    int64_t twice = 2 * confusion.true_positive;
    return ratio(twice, twice + confusion.false_positive + confusion.false_negative);
}

double om_confusion_balanced_accuracy(om_confusion confusion) {
    double specificity =
        ratio(confusion.true_negative, confusion.true_negative + confusion.false_positive);
    return (om_confusion_recall(confusion) + specificity) / 2;
}

typedef struct scored_label {
    float score;
    uint8_t label;
} scored_label;

static int by_decreasing_score(const void *left, const void *right) {
    const scored_label *a = left;
    const scored_label *b = right;
    return (a->score < b->score) - (a->score > b->score);
}

static scored_label *sort_by_score(const float *scores, const uint8_t *labels, int64_t n) {
    scored_label *sorted = om_malloc(n, sizeof *sorted);
    if (sorted == NULL) {
        return NULL;
    }
    for (int64_t i = 0; i < n; i++) {
        sorted[i] = (scored_label){scores[i], labels[i]};
    }
    qsort(sorted, (size_t)n, sizeof *sorted, by_decreasing_score);
    return sorted;
}

/* Counts the labels of the run of equal scores that starts at `first`; returns its end. */
static int64_t count_run(const scored_label *sorted, int64_t n, int64_t first, int64_t counts[2]) {
    int64_t end = first;
    counts[0] = 0;
    counts[1] = 0;
    while (end < n && sorted[end].score == sorted[first].score) {
        counts[sorted[end].label]++;
        end++;
    }
    return end;
}

om_status om_auroc(double *area, const float *scores, const uint8_t *labels, int64_t n) {
    scored_label *sorted = sort_by_score(scores, labels, n);
    if (sorted == NULL) {
        return OM_MEMORY;
    }
    int64_t above = 0; /* positives with a higher score */
    int64_t negatives = 0;
    om_wide twice_pairs = 0;
    for (int64_t i = 0; i < n;) {
        int64_t counts[2];
        i = count_run(sorted, n, i, counts);
        twice_pairs += (om_wide)counts[0] * (2 * above + counts[1]);
        above += counts[1];
        negatives += counts[0];
    }
    om_free(sorted);
    om_wide pairs = (om_wide)above * negatives;
    *area = pairs > 0 ? (double)twice_pairs / (2 * (double)pairs) : NAN;
    return OM_OK;
}

om_status om_average_precision(double *area, const float *scores, const uint8_t *labels,
                               int64_t n) {
    scored_label *sorted = sort_by_score(scores, labels, n);
    if (sorted == NULL) {
        return OM_MEMORY;
    }
    int64_t positives = 0;
    double sum = 0;
    for (int64_t i = 0; i < n;) {
        int64_t counts[2];
        i = count_run(sorted, n, i, counts);
        positives += counts[1];
        sum += (double)counts[1] * (double)positives / (double)i;
    }
    om_free(sorted);
    *area = positives > 0 ? sum / (double)positives : NAN;
    return OM_OK;
}
