/* The tables of a cross-validation. */
#ifndef ONCOMARK_LEARN_CROSSVAL_REPORT_H
#define ONCOMARK_LEARN_CROSSVAL_REPORT_H

#include "crossval_report_figures.h"
#include "oncomark/log.h"

/* CSV texts, all owned: rows as in crossval_report_tables.h. Full precision, empty where a figure
 * is not defined, as those of a setting that diverged in one of its folds. */
typedef struct om_crossval_tables {
    om_text *folds;          /* a row for (setting, fold, hallmark) */
    om_text *summary;        /* mean and sd (n - 1) over folds for (setting, hallmark, metric) */
    om_text *cross_hallmark; /* head j on the samples of task i: AUROC, mean and sd over folds */
    om_text *calibration;    /* bins of all folds together, for (setting, hallmark) */
    om_text *sweep;          /* settings by validation loss, the test figures of the chosen one */
} om_crossval_tables;

/* Local. */
om_status om_crossval_tables_make(om_crossval_tables *out, const om_crossval_figures *figures);
void om_crossval_tables_destroy(om_crossval_tables *tables);

/* The summary of the chosen setting as a table on the terminal; beside the published figures where
 * the job cross-validates as published. Of permuted labels also the mean AUROC and its standard
 * error, from the folds' mean over hallmarks. A sweep of train.loss has a table for the best
 * setting of each loss. Settings that diverged are named. Local. */
om_status om_crossval_say(om_log *log, const om_crossval_figures *figures);

#endif
