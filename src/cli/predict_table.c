#include "predict_table.h"

#include "oncomark/table.h"

om_status om_predict_table_header(om_text *csv, bool with_file, bool with_ood) {
    OM_TRY(om_text_add(csv, "%sprofile", with_file ? "file," : ""));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_text_add(csv, ",%s", om_hallmark_code(k)));
    }
    if (with_ood) {
        OM_TRY(om_text_add(csv, ",residual,residual_percentile,mahalanobis,mahalanobis_percentile,"
                                "unlike_training"));
    }
    return om_text_add(csv, "\n");
}

static om_status add_verdict(om_text *csv, const om_ood_verdict *verdict) {
    return om_text_add(csv, ",%.9g,%.9g,%.9g,%.9g,%d", verdict->residual,
                       verdict->residual_percentile, verdict->mahalanobis,
                       verdict->mahalanobis_percentile, verdict->is_unlike ? 1 : 0);
}

om_status om_predict_table_rows(om_text *csv, const om_predictions *predictions, const char *file,
                                const om_ood *ood, int64_t *n_unlike) {
    *n_unlike = 0;
    for (int64_t i = 0; i < predictions->n_profiles; i++) {
        if (file != NULL) {
            OM_TRY(om_csv_field(csv, file));
            OM_TRY(om_text_add(csv, ","));
        }
        OM_TRY(om_csv_field(csv, om_strings_get(predictions->profiles, i)));
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            OM_TRY(om_text_add(csv, ",%.9g",
                               (double)predictions->probabilities[i * OM_N_HALLMARKS + k]));
        }
        if (ood != NULL) {
            om_ood_verdict verdict;
            om_ood_judge(&verdict, ood, predictions->linear + i * predictions->n_linear);
            *n_unlike += verdict.is_unlike;
            OM_TRY(add_verdict(csv, &verdict));
        }
        OM_TRY(om_text_add(csv, "\n"));
    }
    return OM_OK;
}
