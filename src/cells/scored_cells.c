#include "scored_cells.h"

#include "oncomark/memory.h"

static om_status set_up(om_scored_cells *cells, const om_h5 *store, const om_job *job,
                        const om_data_set *data_set, const om_workdir *workdir, int64_t n_cells) {
    int64_t most = n_cells < OM_SCORED_BATCH ? n_cells : OM_SCORED_BATCH;
    cells->scores = om_malloc(most * OM_N_HALLMARKS, sizeof *cells->scores);
    cells->eligible = om_malloc(most, sizeof *cells->eligible);
    cells->selected = om_malloc(most, sizeof *cells->selected);
    if (cells->scores == NULL || cells->eligible == NULL || cells->selected == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_tissues_open(&cells->file, workdir, "scores", data_set));
    return om_selection_open(&cells->selection, store, job, data_set);
}

om_status om_scored_cells_open(om_scored_cells **out, const om_h5 *store, const om_job *job,
                               const om_data_set *data_set, const om_workdir *workdir,
                               int64_t first, int64_t n_cells) {
    om_scored_cells *cells = om_calloc(1, sizeof *cells);
    *out = cells;
    if (cells == NULL) {
        return OM_MEMORY;
    }
    cells->first = first;
    cells->stop = first + n_cells;
    om_status status = set_up(cells, store, job, data_set, workdir, n_cells);
    if (status != OM_OK) {
        om_scored_cells_close(out);
    }
    return status;
}

void om_scored_cells_close(om_scored_cells **cells) {
    if (*cells == NULL) {
        return;
    }
    om_free((*cells)->scores);
    om_free((*cells)->eligible);
    om_free((*cells)->selected);
    om_h5_close(&(*cells)->file);
    om_selection_close(&(*cells)->selection);
    om_free(*cells);
    *cells = NULL;
}

om_status om_scored_cells_next(om_scored_cells *cells) {
    cells->first += cells->n_cells;
    int64_t left = cells->stop - cells->first;
    int64_t n = left < OM_SCORED_BATCH ? left : OM_SCORED_BATCH;
    cells->n_cells = n;
    if (n == 0) {
        return OM_OK;
    }
    OM_TRY(om_h5_read_rows(cells->file, "X", OM_F64, cells->first, n, cells->scores));
    OM_TRY(om_h5_read_rows(cells->file, "obs/passed", OM_BOOL, cells->first, n, cells->eligible));
    OM_TRY(om_selection_read(cells->selection, cells->first, n, cells->selected));
    for (int64_t i = 0; i < n; i++) {
        cells->eligible[i] = cells->eligible[i] != 0 && cells->selected[i] != 0 ? 1 : 0;
    }
    return OM_OK;
}
