#include "oncomark/predict.h"

#include <inttypes.h>

/* Below this share of the model's genes, predictions are doubtful. */
static const double enough_genes = 0.8;

static void say_share(om_log *log, const char *stage, const om_predictions *predictions,
                      const char *path) {
    double share = (double)predictions->n_found / (double)predictions->n_features;
    om_log_info(log, "%s: %s: %" PRId64 " profiles, %" PRId64 " of %" PRId64 " genes (%.1f %%)",
                stage, path, predictions->n_profiles, predictions->n_found, predictions->n_features,
                100 * share);
    if (share < enough_genes) {
        om_log_warn(log,
                    "%s: only %.1f %% of the model's genes were found; the others count as not "
                    "expressed, and predictions may be off",
                    path, 100 * share);
    }
}

om_status om_predictions_say(om_log *log, const char *stage, const om_predictions *predictions,
                             const char *path) {
    enum { NAMED = 5 };
    int64_t n_left_out = om_strings_count(predictions->left_out);
    om_text *names = NULL;
    say_share(log, stage, predictions, path);
    OM_TRY(om_text_create(&names));
    om_status status = OM_OK;
    for (int64_t i = 0; i < n_left_out && i < NAMED && status == OM_OK; i++) {
        status = om_text_add(names, "%s'%s'", i > 0 ? ", " : "",
                             om_strings_get(predictions->left_out, i));
    }
    if (status == OM_OK && n_left_out > 0) {
        om_log_warn(log, "%s: left out what is no profile: %s%s (%" PRId64 " in all)", path,
                    om_text_get(names), n_left_out > NAMED ? ", ..." : "", n_left_out);
    }
    om_text_destroy(&names);
    return status;
}
