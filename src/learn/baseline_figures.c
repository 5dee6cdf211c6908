#include "baseline_figures.h"

#include "figure_text.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

const char *om_compared_name(om_compared figure) {
    static const char *const names[] = {
#define OM_COMPARED_NAME(figure, name) name,
        OM_COMPARED_LIST(OM_COMPARED_NAME)
#undef OM_COMPARED_NAME
    };
    return names[figure];
}

static int64_t n_positive(om_confusion calls) {
    return calls.true_positive + calls.false_negative;
}

static int64_t n_negative(om_confusion calls) {
    return calls.true_negative + calls.false_positive;
}

om_baseline_figures om_baseline_figures_of(om_confusion calls, double auroc, double auprc) {
    int64_t negative = n_negative(calls);
    return (om_baseline_figures){
        .n_positive = n_positive(calls),
        .n_negative = negative,
        .values = {[OM_COMPARED_ACCURACY] = om_confusion_accuracy(calls),
                   [OM_COMPARED_PRECISION] = om_confusion_precision(calls),
                   [OM_COMPARED_RECALL] = om_confusion_recall(calls),
                   [OM_COMPARED_SPECIFICITY] =
                       negative > 0 ? (double)calls.true_negative / (double)negative : NAN,
                   [OM_COMPARED_F1] = om_confusion_f1(calls),
                   [OM_COMPARED_BALANCED_ACCURACY] = om_confusion_balanced_accuracy(calls),
                   [OM_COMPARED_AUROC] = auroc,
                   [OM_COMPARED_AUPRC] = auprc,
                   [OM_COMPARED_KS] = NAN}};
}

void om_baseline_figures_clear(om_baseline_figures *figures) {
    for (int f = 0; f < OM_N_COMPARED; f++) {
        figures->values[f] = NAN;
    }
}

/* A hallmark has a classifier for all samples, or for none. */
static bool is_decided(const double *decisions, int64_t n, int hallmark) {
    return n > 0 && !isnan(decisions[hallmark]);
}

static om_status measure(om_baseline_figures out[OM_N_HALLMARKS], const double *decisions,
                         const float *rounded, const uint8_t *tasks, const uint8_t *labels,
                         int64_t n) {
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        om_head_metrics metrics;
        OM_TRY(om_head_metrics_compute(&metrics, rounded, tasks, labels, n, k, k));
        out[k] =
            om_baseline_figures_of(metrics.confusion, metrics.auroc, metrics.average_precision);
        if (!is_decided(decisions, n, k)) {
            om_baseline_figures_clear(&out[k]);
        }
    }
    return OM_OK;
}

om_status om_baseline_figures_decide(om_baseline_figures out[OM_N_HALLMARKS],
                                     const double *decisions, const uint8_t *tasks,
                                     const uint8_t *labels, int64_t n) {
    float *rounded = om_malloc(n * OM_N_HALLMARKS, sizeof *rounded);
    if (rounded == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n * OM_N_HALLMARKS; i++) {
        rounded[i] = isnan(decisions[i]) ? 0 : (float)decisions[i];
    }
    om_status status = measure(out, decisions, rounded, tasks, labels, n);
    om_free(rounded);
    return status;
}

/* Figures of several methods: of method m and item i at all[m][i * stride]. */
typedef struct method_items {
    const om_baseline_figures *const *all;
    int n_methods;
    int64_t n;
    int64_t stride;
} method_items;

static double value_of(const method_items *items, int method, int64_t item, int figure) {
    return items->all[method][item * items->stride].values[figure];
}

static bool has_any(const method_items *items, int method, int figure) {
    for (int64_t i = 0; i < items->n; i++) {
        if (!isnan(value_of(items, method, i, figure))) {
            return true;
        }
    }
    return false;
}

/* Whether all have the figure of the item but those that have it of none. */
static bool is_common(const method_items *items, int64_t item, int figure) {
    bool is = false;
    for (int m = 0; m < items->n_methods; m++) {
        bool has = !isnan(value_of(items, m, item, figure));
        if (!has && has_any(items, m, figure)) {
            return false;
        }
        is = is || has;
    }
    return is;
}

static double mean_of(const method_items *items, int method, int figure) {
    double sum = 0;
    int64_t count = 0;
    if (!has_any(items, method, figure)) {
        return NAN;
    }
    for (int64_t i = 0; i < items->n; i++) {
        if (is_common(items, i, figure)) {
            sum += value_of(items, method, i, figure);
            count++;
        }
    }
    return count > 0 ? sum / (double)count : NAN;
}

