/* Which settings of a sweep are best by their validation loss. */
#ifndef ONCOMARK_LEARN_CROSSVAL_REPORT_RANKING_H
#define ONCOMARK_LEARN_CROSSVAL_REPORT_RANKING_H

#include "crossval_report_figures.h"

typedef struct om_ranked_setting {
    om_fold_range folds;
    om_loss loss;                 /* that it trains with */
    om_fold_mean validation_loss; /* over its folds */
    int64_t n_diverged;           /* of its folds */
    int64_t rank;                 /* from 1, among the settings of its loss */
} om_ranked_setting;

typedef struct om_sweep_ranking {
    int64_t n;
    om_ranked_setting *settings; /* [n], by loss, then by rank */
} om_sweep_ranking;

/* By the mean validation loss over folds, ties by the number of the setting; last come those that
 * diverged in a fold. A masked and a published loss are different yardsticks: where
 * train.loss is swept, the settings of each are ranked on their own. Local. */
om_status om_sweep_ranking_create(om_sweep_ranking **out, const om_crossval_figures *figures);
void om_sweep_ranking_destroy(om_sweep_ranking **ranking);

/* Whether it is the best of its loss; one that diverged never is. */
bool om_sweep_ranking_is_chosen(const om_ranked_setting *setting);

#endif
