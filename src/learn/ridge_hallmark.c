#include "ridge_hallmark.h"

#include "oncomark/memory.h"
#include "oncomark/stop.h"
#include "z_source.h"

#include <math.h>
#include <string.h>

/* Samples of one hallmark. */
typedef struct own_samples {
    int64_t *rows;
    int64_t n;
    int64_t n_positive;
} own_samples;

/* What the steps of a fit hand on. z-scores of the training samples are centred on these: by their
 * own mean, and the common sd. */
typedef struct fit {
    const om_ridge_place *place;
    om_ridge *ridge;
    int hallmark;
    own_samples training;
    own_samples validation;
    double *mean; /* [n_features] of the training samples' log2 ranks */
    double *sd;   /* their own, which is not used */
    om_z_source *source;
    bool is_dual;          /* a matrix over samples, which are fewer; else over features */
    int64_t n;             /* rows of the matrix */
    om_symmetric *product; /* the one sum of products, for all penalties */
    om_symmetric *matrix;  /* a copy with a penalty, to be solved with */
    double mean_label;     /* of -1 and +1 */
    double *targets;       /* [n] right side */
    double *solutions;     /* [n_penalties x n] */
    double *weights;       /* [n_penalties x n_features] */
    double *intercepts;    /* [n_penalties] */
} fit;

static void release(fit *work) {
    om_free(work->intercepts);
    om_free(work->weights);
    om_free(work->solutions);
    om_free(work->targets);
    om_symmetric_destroy(&work->matrix);
    om_symmetric_destroy(&work->product);
    om_z_source_destroy(&work->source);
    om_free(work->sd);
    om_free(work->mean);
    om_free(work->validation.rows);
    om_free(work->training.rows);
}

static om_status pick(own_samples *own, const om_ridge_input *input, const int64_t *rows, int64_t n,
                      int hallmark) {
    own->rows = om_malloc(n, sizeof *own->rows);
    if (own->rows == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        if (input->task[rows[i]] == hallmark) {
            own->rows[own->n++] = rows[i];
            own->n_positive += input->label[rows[i]];
        }
    }
    return OM_OK;
}

static om_status pick_samples(fit *work) {
    const om_ridge_input *input = work->place->input;
    OM_TRY(pick(&work->training, input, input->training, input->n_training, work->hallmark));
    OM_TRY(pick(&work->validation, input, input->validation, input->n_validation, work->hallmark));
    work->ridge->n_training[work->hallmark] = work->training.n;
    work->ridge->n_validation[work->hallmark] = work->validation.n;
    return OM_OK;
}

static om_status allocate(fit *work) {
    const om_ridge_input *input = work->place->input;
    int64_t n_features = input->n_features, n_penalties = input->n_penalties;
    work->is_dual = work->training.n <= n_features;
    work->n = work->is_dual ? work->training.n : n_features;
    work->mean = om_calloc(n_features, sizeof *work->mean);
    work->sd = om_calloc(n_features, sizeof *work->sd);
    work->targets = om_calloc(work->n, sizeof *work->targets);
    work->solutions = om_calloc(n_penalties * work->n, sizeof *work->solutions);
    work->weights = om_calloc(n_penalties * n_features, sizeof *work->weights);
    work->intercepts = om_calloc(n_penalties, sizeof *work->intercepts);
    bool complete = work->mean != NULL && work->sd != NULL && work->targets != NULL &&
                    work->solutions != NULL && work->weights != NULL && work->intercepts != NULL;
    return complete ? OM_OK : OM_MEMORY;
}

static double label_of(const fit *work, int64_t row) {
    return work->place->input->label[row] == 1 ? 1 : -1;
}

/* Collective. */
static om_status make_source(fit *work) {
    const om_ridge_place *place = work->place;
    const om_ridge_input *input = place->input;
    const own_samples *training = &work->training;
    OM_TRY(om_training_set_scale(place->ctx, input->set, training->rows, training->n, work->mean,
                                 work->sd));
    return om_z_source_create(&work->source, place->ctx, input->set, input->n_features, work->mean,
                              input->sd, training->rows, training->n);
}

/* Collective. */
static om_status add_products(fit *work) {
    const om_ridge_place *place = work->place;
    const char *what = work->is_dual ? "the products of a hallmark's training samples"
                                     : "the products of the features";
    om_panel_source panels =
        work->is_dual ? om_z_source_samples(work->source) : om_z_source_features(work->source);
    double started = MPI_Wtime();
    /* The room counts two of them. */
    OM_TRY(om_symmetric_create(&work->product, place->grid, work->n, place->room, what));
    OM_TRY(om_symmetric_create(&work->matrix, place->grid, work->n, place->room, what));
    OM_TRY(om_symmetric_add_terms(work->product, &panels));
    work->ridge->seconds_products += MPI_Wtime() - started;
    return OM_OK;
}

/* The right side: centred labels of the samples, or their sums over samples. Collective. */
static om_status set_targets(fit *work) {
    const own_samples *training = &work->training;
    om_ctx *ctx = work->place->ctx;
    double *labels = om_malloc(training->n, sizeof *labels);
    om_status status = om_agree(ctx, labels != NULL ? OM_OK : OM_MEMORY);
    work->mean_label = (double)(2 * training->n_positive - training->n) / (double)training->n;
    for (int64_t i = 0; i < training->n && status == OM_OK; i++) {
        labels[i] = label_of(work, training->rows[i]) - work->mean_label;
    }
    if (status == OM_OK && work->is_dual) {
        memcpy(work->targets, labels, (size_t)training->n * sizeof *labels);
    } else if (status == OM_OK) {
        status = om_z_source_combine(work->targets, work->source, labels, 1);
    }
    om_free(labels);
    return status;
}

