#include "crossval_report_tables.h"
#include "figure_text.h"

#include <inttypes.h>

static om_status add_row(om_text *csv, const om_crossval_figures *figures, om_fold_range folds,
                         int head, int task) {
    om_figure figure = {.kind = OM_FIGURE_CROSS_AUROC, .head = head, .task = task};
    om_fold_mean auroc = om_crossval_figures_mean(figures, folds, figure);
    figure.kind = OM_FIGURE_CROSS_BALANCED_ACCURACY;
    om_fold_mean balanced_accuracy = om_crossval_figures_mean(figures, folds, figure);
    OM_TRY(om_crossval_add_setting(csv, figures->job, folds.setting));
    /* Both need samples of both labels, so they are defined in the same folds. */
    OM_TRY(om_text_add(csv, ",%s,%s,%" PRId64, om_hallmark_code(head), om_hallmark_code(task),
                       auroc.n));
    OM_TRY(om_figure_csv(csv, auroc.mean));
    OM_TRY(om_figure_csv(csv, auroc.sd));
    OM_TRY(om_figure_csv(csv, balanced_accuracy.mean));
    OM_TRY(om_figure_csv(csv, balanced_accuracy.sd));
    return om_text_add(csv, "\n");
}

om_status om_crossval_add_cross_hallmark(om_text *csv, const om_crossval_figures *figures) {
    OM_TRY(om_crossval_add_heading(csv, figures->job,
                                   ",head,task,n_folds,auroc_mean,auroc_sd,balanced_accuracy_mean,"
                                   "balanced_accuracy_sd"));
    for (int64_t first = 0; first < figures->n;) {
        om_fold_range folds = om_crossval_figures_range(figures, first);
        for (int head = 0; head < OM_N_HALLMARKS; head++) {
            for (int task = 0; task < OM_N_HALLMARKS; task++) {
                OM_TRY(add_row(csv, figures, folds, head, task));
            }
        }
        first = folds.end;
    }
    return OM_OK;
}
