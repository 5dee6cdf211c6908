/* The figures of finished folds, from which all tables of a cross-validation are made. */
#ifndef ONCOMARK_LEARN_CROSSVAL_REPORT_FIGURES_H
#define ONCOMARK_LEARN_CROSSVAL_REPORT_FIGURES_H

#include "oncomark/fold_result.h"
#include "oncomark/head_metrics.h"
#include "oncomark/job.h"

/* A finished task; what it points to is borrowed. */
typedef struct om_fold_entry {
    int64_t setting;  /* of the sweep */
    int64_t fold;     /* index of the (repeat, fold) pair or of the group that is left out */
    const char *name; /* of the fold */
    const om_fold_result *result;
} om_fold_entry;

/* On the test samples of one fold; no figure of one that diverged is defined. */
typedef struct om_fold_figures {
    om_head_metrics own[OM_N_HALLMARKS];          /* each hallmark's own head */
    double auroc[OM_N_HALLMARKS][OM_N_HALLMARKS]; /* head, task */
    double balanced_accuracy[OM_N_HALLMARKS][OM_N_HALLMARKS];
    double task_agreement[OM_N_HALLMARKS]; /* of the ten calls, on each hallmark's samples */
    double agreement;                      /* on all samples */
} om_fold_figures;

typedef struct om_crossval_figures {
    const om_job *job;            /* borrowed */
    const om_fold_entry *entries; /* [n] borrowed */
    om_fold_figures *folds;       /* [n] */
    int64_t n;
} om_crossval_figures;

/* `entries` [n] in the order of settings, then folds. Local. */
om_status om_crossval_figures_create(om_crossval_figures **out, const om_job *job,
                                     const om_fold_entry *entries, int64_t n);
void om_crossval_figures_destroy(om_crossval_figures **figures);

/* Entries first .. end - 1, which are of one setting. */
typedef struct om_fold_range {
    int64_t setting;
    int64_t first;
    int64_t end;
} om_fold_range;

/* The folds of the setting that begins at entry `first`. */
om_fold_range om_crossval_figures_range(const om_crossval_figures *figures, int64_t first);

/* In how many of these folds training diverged. */
int64_t om_crossval_figures_diverged(const om_crossval_figures *figures, om_fold_range folds);

typedef enum om_figure_kind {
    OM_FIGURE_OWN,                     /* `metric` of the own head of `task` */
    OM_FIGURE_OWN_MEAN,                /* its mean over the hallmarks where it is defined */
    OM_FIGURE_CROSS_AUROC,             /* of `head` on the samples of `task` */
    OM_FIGURE_CROSS_BALANCED_ACCURACY, /* likewise */
    OM_FIGURE_TASK_AGREEMENT,          /* on the samples of `task` */
    OM_FIGURE_AGREEMENT,
    OM_FIGURE_VALIDATION_LOSS
} om_figure_kind;

/* One figure that every fold has; what its kind does not name is not looked at. */
typedef struct om_figure {
    om_figure_kind kind;
    om_metric metric;
    int head;
    int task;
} om_figure;

/* NaN where it is not defined. */
double om_crossval_figures_value(const om_crossval_figures *figures, int64_t entry,
                                 om_figure figure);

/* Over the n folds in which a figure is defined. */
typedef struct om_fold_mean {
    int64_t n;
    double mean; /* NaN for n = 0, and where training diverged in a fold: the others are too few to
                  * stand beside the means of other settings */
    double sd;   /* of a sample: n - 1; NaN for n < 2, and where the mean is */
} om_fold_mean;

om_fold_mean om_crossval_figures_mean(const om_crossval_figures *figures, om_fold_range folds,
                                      om_figure figure);

#endif
