/* Cholesky's method. */
#include "columns.h"

static om_status factorise(om_symmetric *matrix) {
    int info = 0;
    pdpotrf_("L", &matrix->n, matrix->values, &om_scalapack_first, &om_scalapack_first,
             matrix->descriptor, &info, 1);
    if (info > 0) {
        return om_fail(OM_INPUT,
                       "%s: found no positive definite matrix: its leading minor %d of %d is not",
                       matrix->what, info, matrix->n);
    }
    return om_scalapack_check("pdpotrf", info);
}

static om_status solve(om_columns *sides, const om_symmetric *matrix) {
    int info = 0;
    pdpotrs_("L", &matrix->n, &sides->count, matrix->values, &om_scalapack_first,
             &om_scalapack_first, matrix->descriptor, sides->values, &om_scalapack_first,
             &om_scalapack_first, sides->descriptor, &info, 1);
    return om_scalapack_check("pdpotrs", info);
}

om_status om_symmetric_solve(om_symmetric *matrix, double *right_sides, int64_t count) {
    om_ctx *ctx = matrix->grid->ctx;
    bool is_member = matrix->grid->is_member;
    om_columns sides = {.matrix = NULL};
    om_status status =
        om_agree(ctx, is_member ? om_columns_create(&sides, matrix, right_sides, count) : OM_OK);
    if (status == OM_OK) {
        status = om_agree(ctx, is_member ? factorise(matrix) : OM_OK);
    }
    if (status == OM_OK) {
        status = om_agree(ctx, is_member ? solve(&sides, matrix) : OM_OK);
    }
    if (status == OM_OK) {
        om_columns_collect(right_sides, &sides, matrix, count);
    }
    om_columns_destroy(&sides);
    return status;
}
