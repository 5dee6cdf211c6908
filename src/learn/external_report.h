/* The tables of external studies. */
#ifndef ONCOMARK_LEARN_EXTERNAL_REPORT_H
#define ONCOMARK_LEARN_EXTERNAL_REPORT_H

#include "external_figures.h"
#include "oncomark/log.h"
#include "oncomark/predict.h"

/* external.csv: study,hallmark,patients,positives,negatives,accuracy,precision,recall,f1,
 * balanced_accuracy,auroc,auprc; ALL stands for all studies, or all hallmarks. Full precision,
 * empty where a figure is not defined. Local. */
om_status om_external_report_figures(om_text *csv, const om_external_figures *figures,
                                     const om_strings *studies);

/* external_predictions.csv: pooled_sample,study,tissue,hallmark,label,n_cells,AIM..TPI. `n_cells`
 * [n_samples]. Local. */
om_status om_external_report_predictions(om_text *csv, const om_predictions *predictions,
                                         const om_sample_table *table, const int64_t *n_cells);

/* A line a study. Local. */
om_status om_external_report_say(om_log *log, const om_external_figures *figures,
                                 const om_strings *studies);

#endif
