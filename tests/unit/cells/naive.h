/* The formulas of the method in their plainest form, to compare the program's own with. */
#ifndef ONCOMARK_TESTS_NAIVE_H
#define ONCOMARK_TESTS_NAIVE_H

#include "oncomark/job.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

/* Average rank of gene `wanted` among all genes (the first row of each symbol) and `n_more` genes
 * without a value; the largest value has rank 1. wanted -1: one without a value. */
static inline double naive_rank(int64_t n_rows, const double *values, const uint8_t *is_first,
                                int64_t n_more, int64_t wanted) {
    double value = wanted >= 0 ? values[wanted] : 0;
    int64_t above = 0;
    int64_t equal = value == 0 ? n_more : 0;
    for (int64_t row = 0; row < n_rows; row++) {
        if (is_first[row] != 0) {
            above += values[row] > value ? 1 : 0;
            equal += values[row] == value ? 1 : 0;
        }
    }
    return (double)above + ((double)equal + 1) / 2;
}

/* Method 4 for one part of a set: `rows` [n_found], n_genes of the set, n_missing over all sets. */
static inline double naive_part_score(const om_score_parameters *parameters, int64_t n_rows,
                                      const double *values, const uint8_t *is_first,
                                      int64_t n_missing, int64_t n_genes, int64_t n_found,
                                      const int32_t *rows) {
    bool old = parameters->formula == OM_UCELL_2_6;
    bool imputes = parameters->missing_genes == OM_MISSING_IMPUTE;
    int64_t n_more = old && imputes ? n_missing : 0;
    int64_t n = imputes ? n_genes : n_found;
    double n_ranked = (double)n_more;
    for (int64_t row = 0; row < n_rows; row++) {
        n_ranked += is_first[row] != 0 ? 1 : 0;
    }
    double m = fmin((double)parameters->max_rank, n_ranked);
    double sum = 0;
    bool any = false;
    for (int64_t i = 0; i < n; i++) {
        double rank = i < n_found || old
                          ? naive_rank(n_rows, values, is_first, n_more, i < n_found ? rows[i] : -1)
                          : INFINITY;
        any = any || rank <= m;
        sum += rank > m ? (old ? m + 1 : m) : rank;
    }
    double least = (double)n * ((double)n + 1) / 2;
    if (n == 0 || (old && !any)) {
        return 0;
    }
    return old ? 1 - (sum - least) / ((double)n * m) : 1 - (sum - least) / ((double)n * m - least);
}

static inline int naive_compare(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return a < b ? -1 : a > b ? 1 : 0;
}

/* threshold_otsu of scikit-image 0.19, array by array; n > 0. */
static inline double naive_otsu(const double *values, int64_t n, int bins) {
    double lowest = values[0];
    double highest = values[0];
    for (int64_t i = 0; i < n; i++) {
        lowest = fmin(lowest, values[i]);
        highest = fmax(highest, values[i]);
    }
    if (lowest == highest) {
        return lowest;
    }
    double *edge = calloc((size_t)bins + 1, sizeof *edge);
    double *centre = calloc((size_t)bins, sizeof *centre);
    double *count = calloc((size_t)bins, sizeof *count);
    for (int i = 0; i <= bins; i++) {
        edge[i] = i == bins ? highest : i * ((highest - lowest) / bins) + lowest;
    }
    for (int64_t i = 0; i < n; i++) {
        int bin = bins - 1;
        while (values[i] < edge[bin]) {
            bin--;
        }
        count[bin]++;
    }
    for (int i = 0; i < bins; i++) {
        centre[i] = (edge[i] + edge[i + 1]) / 2;
    }
    double largest = -1;
    double threshold = 0;
    for (int cut = 0; cut + 1 < bins; cut++) {
        double w1 = 0;
        double s1 = 0;
        double w2 = 0;
        double s2 = 0;
        for (int i = 0; i <= cut; i++) {
            w1 += count[i];
            s1 += count[i] * centre[i];
        }
        for (int i = bins - 1; i > cut; i--) {
            w2 += count[i];
            s2 += count[i] * centre[i];
        }
        double difference = s1 / w1 - s2 / w2;
        double variance = w1 * w2 * (difference * difference);
        if (variance > largest) {
            largest = variance;
            threshold = centre[cut];
        }
    }
    free(edge);
    free(centre);
    free(count);
    return threshold;
}

/* Otsu of both halves of the values, which are sorted in place; n > 1. */
static inline void naive_halves(double *values, int64_t n, int bins, double *low, double *high) {
    qsort(values, (size_t)n, sizeof *values, naive_compare);
    *low = naive_otsu(values, n / 2, bins);
    *high = naive_otsu(values + n / 2, n - n / 2, bins);
}

#endif
