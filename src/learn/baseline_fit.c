#include "baseline_fit.h"

#include "oncomark/memory.h"

void om_baseline_fit_release(om_baseline_fit *fit) {
    om_ridge_destroy(&fit->ridge);
    om_free(fit->decisions);
    om_free(fit->tasks);
    om_free(fit->labels);
    *fit = (om_baseline_fit){0};
}

static om_status allocate(om_baseline_fit *fit, const om_lesson *lesson) {
    int64_t n = lesson->counts[OM_PART_TEST];
    fit->n_test = n;
    fit->decisions = om_malloc(n * OM_N_HALLMARKS, sizeof *fit->decisions);
    fit->tasks = om_malloc(n, sizeof *fit->tasks);
    fit->labels = om_malloc(n, sizeof *fit->labels);
    if (fit->decisions == NULL || fit->tasks == NULL || fit->labels == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        int64_t row = lesson->rows[OM_PART_TEST][i];
        fit->tasks[i] = lesson->table->task[row];
        fit->labels[i] = lesson->table->label[row];
    }
    return OM_OK;
}

static om_status fit_and_test(om_baseline_fit *fit, om_ctx *ctx, const om_lesson *lesson,
                              const om_baseline_parameters *parameters, double *penalties) {
    bool is_one = parameters->smallest_penalty == parameters->largest_penalty;
    int64_t n_penalties = is_one ? 1 : parameters->penalties;
    const om_ridge_input input = {.set = lesson->matrix->set,
                                  .n_features = lesson->matrix->n_features,
                                  .mean = lesson->mean,
                                  .sd = lesson->sd,
                                  .task = lesson->table->task,
                                  .label = lesson->table->label,
                                  .training = lesson->rows[OM_PART_TRAINING],
                                  .n_training = lesson->counts[OM_PART_TRAINING],
                                  .validation = lesson->rows[OM_PART_VALIDATION],
                                  .n_validation = lesson->counts[OM_PART_VALIDATION],
                                  .penalties = penalties,
                                  .n_penalties = n_penalties};
    om_ridge_penalties(penalties, parameters->smallest_penalty, parameters->largest_penalty,
                       n_penalties);
    OM_TRY(om_ridge_fit(&fit->ridge, ctx, &input));
    return om_ridge_decide(fit->decisions, ctx, fit->ridge, &input, lesson->rows[OM_PART_TEST],
                           fit->n_test);
}

om_status om_baseline_fit_make(om_baseline_fit *fit, om_ctx *ctx, const om_lesson *lesson,
                               const om_baseline_parameters *parameters) {
    double *penalties = om_malloc(parameters->penalties, sizeof *penalties);
    om_status status = penalties != NULL ? allocate(fit, lesson) : OM_MEMORY;
    status = om_agree(ctx, status);
    status = status == OM_OK ? fit_and_test(fit, ctx, lesson, parameters, penalties) : status;
    om_free(penalties);
    return status;
}
