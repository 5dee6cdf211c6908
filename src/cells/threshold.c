#include "oncomark/threshold.h"

#include "threshold_rank.h"

#include "oncomark/memory.h"
#include "oncomark/otsu.h"

#include <math.h>

/* The part of a hallmark's scores that one Otsu threshold is for. Scores equal to the order
 * statistic at the cut belong to both halves in known numbers: they are counted from these, never
 * one by one. */
typedef struct part {
    double lowest;
    double highest;
    om_otsu *bins;  /* NULL where all values are equal */
    double tied;    /* value at the cut */
    int64_t n_tied; /* how many of these are in this part */
} part;

enum { LOWER, UPPER, N_HALVES };

typedef struct halves {
    part parts[OM_N_HALLMARKS][N_HALVES];
} halves;

static om_status find_range(double lowest[OM_N_HALLMARKS], double highest[OM_N_HALLMARKS],
                            om_score_pool *scores) {
    const double *batch = NULL;
    int64_t n = 0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        lowest[h] = INFINITY;
        highest[h] = -INFINITY;
    }
    OM_TRY(om_score_pool_next(scores, &n, &batch));
    while (n > 0) {
        for (int64_t i = 0; i < n; i++) {
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                double score = batch[i * OM_N_HALLMARKS + h];
                lowest[h] = score < lowest[h] ? score : lowest[h];
                highest[h] = score > highest[h] ? score : highest[h];
            }
        }
        OM_TRY(om_score_pool_next(scores, &n, &batch));
    }
    return OM_OK;
}

static om_status find_above(double above[OM_N_HALLMARKS],
                            const om_order_statistic cut[OM_N_HALLMARKS], om_score_pool *scores) {
    const double *batch = NULL;
    int64_t n = 0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        above[h] = INFINITY;
    }
    OM_TRY(om_score_pool_next(scores, &n, &batch));
    while (n > 0) {
        for (int64_t i = 0; i < n; i++) {
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                double score = batch[i * OM_N_HALLMARKS + h];
                above[h] = score > cut[h].value && score < above[h] ? score : above[h];
            }
        }
        OM_TRY(om_score_pool_next(scores, &n, &batch));
    }
    return OM_OK;
}

/* Splits the sorted scores after the first `n_lower` ones. Collective on group. */
static om_status split(halves *out, om_ctx *group, om_score_pool *scores, int64_t n_lower,
                       const double *lowest, const double *highest) {
    om_order_statistic cut[OM_N_HALLMARKS];
    double above[OM_N_HALLMARKS];
    OM_TRY(om_threshold_rank(cut, group, scores, n_lower - 1));
    OM_TRY(om_agree(group, find_above(above, cut, scores)));
    OM_TRY(om_min_f64(group, above, OM_N_HALLMARKS));
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        part *lower = &out->parts[h][LOWER];
        part *upper = &out->parts[h][UPPER];
        lower->tied = upper->tied = cut[h].value;
        lower->n_tied = n_lower - cut[h].n_below;
        upper->n_tied = cut[h].n_equal - lower->n_tied;
        lower->lowest = lowest[h];
        lower->highest = cut[h].value;
        upper->lowest = upper->n_tied > 0 ? cut[h].value : above[h];
        upper->highest = highest[h];
    }
    return OM_OK;
}

static om_status create_bins(halves *all, int n_parts, int64_t n_bins) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int p = 0; p < n_parts; p++) {
            part *half = &all->parts[h][p];
            if (half->lowest < half->highest) {
                OM_TRY(om_otsu_create(&half->bins, half->lowest, half->highest, n_bins));
            }
        }
    }
    return OM_OK;
}

static void destroy_bins(halves *all) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        om_otsu_destroy(&all->parts[h][LOWER].bins);
        om_otsu_destroy(&all->parts[h][UPPER].bins);
    }
}

static void count_score(const halves *all, int n_parts, int hallmark, double score) {
    const part *parts = all->parts[hallmark];
    /* Which half it is cannot be predicted, that it is tied or that there are no bins can. */
    const om_otsu *bins = parts[(n_parts > 1) & (score > parts[LOWER].tied)].bins;
    if (bins != NULL && (n_parts == 1 || score != parts[LOWER].tied)) {
        bins->counts[om_otsu_bin(bins, score)]++;
    }
}

/* Counts this rank's scores, without the tied ones. */
static om_status fill_bins(const halves *all, int n_parts, om_score_pool *scores) {
    const double *batch = NULL;
    int64_t n = 0;
    OM_TRY(om_score_pool_next(scores, &n, &batch));
    while (n > 0) {
        for (int64_t i = 0; i < n; i++) {
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                count_score(all, n_parts, h, batch[i * OM_N_HALLMARKS + h]);
            }
        }
        OM_TRY(om_score_pool_next(scores, &n, &batch));
    }
    return OM_OK;
}

