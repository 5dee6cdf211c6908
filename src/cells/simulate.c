#include "oncomark/simulate.h"

#include "simulate_calibrate.h"
#include "simulate_files.h"
#include "simulate_genes.h"
#include "simulate_marker.h"
#include "simulate_matrix.h"
#include "simulate_plan.h"

#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

static const char *const default_ids[] = {"Sim2031_Breast",      "Sim2031_Lung",
                                          "Sim2032_Breast",      "Sim2033_Colorectal",
                                          "Sim2034_Hematologic", "Sim2035_Skin"};
static const char *const further_tissues[] = {
    "Pancreas", "Kidney",        "Brain",       "Liver-Biliary", "Ovarian",
    "Prostate", "Head and Neck", "Sarcoma",     "Lung",          "Colorectal",
    "Breast",   "Skin",          "Hematologic", "Neuroendocrine"};
enum {
    N_DEFAULT_IDS = sizeof default_ids / sizeof default_ids[0],
    N_FURTHER = sizeof further_tissues / sizeof further_tissues[0],
    FIRST_FURTHER_YEAR = 2036
};

om_simulate_options om_simulate_defaults(void) {
    return (om_simulate_options){
        .seed = 42, .n_cells = 30000, .n_genes = 20000, .effect = 1.0, .gzip = OM_SIMULATE_MIXED};
}

om_status om_simulate_default_studies(om_strings *studies, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        if (i < N_DEFAULT_IDS) {
            OM_TRY(om_strings_add(studies, default_ids[i]));
            continue;
        }
        int64_t further = i - N_DEFAULT_IDS;
        char *id = om_format("Sim%" PRId64 "_%s", FIRST_FURTHER_YEAR + further,
                             further_tissues[further % N_FURTHER]);
        om_status status = id != NULL ? om_strings_add(studies, id) : OM_MEMORY;
        om_free(id);
        OM_TRY(status);
    }
    return OM_OK;
}

static om_status check_options(const om_simulate_options *options) {
    if (options->out == NULL || options->out[0] == '\0') {
        return om_fail(OM_USAGE, "simulate: no output folder given");
    }
    if (options->gene_sets == NULL) {
        return om_fail(OM_USAGE, "simulate: no gene set file given");
    }
    if (options->studies == NULL || om_strings_count(options->studies) == 0) {
        return om_fail(OM_USAGE, "simulate: found no data set, expected at least one");
    }
    if (options->n_cells < 1 || options->n_samples < 0) {
        return om_fail(OM_USAGE,
                       "simulate: found %" PRId64 " cells and %" PRId64
                       " samples, expected at least one cell and no negative number",
                       options->n_cells, options->n_samples);
    }
    if (!(options->effect >= 0.0 && options->effect <= 10.0)) {
        return om_fail(OM_USAGE, "simulate: found effect %g, expected 0 to 10", options->effect);
    }
    return OM_OK;
}

/* Root reads, all get the sets. */
static om_status get_sets(om_ctx *ctx, const char *path, om_gene_sets **sets) {
    om_status status = om_context_is_root(ctx) ? om_gene_sets_read(sets, path) : OM_OK;
    OM_TRY(om_agree(ctx, status));
    return om_gene_sets_broadcast(ctx, 0, sets);
}

/* The matrix, and the samples as bulk profiles. */
static om_status write_counts(om_ctx *ctx, const om_simulate_options *options,
                              om_simulate_model *model, const double *strengths, const char *folder,
                              om_progress *progress) {
    int64_t n_sums = model->study->n_samples * model->n_rows;
    int64_t *bulk = om_calloc(n_sums, sizeof *bulk);
    char *path = om_format("%s/bulk/%s.csv", options->out, model->study->id);
    om_status status = om_agree(ctx, bulk != NULL && path != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        status = om_simulate_matrix_write(ctx, model, strengths, bulk, folder, progress);
    }
    if (status == OM_OK) {
        status = om_sum_i64(ctx, bulk, n_sums);
    }
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = om_simulate_files_write_bulk(model, bulk, path);
    }
    om_free(bulk);
    om_free(path);
    return om_agree(ctx, status);
}

