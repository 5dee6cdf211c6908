/* The tables of a cross-validation from the results of its tasks. */
#ifndef ONCOMARK_LEARN_CROSSVAL_COLLECT_H
#define ONCOMARK_LEARN_CROSSVAL_COLLECT_H

#include "crossval_plan.h"

/* Reads all results of the plan, commits crossval/{folds,summary,cross_hallmark,calibration,
 * sweep}.csv unless they are current, and says the summary. *did_work: something was committed.
 * Local, on rank 0, when all tasks are done. */
om_status om_crossval_collect(bool *did_work, const om_crossval_plan *plan, om_workdir *workdir,
                              om_log *log);

#endif
