#include "bulk_report.h"

#include "figure_text.h"
#include "oncomark/memory.h"
#include "oncomark/table.h"
#include "published_figures.h"

#include <inttypes.h>
#include <math.h>

static const char *const class_names[] = {
    [OM_BULK_MIXED] = "", [OM_BULK_CANCER] = "cancer", [OM_BULK_NORMAL] = "normal"};

static om_status make_group(om_bulk_group *group, const char *source,
                            const om_bulk_profiles *const *sets, int64_t n_sets,
                            const double thresholds[OM_N_HALLMARKS]) {
    group->source = source;
    group->cancer = om_bulk_agreement_count(sets, n_sets, OM_BULK_CANCER);
    group->normal = om_bulk_agreement_count(sets, n_sets, OM_BULK_NORMAL);
    return om_bulk_figures_compute(group->figures, sets, n_sets, thresholds);
}

/* All sets of a kind. */
static om_status make_pool(om_bulk_group *group, bool *has_any, const om_bulk_profiles *sets,
                           int64_t n_sets, bool is_published, const double *thresholds) {
    const om_bulk_profiles **pool = om_calloc(n_sets, sizeof(om_bulk_profiles *));
    int64_t n = 0;
    for (int64_t s = 0; s < n_sets && pool != NULL; s++) {
        if (sets[s].is_published == is_published) {
            pool[n++] = &sets[s];
        }
    }
    *has_any = n > 0;
    om_status status = pool != NULL
                           ? make_group(group, is_published ? OM_BULK_PUBLISHED : OM_BULK_MODEL,
                                        pool, n, thresholds)
                           : OM_MEMORY;
    om_free((void *)pool);
    return status;
}

static om_status fill(om_bulk_report *report, const om_bulk_profiles *sets, int64_t n_sets,
                      const double thresholds[OM_N_HALLMARKS]) {
    double none[OM_N_HALLMARKS];
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        none[k] = NAN;
    }
    report->n_sets = n_sets;
    report->sets = om_calloc(n_sets, sizeof *report->sets);
    if (report->sets == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(make_pool(&report->model, &report->has_model, sets, n_sets, false, thresholds));
    OM_TRY(make_pool(&report->published, &report->has_published, sets, n_sets, true, none));
    for (int64_t s = 0; s < n_sets; s++) {
        const om_bulk_profiles *set = &sets[s];
        OM_TRY(make_group(&report->sets[s], set->source, &set, 1,
                          set->is_published ? none : thresholds));
    }
    return OM_OK;
}

om_status om_bulk_report_create(om_bulk_report **out, const om_bulk_profiles *sets, int64_t n_sets,
                                const double thresholds[OM_N_HALLMARKS]) {
    om_bulk_report *made = om_calloc(1, sizeof *made);
    *out = made;
    om_status status = made != NULL ? fill(made, sets, n_sets, thresholds) : OM_MEMORY;
    if (status != OM_OK) {
        om_bulk_report_destroy(out);
    }
    return status;
}

void om_bulk_report_destroy(om_bulk_report **report) {
    if (*report == NULL) {
        return;
    }
    om_free((*report)->sets);
    om_free(*report);
    *report = NULL;
}

static om_status add_group(om_text *csv, const om_bulk_group *group) {
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        const om_bulk_figures *figures = &group->figures[k];
        const double values[] = {figures->sensitivity,
                                 figures->specificity,
                                 figures->threshold,
                                 figures->sensitivity_at_threshold,
                                 figures->specificity_at_threshold,
                                 figures->ks,
                                 figures->ks_p,
                                 figures->auroc};
        OM_TRY(om_csv_field(csv, group->source));
        OM_TRY(om_text_add(csv, ",%s,%" PRId64 ",%" PRId64, om_hallmark_code(k), figures->n_cancer,
                           figures->n_normal));
        for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
            OM_TRY(om_figure_csv(csv, values[i]));
        }
        OM_TRY(om_text_add(csv, "\n"));
    }
    return OM_OK;
}

static om_status add_paper(om_text *csv) {
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_text_add(csv, OM_BULK_PAPER ",%s,,,,,,,,%.17g,,\n", om_hallmark_code(k),
                           om_published_figures_ks(k)));
    }
    return OM_OK;
}

om_status om_bulk_report_figures(om_text *csv, const om_bulk_report *report) {
    OM_TRY(om_text_add(csv, "source,hallmark,n_cancer,n_normal,sensitivity,specificity,threshold,"
                            "sensitivity_at_threshold,specificity_at_threshold,ks,ks_p,auroc\n"));
    if (report->has_model) {
        OM_TRY(add_group(csv, &report->model));
    }
    if (report->has_published) {
        OM_TRY(add_group(csv, &report->published));
    }
    OM_TRY(add_paper(csv));
    for (int64_t s = 0; s < report->n_sets; s++) {
        OM_TRY(add_group(csv, &report->sets[s]));
    }
    return OM_OK;
}

static om_status add_agreement(om_text *csv, const char *source, om_bulk_class class,
                               om_bulk_agreement agreement) {
    if (agreement.n == 0) {
        return OM_OK;
    }
    OM_TRY(om_csv_field(csv, source));
    OM_TRY(om_text_add(csv, ",%s,%" PRId64, class_names[class], agreement.n));
    OM_TRY(om_figure_csv(csv, (double)agreement.n_alike / (double)agreement.n));
    OM_TRY(om_figure_csv(csv, (double)agreement.n_positive / (double)agreement.n));
    return om_text_add(csv, "\n");
}

static om_status add_agreements(om_text *csv, const om_bulk_group *group) {
    OM_TRY(add_agreement(csv, group->source, OM_BULK_CANCER, group->cancer));
    return add_agreement(csv, group->source, OM_BULK_NORMAL, group->normal);
}

om_status om_bulk_report_agreement(om_text *csv, const om_bulk_report *report) {
    OM_TRY(om_text_add(csv, "source,class,n,all_alike,all_positive\n"));
    if (report->has_model) {
        OM_TRY(add_agreements(csv, &report->model));
    }
    if (report->has_published) {
        OM_TRY(add_agreements(csv, &report->published));
    }
    for (int64_t s = 0; s < report->n_sets; s++) {
        OM_TRY(add_agreements(csv, &report->sets[s]));
    }
    return OM_OK;
}

static om_status add_profile(om_text *csv, const om_bulk_profiles *set, int64_t i) {
    OM_TRY(om_csv_field(csv, set->source));
    OM_TRY(om_text_add(csv, ","));
    OM_TRY(om_csv_field(csv, om_strings_get(set->names, i)));
    OM_TRY(om_text_add(csv, ",%s", class_names[set->classes[i]]));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_figure_csv(csv, set->probabilities[i * OM_N_HALLMARKS + k]));
    }
    return om_text_add(csv, "\n");
}

om_status om_bulk_report_predictions(om_text *csv, const om_bulk_profiles *sets, int64_t n_sets) {
    OM_TRY(om_text_add(csv, "source,profile,class"));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_text_add(csv, ",%s", om_hallmark_code(k)));
    }
    OM_TRY(om_text_add(csv, "\n"));
    for (int64_t s = 0; s < n_sets; s++) {
        for (int64_t i = 0; i < sets[s].n; i++) {
            if (sets[s].classes[i] != OM_BULK_MIXED) {
                OM_TRY(add_profile(csv, &sets[s], i));
            }
        }
    }
    return OM_OK;
}
