#include "crossval_matrix.h"

om_status om_crossval_matrix_make(om_crossval_matrix *matrix, om_ctx *ctx, om_workdir *workdir,
                                  const om_crossval_plan *plan, int64_t task,
                                  const uint8_t *parts) {
    om_crossval_selection selection = om_crossval_selection_of(plan, task);
    if (matrix->made && om_crossval_selection_compare(matrix->selection, selection) == 0) {
        return OM_OK;
    }
    om_crossval_matrix_release(matrix);
    const om_sample_source source = {plan->path, plan->table, workdir};
    OM_TRY(om_feature_matrix_make(&matrix->content, ctx, &source, selection.fold < 0 ? NULL : parts,
                                  selection.most_variable));
    matrix->selection = selection;
    matrix->made = true;
    return OM_OK;
}

void om_crossval_matrix_release(om_crossval_matrix *matrix) {
    om_feature_matrix_release(&matrix->content);
    matrix->made = false;
}
