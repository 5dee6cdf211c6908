#include "synthetic_labels.h"

#include "scored_cells.h"

static void label_batch(int8_t *labels, const om_scored_cells *cells,
                        const om_threshold *thresholds, om_threshold_method method) {
    for (int64_t i = 0; i < cells->n_cells * OM_N_HALLMARKS; i++) {
        om_label label = OM_LABEL_NONE;
        if (cells->eligible[i / OM_N_HALLMARKS] != 0) {
            label = om_threshold_label(&thresholds[i % OM_N_HALLMARKS], method, cells->scores[i]);
        }
        labels[i] = (int8_t)label;
    }
}

om_status om_synthetic_labels_read(int8_t *labels, const om_h5 *store, const om_job *job,
                                   const om_data_set *data_set, const om_workdir *workdir,
                                   om_threshold_table *thresholds, int64_t first, int64_t n_cells) {
    bool other = data_set->role == OM_ROLE_VALIDATE && data_set->threshold_tissue != NULL;
    const char *name = other ? data_set->threshold_tissue : data_set->tissue;
    int64_t tissue = om_threshold_table_find(thresholds, name);
    if (tissue < 0) {
        return om_fail(OM_USAGE,
                       "thresholds.csv: found no tissue %s, which data set %s (%s:%ld) needs: run "
                       "`oncomark threshold` again",
                       name, data_set->id, job->path, data_set->line);
    }
    const om_threshold *row = om_threshold_table_row(thresholds, tissue);
    om_scored_cells *cells = NULL;
    OM_TRY(om_scored_cells_open(&cells, store, job, data_set, workdir, first, n_cells));
    om_status status = om_scored_cells_next(cells);
    while (status == OM_OK && cells->n_cells > 0) {
        label_batch(labels + (cells->first - first) * OM_N_HALLMARKS, cells, row,
                    job->threshold.method);
        status = om_scored_cells_next(cells);
    }
    om_scored_cells_close(&cells);
    return status;
}
