/* How much of the principal components the origin of the samples explains, and how much what they
 * are labelled as. */
#ifndef ONCOMARK_LEARN_PCA_EFFECTS_H
#define ONCOMARK_LEARN_PCA_EFFECTS_H

#include "eta_squared.h"
#include "oncomark/log.h"
#include "oncomark/sample_table.h"
#include "principal.h"

typedef enum om_pca_factor {
    OM_PCA_STUDY,
    OM_PCA_TISSUE,
    OM_PCA_PATIENT,
    OM_PCA_HALLMARK,
    OM_PCA_LABEL,
    OM_PCA_HALLMARK_AND_LABEL,
    OM_N_PCA_FACTORS
} om_pca_factor;

/* Plain data. */
typedef struct om_pca_effects {
    const om_principal *principal; /* borrowed */
    om_grouping groupings[OM_N_PCA_FACTORS];
    double *eta_squared[OM_N_PCA_FACTORS]; /* [n_components] of the samples' scores */
    double overall[OM_N_PCA_FACTORS];      /* means over components, by their variance */
} om_pca_effects;

/* Of the samples rows [principal->n_samples] with their scores [n_samples x n_components]. Local.
 */
om_status om_pca_effects_create(om_pca_effects **out, const om_principal *principal,
                                const om_sample_table *table, const int64_t *rows,
                                const double *scores);
void om_pca_effects_destroy(om_pca_effects **effects);

/* Appends pca_effects.csv: component,variance,variance_ratio,factor,n_groups,eta_squared,expected,
 * where `expected` is what chance gives; of component "all" the sums of variance. Local. */
om_status om_pca_effects_csv(om_text *csv, const om_pca_effects *effects);

/* The first ten components and all together as a table on the log. Local. */
om_status om_pca_effects_say(om_log *log, const om_pca_effects *effects);

#endif
