#include "crossval_report_tables.h"
#include "figure_text.h"

#include <inttypes.h>

static om_status add_row(om_text *csv, const om_crossval_figures *figures, om_fold_range folds,
                         const char *hallmark, const char *metric, om_figure figure) {
    om_fold_mean mean = om_crossval_figures_mean(figures, folds, figure);
    OM_TRY(om_crossval_add_setting(csv, figures->job, folds.setting));
    OM_TRY(om_text_add(csv, ",%s,%s,%" PRId64, hallmark, metric, mean.n));
    OM_TRY(om_figure_csv(csv, mean.mean));
    OM_TRY(om_figure_csv(csv, mean.sd));
    return om_text_add(csv, "\n");
}

static om_status add_hallmark(om_text *csv, const om_crossval_figures *figures, om_fold_range folds,
                              int hallmark) {
    const char *code = om_hallmark_code(hallmark);
    for (om_metric metric = 0; metric < OM_N_METRICS; metric++) {
        om_figure figure = {.kind = OM_FIGURE_OWN, .metric = metric, .task = hallmark};
        OM_TRY(add_row(csv, figures, folds, code, om_metric_name(metric), figure));
    }
    om_figure agreement = {.kind = OM_FIGURE_TASK_AGREEMENT, .task = hallmark};
    return add_row(csv, figures, folds, code, "call_agreement", agreement);
}

static om_status add_all(om_text *csv, const om_crossval_figures *figures, om_fold_range folds) {
    for (om_metric metric = 0; metric < OM_N_METRICS; metric++) {
        om_figure figure = {.kind = OM_FIGURE_OWN_MEAN, .metric = metric};
        OM_TRY(add_row(csv, figures, folds, "all", om_metric_name(metric), figure));
    }
    OM_TRY(add_row(csv, figures, folds, "all", "call_agreement",
                   (om_figure){.kind = OM_FIGURE_AGREEMENT}));
    return add_row(csv, figures, folds, "all", "validation_loss",
                   (om_figure){.kind = OM_FIGURE_VALIDATION_LOSS});
}

om_status om_crossval_add_summary(om_text *csv, const om_crossval_figures *figures) {
    OM_TRY(om_crossval_add_heading(csv, figures->job, ",hallmark,metric,n_folds,mean,sd"));
    for (int64_t first = 0; first < figures->n;) {
        om_fold_range folds = om_crossval_figures_range(figures, first);
        for (int hallmark = 0; hallmark < OM_N_HALLMARKS; hallmark++) {
            OM_TRY(add_hallmark(csv, figures, folds, hallmark));
        }
        OM_TRY(add_all(csv, figures, folds));
        first = folds.end;
    }
    return OM_OK;
}
