/* The tables of bulk validation. */
#ifndef ONCOMARK_LEARN_BULK_REPORT_H
#define ONCOMARK_LEARN_BULK_REPORT_H

#include "bulk_figures.h"
#include "oncomark/log.h"

/* Names of the rows that are no single set's: all sets that the model predicts, all published
 * predictions, and what the paper says. */
#define OM_BULK_MODEL "model"
#define OM_BULK_PUBLISHED "published"
#define OM_BULK_PAPER "paper"

/* One set, or all of a kind together. */
typedef struct om_bulk_group {
    const char *source; /* borrowed */
    om_bulk_figures figures[OM_N_HALLMARKS];
    om_bulk_agreement cancer;
    om_bulk_agreement normal;
} om_bulk_group;

/* Plain data. */
typedef struct om_bulk_report {
    bool has_model;
    bool has_published;
    om_bulk_group model;
    om_bulk_group published;
    om_bulk_group *sets; /* [n_sets] */
    int64_t n_sets;
} om_bulk_report;

/* `thresholds` [10]: the model's, NaN for none. The profiles are borrowed. Local. */
om_status om_bulk_report_create(om_bulk_report **out, const om_bulk_profiles *sets, int64_t n_sets,
                                const double thresholds[OM_N_HALLMARKS]);
void om_bulk_report_destroy(om_bulk_report **report);

/* bulk.csv: source,hallmark,n_cancer,n_normal,sensitivity,specificity,threshold,
 * sensitivity_at_threshold,specificity_at_threshold,ks,ks_p,auroc; of the model, of published
 * predictions, of the paper (ks alone) and of each set. Full precision, empty where a figure is not
 * defined. Local. */
om_status om_bulk_report_figures(om_text *csv, const om_bulk_report *report);

/* bulk_agreement.csv: source,class,n,all_alike,all_positive; shares of profiles. Local. */
om_status om_bulk_report_agreement(om_text *csv, const om_bulk_report *report);

/* bulk_predictions.csv: source,profile,class,AIM..TPI; of profiles that are cancer or normal.
 * Local. */
om_status om_bulk_report_predictions(om_text *csv, const om_bulk_profiles *sets, int64_t n_sets);

/* The figures for people. Local. */
om_status om_bulk_report_say(om_log *log, const om_bulk_report *report);

#endif
