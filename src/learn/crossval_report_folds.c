#include "crossval_report_tables.h"
#include "figure_text.h"

#include "oncomark/table.h"

#include <inttypes.h>

static om_status add_heading(om_text *csv, const om_job *job) {
    return om_crossval_add_heading(
        csv, job,
        ",fold,fold_name,hallmark,n_positive,n_negative,tp,fp,tn,fn,accuracy,precision,recall,f1,"
        "balanced_accuracy,auroc,auprc,brier,call_agreement,n_training,n_validation,n_test,"
        "n_features,epochs,kept_epoch,validation_loss,diverged_epoch");
}

static om_status add_calls(om_text *csv, om_confusion calls, bool diverged) {
    if (diverged) {
        return om_text_add(csv, ",,,,,,");
    }
    return om_text_add(csv, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64,
                       calls.true_positive + calls.false_negative,
                       calls.true_negative + calls.false_positive, calls.true_positive,
                       calls.false_positive, calls.true_negative, calls.false_negative);
}

static om_status add_training(om_text *csv, const om_fold_result *result) {
    OM_TRY(om_text_add(csv, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64,
                       result->n_training, result->n_validation, result->n_test, result->n_features,
                       result->n_epochs));
    if (result->diverged_epoch > 0) {
        return om_text_add(csv, ",,,%" PRId64, result->diverged_epoch);
    }
    OM_TRY(om_text_add(csv, ",%" PRId64, result->kept_epoch));
    OM_TRY(om_figure_csv(csv, result->validation_loss));
    return om_text_add(csv, ",");
}

static om_status add_row(om_text *csv, const om_crossval_figures *figures, int64_t i,
                         int hallmark) {
    const om_fold_entry *entry = &figures->entries[i];
    const om_head_metrics *own = &figures->folds[i].own[hallmark];
    OM_TRY(om_crossval_add_setting(csv, figures->job, entry->setting));
    OM_TRY(om_text_add(csv, ",%" PRId64 ",", entry->fold + 1));
    OM_TRY(om_csv_field(csv, entry->name));
    OM_TRY(om_text_add(csv, ",%s", om_hallmark_code(hallmark)));
    OM_TRY(add_calls(csv, own->confusion, entry->result->diverged_epoch > 0));
    for (om_metric metric = 0; metric < OM_N_METRICS; metric++) {
        OM_TRY(om_figure_csv(csv, om_head_metrics_value(own, metric)));
    }
    OM_TRY(om_figure_csv(csv, figures->folds[i].task_agreement[hallmark]));
    OM_TRY(add_training(csv, entry->result));
    return om_text_add(csv, "\n");
}

om_status om_crossval_add_folds(om_text *csv, const om_crossval_figures *figures) {
    OM_TRY(add_heading(csv, figures->job));
    for (int64_t i = 0; i < figures->n; i++) {
        for (int hallmark = 0; hallmark < OM_N_HALLMARKS; hallmark++) {
            OM_TRY(add_row(csv, figures, i, hallmark));
        }
    }
    return OM_OK;
}
