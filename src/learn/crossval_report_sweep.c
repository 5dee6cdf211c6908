#include "crossval_report_ranking.h"
#include "crossval_report_tables.h"
#include "figure_text.h"

#include <inttypes.h>
#include <math.h>

static om_status add_heading(om_text *csv, const om_job *job) {
    return om_crossval_add_heading(
        csv, job,
        ",rank,chosen,n_folds,n_diverged,validation_loss_mean,validation_loss_sd,test_accuracy,"
        "test_precision,"
        "test_recall,test_f1,test_balanced_accuracy,test_auroc,test_auprc,test_brier,"
        "test_call_agreement");
}

static om_status add_test_figure(om_text *csv, const om_crossval_figures *figures,
                                 const om_ranked_setting *setting, om_figure figure) {
    bool chosen = om_sweep_ranking_is_chosen(setting);
    return om_figure_csv(
        csv, chosen ? om_crossval_figures_mean(figures, setting->folds, figure).mean : NAN);
}

static om_status add_row(om_text *csv, const om_crossval_figures *figures,
                         const om_ranked_setting *setting) {
    OM_TRY(om_crossval_add_setting(csv, figures->job, setting->folds.setting));
    OM_TRY(om_text_add(csv, ",%" PRId64 ",%d,%" PRId64 ",%" PRId64, setting->rank,
                       om_sweep_ranking_is_chosen(setting),
                       setting->folds.end - setting->folds.first, setting->n_diverged));
    OM_TRY(om_figure_csv(csv, setting->validation_loss.mean));
    OM_TRY(om_figure_csv(csv, setting->validation_loss.sd));
    for (om_metric metric = 0; metric < OM_N_METRICS; metric++) {
        om_figure figure = {.kind = OM_FIGURE_OWN_MEAN, .metric = metric};
        OM_TRY(add_test_figure(csv, figures, setting, figure));
    }
    OM_TRY(add_test_figure(csv, figures, setting, (om_figure){.kind = OM_FIGURE_AGREEMENT}));
    return om_text_add(csv, "\n");
}

om_status om_crossval_add_sweep(om_text *csv, const om_crossval_figures *figures) {
    OM_TRY(add_heading(csv, figures->job));
    om_sweep_ranking *ranking = NULL;
    OM_TRY(om_sweep_ranking_create(&ranking, figures));
    om_status status = OM_OK;
    for (int64_t i = 0; i < ranking->n && status == OM_OK; i++) {
        status = add_row(csv, figures, &ranking->settings[i]);
    }
    om_sweep_ranking_destroy(&ranking);
    return status;
}
