#include "crossval_report_tables.h"
#include "figure_text.h"

#include <inttypes.h>
#include <math.h>

/* Adds the bins of hallmark's own head in these folds, if all of them have some. */
static void pool(om_calibration_bin bins[OM_CALIBRATION_BINS], const om_crossval_figures *figures,
                 om_fold_range folds, int hallmark) {
    if (om_crossval_figures_diverged(figures, folds) > 0) {
        return;
    }
    for (int64_t i = folds.first; i < folds.end; i++) {
        const om_calibration_bin *more = figures->folds[i].own[hallmark].bins;
        for (int b = 0; b < OM_CALIBRATION_BINS; b++) {
            bins[b].n += more[b].n;
            bins[b].n_positive += more[b].n_positive;
            bins[b].probability_sum += more[b].probability_sum;
        }
    }
}

static om_status add_bins(om_text *csv, const om_crossval_figures *figures, int64_t setting,
                          const char *hallmark, const om_calibration_bin *bins) {
    for (int b = 0; b < OM_CALIBRATION_BINS; b++) {
        double n = bins[b].n > 0 ? (double)bins[b].n : NAN;
        OM_TRY(om_crossval_add_setting(csv, figures->job, setting));
        OM_TRY(om_text_add(csv, ",%s,%.1f,%.1f,%" PRId64 ",%" PRId64, hallmark,
                           b / (double)OM_CALIBRATION_BINS, (b + 1) / (double)OM_CALIBRATION_BINS,
                           bins[b].n, bins[b].n_positive));
        OM_TRY(om_figure_csv(csv, bins[b].probability_sum / n));
        OM_TRY(om_figure_csv(csv, (double)bins[b].n_positive / n));
        OM_TRY(om_text_add(csv, "\n"));
    }
    return OM_OK;
}

om_status om_crossval_add_calibration(om_text *csv, const om_crossval_figures *figures) {
    OM_TRY(om_crossval_add_heading(
        csv, figures->job,
        ",hallmark,bin_low,bin_high,n,n_positive,mean_probability,positive_share"));
    for (int64_t first = 0; first < figures->n;) {
        om_fold_range folds = om_crossval_figures_range(figures, first);
        om_calibration_bin all[OM_CALIBRATION_BINS] = {0};
        for (int hallmark = 0; hallmark < OM_N_HALLMARKS; hallmark++) {
            om_calibration_bin own[OM_CALIBRATION_BINS] = {0};
            pool(own, figures, folds, hallmark);
            pool(all, figures, folds, hallmark);
            OM_TRY(add_bins(csv, figures, folds.setting, om_hallmark_code(hallmark), own));
        }
        OM_TRY(add_bins(csv, figures, folds.setting, "all", all));
        first = folds.end;
    }
    return OM_OK;
}