/* The root's files of a data set and its matrix. */
static om_status write_study(om_ctx *ctx, const om_simulate_options *options,
                             om_simulate_model *model, const double *strengths,
                             om_progress *progress) {
    const char *id = model->study->id;
    char *folder = om_format("%s/Data_%s", options->out, id);
    char *truth = om_format("%s/truth/%s.csv", options->out, id);
    om_status status = folder != NULL && truth != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = om_folder_make(folder);
        if (status == OM_OK) {
            status = om_simulate_files_write(model, folder);
        }
        if (status == OM_OK) {
            status = om_simulate_files_write_truth(model, truth);
        }
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = write_counts(ctx, options, model, strengths, folder, progress);
    }
    om_free(folder);
    om_free(truth);
    return status;
}

static om_status write_studies(om_ctx *ctx, const om_simulate_options *options,
                               const om_simulate_plan *plan, const om_simulate_genes *genes,
                               const double *strengths) {
    int64_t share = om_simulate_plan_cells(plan) / om_context_size(ctx);
    om_progress *progress =
        om_progress_begin(om_context_log(ctx), "simulate", share > 0 ? share : 1, "cells");
    om_status status = OM_OK;
    for (int64_t i = 0; status == OM_OK && i < plan->n_studies; i++) {
        om_simulate_model *model = NULL;
        status =
            om_agree(ctx, om_simulate_model_create(&model, genes, &plan->studies[i], plan->seed));
        if (status == OM_OK) {
            status = write_study(ctx, options, model, strengths + i * OM_N_HALLMARKS, progress);
        }
        om_simulate_model_destroy(&model);
    }
    om_progress_end(&progress);
    return status;
}

/* *strengths [studies x OM_N_HALLMARKS] is owned by the caller. */
static om_status set_strengths(om_ctx *ctx, const om_simulate_options *options,
                               const om_simulate_plan *plan, const om_simulate_genes *genes,
                               double **strengths) {
    int64_t n = plan->n_studies * OM_N_HALLMARKS;
    *strengths = om_calloc(n, sizeof **strengths);
    OM_TRY(om_agree(ctx, *strengths != NULL ? OM_OK : OM_MEMORY));
    if (options->effect > 0.0) {
        OM_TRY(om_simulate_calibrate(ctx, plan, genes, *strengths));
    }
    for (int64_t i = 0; i < n; i++) {
        (*strengths)[i] *= options->effect;
    }
    return OM_OK;
}

/* Marks the folder as begun, writes, marks it as complete. */
static om_status write_all(om_ctx *ctx, const om_simulate_options *options,
                           const om_gene_sets *sets, const om_simulate_plan *plan) {
    bool done = false;
    om_status status = OM_OK;
    om_simulate_genes *genes = NULL;
    double *strengths = NULL;
    if (om_context_is_root(ctx)) {
        status = om_simulate_marker_check(options, sets, &done);
    }
    OM_TRY(om_agree(ctx, status));
    OM_TRY(om_broadcast(ctx, 0, &done, sizeof done));
    if (done) {
        om_log_info(om_context_log(ctx), "simulate: %s holds this simulation already",
                    options->out);
        return OM_OK;
    }
    status = om_simulate_genes_create(&genes, sets, options->seed, options->n_genes);
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = om_simulate_marker_begin(options, sets);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = set_strengths(ctx, options, plan, genes, &strengths);
    }
    if (status == OM_OK) {
        status = write_studies(ctx, options, plan, genes, strengths);
    }
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = om_simulate_marker_complete(options, sets);
    }
    status = om_agree(ctx, status);
    om_simulate_genes_destroy(&genes);
    om_free(strengths);
    return status;
}

om_status om_simulate(om_ctx *ctx, const om_simulate_options *options) {
    om_gene_sets *sets = NULL;
    om_simulate_plan *plan = NULL;
    om_status status = check_options(options);
    if (status == OM_OK) {
        status = om_simulate_plan_create(&plan, options);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = get_sets(ctx, options->gene_sets, &sets);
    }
    if (status == OM_OK) {
        status = write_all(ctx, options, sets, plan);
    }
    om_gene_sets_destroy(&sets);
    om_simulate_plan_destroy(&plan);
    return status;
}
