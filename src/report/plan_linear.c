/* Principal components and the ridge baseline. */
#include "plan_figures.h"
#include "plan_private.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/sweep.h"
#include "oncomark/symmetric.h"

#include <math.h>

/* Of a rank, in products of large matrices, and where a matrix is only passed through. */
static const double flops = 2e10;
static const double passing_flops = 2e9;
static const double start_seconds = 0.5;

/* Passes of the matrix for each component that is wanted. */
static const double passes = 8;

/* Samples and terms of which a rank has z-scores in double at a time. */
static const double values_at_once = 2048;

/* Products of n items over t terms: the half that lies below the diagonal. */
static double product_seconds(double n, double t) {
    return n * n * t / flops;
}

/* The smaller of samples and features: of which the matrix is. */
static double side(double n_samples, double n_features) {
    return fmin(n_samples, n_features);
}

/* n_rows: of the matrix; vectors: bytes of what each rank has whole. */
static om_status fill(om_plan_stage *stage, const om_plan *plan, const om_plan_cost *cost,
                      double n_rows, double vectors) {
    double n_features = (double)plan->learn->model.n_features;
    stage->exists = true;
    stage->disk_is_guess = true;
    om_plan_stage_fill(stage, cost);
    /* Over all ranks, which may be those of one node. */
    stage->node_memory = om_plan_matrix_bytes(plan, &plan->learn->model) +
                         (double)om_symmetric_bytes_needed((int64_t)n_rows, 1);
    stage->own_memory = om_plan_base_bytes(plan) + 8 * values_at_once * n_features + vectors;
    stage->rate = om_strdup("taken from another machine");
    stage->limit = om_strdup("one rank writes the files");
    OM_TRY(stage->work != NULL && stage->rate != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    return om_plan_stage_estimate_memory(stage);
}

static om_status add_pca(om_plan *plan, double rank) {
    const om_training_size *model = &plan->learn->model;
    om_plan_stage *stage = &plan->stages[OM_PLAN_PCA];
    double n = (double)model->counts[OM_PART_TRAINING], d = (double)model->n_features;
    double n_rows = side(n, d), k = fmin((double)plan->job->pca.components, n_rows);
    const om_plan_cost cost = {.fixed = start_seconds,
                               .shared = om_plan_matrix_seconds(plan, rank) +
                                         product_seconds(n_rows, fmax(n, d)) +
                                         2 * passes * k * n_rows * n_rows / passing_flops +
                                         2 * k * d * (double)plan->learn->n_samples / flops};
    stage->is_done = plan->learn->is_pca_done;
    stage->disk = 8 * k * ((double)plan->learn->n_samples + 2 * d);
    stage->work = om_format("%d components of %s rows", (int)k, om_figure_count(n).text);
    double vectors = (double)om_symmetric_leading_bytes((int64_t)n_rows, (int64_t)k) +
                     8 * k * (d + 2 * (double)plan->learn->n_samples);
    return fill(stage, plan, &cost, n_rows, vectors);
}

/* The ten fits of n training samples. */
static double fit_seconds(const om_plan *plan, double n) {
    double d = (double)plan->learn->model.n_features, own = n / OM_N_HALLMARKS;
    double n_rows = side(own, d);
    double solving = (double)plan->job->baseline.penalties * n_rows * n_rows * n_rows / 3 / flops;
    return OM_N_HALLMARKS * (product_seconds(n_rows, fmax(own, d)) + solving);
}

static om_status add_baseline(om_plan *plan, double rank) {
    const om_learn_state *learn = plan->learn;
    om_plan_stage *stage = &plan->stages[OM_PLAN_BASELINE];
    /* All settings have the same folds. */
    int64_t n_folds = learn->n_tasks / om_sweep_count(plan->job);
    double n = (double)learn->model.counts[OM_PART_TRAINING],
           making = om_plan_matrix_seconds(plan, rank);
    om_plan_cost cost = {.fixed = start_seconds, .shared = making + fit_seconds(plan, n)};
    for (int64_t i = 0; i < n_folds; i++) {
        cost.shared += fit_seconds(plan, (double)learn->tasks[i].counts[OM_PART_TRAINING]) +
                       (learn->has_one_matrix ? 0 : making);
    }
    stage->is_done = learn->is_baseline_done;
    stage->disk = 8.0 * (OM_N_HALLMARKS + 2) * (double)learn->model.n_features;
    stage->work = om_format("%d fits for %d folds and the model",
                            OM_N_HALLMARKS * ((int)n_folds + 1), (int)n_folds);
    double d = (double)learn->model.n_features, n_rows = side(n / OM_N_HALLMARKS, d);
    return fill(stage, plan, &cost, n_rows,
                8 * (double)plan->job->baseline.penalties * (d + n_rows));
}

om_status om_plan_add_linear(om_plan *plan, double rank) {
    const om_job *job = plan->job;
    OM_TRY(job->pca.run ? add_pca(plan, rank) : OM_OK);
    return job->baseline.run ? add_baseline(plan, rank) : OM_OK;
}
