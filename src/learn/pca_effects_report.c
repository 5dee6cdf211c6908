/* The effects as a table for programs and one for people. */
#include "pca_effects.h"

#include "figure_text.h"

#include <inttypes.h>
#include <string.h>

/* Components on the log. */
enum { MOST_SAID = 10 };

static const char *const factor_names[OM_N_PCA_FACTORS] = {
    [OM_PCA_STUDY] = "study",     [OM_PCA_TISSUE] = "tissue",
    [OM_PCA_PATIENT] = "patient", [OM_PCA_HALLMARK] = "hallmark",
    [OM_PCA_LABEL] = "label",     [OM_PCA_HALLMARK_AND_LABEL] = "hallmark and label",
};

static double variance_of_all(const om_principal *principal) {
    double sum = 0;
    for (int64_t c = 0; c < principal->n_components; c++) {
        sum += principal->variance[c];
    }
    return sum;
}

/* Component n_components: all of them. */
static double eta_squared_of(const om_pca_effects *effects, int64_t component, int factor) {
    return component == effects->principal->n_components ? effects->overall[factor]
                                                         : effects->eta_squared[factor][component];
}

static double variance_of(const om_principal *principal, int64_t component) {
    return component == principal->n_components ? variance_of_all(principal)
                                                : principal->variance[component];
}

static om_status add_row(om_text *csv, const om_pca_effects *effects, int64_t component,
                         int factor) {
    const om_principal *principal = effects->principal;
    double variance = variance_of(principal, component);
    OM_TRY(component == principal->n_components ? om_text_add(csv, "all")
                                                : om_text_add(csv, "%" PRId64, component + 1));
    OM_TRY(om_figure_csv(csv, variance));
    OM_TRY(om_figure_csv(csv, variance / principal->total_variance));
    OM_TRY(om_text_add(csv, ",%s,%" PRId64, factor_names[factor],
                       effects->groupings[factor].n_groups));
    OM_TRY(om_figure_csv(csv, eta_squared_of(effects, component, factor)));
    OM_TRY(om_figure_csv(csv, om_eta_squared_by_chance(&effects->groupings[factor])));
    return om_text_add(csv, "\n");
}

om_status om_pca_effects_csv(om_text *csv, const om_pca_effects *effects) {
    OM_TRY(om_text_add(csv,
                       "component,variance,variance_ratio,factor,n_groups,eta_squared,expected\n"));
    for (int64_t c = 0; c <= effects->principal->n_components; c++) {
        for (int f = 0; f < OM_N_PCA_FACTORS; f++) {
            OM_TRY(add_row(csv, effects, c, f));
        }
    }
    return OM_OK;
}

static int width_of(int factor) {
    return (int)strlen(factor_names[factor]) + 3;
}

static om_status say_heading(om_log *log, om_text *line) {
    OM_TRY(om_text_add(line, "component  variance"));
    for (int f = 0; f < OM_N_PCA_FACTORS; f++) {
        OM_TRY(om_text_add(line, "%*s", width_of(f), factor_names[f]));
    }
    om_log_info(log, "pca: share of all variance in each component, and the share of the component "
                     "that each factor explains:");
    om_log_info(log, "pca: %s", om_text_get(line));
    return OM_OK;
}

static om_status say_component(om_log *log, om_text *line, const om_pca_effects *effects,
                               int64_t component) {
    const om_principal *principal = effects->principal;
    om_text_clear(line);
    if (component < principal->n_components) {
        OM_TRY(om_text_add(line, "%-9" PRId64, component + 1));
    } else {
        OM_TRY(om_text_add(line, "all %-5" PRId64, principal->n_components));
    }
    OM_TRY(
        om_figure_aligned(line, 10, variance_of(principal, component) / principal->total_variance));
    for (int f = 0; f < OM_N_PCA_FACTORS; f++) {
        OM_TRY(om_figure_aligned(line, width_of(f), eta_squared_of(effects, component, f)));
    }
    om_log_info(log, "pca: %s", om_text_get(line));
    return OM_OK;
}

static om_status say_chance(om_log *log, om_text *line, const om_pca_effects *effects) {
    om_text_clear(line);
    OM_TRY(om_text_add(line, "%-19s", "chance"));
    for (int f = 0; f < OM_N_PCA_FACTORS; f++) {
        OM_TRY(
            om_figure_aligned(line, width_of(f), om_eta_squared_by_chance(&effects->groupings[f])));
    }
    om_log_info(log, "pca: %s", om_text_get(line));
    return OM_OK;
}

static om_status say_table(om_log *log, om_text *line, const om_pca_effects *effects) {
    int64_t count = effects->principal->n_components;
    OM_TRY(say_heading(log, line));
    for (int64_t c = 0; c < count && c < MOST_SAID; c++) {
        OM_TRY(say_component(log, line, effects, c));
    }
    OM_TRY(say_component(log, line, effects, count));
    return say_chance(log, line, effects);
}

om_status om_pca_effects_say(om_log *log, const om_pca_effects *effects) {
    om_text *line = NULL;
    OM_TRY(om_text_create(&line));
    om_status status = say_table(log, line, effects);
    om_text_destroy(&line);
    return status;
}
