/* Training and cross-validation. */
#include "plan_figures.h"
#include "plan_private.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"

#include <math.h>

/* Reading a non-zero of synthetic.h5ad, of which training does two passes. */
static const double read_seconds = 4e-9;
static const double start_seconds = 0.3; /* start, tables, checkpoints */

/* Of a training that was resumed all rows count, but the time of the last part only. */
static const double resumed_factor = 0.5;

/* Reading and judging a result, and a sample of it. */
static const double result_seconds = 5e-3;
static const double result_sample_seconds = 2e-5;

/* Of a rank: the program with MPI and HDF5, and the pieces in which it reads; then what it has for
 * a gene, a sample, a weight (gradients, their tree and the optimiser's moments) and a value of a
 * batch. */
static const double base_memory = 160 << 20;
static const double gene_memory = 256;
static const double sample_memory = 400;
static const double weight_memory = 48;
static const double result_memory = 120;

double om_plan_matrix_bytes(const om_plan *plan, const om_training_size *size) {
    return 2.0 * (double)plan->learn->n_samples * (double)size->n_features;
}

double om_plan_base_bytes(const om_plan *plan) {
    return base_memory + gene_memory * (double)plan->learn->n_genes +
           sample_memory * (double)plan->learn->n_samples;
}

static double own_bytes(const om_plan *plan, const om_training_size *size) {
    return om_plan_base_bytes(plan) + weight_memory * (double)size->n_weights +
           4.0 * (double)plan->job->train.batch * (double)size->n_features;
}

double om_plan_matrix_seconds(const om_plan *plan, double rank) {
    const om_learn_state *learn = plan->learn;
    double non_zeros = learn->n_nonzeros > 0 ? (double)learn->n_nonzeros
                                             : (double)learn->n_samples * plan->sample_nonzeros;
    return 2 * non_zeros * read_seconds + (double)learn->n_samples * rank;
}

om_status om_plan_stage_estimate_memory(om_plan_stage *stage) {
    stage->memory_from =
        om_format("estimate: %s a node, and %s a rank", om_figure_bytes(stage->node_memory).text,
                  om_figure_bytes(stage->own_memory).text);
    return stage->memory_from != NULL ? OM_OK : OM_MEMORY;
}

/* Rows of all epochs, and the cost of training on them. */
static om_status find_training_cost(om_plan_cost *cost, om_plan *plan, double row, double rank) {
    const om_training_size *model = &plan->learn->model;
    om_plan_stage *stage = &plan->stages[OM_PLAN_TRAIN];
    om_past_stage past;
    double n_training = (double)model->counts[OM_PART_TRAINING], seconds = 0;
    double rows = n_training * (double)model->epochs;
    bool ran = om_past_find(&past, plan->past, om_plan_stage_text(OM_PLAN_TRAIN));
    double done = ran ? (double)past.counters[OM_COUNT_TRAINING_ROWS] : -1;
    cost->most_few = model->n_blocks;
    cost->fixed = start_seconds;
    bool known = om_plan_rate_of_past(&seconds, &past, plan->past, OM_PLAN_TRAIN, done, rows);
    if (known) {
        /* Only so many computed, the others waited. */
        int64_t computed = om_plan_power_of_two(past.n_ranks, model->n_blocks);
        seconds = past.wall_seconds * om_plan_speed(computed) / done;
    }
    if (known && seconds > resumed_factor * row) {
        cost->few = rows * seconds;
        stage->rate = om_format("%s rows/s on one rank, reading included: of the run of %s on %d "
                                "rank%s; no early stop",
                                om_figure_count(1 / seconds).text, past.finished, (int)past.n_ranks,
                                past.n_ranks == 1 ? "" : "s");
    } else {
        cost->few = rows * row;
        cost->shared = om_plan_matrix_seconds(plan, rank);
        stage->rate = om_format("%s rows/s on one rank: measured now with at most %s features; no "
                                "early stop",
                                om_figure_count(1 / row).text,
                                om_figure_count((double)model->n_features).text);
    }
    return stage->rate != NULL ? OM_OK : OM_MEMORY;
}

