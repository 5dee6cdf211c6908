/* How well probabilities tell cancer from normal bulk profiles. */
#ifndef ONCOMARK_LEARN_BULK_FIGURES_H
#define ONCOMARK_LEARN_BULK_FIGURES_H

#include "bulk_profiles.h"

/* Of one hallmark; NaN where a figure is not defined. */
typedef struct om_bulk_figures {
    int64_t n_cancer;
    int64_t n_normal;
    double sensitivity; /* share of cancer profiles above 0.5 */
    double specificity; /* share of normal profiles not above 0.5 */
    double threshold;   /* another one than 0.5; NaN: none */
    double sensitivity_at_threshold;
    double specificity_at_threshold;
    double ks; /* Kolmogorov-Smirnov statistic of cancer against normal, and its asymptotic p */
    double ks_p;
    double auroc;
} om_bulk_figures;

/* Of the profiles of several sets together. `thresholds` [10], NaN: none. Local. */
om_status om_bulk_figures_compute(om_bulk_figures figures[OM_N_HALLMARKS],
                                  const om_bulk_profiles *const *sets, int64_t n_sets,
                                  const double thresholds[OM_N_HALLMARKS]);

/* How the ten calls, probabilities above 0.5, of the profiles of a class agree. */
typedef struct om_bulk_agreement {
    int64_t n;
    int64_t n_alike;    /* profiles whose ten calls are all alike */
    int64_t n_positive; /* profiles whose ten calls are all positive */
} om_bulk_agreement;

om_bulk_agreement om_bulk_agreement_count(const om_bulk_profiles *const *sets, int64_t n_sets,
                                          om_bulk_class class);

#endif
