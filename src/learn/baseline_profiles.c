#include "baseline_profiles.h"

#include "bulk_class.h"
#include "bulk_figures.h"
#include "bulk_predict.h"
#include "external_figures.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"

#include <math.h>
#include <string.h>

bool om_baseline_methods_agree(const om_baseline_methods *methods) {
    const om_ridge_model *ridge = methods->ridge;
    const om_model *network = methods->network;
    int64_t n = om_strings_count(ridge->genes);
    size_t bytes = (size_t)n * sizeof(double);
    if (om_strings_count(network->genes) != n || memcmp(ridge->mean, network->mean, bytes) != 0 ||
        memcmp(ridge->sd, network->sd, bytes) != 0) {
        return false;
    }
    for (int64_t f = 0; f < n; f++) {
        if (strcmp(om_strings_get(ridge->genes, f), om_strings_get(network->genes, f)) != 0) {
            return false;
        }
    }
    return true;
}

static om_linear_map map_of(const om_ridge *ridge) {
    return (om_linear_map){
        .n_features = ridge->n_features, .n_outputs = OM_N_HALLMARKS, .weights = ridge->weights};
}

/* decisions [n_profiles x 10]; owned by the caller, NULL: no memory. */
static double *decide(const om_predictions *predictions, const om_ridge *ridge) {
    int64_t n = predictions->n_profiles;
    double *decisions = om_malloc(n * OM_N_HALLMARKS, sizeof *decisions);
    if (decisions != NULL) {
        om_ridge_complete(decisions, ridge, predictions->linear, predictions->n_linear, n);
    }
    return decisions;
}

static om_status measure_network(om_baseline_figures out[OM_N_HALLMARKS],
                                 const om_sample_table *table, const float *probabilities) {
    om_external_figures *figures = NULL;
    OM_TRY(om_external_figures_create(&figures, table, probabilities));
    for (int64_t i = 0; i < figures->n_rows; i++) {
        const om_external_row *row = &figures->rows[i];
        if (row->study == OM_EXTERNAL_ALL && row->hallmark != OM_EXTERNAL_ALL) {
            out[row->hallmark] = om_baseline_figures_of(row->calls, row->auroc, row->auprc);
        }
    }
    om_external_figures_destroy(&figures);
    return OM_OK;
}

/* Root. */
static om_status measure_external(om_baseline_pair *out, const om_ridge *ridge,
                                  const om_sample_table *table, const om_predictions *predictions) {
    double *decisions = decide(predictions, ridge);
    om_status status = decisions != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        status = om_baseline_figures_decide(out->ridge, decisions, table->task, table->label,
                                            table->n_samples);
    }
    om_free(decisions);
    OM_TRY(status);
    return measure_network(out->network, table, predictions->probabilities);
}

om_status om_baseline_external(om_baseline_pair *out, om_ctx *ctx,
                               const om_baseline_methods *methods, const char *path) {
    om_sample_table *table = NULL;
    om_predictions *predictions = NULL;
    const om_linear_map map = map_of(methods->ridge->ridge);
    const om_predict_request request = {.model = methods->network, .path = path, .linear = &map};
    om_status status = om_sample_table_read(&table, ctx, path);
    status = status == OM_OK ? om_predict(&predictions, ctx, &request) : status;
    if (status == OM_OK) {
        bool is_root = om_context_is_root(ctx);
        status =
            om_agree(ctx, is_root ? measure_external(out, methods->ridge->ridge, table, predictions)
                                  : OM_OK);
    }
    om_predictions_destroy(&predictions);
    om_sample_table_destroy(&table);
    return status;
}

om_status om_baseline_bulk_is_matrix(bool *answer, const om_bulk_set *set) {
    bool is_table = false;
    OM_TRY(om_bulk_table_is_one(set->path, &is_table));
    *answer = !is_table;
    return OM_OK;
}

/* The same profiles as either method sees them: "probabilities" of `ridge` are decisions. On the
 * root. */
typedef struct bulk_sets {
    om_bulk_profiles *ridge;   /* [n] */
    om_bulk_profiles *network; /* [n] */
    int64_t n;
} bulk_sets;

static om_status allocate(bulk_sets *sets, int64_t most) {
    sets->ridge = om_calloc(most, sizeof *sets->ridge);
    sets->network = om_calloc(most, sizeof *sets->network);
    return sets->ridge != NULL && sets->network != NULL ? OM_OK : OM_MEMORY;
}

static void release(bulk_sets *sets) {
    for (int64_t s = 0; s < sets->n; s++) {
        om_bulk_profiles_release(&sets->ridge[s]);
        om_bulk_profiles_release(&sets->network[s]);
    }
    om_free(sets->ridge);
    om_free(sets->network);
}

static om_status assign_classes(om_bulk_profiles *profiles, const om_bulk_set *set,
                                const om_predictions *predictions, om_bulk_others others) {
    om_bulk_classes *classes = NULL;
    profiles->n = predictions->n_profiles;
    profiles->classes = om_calloc(profiles->n, sizeof *profiles->classes);
    om_status status =
        profiles->classes != NULL ? om_bulk_classes_create(&classes, set) : OM_MEMORY;
    if (status == OM_OK) {
        status = om_bulk_classes_assign(profiles->classes, classes, predictions->profiles,
                                        predictions->classes, others);
    }
    om_bulk_classes_destroy(&classes);
    return status;
}

