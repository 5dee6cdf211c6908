/* What the paper says of its cross-validation and of bulk profiles, to set beside ours. */
#ifndef ONCOMARK_LEARN_PUBLISHED_FIGURES_H
#define ONCOMARK_LEARN_PUBLISHED_FIGURES_H

#include "oncomark/head_metrics.h"
#include "oncomark/job.h"

/* Mean over the ten folds; NaN for a metric that the paper gives no numbers of. Priyadarshi et al.,
 * Communications Biology 8:1434 (2025), doi 10.1038/s42003-025-08727-z. Local. */
double om_published_figures_mean(om_metric metric, int hallmark);

/* Of the ten hallmarks together. Local. */
double om_published_figures_mean_all(om_metric metric);

/* Kolmogorov-Smirnov statistic of the bulk profiles' probabilities, cancer against normal. Local.
 */
double om_published_figures_ks(int hallmark);

/* Whether folds and loss are the published ones, so that the figures can be compared. Local. */
bool om_published_figures_compare(const om_crossval_parameters *crossval, om_loss loss);

#endif
