#include "bulk_figures.h"

#include "oncomark/memory.h"
#include "oncomark/statistics.h"
#include "oncomark/wide.h"

#include <math.h>
#include <stdlib.h>

/* One hallmark's probabilities of a class, ascending. */
typedef struct class_values {
    double *values;
    int64_t n;
} class_values;

static int64_t count_class(const om_bulk_profiles *const *sets, int64_t n_sets,
                           om_bulk_class class) {
    int64_t n = 0;
    for (int64_t s = 0; s < n_sets; s++) {
        for (int64_t i = 0; i < sets[s]->n; i++) {
            n += sets[s]->classes[i] == class;
        }
    }
    return n;
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static void gather(class_values *out, const om_bulk_profiles *const *sets, int64_t n_sets,
                   om_bulk_class class, int hallmark) {
    out->n = 0;
    for (int64_t s = 0; s < n_sets; s++) {
        for (int64_t i = 0; i < sets[s]->n; i++) {
            if (sets[s]->classes[i] == class) {
                out->values[out->n++] = sets[s]->probabilities[i * OM_N_HALLMARKS + hallmark];
            }
        }
    }
    qsort(out->values, (size_t)out->n, sizeof *out->values, by_value);
}

static int64_t count_above(const class_values *class, double threshold) {
    int64_t n = 0;
    for (int64_t i = 0; i < class->n; i++) {
        n += class->values[i] > threshold;
    }
    return n;
}

static double ratio(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole : NAN;
}

static double share_above(const class_values *class, double threshold) {
    return isnan(threshold) ? NAN : ratio(count_above(class, threshold), class->n);
}

static double share_not_above(const class_values *class, double threshold) {
    return isnan(threshold) ? NAN : ratio(class->n - count_above(class, threshold), class->n);
}

/* The share of (cancer, normal) pairs in order, ties half; as om_auroc, in float64. */
static double find_auroc(const class_values *cancer, const class_values *normal) {
    om_wide twice_pairs = 0;
    int64_t below = 0;
    int64_t not_above = 0;
    for (int64_t i = 0; i < cancer->n; i++) {
        while (below < normal->n && normal->values[below] < cancer->values[i]) {
            below++;
        }
        while (not_above < normal->n && normal->values[not_above] <= cancer->values[i]) {
            not_above++;
        }
        twice_pairs += below + not_above;
    }
    om_wide pairs = (om_wide)cancer->n * normal->n;
    return pairs > 0 ? (double)twice_pairs / (2 * (double)pairs) : NAN;
}

static om_status compute(om_bulk_figures *out, const class_values *cancer,
                         const class_values *normal, double threshold) {
    *out = (om_bulk_figures){
        .n_cancer = cancer->n,
        .n_normal = normal->n,
        .sensitivity = share_above(cancer, 0.5),
        .specificity = share_not_above(normal, 0.5),
        .threshold = threshold,
        .sensitivity_at_threshold = share_above(cancer, threshold),
        .specificity_at_threshold = share_not_above(normal, threshold),
        .ks = NAN,
        .ks_p = NAN,
        .auroc = find_auroc(cancer, normal),
    };
    return cancer->n > 0 && normal->n > 0 ? om_ks_two_sample(&out->ks, &out->ks_p, cancer->values,
                                                             cancer->n, normal->values, normal->n)
                                          : OM_OK;
}

om_status om_bulk_figures_compute(om_bulk_figures figures[OM_N_HALLMARKS],
                                  const om_bulk_profiles *const *sets, int64_t n_sets,
                                  const double thresholds[OM_N_HALLMARKS]) {
    class_values cancer = {
        .values = om_malloc(count_class(sets, n_sets, OM_BULK_CANCER), sizeof(double))};
    class_values normal = {
        .values = om_malloc(count_class(sets, n_sets, OM_BULK_NORMAL), sizeof(double))};
    om_status status = cancer.values != NULL && normal.values != NULL ? OM_OK : OM_MEMORY;
    for (int k = 0; k < OM_N_HALLMARKS && status == OM_OK; k++) {
        gather(&cancer, sets, n_sets, OM_BULK_CANCER, k);
        gather(&normal, sets, n_sets, OM_BULK_NORMAL, k);
        status = compute(&figures[k], &cancer, &normal, thresholds[k]);
    }
    om_free(cancer.values);
    om_free(normal.values);
    return status;
}

om_bulk_agreement om_bulk_agreement_count(const om_bulk_profiles *const *sets, int64_t n_sets,
                                          om_bulk_class class) {
    om_bulk_agreement agreement = {0};
    for (int64_t s = 0; s < n_sets; s++) {
        for (int64_t i = 0; i < sets[s]->n; i++) {
            if (sets[s]->classes[i] != class) {
                continue;
            }
            int n_positive = 0;
            for (int k = 0; k < OM_N_HALLMARKS; k++) {
                n_positive += sets[s]->probabilities[i * OM_N_HALLMARKS + k] > 0.5;
            }
            agreement.n++;
            agreement.n_alike += n_positive == 0 || n_positive == OM_N_HALLMARKS;
            agreement.n_positive += n_positive == OM_N_HALLMARKS;
        }
    }
    return agreement;
}
