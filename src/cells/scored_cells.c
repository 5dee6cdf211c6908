#include "scored_cells.h"

#include "selection.h"

#include "oncomark/memory.h"

static om_status read_scores(om_scored_cells *cells, const om_h5 *scores, int64_t first) {
    int64_t n = cells->n_cells;
    cells->scores = om_malloc(n * OM_N_HALLMARKS, sizeof *cells->scores);
    cells->eligible = om_malloc(n, sizeof *cells->eligible);
    if (cells->scores == NULL || cells->eligible == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_h5_read_rows(scores, "X", OM_F64, first, n, cells->scores));
    return om_h5_read_rows(scores, "obs/passed", OM_BOOL, first, n, cells->eligible);
}

static om_status select_cells(om_scored_cells *cells, const om_h5 *store, const om_job *job,
                              const om_data_set *data_set, int64_t first) {
    uint8_t *selected = om_malloc(cells->n_cells, sizeof *selected);
    om_status status = OM_MEMORY;
    if (selected != NULL) {
        status = om_selection_read(selected, store, job, data_set, first, cells->n_cells);
    }
    for (int64_t i = 0; i < cells->n_cells && status == OM_OK; i++) {
        cells->eligible[i] = cells->eligible[i] != 0 && selected[i] != 0 ? 1 : 0;
    }
    om_free(selected);
    return status;
}

om_status om_scored_cells_read(om_scored_cells **out, const om_h5 *store, const om_job *job,
                               const om_data_set *data_set, const om_workdir *workdir,
                               int64_t first, int64_t n_cells) {
    om_h5 *scores = NULL;
    om_scored_cells *cells = om_calloc(1, sizeof *cells);
    *out = cells;
    if (cells == NULL) {
        return OM_MEMORY;
    }
    cells->n_cells = n_cells;
    om_status status = om_tissues_open(&scores, workdir, "scores", data_set);
    if (status == OM_OK) {
        status = read_scores(cells, scores, first);
    }
    om_h5_close(&scores);
    if (status == OM_OK) {
        status = select_cells(cells, store, job, data_set, first);
    }
    if (status != OM_OK) {
        om_scored_cells_destroy(out);
    }
    return status;
}

void om_scored_cells_destroy(om_scored_cells **cells) {
    if (*cells == NULL) {
        return;
    }
    om_free((*cells)->scores);
    om_free((*cells)->eligible);
    om_free(*cells);
    *cells = NULL;
}
