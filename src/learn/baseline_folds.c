#include "baseline_folds.h"

#include "baseline_fit.h"
#include "baseline_progress.h"
#include "figure_text.h"
#include "lesson.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <math.h>

/* What the folds share. */
typedef struct folds_work {
    om_ctx *ctx;
    const om_text_origin *origin;
    const om_crossval_plan *plan;
    const om_feature_matrix *matrix; /* of all folds; NULL: each makes its own */
    om_feature_matrix own;           /* of all folds or of the last one */
    uint8_t *parts;                  /* [n_samples] of the last one */
    om_text *csv;                    /* on the root, as what follows */
    size_t heading;                  /* bytes of it */
    int64_t n_done;                  /* folds whose rows are there; on all ranks */
} folds_work;

bool om_baseline_folds_are_alike(const om_job *job) {
    return job->crossval.group == OM_GROUP_NONE && job->train.split_group == OM_GROUP_NONE &&
           !job->crossval.permute_labels;
}

/* On the validation samples, with the penalty that was chosen. */
static double least_error(const om_ridge *ridge, int hallmark) {
    double error = NAN;
    for (int64_t p = 0; p < ridge->n_penalties; p++) {
        if (ridge->penalties[p] == ridge->penalty[hallmark]) {
            error = ridge->errors[hallmark * ridge->n_penalties + p];
        }
    }
    return error;
}

static om_status add_rows(folds_work *work, int64_t fold, const om_baseline_fit *fit) {
    const om_ridge *ridge = fit->ridge;
    om_baseline_figures figures[OM_N_HALLMARKS];
    OM_TRY(
        om_baseline_figures_decide(figures, fit->decisions, fit->tasks, fit->labels, fit->n_test));
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        OM_TRY(om_text_add(work->csv, "%" PRId64 ",", fold + 1));
        OM_TRY(om_csv_field(work->csv, work->plan->folds[fold].name));
        OM_TRY(om_text_add(work->csv, ",%s,%" PRId64 ",%" PRId64 ",%" PRId64, om_hallmark_code(k),
                           ridge->n_features, ridge->n_training[k], ridge->n_validation[k]));
        OM_TRY(om_figure_csv(work->csv, ridge->penalty[k]));
        OM_TRY(om_figure_csv(work->csv, least_error(ridge, k)));
        OM_TRY(om_baseline_figures_csv(work->csv, &figures[k]));
        OM_TRY(om_text_add(work->csv, "\n"));
    }
    return om_baseline_progress_keep(work->origin, work->csv, work->heading);
}

/* Collective. */
static om_status choose_matrix(folds_work *work) {
    const om_crossval_plan *plan = work->plan;
    bool by_all = plan->job->crossval.group == OM_GROUP_NONE;
    if (work->matrix != NULL) {
        return OM_OK;
    }
    om_feature_matrix_release(&work->own);
    const om_sample_source source = {plan->path, plan->table, work->origin->workdir};
    OM_TRY(om_feature_matrix_make(&work->own, work->ctx, &source, by_all ? NULL : work->parts,
                                  plan->job->features.most_variable));
    work->matrix = by_all ? &work->own : NULL;
    return OM_OK;
}

static om_status fit_fold(folds_work *work, om_lesson *lesson, int64_t fold) {
    om_baseline_fit fit = {0};
    const om_feature_matrix *matrix = work->matrix != NULL ? work->matrix : &work->own;
    om_status status = om_lesson_scale(lesson, work->ctx, matrix);
    if (status == OM_OK) {
        status = om_baseline_fit_make(&fit, work->ctx, lesson, &work->plan->job->baseline);
    }
    if (status == OM_OK) {
        bool is_root = om_context_is_root(work->ctx);
        status = om_agree(work->ctx, is_root ? add_rows(work, fold, &fit) : OM_OK);
    }
    om_baseline_fit_release(&fit);
    return status;
}