void om_baseline_figures_means(om_baseline_figures *out, const om_baseline_figures *const *all,
                               int n_methods, int64_t n, int64_t stride) {
    const method_items items = {all, n_methods, n, stride};
    for (int m = 0; m < n_methods; m++) {
        out[m] = (om_baseline_figures){0};
        for (int f = 0; f < OM_N_COMPARED; f++) {
            out[m].values[f] = mean_of(&items, m, f);
        }
        for (int64_t i = 0; i < n; i++) {
            if (is_common(&items, i, OM_COMPARED_ACCURACY)) {
                out[m].n_positive += all[m][i * stride].n_positive;
                out[m].n_negative += all[m][i * stride].n_negative;
            }
        }
    }
}

om_status om_baseline_figures_heading(om_text *csv) {
    OM_TRY(om_text_add(csv, ",n_positive,n_negative"));
    for (int f = 0; f < OM_COMPARED_KS; f++) {
        OM_TRY(om_text_add(csv, ",%s", om_compared_name((om_compared)f)));
    }
    return OM_OK;
}

om_status om_baseline_figures_csv(om_text *csv, const om_baseline_figures *figures) {
    OM_TRY(om_text_add(csv, ",%" PRId64 ",%" PRId64, figures->n_positive, figures->n_negative));
    for (int f = 0; f < OM_COMPARED_KS; f++) {
        OM_TRY(om_figure_csv(csv, figures->values[f]));
    }
    return OM_OK;
}

om_status om_comparison_begin(om_text *csv) {
    OM_TRY(om_text_add(csv, "method,data,hallmark"));
    OM_TRY(om_baseline_figures_heading(csv));
    return om_text_add(csv, ",%s\n", om_compared_name(OM_COMPARED_KS));
}

static om_status add_row(om_text *csv, const char *method, const char *data, const char *hallmark,
                         const om_baseline_figures *figures) {
    OM_TRY(om_text_add(csv, "%s,%s,%s", method, data, hallmark));
    OM_TRY(om_baseline_figures_csv(csv, figures));
    OM_TRY(om_figure_csv(csv, figures->values[OM_COMPARED_KS]));
    return om_text_add(csv, "\n");
}

static om_status say(om_log *log, const char *method, const char *data,
                     const om_baseline_figures *mean) {
    static const struct {
        om_compared figure;
        const char *name;
    } said[] = {{OM_COMPARED_ACCURACY, "accuracy"},
                {OM_COMPARED_BALANCED_ACCURACY, "balanced accuracy"},
                {OM_COMPARED_AUROC, "AUROC"},
                {OM_COMPARED_AUPRC, "AUPRC"},
                {OM_COMPARED_KS, "Kolmogorov-Smirnov"}};
    om_text *line = NULL;
    OM_TRY(om_text_create(&line));
    om_status status = OM_OK;
    for (size_t i = 0; i < sizeof said / sizeof said[0] && status == OM_OK; i++) {
        double value = mean->values[said[i].figure];
        if (!isnan(value)) {
            status = om_text_add(line, "%s%s %.4f", om_text_length(line) > 0 ? ", " : "",
                                 said[i].name, value);
        }
    }
    if (status == OM_OK) {
        om_log_info(log, "baseline: %-8s %-19s %6" PRId64 " positive, %6" PRId64 " negative; %s",
                    data, method, mean->n_positive, mean->n_negative, om_text_get(line));
    }
    om_text_destroy(&line);
    return status;
}

static om_status add_method(om_text *csv, om_log *log, const char *data,
                            const om_compared_method *method, const om_baseline_figures *mean) {
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(add_row(csv, method->name, data, om_hallmark_code(k), &method->figures[k]));
    }
    OM_TRY(add_row(csv, method->name, data, "mean", mean));
    return say(log, method->name, data, mean);
}

om_status om_comparison_add(om_text *csv, om_log *log, const char *data,
                            const om_compared_method *methods, int n_methods) {
    const om_baseline_figures *all[OM_MOST_COMPARED] = {NULL};
    om_baseline_figures means[OM_MOST_COMPARED];
    for (int m = 0; m < n_methods; m++) {
        all[m] = methods[m].figures;
    }
    om_baseline_figures_means(means, all, n_methods, OM_N_HALLMARKS, 1);
    for (int m = 0; m < n_methods; m++) {
        OM_TRY(add_method(csv, log, data, &methods[m], &means[m]));
    }
    return OM_OK;
}
