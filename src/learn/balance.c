#include "balance.h"

#include "oncomark/memory.h"
#include "oncomark/wide.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct labelled {
    float probability;
    uint8_t label;
} labelled;

/* Whole numbers that have the order of |sensitivity - specificity| and of their sum. */
typedef struct cut_quality {
    om_wide difference;
    om_wide sum;
} cut_quality;

static int by_decreasing_probability(const void *left, const void *right) {
    const labelled *a = left;
    const labelled *b = right;
    return (a->probability < b->probability) - (a->probability > b->probability);
}

static void count_labels(om_balance *out, const uint8_t *labels, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        out->n_positive += labels[i] == 1;
        out->n_negative += labels[i] == 0;
    }
}

/* Of a cut with so many positive and negative samples above it. */
static cut_quality judge(const om_balance *balance, int64_t positive, int64_t negative) {
    om_wide sensitivity = (om_wide)positive * balance->n_negative;
    om_wide specificity = (om_wide)(balance->n_negative - negative) * balance->n_positive;
    om_wide difference = sensitivity - specificity;
    return (cut_quality){difference < 0 ? -difference : difference, sensitivity + specificity};
}

static void choose(om_balance *out, const labelled *samples, int64_t n) {
    int64_t above[2] = {0, 0};
    bool found = false;
    cut_quality best = {0};
    for (int64_t i = 0; i + 1 < n; i++) {
        above[samples[i].label]++;
        if (samples[i].probability == samples[i + 1].probability) {
            continue;
        }
        cut_quality quality = judge(out, above[1], above[0]);
        if (!found || quality.difference < best.difference ||
            (quality.difference == best.difference && quality.sum > best.sum)) {
            found = true;
            best = quality;
            out->threshold =
                ((double)samples[i].probability + (double)samples[i + 1].probability) / 2;
            out->sensitivity = (double)above[1] / (double)out->n_positive;
            out->specificity = (double)(out->n_negative - above[0]) / (double)out->n_negative;
        }
    }
}

om_status om_balance_find(om_balance *out, const float *probabilities, const uint8_t *labels,
                          int64_t n) {
    *out = (om_balance){.threshold = NAN, .sensitivity = NAN, .specificity = NAN};
    count_labels(out, labels, n);
    if (out->n_positive == 0 || out->n_negative == 0) {
        return OM_OK;
    }
    labelled *samples = om_malloc(n, sizeof *samples);
    if (samples == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        samples[i] = (labelled){probabilities[i], labels[i]};
    }
    qsort(samples, (size_t)n, sizeof *samples, by_decreasing_probability);
    choose(out, samples, n);
    om_free(samples);
    return OM_OK;
}
