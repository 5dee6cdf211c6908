/* Figures by which methods are set side by side. */
#ifndef ONCOMARK_LEARN_BASELINE_FIGURES_H
#define ONCOMARK_LEARN_BASELINE_FIGURES_H

#include "oncomark/hallmark.h"
#include "oncomark/head_metrics.h"
#include "oncomark/log.h"
#include "oncomark/strings.h"

#include <stdbool.h>

/* X(figure, name in tables) */
#define OM_COMPARED_LIST(X)                                                                        \
    X(ACCURACY, "accuracy")                                                                        \
    X(PRECISION, "precision")                                                                      \
    X(RECALL, "recall")                                                                            \
    X(SPECIFICITY, "specificity")                                                                  \
    X(F1, "f1")                                                                                    \
    X(BALANCED_ACCURACY, "balanced_accuracy")                                                      \
    X(AUROC, "auroc")                                                                              \
    X(AUPRC, "auprc")                                                                              \
    X(KS, "ks") /* of bulk profiles only */

typedef enum om_compared {
#define OM_COMPARED_ENUM(figure, name) OM_COMPARED_##figure,
    OM_COMPARED_LIST(OM_COMPARED_ENUM)
#undef OM_COMPARED_ENUM
        OM_N_COMPARED
} om_compared;

/* Of a method on the samples of one hallmark. */
typedef struct om_baseline_figures {
    int64_t n_positive;
    int64_t n_negative;
    double values[OM_N_COMPARED]; /* NaN: not defined */
} om_baseline_figures;

/* Borrowed, static. */
const char *om_compared_name(om_compared figure);

/* The Kolmogorov-Smirnov statistic is left NaN. */
om_baseline_figures om_baseline_figures_of(om_confusion calls, double auroc, double auprc);

/* Leaves the numbers of samples only. */
void om_baseline_figures_clear(om_baseline_figures *figures);

/* Of each hallmark's own decisions [n x 10] on its samples, with calls above 0; of a hallmark whose
 * decisions are NaN the numbers of samples alone. Single precision, as the network's logits have.
 * Local. */
om_status om_baseline_figures_decide(om_baseline_figures out[OM_N_HALLMARKS],
                                     const double *decisions, const uint8_t *tasks,
                                     const uint8_t *labels, int64_t n);

/* out [n_methods]: means of several methods over the same n items, of which method m has figures at
 * all[m][i * stride]: each figure over the items of which all methods have it, but for methods that
 * have it of none. Numbers of samples are sums over the items of which they have the accuracy. */
void om_baseline_figures_means(om_baseline_figures *out, const om_baseline_figures *const *all,
                               int n_methods, int64_t n, int64_t stride);

/* Appends ",n_positive,n_negative" and the names of the figures but for "ks". Local. */
om_status om_baseline_figures_heading(om_text *csv);
/* Appends the same of a row; figures that are not defined are empty. Local. */
om_status om_baseline_figures_csv(om_text *csv, const om_baseline_figures *figures);

/* What stands side by side: the ridge classifiers, and the network by either loss. */
enum { OM_MOST_COMPARED = 3 };

typedef struct om_compared_method {
    const char *name; /* borrowed */
    om_baseline_figures figures[OM_N_HALLMARKS];
} om_compared_method;

/* comparison.csv: method,data,hallmark, the figures and ks: of each method a row a hallmark, and
 * "mean" over the hallmarks of which all these methods have the figure. Local. */
om_status om_comparison_begin(om_text *csv);
om_status om_comparison_add(om_text *csv, om_log *log, const char *data,
                            const om_compared_method *methods, int n_methods);

#endif
