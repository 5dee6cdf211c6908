/* The folds that are done while others are not: kept in .oncomark/baseline.folds, so that a stage
 * that was stopped or killed goes on after them. */
#ifndef ONCOMARK_LEARN_BASELINE_PROGRESS_H
#define ONCOMARK_LEARN_BASELINE_PROGRESS_H

#include "text_artefact.h"

/* Appends to `csv` the rows of *n_folds folds that are kept, of the same inputs; 0 where there are
 * none. Local, on one rank, as what follows. */
om_status om_baseline_progress_read(om_text *csv, int64_t *n_folds, const om_text_origin *origin);

/* Keeps all rows up to now: `csv` from its byte `first` on. */
om_status om_baseline_progress_keep(const om_text_origin *origin, const om_text *csv, size_t first);

/* When the artefact has them all. */
om_status om_baseline_progress_remove(const om_workdir *workdir);

#endif
