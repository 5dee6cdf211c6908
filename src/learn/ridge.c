#include "oncomark/ridge.h"

#include "oncomark/memory.h"
#include "ridge_hallmark.h"
#include "z_source.h"

#include <math.h>
#include <string.h>

void om_ridge_penalties(double *penalties, double smallest, double largest, int64_t n) {
    for (int64_t p = 0; p < n; p++) {
        double share = n > 1 ? (double)p / (double)(n - 1) : 0;
        penalties[p] = smallest * pow(largest / smallest, share);
    }
    if (n > 1) {
        penalties[n - 1] = largest;
    }
}

void om_ridge_destroy(om_ridge **ridge) {
    if (*ridge == NULL) {
        return;
    }
    om_free((*ridge)->weights);
    om_free((*ridge)->penalties);
    om_free((*ridge)->errors);
    om_free(*ridge);
    *ridge = NULL;
}

static om_status create(om_ridge **out, const om_ridge_input *input) {
    om_ridge *ridge = om_calloc(1, sizeof *ridge);
    *out = ridge;
    if (ridge == NULL) {
        return OM_MEMORY;
    }
    int64_t n = input->n_penalties;
    ridge->n_features = input->n_features;
    ridge->n_penalties = n;
    ridge->weights = om_calloc(OM_N_HALLMARKS * input->n_features, sizeof *ridge->weights);
    ridge->penalties = om_malloc(n, sizeof *ridge->penalties);
    ridge->errors = om_malloc(OM_N_HALLMARKS * n, sizeof *ridge->errors);
    if (ridge->weights == NULL || ridge->penalties == NULL || ridge->errors == NULL) {
        return OM_MEMORY;
    }
    memcpy(ridge->penalties, input->penalties, (size_t)n * sizeof *ridge->penalties);
    for (int64_t i = 0; i < OM_N_HALLMARKS * n; i++) {
        ridge->errors[i] = NAN;
    }
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        ridge->penalty[k] = NAN;
    }
    return OM_OK;
}

static om_status fit_on_grid(om_ridge *ridge, om_ctx *ctx, const om_grid *grid,
                             const om_ridge_input *input) {
    om_ridge_place place = {.ctx = ctx, .grid = grid, .input = input};
    OM_TRY(om_symmetric_room(&place.room, ctx));
    for (int hallmark = 0; hallmark < OM_N_HALLMARKS; hallmark++) {
        OM_TRY(om_ridge_fit_hallmark(ridge, &place, hallmark));
    }
    return OM_OK;
}

om_status om_ridge_fit(om_ridge **out, om_ctx *ctx, const om_ridge_input *input) {
    om_grid *grid = NULL;
    om_status status = om_agree(ctx, create(out, input));
    status = status == OM_OK ? om_grid_create(&grid, ctx) : status;
    status = status == OM_OK ? fit_on_grid(*out, ctx, grid, input) : status;
    om_grid_destroy(&grid);
    if (status != OM_OK) {
        om_ridge_destroy(out);
    }
    return status;
}

bool om_ridge_has(const om_ridge *ridge, int hallmark) {
    return !isnan(ridge->penalty[hallmark]);
}

void om_ridge_complete(double *decisions, const om_ridge *ridge, const double *outputs,
                       int64_t n_outputs, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        for (int k = 0; k < OM_N_HALLMARKS; k++) {
            decisions[i * OM_N_HALLMARKS + k] =
                om_ridge_has(ridge, k) ? outputs[i * n_outputs + k] + ridge->intercept[k] : NAN;
        }
    }
}

om_status om_ridge_decide(double *decisions, om_ctx *ctx, const om_ridge *ridge,
                          const om_ridge_input *input, const int64_t *rows, int64_t n_rows) {
    om_z_source *source = NULL;
    OM_TRY(om_z_source_create(&source, ctx, input->set, input->n_features, input->mean, input->sd,
                              rows, n_rows));
    om_status status = om_z_source_project(decisions, NULL, source, ridge->weights, OM_N_HALLMARKS);
    om_z_source_destroy(&source);
    if (status == OM_OK) {
        om_ridge_complete(decisions, ridge, decisions, OM_N_HALLMARKS, n_rows);
    }
    return status;
}
