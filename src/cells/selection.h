/* Which cells of a data set are tumour and wanted by the job. */
#ifndef ONCOMARK_CELLS_SELECTION_H
#define ONCOMARK_CELLS_SELECTION_H

#include "oncomark/h5.h"
#include "oncomark/job.h"

typedef struct om_selection om_selection;

/* Cells are left out whose metadata `exclude_where` names (columns and values with case ignored; a
 * data set without the column loses nothing), and samples that the data set's entry leaves out.
 * OM_USAGE, with job file and line, where the entry names a sample that the data set does not have.
 * Columns that are no categories take 4 bytes a cell of the data set. `store` is borrowed. Local.
 */
om_status om_selection_open(om_selection **out, const om_h5 *store, const om_job *job,
                            const om_data_set *data_set);
void om_selection_close(om_selection **selection);

/* selected [n_cells] of the store's cells from `first` on: 0: left out, 1: not. Local. */
om_status om_selection_read(const om_selection *selection, int64_t first, int64_t n_cells,
                            uint8_t *selected);

/* Only the check of the named samples. Local. */
om_status om_selection_check(const om_h5 *store, const om_job *job, const om_data_set *data_set);

#endif
