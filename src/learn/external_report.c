#include "external_report.h"

#include "figure_text.h"
#include "oncomark/table.h"

#include <inttypes.h>

static const char *study_name(const om_external_row *row, const om_strings *studies) {
    return row->study == OM_EXTERNAL_ALL ? "ALL" : om_strings_get(studies, row->study);
}

static om_status add_row(om_text *csv, const om_external_row *row, const om_strings *studies) {
    const double figures[] = {om_confusion_accuracy(row->calls),
                              om_confusion_precision(row->calls),
                              om_confusion_recall(row->calls),
                              om_confusion_f1(row->calls),
                              om_confusion_balanced_accuracy(row->calls),
                              row->auroc,
                              row->auprc};
    OM_TRY(om_csv_field(csv, study_name(row, studies)));
    OM_TRY(om_text_add(csv, ",%s,%" PRId64 ",%" PRId64 ",%" PRId64,
                       row->hallmark == OM_EXTERNAL_ALL ? "ALL" : om_hallmark_code(row->hallmark),
                       row->n_patients, om_external_n_positive(row), om_external_n_negative(row)));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        OM_TRY(om_figure_csv(csv, figures[i]));
    }
    return om_text_add(csv, "\n");
}

om_status om_external_report_figures(om_text *csv, const om_external_figures *figures,
                                     const om_strings *studies) {
    OM_TRY(om_text_add(csv, "study,hallmark,patients,positives,negatives,accuracy,precision,recall,"
                            "f1,balanced_accuracy,auroc,auprc\n"));
    for (int64_t i = 0; i < figures->n_rows; i++) {
        OM_TRY(add_row(csv, &figures->rows[i], studies));
    }
    return OM_OK;
}

static om_status add_prediction(om_text *csv, const om_predictions *predictions,
                                const om_sample_table *table, int64_t n_cells, int64_t sample) {
    OM_TRY(om_csv_field(csv, om_strings_get(predictions->profiles, sample)));
    OM_TRY(om_text_add(csv, ","));
    OM_TRY(om_csv_field(csv, om_strings_get(table->studies, table->study[sample])));
    OM_TRY(om_text_add(csv, ","));
    OM_TRY(om_csv_field(csv, om_strings_get(table->tissues, table->tissue[sample])));
    OM_TRY(om_text_add(csv, ",%s,%d,%" PRId64, om_hallmark_code(table->task[sample]),
                       table->label[sample], n_cells));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_text_add(csv, ",%.9g",
                           (double)predictions->probabilities[sample * OM_N_HALLMARKS + k]));
    }
    return om_text_add(csv, "\n");
}

om_status om_external_report_predictions(om_text *csv, const om_predictions *predictions,
                                         const om_sample_table *table, const int64_t *n_cells) {
    OM_TRY(om_text_add(csv, "pooled_sample,study,tissue,hallmark,label,n_cells"));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_text_add(csv, ",%s", om_hallmark_code(k)));
    }
    OM_TRY(om_text_add(csv, "\n"));
    for (int64_t i = 0; i < table->n_samples; i++) {
        OM_TRY(add_prediction(csv, predictions, table, n_cells[i], i));
    }
    return OM_OK;
}

static om_status say_row(om_text *line, om_log *log, const om_external_row *row,
                         const char *study) {
    const struct {
        const char *name;
        double value;
    } figures[] = {{"accuracy", om_confusion_accuracy(row->calls)},
                   {"precision", om_confusion_precision(row->calls)},
                   {"recall", om_confusion_recall(row->calls)},
                   {"F1", om_confusion_f1(row->calls)},
                   {"balanced accuracy", om_confusion_balanced_accuracy(row->calls)},
                   {"AUROC", row->auroc}};
    om_text_clear(line);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        OM_TRY(om_text_add(line, "%s%s ", i > 0 ? ", " : "", figures[i].name));
        OM_TRY(om_figure_aligned(line, 0, figures[i].value));
    }
    om_log_info(log,
                "validate: %s: %" PRId64 " patients, %" PRId64 " positive and %" PRId64
                " negative pooled samples: %s",
                study, row->n_patients, om_external_n_positive(row), om_external_n_negative(row),
                om_text_get(line));
    return OM_OK;
}

om_status om_external_report_say(om_log *log, const om_external_figures *figures,
                                 const om_strings *studies) {
    om_text *line = NULL;
    om_status status = om_text_create(&line);
    for (int64_t i = 0; i < figures->n_rows && status == OM_OK; i++) {
        const om_external_row *row = &figures->rows[i];
        bool only_study = row->study == OM_EXTERNAL_ALL && om_strings_count(studies) == 1;
        if (row->hallmark == OM_EXTERNAL_ALL && !only_study) {
            status = say_row(line, log, row, study_name(row, studies));
        }
    }
    om_text_destroy(&line);
    return status;
}
