/* A rank's cells of a data set as thresholds and synthetic samples see them. */
#ifndef ONCOMARK_CELLS_SCORED_CELLS_H
#define ONCOMARK_CELLS_SCORED_CELLS_H

#include "tissues.h"

#include "oncomark/hallmark.h"

/* Plain data. */
typedef struct om_scored_cells {
    int64_t n_cells;
    double *scores;    /* [n_cells x OM_N_HALLMARKS] */
    uint8_t *eligible; /* [n_cells] 1: passed QC, of a tumour and wanted by the job */
} om_scored_cells;

/* Cells first .. first + n_cells - 1 of scores/<id>.h5ad; `store` is the data set's. Local. */
om_status om_scored_cells_read(om_scored_cells **out, const om_h5 *store, const om_job *job,
                               const om_data_set *data_set, const om_workdir *workdir,
                               int64_t first, int64_t n_cells);
void om_scored_cells_destroy(om_scored_cells **cells);

#endif