/* Root. */
static om_status take(bulk_sets *sets, const om_bulk_set *set, const om_predictions *predictions,
                      const om_ridge *ridge, om_bulk_others others) {
    om_bulk_profiles *by_ridge = &sets->ridge[sets->n], *by_network = &sets->network[sets->n];
    int64_t n = predictions->n_profiles;
    sets->n++;
    OM_TRY(assign_classes(by_ridge, set, predictions, others));
    by_network->n = n;
    by_network->classes = om_calloc(n, sizeof *by_network->classes);
    by_network->probabilities = om_malloc(n * OM_N_HALLMARKS, sizeof *by_network->probabilities);
    by_ridge->probabilities = decide(predictions, ridge);
    if (by_network->classes == NULL || by_network->probabilities == NULL ||
        by_ridge->probabilities == NULL) {
        return OM_MEMORY;
    }
    memcpy(by_network->classes, by_ridge->classes, (size_t)n);
    for (int64_t i = 0; i < n * OM_N_HALLMARKS; i++) {
        double decision = by_ridge->probabilities[i];
        by_ridge->probabilities[i] = isnan(decision) ? 0 : decision;
        by_network->probabilities[i] = (double)predictions->probabilities[i];
    }
    return OM_OK;
}

/* Collective. */
static om_status predict_set(bulk_sets *sets, om_ctx *ctx, const om_baseline_methods *methods,
                             const om_job *job, const om_bulk_set *set) {
    om_predictions *predictions = NULL;
    const om_linear_map map = map_of(methods->ridge->ridge);
    om_status status = om_bulk_predict(&predictions, ctx, set, methods->network, &map);
    if (status == OM_OK) {
        bool is_root = om_context_is_root(ctx);
        status = om_agree(
            ctx, is_root ? take(sets, set, predictions, methods->ridge->ridge, job->validate.others)
                         : OM_OK);
    }
    om_predictions_destroy(&predictions);
    return status;
}

static om_confusion count_calls(const om_bulk_figures *figures, double sensitivity,
                                double specificity) {
    om_confusion calls = {0};
    if (figures->n_cancer > 0) {
        calls.true_positive = llround(sensitivity * (double)figures->n_cancer);
    }
    if (figures->n_normal > 0) {
        calls.true_negative = llround(specificity * (double)figures->n_normal);
    }
    calls.false_negative = figures->n_cancer - calls.true_positive;
    calls.false_positive = figures->n_normal - calls.true_negative;
    return calls;
}

static om_baseline_figures figures_of(const om_bulk_figures *bulk, bool at_threshold) {
    double sensitivity = at_threshold ? bulk->sensitivity_at_threshold : bulk->sensitivity;
    double specificity = at_threshold ? bulk->specificity_at_threshold : bulk->specificity;
    om_baseline_figures figures =
        om_baseline_figures_of(count_calls(bulk, sensitivity, specificity), bulk->auroc, NAN);
    figures.values[OM_COMPARED_KS] = bulk->ks;
    return figures;
}

static om_status compute(om_bulk_figures figures[OM_N_HALLMARKS], const om_bulk_profiles *profiles,
                         int64_t n, const double thresholds[OM_N_HALLMARKS]) {
    const om_bulk_profiles **pool = om_calloc(n, sizeof(om_bulk_profiles *));
    for (int64_t s = 0; s < n && pool != NULL; s++) {
        pool[s] = &profiles[s];
    }
    om_status status =
        pool != NULL ? om_bulk_figures_compute(figures, pool, n, thresholds) : OM_MEMORY;
    om_free((void *)pool);
    return status;
}

/* Decisions have their threshold at 0, not at 0.5. */
static om_status measure_bulk(om_baseline_pair *out, const bulk_sets *sets, const om_ridge *ridge) {
    const double zeros[OM_N_HALLMARKS] = {0};
    om_bulk_figures by_ridge[OM_N_HALLMARKS], by_network[OM_N_HALLMARKS];
    OM_TRY(compute(by_ridge, sets->ridge, sets->n, zeros));
    OM_TRY(compute(by_network, sets->network, sets->n, zeros));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        out->ridge[k] = figures_of(&by_ridge[k], true);
        out->network[k] = figures_of(&by_network[k], false);
        if (!om_ridge_has(ridge, k)) {
            om_baseline_figures_clear(&out->ridge[k]);
        }
    }
    return OM_OK;
}

/* Collective. */
static om_status predict_all(bulk_sets *sets, om_ctx *ctx, const om_baseline_methods *methods,
                             const om_job *job) {
    for (int64_t s = 0; s < job->validate.n_bulk; s++) {
        bool is_matrix = false;
        OM_TRY(om_stop_check(ctx));
        OM_TRY(om_agree(ctx, om_baseline_bulk_is_matrix(&is_matrix, &job->validate.bulk[s])));
        if (is_matrix) {
            OM_TRY(predict_set(sets, ctx, methods, job, &job->validate.bulk[s]));
        }
    }
    return OM_OK;
}

om_status om_baseline_bulk(om_baseline_pair *out, om_ctx *ctx, const om_baseline_methods *methods,
                           const om_job *job) {
    bulk_sets sets = {.n = 0};
    om_status status = om_agree(ctx, allocate(&sets, job->validate.n_bulk));
    status = status == OM_OK ? predict_all(&sets, ctx, methods, job) : status;
    if (status == OM_OK) {
        bool is_root = om_context_is_root(ctx);
        status = om_agree(ctx, is_root ? measure_bulk(out, &sets, methods->ridge->ridge) : OM_OK);
    }
    release(&sets);
    return status;
}
