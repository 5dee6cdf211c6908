/* Which cells of a data set are positive for a hallmark, and which negative. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_LABELS_H
#define ONCOMARK_CELLS_SYNTHETIC_LABELS_H

#include "tissues.h"

#include "oncomark/threshold.h"

/* labels [n_cells x OM_N_HALLMARKS] of the data set's cells from `first` on: om_label; NONE also
 * for cells that did not pass quality control, are of no tumour or are not wanted by the job.
 * `store` is the data set's. OM_USAGE where the table does not have its tissue. Local. */
om_status om_synthetic_labels_read(int8_t *labels, const om_h5 *store, const om_job *job,
                                   const om_data_set *data_set, const om_workdir *workdir,
                                   om_threshold_table *thresholds, int64_t first, int64_t n_cells);

#endif
