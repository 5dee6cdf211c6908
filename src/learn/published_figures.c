#include "published_figures.h"

#include <math.h>

/* accuracy, precision, recall, F1, balanced accuracy */
static const double means[OM_N_HALLMARKS][OM_METRIC_BALANCED_ACCURACY + 1] = {
    [OM_HALLMARK_AIM] = {0.99974, 0.99941, 1.00000, 0.99970, 0.99976},
    [OM_HALLMARK_DCE] = {0.98912, 0.99711, 0.97996, 0.98841, 0.98869},
    [OM_HALLMARK_EGS] = {0.99957, 1.00000, 0.99920, 0.99960, 0.99960},
    [OM_HALLMARK_GIM] = {0.98729, 0.99222, 0.98676, 0.98943, 0.98744},
    [OM_HALLMARK_RCD] = {0.99926, 0.99846, 1.00000, 0.99923, 0.99929},
    [OM_HALLMARK_SPS] = {1.00000, 1.00000, 1.00000, 1.00000, 1.00000},
    [OM_HALLMARK_AID] = {0.99708, 0.99370, 0.99965, 0.99666, 0.99737},
    [OM_HALLMARK_IA] = {0.99925, 0.99914, 0.99871, 0.99892, 0.99912},
    [OM_HALLMARK_ERI] = {0.99282, 0.99124, 0.98534, 0.98826, 0.99073},
    [OM_HALLMARK_TPI] = {0.99427, 0.98280, 1.00000, 0.99130, 0.99575},
};

static const double ks[OM_N_HALLMARKS] = {
    [OM_HALLMARK_AIM] = 0.775, [OM_HALLMARK_DCE] = 0.757, [OM_HALLMARK_EGS] = 0.746,
    [OM_HALLMARK_GIM] = 0.765, [OM_HALLMARK_RCD] = 0.730, [OM_HALLMARK_SPS] = 0.758,
    [OM_HALLMARK_AID] = 0.768, [OM_HALLMARK_IA] = 0.691,  [OM_HALLMARK_ERI] = 0.770,
    [OM_HALLMARK_TPI] = 0.740,
};

double om_published_figures_ks(int hallmark) {
    return ks[hallmark];
}

double om_published_figures_mean(om_metric metric, int hallmark) {
    return metric <= OM_METRIC_BALANCED_ACCURACY ? means[hallmark][metric] : NAN;
}

double om_published_figures_mean_all(om_metric metric) {
    double sum = 0;
    for (int hallmark = 0; hallmark < OM_N_HALLMARKS; hallmark++) {
        sum += om_published_figures_mean(metric, hallmark);
    }
    return sum / OM_N_HALLMARKS;
}

bool om_published_figures_compare(const om_crossval_parameters *crossval, om_loss loss) {
    return crossval->folds == 5 && crossval->repeats == 2 && crossval->group == OM_GROUP_NONE &&
           !crossval->leave_one_out && !crossval->permute_labels && loss == OM_LOSS_PUBLISHED;
}