static om_status sum_bins(halves *all, int n_parts, om_ctx *group) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int p = 0; p < n_parts; p++) {
            part *half = &all->parts[h][p];
            if (half->bins == NULL) {
                continue;
            }
            OM_TRY(om_sum_i64(group, half->bins->counts, half->bins->n_bins));
            if (half->n_tied > 0) {
                half->bins->counts[om_otsu_bin(half->bins, half->tied)] += half->n_tied;
            }
        }
    }
    return OM_OK;
}

static om_status find_thresholds(om_threshold out[OM_N_HALLMARKS], const halves *all, int n_parts) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        double found[N_HALVES] = {0, 0};
        for (int p = 0; p < n_parts; p++) {
            const part *half = &all->parts[h][p];
            found[p] = half->lowest;
            if (half->bins != NULL) {
                OM_TRY(om_otsu_threshold(half->bins, &found[p]));
            }
        }
        out[h].has_low = out[h].has_high = true;
        out[h].low = found[LOWER];
        out[h].high = n_parts == 1 ? found[LOWER] : found[UPPER];
    }
    return OM_OK;
}

/* `n_total` is enough for every part to have a score. Collective on group. */
static om_status threshold_parts(om_threshold out[OM_N_HALLMARKS], om_ctx *group,
                                 const om_threshold_parameters *parameters, om_score_pool *scores,
                                 int64_t n_total) {
    int n_parts = parameters->method == OM_OTSU ? 1 : N_HALVES;
    double lowest[OM_N_HALLMARKS];
    double highest[OM_N_HALLMARKS];
    halves all = {0};
    OM_TRY(om_agree(group, find_range(lowest, highest, scores)));
    OM_TRY(om_min_f64(group, lowest, OM_N_HALLMARKS));
    OM_TRY(om_max_f64(group, highest, OM_N_HALLMARKS));
    if (n_parts == 1) {
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            all.parts[h][LOWER] = (part){.lowest = lowest[h], .highest = highest[h]};
        }
    } else {
        OM_TRY(split(&all, group, scores, n_total / 2, lowest, highest));
    }
    om_status status = om_agree(group, create_bins(&all, n_parts, parameters->bins));
    if (status == OM_OK) {
        status = om_agree(group, fill_bins(&all, n_parts, scores));
    }
    if (status == OM_OK) {
        status = sum_bins(&all, n_parts, group);
    }
    if (status == OM_OK) {
        status = om_agree(group, find_thresholds(out, &all, n_parts));
    }
    destroy_bins(&all);
    return status;
}

/* As om_threshold_label, of which there are both thresholds, but without branches. */
static om_status count_own(int64_t counts[2][OM_N_HALLMARKS],
                           const om_threshold thresholds[OM_N_HALLMARKS],
                           om_threshold_method method, om_score_pool *scores) {
    const double *batch = NULL;
    int64_t n = 0;
    OM_TRY(om_score_pool_next(scores, &n, &batch));
    while (n > 0) {
        for (int64_t i = 0; i < n; i++) {
            for (int h = 0; h < OM_N_HALLMARKS; h++) {
                double score = batch[i * OM_N_HALLMARKS + h];
                int at_low = (method == OM_OTSU) & (score == thresholds[h].low);
                counts[OM_LABEL_POSITIVE][h] += score > thresholds[h].high;
                counts[OM_LABEL_NEGATIVE][h] += (score < thresholds[h].low) | at_low;
            }
        }
        OM_TRY(om_score_pool_next(scores, &n, &batch));
    }
    return OM_OK;
}

static om_status count_labels(om_threshold out[OM_N_HALLMARKS], om_ctx *group,
                              om_threshold_method method, om_score_pool *scores) {
    int64_t counts[2][OM_N_HALLMARKS] = {{0}};
    OM_TRY(om_agree(group, count_own(counts, out, method, scores)));
    OM_TRY(om_sum_i64(group, counts[0], (int64_t)2 * OM_N_HALLMARKS));
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        out[h].n_negative = counts[OM_LABEL_NEGATIVE][h];
        out[h].n_positive = counts[OM_LABEL_POSITIVE][h];
    }
    return OM_OK;
}

om_status om_threshold_find(om_threshold out[OM_N_HALLMARKS], om_ctx *group,
                            const om_threshold_parameters *parameters, om_score_pool *scores) {
    int64_t n_total = om_score_pool_count(scores);
    OM_TRY(om_sum_i64(group, &n_total, 1));
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        out[h] = (om_threshold){.n_cells = n_total};
    }
    int64_t fewest = parameters->method == OM_OTSU ? 1 : 2;
    if (n_total < fewest) {
        return OM_OK;
    }
    OM_TRY(threshold_parts(out, group, parameters, scores, n_total));
    return count_labels(out, group, parameters->method, scores);
}

om_label om_threshold_label(const om_threshold *threshold, om_threshold_method method,
                            double score) {
    if (threshold->has_high && score > threshold->high) {
        return OM_LABEL_POSITIVE;
    }
    if (threshold->has_low &&
        (score < threshold->low || (method == OM_OTSU && score == threshold->low))) {
        return OM_LABEL_NEGATIVE;
    }
    return OM_LABEL_NONE;
}
