/* The tables of a cross-validation from the results of its tasks. */
#ifndef ONCOMARK_LEARN_CROSSVAL_COLLECT_H
#define ONCOMARK_LEARN_CROSSVAL_COLLECT_H

#include "crossval_plan.h"

/* Reads all results of the plan, commits crossval/{folds,summary,cross_hallmark,calibration,
 * sweep}.csv unless they are current, and says the summary. *did_work: something was committed; set
 * before where tasks were done in this run. *diverged: training diverged with every setting, so
 * that none can be chosen. Local, on rank 0, when all tasks are done. */
om_status om_crossval_collect(bool *did_work, bool *diverged, const om_crossval_plan *plan,
                              om_workdir *workdir, om_log *log);

/* Removes the tables of earlier results. Local, on rank 0. */
om_status om_crossval_withdraw(om_workdir *workdir);

#endif
