/* Which cells of a data set are tumour and wanted by the job. */
#ifndef ONCOMARK_CELLS_SELECTION_H
#define ONCOMARK_CELLS_SELECTION_H

#include "oncomark/h5.h"
#include "oncomark/job.h"

/* selected [n_cells] of the store's cells from `first` on: 0 for cells whose metadata
 * `exclude_where` names (columns and values with case ignored; a data set without the column loses
 * nothing) and for samples that the data set's entry leaves out, 1 for the rest. OM_USAGE, with job
 * file and line, where the entry names a sample that the data set does not have. Local. */
om_status om_selection_read(uint8_t *selected, const om_h5 *store, const om_job *job,
                            const om_data_set *data_set, int64_t first, int64_t n_cells);

/* Only the check of the named samples. Local. */
om_status om_selection_check(const om_h5 *store, const om_job *job, const om_data_set *data_set);

#endif
