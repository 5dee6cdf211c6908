/* The tables of a cross-validation one by one. Every row begins with the number of its setting,
 * from 1, and the value of each swept key. */
#ifndef ONCOMARK_LEARN_CROSSVAL_REPORT_TABLES_H
#define ONCOMARK_LEARN_CROSSVAL_REPORT_TABLES_H

#include "crossval_report_figures.h"

/* Appends "setting,train.hidden"; then the columns that follow, ",fold,..." and a line end. */
om_status om_crossval_add_heading(om_text *csv, const om_job *job, const char *columns);

/* Appends "2,64". */
om_status om_crossval_add_setting(om_text *csv, const om_job *job, int64_t setting);

/* A row for (setting, fold, hallmark), of the hallmark's own head on its test samples. What is the
 * same for all hallmarks of a fold (n_training .. validation_loss) stands in each of its rows;
 * call_agreement is of the row's samples. A fold that diverged has its sizes and the epoch. Local.
 */
om_status om_crossval_add_folds(om_text *csv, const om_crossval_figures *figures);

/* A row for (setting, hallmark, metric), with mean and sd over the n_folds folds in which the
 * metric is defined. Of hallmark "all": the mean over hallmarks, fold by fold; call_agreement of
 * all samples; and validation_loss. Local. */
om_status om_crossval_add_summary(om_text *csv, const om_crossval_figures *figures);

/* A row for (setting, head, task). Local. */
om_status om_crossval_add_cross_hallmark(om_text *csv, const om_crossval_figures *figures);

/* A row for (setting, hallmark, bin), of the test samples of all folds together; with repeats a
 * sample counts each time. "all": of all hallmarks, each by its own head. Local. */
om_status om_crossval_add_calibration(om_text *csv, const om_crossval_figures *figures);

/* A row for each setting, as om_sweep_ranking sorts them: where train.loss is swept, rank and
 * chosen are among the settings of the same loss. The test figures (mean over folds of the mean
 * over hallmarks) stand in the row of the chosen one only: the choice is by validation alone.
 * Local. */
om_status om_crossval_add_sweep(om_text *csv, const om_crossval_figures *figures);

#endif