static om_status add_train(om_plan *plan, double row, double rank) {
    const om_training_size *model = &plan->learn->model;
    om_plan_stage *stage = &plan->stages[OM_PLAN_TRAIN];
    om_plan_cost cost = {.fixed = 0};
    OM_TRY(find_training_cost(&cost, plan, row, rank));
    stage->exists = true;
    stage->is_done = model->is_done;
    om_plan_stage_fill(stage, &cost);
    stage->node_memory = om_plan_matrix_bytes(plan, model);
    stage->own_memory = own_bytes(plan, model);
    stage->disk = 4.0 * 4 * (double)model->n_weights + 200.0 * (double)model->n_features +
                  64.0 * (double)plan->learn->n_samples;
    stage->disk_is_guess = true;
    stage->work = om_format("%s%s rows x %d epochs", plan->learn->is_guess ? "~" : "",
                            om_figure_count((double)model->counts[OM_PART_TRAINING]).text,
                            (int)model->epochs);
    stage->limit =
        om_format("%d ranks can share a batch (train.batch / train.block)", (int)model->n_blocks);
    OM_TRY(stage->work != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    return om_plan_stage_estimate_memory(stage);
}

/* Of each task on one rank. */
static om_status fill_task_seconds(om_plan *plan, double row, double rank) {
    om_learn_state *learn = plan->learn;
    double making = om_plan_matrix_seconds(plan, rank);
    plan->matrix_seconds = learn->has_one_matrix ? making : 0;
    plan->task_seconds = om_calloc(learn->n_tasks, sizeof *plan->task_seconds);
    if (plan->task_seconds == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < learn->n_tasks; i++) {
        const om_training_size *task = &learn->tasks[i];
        double epochs = learn->mean_epochs > 0 ? fmin(learn->mean_epochs, (double)task->epochs)
                                               : (double)task->epochs;
        double weights = (double)task->n_weights / (double)learn->model.n_weights;
        plan->task_seconds[i] = (double)task->counts[OM_PART_TRAINING] * epochs * row * weights +
                                (learn->has_one_matrix ? 0 : making) + start_seconds;
    }
    return OM_OK;
}

/* Tasks that are not done, or all where there are none: the first *n of `tasks`. */
static int64_t list_tasks(int64_t *tasks, double *seconds, const om_plan *plan) {
    int64_t n = 0;
    bool all = plan->stages[OM_PLAN_CROSSVAL].is_done;
    for (int64_t i = 0; i < plan->learn->n_tasks; i++) {
        if (all || !plan->learn->tasks[i].is_done) {
            seconds[n] = plan->task_seconds[i];
            tasks[n++] = i;
        }
    }
    return n;
}

static om_status forecast_tasks(om_plan *plan, int64_t *n) {
    om_plan_stage *stage = &plan->stages[OM_PLAN_CROSSVAL];
    int64_t *tasks = om_calloc(plan->learn->n_tasks, sizeof *tasks);
    double *seconds = om_calloc(plan->learn->n_tasks, sizeof *seconds);
    om_status status = tasks != NULL && seconds != NULL ? OM_OK : OM_MEMORY;
    *n = status == OM_OK ? list_tasks(tasks, seconds, plan) : 0;
    for (int step = 0; step < OM_PLAN_STEPS && status == OM_OK; step++) {
        int64_t ranks = (int64_t)1 << step;
        status = om_learn_state_forecast(&stage->seconds[step], plan->learn, tasks, seconds, *n,
                                         ranks, OM_PLAN_EFFICIENCY);
        stage->seconds[step] += plan->matrix_seconds / om_plan_speed(ranks);
    }
    om_free(seconds);
    om_free(tasks);
    return status;
}

static om_status add_crossval(om_plan *plan, double row, double rank) {
    om_plan_stage *stage = &plan->stages[OM_PLAN_CROSSVAL];
    const om_learn_state *learn = plan->learn;
    int64_t n = 0;
    stage->exists = true;
    stage->is_done = true;
    double test_samples = 0, matrix = 0;
    const om_training_size *largest = &learn->model;
    for (int64_t i = 0; i < learn->n_tasks; i++) {
        stage->is_done = stage->is_done && learn->tasks[i].is_done;
        test_samples += (double)learn->tasks[i].counts[OM_PART_TEST];
        largest = learn->tasks[i].n_weights > largest->n_weights ? &learn->tasks[i] : largest;
        matrix = fmax(matrix, om_plan_matrix_bytes(plan, &learn->tasks[i]));
    }
    OM_TRY(fill_task_seconds(plan, row, rank));
    OM_TRY(forecast_tasks(plan, &n));
    stage->node_memory = matrix;
    stage->own_memory = own_bytes(plan, largest);
    stage->disk = test_samples * 250 + 65536.0 * (double)learn->n_tasks;
    stage->disk_is_guess = true;
    stage->work = om_format("%s task%s of up to %d epochs", om_figure_count((double)n).text,
                            n == 1 ? "" : "s", (int)learn->model.epochs);
    stage->rate = om_format(
        "%s rows/s on one rank: measured now; %s", om_figure_count(1 / row).text,
        learn->mean_epochs > 0 ? "as many epochs as the tasks that are done" : "no early stop");
    stage->limit =
        om_format("%d task%s, each of which %d ranks can share (train.batch / train.block)", (int)n,
                  n == 1 ? "" : "s", (int)learn->model.n_blocks);
    OM_TRY(stage->work != NULL && stage->rate != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    stage->memory_from =
        om_format("estimate: %s a node%s, and %s a rank", om_figure_bytes(stage->node_memory).text,
                  learn->has_one_matrix ? ""
                                        : " for each task that is trained "
                                          "there",
                  om_figure_bytes(stage->own_memory).text);
    return stage->memory_from != NULL ? OM_OK : OM_MEMORY;
}

static om_status add_collect(om_plan *plan) {
    om_plan_stage *stage = &plan->stages[OM_PLAN_COLLECT];
    double test_samples = 0;
    double n_tasks = (double)plan->learn->n_tasks;
    for (int64_t i = 0; i < plan->learn->n_tasks; i++) {
        test_samples += (double)plan->learn->tasks[i].counts[OM_PART_TEST];
    }
    const om_plan_cost cost = {.fixed = start_seconds + n_tasks * result_seconds +
                                        test_samples * result_sample_seconds};
    stage->exists = true;
    stage->is_done = plan->learn->is_collected;
    om_plan_stage_fill(stage, &cost);
    stage->own_memory =
        base_memory + sample_memory * (double)plan->learn->n_samples + result_memory * test_samples;
    stage->disk = n_tasks * OM_N_HALLMARKS * 4096;
    stage->disk_is_guess = true;
    stage->work = om_format("%s result%s", om_figure_count(n_tasks).text, n_tasks > 1 ? "s" : "");
    stage->rate = om_strdup("taken from another machine");
    stage->limit = om_strdup("one rank makes the tables");
    OM_TRY(stage->work != NULL && stage->rate != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    stage->memory_from = om_format("estimate: %s a rank", om_figure_bytes(stage->own_memory).text);
    return stage->memory_from != NULL ? OM_OK : OM_MEMORY;
}

om_status om_plan_add_learning(om_plan *plan) {
    double row = 0, rank = 0;
    OM_TRY(om_learn_state_measure(&row, &rank, plan->job, &plan->learn->model));
    OM_TRY(add_train(plan, row, rank));
    OM_TRY(add_crossval(plan, row, rank));
    OM_TRY(add_collect(plan));
    return om_plan_add_linear(plan, rank);
}
