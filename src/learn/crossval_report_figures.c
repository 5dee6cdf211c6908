#include "crossval_report_figures.h"

#include "oncomark/memory.h"

#include <math.h>

static void leave_undefined(om_fold_figures *out) {
    *out = (om_fold_figures){.agreement = NAN};
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        for (int head = 0; head < OM_N_HALLMARKS; head++) {
            out->auroc[head][task] = NAN;
            out->balanced_accuracy[head][task] = NAN;
        }
        out->task_agreement[task] = NAN;
        out->own[task].auroc = NAN;
        out->own[task].average_precision = NAN;
        out->own[task].brier = NAN;
    }
}

static om_status compute(om_fold_figures *out, const om_fold_result *result) {
    if (result->diverged_epoch > 0) {
        leave_undefined(out);
        return OM_OK;
    }
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        for (int head = 0; head < OM_N_HALLMARKS; head++) {
            om_head_metrics metrics;
            OM_TRY(om_head_metrics_compute(&metrics, result->logits, result->task, result->label,
                                           result->n_test, head, task));
            out->auroc[head][task] = metrics.auroc;
            out->balanced_accuracy[head][task] = om_confusion_balanced_accuracy(metrics.confusion);
            if (head == task) {
                out->own[task] = metrics;
            }
        }
        out->task_agreement[task] =
            om_call_agreement_of_task(result->logits, result->task, result->n_test, task);
    }
    out->agreement = om_call_agreement(result->logits, result->n_test);
    return OM_OK;
}

om_status om_crossval_figures_create(om_crossval_figures **out, const om_job *job,
                                     const om_fold_entry *entries, int64_t n) {
    om_crossval_figures *figures = om_calloc(1, sizeof *figures);
    *out = figures;
    if (figures == NULL) {
        return OM_MEMORY;
    }
    *figures = (om_crossval_figures){.job = job, .entries = entries, .n = n};
    figures->folds = om_malloc(n, sizeof *figures->folds);
    om_status status = figures->folds != NULL ? OM_OK : OM_MEMORY;
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        status = compute(&figures->folds[i], entries[i].result);
    }
    if (status != OM_OK) {
        om_crossval_figures_destroy(out);
    }
    return status;
}

void om_crossval_figures_destroy(om_crossval_figures **figures) {
    if (*figures != NULL) {
        om_free((*figures)->folds);
        om_free(*figures);
        *figures = NULL;
    }
}

om_fold_range om_crossval_figures_range(const om_crossval_figures *figures, int64_t first) {
    om_fold_range range = {figures->entries[first].setting, first, first + 1};
    while (range.end < figures->n && figures->entries[range.end].setting == range.setting) {
        range.end++;
    }
    return range;
}

int64_t om_crossval_figures_diverged(const om_crossval_figures *figures, om_fold_range folds) {
    int64_t n = 0;
    for (int64_t i = folds.first; i < folds.end; i++) {
        n += figures->entries[i].result->diverged_epoch > 0 ? 1 : 0;
    }
    return n;
}

static double own_mean(const om_fold_figures *fold, om_metric metric) {
    double sum = 0;
    int64_t n = 0;
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        double value = om_head_metrics_value(&fold->own[task], metric);
        if (!isnan(value)) {
            sum += value;
            n++;
        }
    }
    return n > 0 ? sum / (double)n : NAN;
}

double om_crossval_figures_value(const om_crossval_figures *figures, int64_t entry,
                                 om_figure figure) {
    const om_fold_figures *fold = &figures->folds[entry];
    switch (figure.kind) {
    case OM_FIGURE_OWN:
        return om_head_metrics_value(&fold->own[figure.task], figure.metric);
    case OM_FIGURE_OWN_MEAN:
        return own_mean(fold, figure.metric);
    case OM_FIGURE_CROSS_AUROC:
        return fold->auroc[figure.head][figure.task];
    case OM_FIGURE_CROSS_BALANCED_ACCURACY:
        return fold->balanced_accuracy[figure.head][figure.task];
    case OM_FIGURE_TASK_AGREEMENT:
        return fold->task_agreement[figure.task];
    case OM_FIGURE_AGREEMENT:
        return fold->agreement;
    case OM_FIGURE_VALIDATION_LOSS:
        return figures->entries[entry].result->validation_loss;
    }
    return NAN;
}

om_fold_mean om_crossval_figures_mean(const om_crossval_figures *figures, om_fold_range folds,
                                      om_figure figure) {
    om_fold_mean out = {0, NAN, NAN};
    double sum = 0;
    for (int64_t i = folds.first; i < folds.end; i++) {
        double value = om_crossval_figures_value(figures, i, figure);
        if (!isnan(value)) {
            sum += value;
            out.n++;
        }
    }
    if (out.n == 0 || om_crossval_figures_diverged(figures, folds) > 0) {
        return out;
    }
    out.mean = sum / (double)out.n;
    double squares = 0;
    for (int64_t i = folds.first; i < folds.end; i++) {
        double value = om_crossval_figures_value(figures, i, figure);
        if (!isnan(value)) {
            squares += (value - out.mean) * (value - out.mean);
        }
    }
    out.sd = out.n > 1 ? sqrt(squares / (double)(out.n - 1)) : NAN;
    return out;
}