static om_status do_fold(folds_work *work, int64_t fold) {
    om_lesson *lesson = NULL;
    OM_TRY(om_stop_check(work->ctx));
    om_status status = om_crossval_parts(work->parts, work->plan, fold);
    status = status == OM_OK ? om_lesson_create(&lesson, work->plan->table, work->parts) : status;
    status = om_agree(work->ctx, status);
    status = status == OM_OK ? choose_matrix(work) : status;
    status = status == OM_OK ? fit_fold(work, lesson, fold) : status;
    om_lesson_destroy(&lesson);
    return status;
}

static om_status add_heading(om_text *csv) {
    OM_TRY(om_text_add(csv, "fold,fold_name,hallmark,n_features,n_training,n_validation,penalty,"
                            "validation_error"));
    OM_TRY(om_baseline_figures_heading(csv));
    return om_text_add(csv, "\n");
}

/* On the root, with what an earlier run has left. */
static om_status begin_table(folds_work *work) {
    OM_TRY(add_heading(work->csv));
    work->heading = om_text_length(work->csv);
    OM_TRY(om_baseline_progress_read(work->csv, &work->n_done, work->origin));
    if (work->n_done > 0) {
        om_log_info(om_context_log(work->ctx),
                    "baseline: going on after fold %" PRId64 " of %" PRId64, work->n_done,
                    work->plan->n_folds);
    }
    return OM_OK;
}

static om_status begin(folds_work *work) {
    work->parts = om_malloc(work->plan->table->n_samples, sizeof *work->parts);
    om_status status = work->parts != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && om_context_is_root(work->ctx)) {
        status = begin_table(work);
    }
    OM_TRY(om_agree(work->ctx, status));
    return om_broadcast(work->ctx, 0, &work->n_done, sizeof work->n_done);
}

om_status om_baseline_folds(om_text *csv, om_ctx *ctx, const om_text_origin *origin,
                            const om_crossval_plan *plan, const om_feature_matrix *ready) {
    folds_work work = {.ctx = ctx, .origin = origin, .plan = plan, .matrix = ready, .csv = csv};
    om_status status = begin(&work);
    for (int64_t fold = work.n_done; fold < plan->n_folds && status == OM_OK; fold++) {
        status = do_fold(&work, fold);
    }
    om_feature_matrix_release(&work.own);
    om_free(work.parts);
    return status;
}

/* The number in a column of that name; NaN where it is empty. */
static om_status read_number(double *value, const om_table *table, int64_t row, const char *name) {
    int64_t column = om_table_find(table, name);
    const char *cell = column >= 0 ? om_table_cell(table, row, column) : NULL;
    *value = NAN;
    if (cell == NULL || (cell[0] != '\0' && !om_parse_f64(cell, value))) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": column '%s': found '%.40s', expected a number",
                       om_table_path(table), om_table_line(table, row), name,
                       cell != NULL ? cell : "no such column");
    }
    return OM_OK;
}

static om_status read_row(om_baseline_figures *out, const om_table *table, int64_t row) {
    double positive = 0, negative = 0;
    OM_TRY(read_number(&positive, table, row, "n_positive"));
    OM_TRY(read_number(&negative, table, row, "n_negative"));
    out->n_positive = (int64_t)positive;
    out->n_negative = (int64_t)negative;
    for (int f = 0; f < OM_COMPARED_KS; f++) {
        OM_TRY(read_number(&out->values[f], table, row, om_compared_name((om_compared)f)));
    }
    out->values[OM_COMPARED_KS] = NAN;
    return OM_OK;
}

/* Rows are as om_baseline_folds writes them: of the artefact that was committed. */
static om_status read_rows(om_baseline_figures *all, const om_table *table, int64_t n_rows) {
    if (om_table_rows(table) != n_rows) {
        return om_fail(OM_INPUT, "%s: found %" PRId64 " rows, expected %" PRId64,
                       om_table_path(table), om_table_rows(table), n_rows);
    }
    for (int64_t row = 0; row < n_rows; row++) {
        OM_TRY(read_row(&all[row], table, row));
    }
    return OM_OK;
}

om_status om_baseline_folds_read(om_baseline_figures *all, const char *path, int64_t n_folds) {
    om_table *table = NULL;
    om_status status = om_table_read(&table, path);
    status = status == OM_OK ? read_rows(all, table, n_folds * OM_N_HALLMARKS) : status;
    om_table_destroy(&table);
    return status;
}
