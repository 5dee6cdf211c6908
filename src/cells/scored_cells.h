/* A rank's cells of a data set as thresholds and synthetic samples see them. */
#ifndef ONCOMARK_CELLS_SCORED_CELLS_H
#define ONCOMARK_CELLS_SCORED_CELLS_H

#include "selection.h"
#include "tissues.h"

#include "oncomark/hallmark.h"

/* Reading them in batches of at most OM_SCORED_BATCH. Plain data; the batch is valid until the next
 * one is read. */
typedef struct om_scored_cells {
    int64_t first;     /* of the batch, in the data set */
    int64_t n_cells;   /* of the batch; 0 at the end */
    double *scores;    /* [n_cells x OM_N_HALLMARKS] */
    uint8_t *eligible; /* [n_cells] 1: passed QC, of a tumour and wanted by the job */
    int64_t stop;      /* the cell behind the last one */
    om_h5 *file;       /* scores/<id>.h5ad */
    om_selection *selection;
    uint8_t *selected; /* [OM_SCORED_BATCH] */
} om_scored_cells;

enum { OM_SCORED_BATCH = 1 << 15 };

/* Cells first .. first + n_cells - 1 of scores/<id>.h5ad, no batch yet; `store` is the data set's
 * and borrowed. Local. */
om_status om_scored_cells_open(om_scored_cells **out, const om_h5 *store, const om_job *job,
                               const om_data_set *data_set, const om_workdir *workdir,
                               int64_t first, int64_t n_cells);
void om_scored_cells_close(om_scored_cells **cells);

/* Reads the next batch. Local. */
om_status om_scored_cells_next(om_scored_cells *cells);

#endif
