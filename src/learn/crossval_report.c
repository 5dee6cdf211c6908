#include "crossval_report.h"

#include "crossval_report_tables.h"

#include "oncomark/sweep.h"
#include "oncomark/table.h"

#include <inttypes.h>

om_status om_crossval_add_heading(om_text *csv, const om_job *job, const char *columns) {
    OM_TRY(om_text_add(csv, "setting"));
    for (int64_t axis = 0; axis < job->crossval.n_axes; axis++) {
        OM_TRY(om_text_add(csv, ",%s", job->crossval.sweep[axis].key));
    }
    return om_text_add(csv, "%s\n", columns);
}

om_status om_crossval_add_setting(om_text *csv, const om_job *job, int64_t setting) {
    OM_TRY(om_text_add(csv, "%" PRId64, setting + 1));
    for (int64_t axis = 0; axis < job->crossval.n_axes; axis++) {
        OM_TRY(om_text_add(csv, ","));
        OM_TRY(om_csv_field(csv, om_sweep_value(job, setting, axis)));
    }
    return OM_OK;
}

static om_status make(om_crossval_tables *out, const om_crossval_figures *figures) {
    const struct {
        om_text **text;
        om_status (*add)(om_text *csv, const om_crossval_figures *figures);
    } tables[] = {{&out->folds, om_crossval_add_folds},
                  {&out->summary, om_crossval_add_summary},
                  {&out->cross_hallmark, om_crossval_add_cross_hallmark},
                  {&out->calibration, om_crossval_add_calibration},
                  {&out->sweep, om_crossval_add_sweep}};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        OM_TRY(om_text_create(tables[i].text));
        OM_TRY(tables[i].add(*tables[i].text, figures));
    }
    return OM_OK;
}

om_status om_crossval_tables_make(om_crossval_tables *out, const om_crossval_figures *figures) {
    *out = (om_crossval_tables){.folds = NULL};
    om_status status = make(out, figures);
    if (status != OM_OK) {
        om_crossval_tables_destroy(out);
    }
    return status;
}

void om_crossval_tables_destroy(om_crossval_tables *tables) {
    om_text_destroy(&tables->folds);
    om_text_destroy(&tables->summary);
    om_text_destroy(&tables->cross_hallmark);
    om_text_destroy(&tables->calibration);
    om_text_destroy(&tables->sweep);
}