/* Collective. */
static om_status solve(fit *work) {
    const om_ridge_input *input = work->place->input;
    for (int64_t p = 0; p < input->n_penalties; p++) {
        double *solution = work->solutions + p * work->n;
        OM_TRY(om_stop_check(work->place->ctx));
        memcpy(solution, work->targets, (size_t)work->n * sizeof *solution);
        om_symmetric_copy(work->matrix, work->product);
        om_symmetric_add_to_diagonal(work->matrix, input->penalties[p]);
        om_status status = om_symmetric_solve(work->matrix, solution, 1);
        if (status == OM_INPUT) {
            return om_fail(OM_USAGE,
                           "baseline: hallmark %s: the penalty %g (baseline.smallest_penalty and "
                           "those after it) is too small: rounding errors are larger",
                           om_hallmark_code(work->hallmark), input->penalties[p]);
        }
        OM_TRY(status);
    }
    return OM_OK;
}

/* Weights of all penalties, and intercepts for z-scores by the input's mean. Collective. */
static om_status set_weights(fit *work) {
    const om_ridge_input *input = work->place->input;
    int64_t n_features = input->n_features, n_penalties = input->n_penalties;
    int64_t bytes = n_penalties * n_features * (int64_t)sizeof *work->weights;
    if (work->is_dual) {
        OM_TRY(om_z_source_combine(work->weights, work->source, work->solutions, n_penalties));
    } else {
        memcpy(work->weights, work->solutions, (size_t)bytes);
    }
    /* A sum over ranks may have other bits on each, and they must choose alike. */
    OM_TRY(om_broadcast(work->place->ctx, 0, work->weights, bytes));
    for (int64_t p = 0; p < n_penalties; p++) {
        const double *weights = work->weights + p * n_features;
        double shift = 0;
        for (int64_t f = 0; f < n_features; f++) {
            shift += weights[f] * ((work->mean[f] - input->mean[f]) / input->sd[f]);
        }
        work->intercepts[p] = work->mean_label - shift;
    }
    return OM_OK;
}

/* outputs [validation samples x n_penalties]. Collective. */
static om_status validate(fit *work, double *outputs) {
    const om_ridge_input *input = work->place->input;
    const own_samples *validation = &work->validation;
    om_z_source *source = NULL;
    int64_t n_penalties = input->n_penalties;
    double *errors = work->ridge->errors + work->hallmark * n_penalties;
    OM_TRY(om_z_source_create(&source, work->place->ctx, input->set, input->n_features, input->mean,
                              input->sd, validation->rows, validation->n));
    om_status status = om_z_source_project(outputs, NULL, source, work->weights, n_penalties);
    om_z_source_destroy(&source);
    OM_TRY(status);
    for (int64_t p = 0; p < n_penalties; p++) {
        double squares = 0;
        for (int64_t i = 0; i < validation->n; i++) {
            double error = outputs[i * n_penalties + p] + work->intercepts[p] -
                           label_of(work, validation->rows[i]);
            squares += error * error;
        }
        errors[p] = squares / (double)validation->n;
    }
    return OM_OK;
}

/* Collective. */
static om_status find_errors(fit *work) {
    int64_t n = work->validation.n;
    if (n == 0) {
        return OM_OK;
    }
    double *outputs = om_malloc(n * work->place->input->n_penalties, sizeof *outputs);
    om_status status = om_agree(work->place->ctx, outputs != NULL ? OM_OK : OM_MEMORY);
    status = status == OM_OK ? validate(work, outputs) : status;
    om_free(outputs);
    return status;
}

static void choose(fit *work) {
    const om_ridge_input *input = work->place->input;
    om_ridge *ridge = work->ridge;
    const double *errors = ridge->errors + work->hallmark * input->n_penalties;
    int64_t best = input->n_penalties - 1;
    for (int64_t p = best - 1; p >= 0; p--) {
        best = errors[p] < errors[best] ? p : best;
    }
    memcpy(ridge->weights + work->hallmark * input->n_features,
           work->weights + best * input->n_features,
           (size_t)input->n_features * sizeof *ridge->weights);
    ridge->intercept[work->hallmark] = work->intercepts[best];
    ridge->penalty[work->hallmark] = input->penalties[best];
}

static om_status run(fit *work) {
    om_ctx *ctx = work->place->ctx;
    OM_TRY(om_agree(ctx, pick_samples(work)));
    if (work->training.n_positive == 0 || work->training.n_positive == work->training.n) {
        return OM_OK;
    }
    OM_TRY(om_agree(ctx, allocate(work)));
    OM_TRY(make_source(work));
    OM_TRY(add_products(work));
    double started = MPI_Wtime();
    OM_TRY(set_targets(work));
    OM_TRY(solve(work));
    OM_TRY(set_weights(work));
    OM_TRY(find_errors(work));
    choose(work);
    work->ridge->seconds_solutions += MPI_Wtime() - started;
    return OM_OK;
}

om_status om_ridge_fit_hallmark(om_ridge *ridge, const om_ridge_place *place, int hallmark) {
    fit work = {.place = place, .ridge = ridge, .hallmark = hallmark};
    om_status status = run(&work);
    release(&work);
    return status;
}
