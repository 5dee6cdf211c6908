#include "pca_effects.h"

#include "oncomark/memory.h"

#include <math.h>

/* What a sample is by a factor, as a number. */
static int32_t value_of(const om_sample_table *table, int64_t sample, om_pca_factor factor) {
    switch (factor) {
    case OM_PCA_STUDY:
        return table->study[sample];
    case OM_PCA_TISSUE:
        return table->tissue[sample];
    case OM_PCA_PATIENT:
        return table->patient[sample];
    case OM_PCA_HALLMARK:
        return table->task[sample];
    case OM_PCA_LABEL:
        return table->label[sample];
    case OM_PCA_HALLMARK_AND_LABEL:
        return 2 * table->task[sample] + table->label[sample];
    case OM_N_PCA_FACTORS:
        break;
    }
    return 0;
}

/* Groups are those values that the samples have, numbered by first appearance. */
static om_status group(om_grouping *grouping, const om_sample_table *table, const int64_t *rows,
                       int64_t n, om_pca_factor factor) {
    int32_t largest = 0;
    for (int64_t i = 0; i < n; i++) {
        int32_t value = value_of(table, rows[i], factor);
        largest = value > largest ? value : largest;
    }
    int32_t *numbers = om_calloc((int64_t)largest + 1, sizeof *numbers); /* from 1; 0: not seen */
    grouping->group = om_calloc(n, sizeof *grouping->group);
    om_status status = numbers != NULL && grouping->group != NULL ? OM_OK : OM_MEMORY;
    grouping->n = n;
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        int32_t *number = &numbers[value_of(table, rows[i], factor)];
        if (*number == 0) {
            *number = (int32_t)++grouping->n_groups;
        }
        grouping->group[i] = *number - 1;
    }
    om_free(numbers);
    return status;
}

static om_status explain(om_pca_effects *effects, om_pca_factor factor, const double *scores) {
    const om_principal *principal = effects->principal;
    int64_t count = principal->n_components;
    double explained = 0, variance = 0;
    double *eta_squared = om_calloc(count, sizeof *eta_squared);
    effects->eta_squared[factor] = eta_squared;
    if (eta_squared == NULL) {
        return OM_MEMORY;
    }
    for (int64_t c = 0; c < count; c++) {
        OM_TRY(om_eta_squared(&eta_squared[c], &effects->groupings[factor], scores + c, count));
        explained += principal->variance[c] * eta_squared[c];
        variance += principal->variance[c];
    }
    effects->overall[factor] = explained / variance;
    return OM_OK;
}

om_status om_pca_effects_create(om_pca_effects **out, const om_principal *principal,
                                const om_sample_table *table, const int64_t *rows,
                                const double *scores) {
    om_pca_effects *effects = om_calloc(1, sizeof *effects);
    *out = effects;
    if (effects == NULL) {
        return OM_MEMORY;
    }
    effects->principal = principal;
    om_status status = OM_OK;
    for (int f = 0; f < OM_N_PCA_FACTORS && status == OM_OK; f++) {
        om_pca_factor factor = (om_pca_factor)f;
        status = group(&effects->groupings[f], table, rows, principal->n_samples, factor);
        status = status == OM_OK ? explain(effects, factor, scores) : status;
    }
    if (status != OM_OK) {
        om_pca_effects_destroy(out);
    }
    return status;
}

void om_pca_effects_destroy(om_pca_effects **effects) {
    if (*effects == NULL) {
        return;
    }
    for (int f = 0; f < OM_N_PCA_FACTORS; f++) {
        om_free((*effects)->groupings[f].group);
        om_free((*effects)->eta_squared[f]);
    }
    om_free(*effects);
    *effects = NULL;
}
