#include "crossval_report_ranking.h"

#include "oncomark/memory.h"
#include "oncomark/sweep.h"

#include <math.h>
#include <stdlib.h>

/* For comparisons: a setting that diverged in one fold is no better than one that did in all. */
static double yardstick(const om_ranked_setting *setting) {
    return setting->n_diverged == 0 ? setting->validation_loss.mean : INFINITY;
}

static int by_validation_loss(const void *left, const void *right) {
    const om_ranked_setting *a = left;
    const om_ranked_setting *b = right;
    if (a->loss != b->loss) {
        return a->loss < b->loss ? -1 : 1;
    }
    double x = yardstick(a);
    double y = yardstick(b);
    if (x < y || x > y) {
        return x < y ? -1 : 1;
    }
    return (a->folds.setting > b->folds.setting) - (a->folds.setting < b->folds.setting);
}

static om_status fill(om_sweep_ranking *ranking, const om_crossval_figures *figures) {
    for (int64_t first = 0; first < figures->n;) {
        om_ranked_setting *setting = &ranking->settings[ranking->n++];
        setting->folds = om_crossval_figures_range(figures, first);
        setting->validation_loss = om_crossval_figures_mean(
            figures, setting->folds, (om_figure){.kind = OM_FIGURE_VALIDATION_LOSS});
        setting->n_diverged = om_crossval_figures_diverged(figures, setting->folds);
        om_feature_parameters features;
        om_train_parameters train;
        OM_TRY(om_sweep_setting(&features, &train, figures->job, setting->folds.setting));
        setting->loss = train.loss;
        first = setting->folds.end;
    }
    return OM_OK;
}

om_status om_sweep_ranking_create(om_sweep_ranking **out, const om_crossval_figures *figures) {
    om_sweep_ranking *ranking = om_calloc(1, sizeof *ranking);
    *out = ranking;
    if (ranking == NULL) {
        return OM_MEMORY;
    }
    ranking->settings = om_malloc(figures->n, sizeof *ranking->settings);
    om_status status = ranking->settings != NULL ? fill(ranking, figures) : OM_MEMORY;
    if (status != OM_OK) {
        om_sweep_ranking_destroy(out);
        return status;
    }
    qsort(ranking->settings, (size_t)ranking->n, sizeof *ranking->settings, by_validation_loss);
    for (int64_t i = 0; i < ranking->n; i++) {
        const om_ranked_setting *before = i > 0 ? &ranking->settings[i - 1] : NULL;
        bool same = before != NULL && before->loss == ranking->settings[i].loss;
        ranking->settings[i].rank = same ? before->rank + 1 : 1;
    }
    return OM_OK;
}

void om_sweep_ranking_destroy(om_sweep_ranking **ranking) {
    if (*ranking != NULL) {
        om_free((*ranking)->settings);
        om_free(*ranking);
        *ranking = NULL;
    }
}

bool om_sweep_ranking_is_chosen(const om_ranked_setting *setting) {
    return setting->rank == 1 && setting->n_diverged == 0;
}
