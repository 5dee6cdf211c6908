#include "crossval_matrix.h"

#include "oncomark/features.h"
#include "oncomark/memory.h"

static int64_t most_variable_of(const om_crossval_plan *plan, int64_t task) {
    return plan->settings[task / plan->n_folds].features.most_variable;
}

static int64_t fold_of(const om_crossval_plan *plan, int64_t task) {
    return om_crossval_features_from_all(plan) ? -1 : task % plan->n_folds;
}

bool om_crossval_matrix_is_one(const om_crossval_plan *plan, const int64_t *tasks, int64_t n) {
    for (int64_t i = 1; i < n; i++) {
        if (most_variable_of(plan, tasks[i]) != most_variable_of(plan, tasks[0]) ||
            fold_of(plan, tasks[i]) != fold_of(plan, tasks[0])) {
            return false;
        }
    }
    return n > 0;
}

static om_status select_features(om_crossval_matrix *matrix, om_ctx *ctx, om_workdir *workdir,
                                 const om_crossval_plan *plan, const uint8_t *parts) {
    int64_t n = plan->table->n_samples;
    bool *counted = om_malloc(n, sizeof *counted);
    om_status status = om_agree(ctx, counted != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        for (int64_t i = 0; i < n; i++) {
            counted[i] = matrix->fold < 0 || parts[i] == OM_PART_TRAINING;
        }
        int64_t nonzeros = 0;
        status = om_features_read(&matrix->genes, &matrix->n_features, ctx, plan->path, plan->table,
                                  counted, matrix->most_variable, &nonzeros);
        om_workdir_count(workdir, OM_COUNT_NONZEROS, nonzeros);
    }
    om_free(counted);
    return status;
}

om_status om_crossval_matrix_make(om_crossval_matrix *matrix, om_ctx *ctx, om_workdir *workdir,
                                  const om_crossval_plan *plan, int64_t task,
                                  const uint8_t *parts) {
    int64_t most_variable = most_variable_of(plan, task);
    int64_t fold = fold_of(plan, task);
    if (matrix->set != NULL && matrix->most_variable == most_variable && matrix->fold == fold) {
        return OM_OK;
    }
    om_crossval_matrix_release(matrix);
    matrix->most_variable = most_variable;
    matrix->fold = fold;
    OM_TRY(select_features(matrix, ctx, workdir, plan, parts));
    return om_training_set_create(&matrix->set, ctx, plan->path, plan->table, matrix->genes,
                                  matrix->n_features);
}

void om_crossval_matrix_release(om_crossval_matrix *matrix) {
    om_training_set_destroy(&matrix->set);
    om_free(matrix->genes);
    *matrix = (om_crossval_matrix){0};
}
