/* From data sets to synthetic samples. */
#include "plan_cells.h"
#include "plan_figures.h"

#include "oncomark/memory.h"

#include <math.h>
#include <string.h>

/* Where nothing can be measured: the rates of the README's machine. */
static const double taken_ingest = 1 / 90e6;
static const double taken_score = 1 / 250e6;
static const double taken_synthesize = 1 / 160e6;
static const double taken_threshold = 1 / 4e6;

/* Opening, committing and telling, a data set. */
static const double data_set_seconds = 0.05;

/* Entries gene by gene are brought into order by way of a file. */
static const double by_gene_factor = 4;

/* Bytes in the files: names and columns of a cell; those and the scores. */
static const double store_cell_bytes = 120;
static const double score_cell_bytes = 240;
static const double sample_bytes = 300;
static const double deflated = 0.3;

static double store_bytes(const om_plan_cells *work, const om_data_size *size) {
    double value = size->is_integer ? 2 : 8;
    double factor = work->job->store.compression == OM_COMPRESSION_DEFLATE ? deflated : 1;
    return factor * (value + 4) * (double)size->n_nonzeros +
           store_cell_bytes * (double)size->n_cells;
}

static void add_amount(om_plan_amounts *sum, const om_plan_cells *work, const om_data_size *size) {
    sum->non_zeros += (double)size->n_nonzeros;
    sum->entries += (double)size->n_nonzeros * (size->is_by_gene ? by_gene_factor : 1);
    sum->cells += (double)size->n_cells;
    sum->bytes += store_bytes(work, size);
    sum->sets += 1;
}

static void add_up(om_plan_cells *work) {
    bool ingested = true, scored = true;
    work->ingest = work->score = work->train = work->used = (om_plan_amounts){.sets = 0};
    work->all = 0;
    for (int64_t d = 0; d < work->state->n_data; d++) {
        ingested = ingested && work->state->data[d].is_stored;
        scored = scored && work->state->data[d].is_scored;
    }
    work->plan->stages[OM_PLAN_INGEST].is_done = ingested;
    work->plan->stages[OM_PLAN_SCORE].is_done = scored;
    work->plan->stages[OM_PLAN_THRESHOLD].is_done = work->state->has_thresholds;
    work->plan->stages[OM_PLAN_SYNTHESIZE].is_done = work->state->has_synthetic;
    for (int64_t d = 0; d < work->state->n_data; d++) {
        const om_data_size *size = &work->state->data[d];
        work->all += (double)size->n_nonzeros;
        work->n_genes = fmax(work->n_genes, size->is_used ? (double)size->n_genes : 0);
        if (ingested || !size->is_stored) {
            add_amount(&work->ingest, work, size);
        }
        if (scored || !size->is_scored) {
            add_amount(&work->score, work, size);
        }
        if (work->job->data[d].role == OM_ROLE_TRAIN) {
            add_amount(&work->train, work, size);
        }
        if (size->is_used) {
            add_amount(&work->used, work, size);
        }
    }
}

/* What the first rank of a group does alone: the most that a tissue has of it. */
static double alone_in_tissue(const om_plan_cells *work, bool ingests, int64_t *heaviest) {
    double most = 0;
    bool all = work->plan->stages[ingests ? OM_PLAN_INGEST : OM_PLAN_SCORE].is_done;
    for (int64_t d = 0; d < work->state->n_data; d++) {
        double sum = 0;
        for (int64_t i = 0; i < work->state->n_data; i++) {
            const om_data_size *size = &work->state->data[i];
            bool waits = all || !(ingests ? size->is_stored : size->is_scored);
            if (!waits || strcmp(work->job->data[i].tissue, work->job->data[d].tissue) != 0) {
                continue;
            }
            sum += data_set_seconds;
            if (ingests) {
                sum += work->trial.load * (double)size->n_cells;
                sum += om_plan_cells_inflating(work, size);
            }
        }
        *heaviest = sum > most ? d : *heaviest;
        most = fmax(most, sum);
    }
    return most;
}

/* Inflating and loading: an earlier run's rate has them already. */
static double ingest_besides(const om_plan_cells *work, bool *any_gzip) {
    const om_plan_stage *stage = &work->plan->stages[OM_PLAN_INGEST];
    double seconds = work->ingest.cells * work->trial.load + work->ingest.sets * data_set_seconds;
    *any_gzip = false;
    for (int64_t d = 0; d < work->state->n_data; d++) {
        const om_data_size *size = &work->state->data[d];
        if (size->is_gzip && (stage->is_done || !size->is_stored)) {
            *any_gzip = true;
            seconds += om_plan_cells_inflating(work, size);
        }
    }
    return seconds;
}

static om_status add_ingest(om_plan_cells *work) {
    om_plan_stage *stage = &work->plan->stages[OM_PLAN_INGEST];
    const om_plan_amounts *todo = &work->ingest;
    /* Text whose entries are in no order is read as a matrix gene by gene is. */
    bool no_order = work->tried >= 0 && work->trial.n_cells == 0;
    const om_plan_known known = {work->trial.ingest, taken_ingest * (no_order ? by_gene_factor : 1),
                                 "non-zeros"};
    bool any_gzip = false, is_past = false;
    double seconds = 0;
    int64_t heaviest = 0;
    OM_TRY(om_plan_cells_rate(&seconds, &is_past, work, OM_PLAN_INGEST, todo->non_zeros, &known));
    double besides = ingest_besides(work, &any_gzip);
    const om_plan_cost cost = {.shared = is_past ? todo->non_zeros * seconds
                                                 : todo->entries * seconds + besides,
                               .alone = alone_in_tissue(work, true, &heaviest)};
    om_plan_stage_fill(stage, &cost);
    stage->disk = todo->bytes;
    stage->disk_is_guess = true;
    stage->work = om_format("%s non-zeros of %d data set%s", om_figure_count(todo->non_zeros).text,
                            (int)todo->sets, todo->sets > 1 ? "s" : "");
    stage->limit = om_format("one rank %sreads the tables of the data sets of %s: %s",
                             any_gzip ? "inflates the text and " : "",
                             work->job->data[heaviest].tissue, om_figure_duration(cost.alone).text);
    OM_TRY(stage->work != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    return om_plan_stage_limit_memory(stage, work->plan, OM_PLAN_INGEST, todo->non_zeros);
}

static om_status add_score(om_plan_cells *work) {
    om_plan_stage *stage = &work->plan->stages[OM_PLAN_SCORE];
    const om_plan_amounts *todo = &work->score;
    const om_plan_known known = {work->trial.score, taken_score, "non-zeros"};
    bool is_past = false;
    double seconds = 0;
    int64_t heaviest = 0;
    OM_TRY(om_plan_cells_rate(&seconds, &is_past, work, OM_PLAN_SCORE, todo->non_zeros, &known));
    const om_plan_cost cost = {.shared = todo->non_zeros * seconds + todo->sets * data_set_seconds,
                               .alone = alone_in_tissue(work, false, &heaviest)};
    om_plan_stage_fill(stage, &cost);
    stage->disk = todo->cells * score_cell_bytes;
    stage->disk_is_guess = true;
    stage->work = om_format("%s cells x 10 hallmarks", om_figure_count(todo->cells).text);
    stage->limit = om_format("the data sets of %s are opened one after another: %s",
                             work->job->data[heaviest].tissue, om_figure_duration(cost.alone).text);
    OM_TRY(stage->work != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    return om_plan_stage_limit_memory(stage, work->plan, OM_PLAN_SCORE, todo->non_zeros);
}

static om_status add_threshold(om_plan_cells *work) {
    om_plan_stage *stage = &work->plan->stages[OM_PLAN_THRESHOLD];
    const om_plan_known known = {work->trial.threshold, taken_threshold, "cells"};
    bool is_past = false;
    double seconds = 0;
    OM_TRY(
        om_plan_cells_rate(&seconds, &is_past, work, OM_PLAN_THRESHOLD, work->train.cells, &known));
    const om_plan_cost cost = {.fixed = data_set_seconds, .shared = work->train.cells * seconds};
    om_plan_stage_fill(stage, &cost);
    stage->disk = 64 << 10;
    stage->work = om_format("%s cells", om_figure_count(work->train.cells).text);
    stage->limit = om_strdup("every tissue's ranks meet several times for each hallmark");
    OM_TRY(stage->work != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    return om_plan_stage_limit_memory(stage, work->plan, OM_PLAN_THRESHOLD, work->train.non_zeros);
}

static om_status add_synthesize(om_plan_cells *work) {
    om_plan_stage *stage = &work->plan->stages[OM_PLAN_SYNTHESIZE];
    const om_learn_state *learn = work->plan->learn;
    const om_plan_known known = {work->trial.synthesize, taken_synthesize, "non-zeros"};
    bool is_past = false;
    double seconds = 0;
    OM_TRY(om_plan_cells_rate(&seconds, &is_past, work, OM_PLAN_SYNTHESIZE, work->used.non_zeros,
                              &known));
    double non_zeros = (double)learn->n_samples * work->plan->sample_nonzeros;
    const om_plan_cost cost = {.fixed = data_set_seconds,
                               .shared = work->used.non_zeros * seconds +
                                         work->used.sets * data_set_seconds +
                                         non_zeros * taken_score};
    om_plan_stage_fill(stage, &cost);
    stage->disk = 8 * non_zeros + sample_bytes * (double)learn->n_samples;
    stage->disk_is_guess = learn->is_guess;
    stage->work =
        om_format("%s non-zeros, %s%s samples", om_figure_count(work->used.non_zeros).text,
                  learn->is_guess ? "~" : "", om_figure_count((double)learn->n_samples).text);
    stage->limit = om_strdup("sums of cells on several ranks are exchanged, and one file is "
                             "written");
    OM_TRY(stage->work != NULL && stage->limit != NULL ? OM_OK : OM_MEMORY);
    return om_plan_stage_limit_memory(stage, work->plan, OM_PLAN_SYNTHESIZE, work->used.non_zeros);
}

static om_status look_at_samples(om_plan_cells *work, om_workdir *workdir) {
    om_learn_state **learn = &work->plan->learn;
    OM_TRY(om_plan_cells_density(work, workdir));
    return work->state->has_synthetic
               ? om_learn_state_read(learn, work->job, workdir)
               : om_learn_state_guess(learn, work->job, om_plan_cells_guess(work),
                                      (int64_t)work->n_genes);
}

static om_status describe(om_plan_cells *work) {
    double cells = 0;
    bool dense = false;
    for (int64_t d = 0; d < work->state->n_data; d++) {
        cells += (double)work->state->data[d].n_cells;
        dense = dense || work->state->data[d].is_dense;
    }
    int n = (int)work->state->n_data;
    work->plan->data =
        om_format("%d data set%s, %s cells, %s%s non-zeros", n, n == 1 ? "" : "s",
                  om_figure_count(cells).text, dense ? "~" : "", om_figure_count(work->all).text);
    return work->plan->data != NULL ? OM_OK : OM_MEMORY;
}

static om_status make(om_plan_cells *work, om_workdir *workdir) {
    add_up(work);
    OM_TRY(om_plan_cells_try(work, workdir));
    add_up(work);
    OM_TRY(describe(work));
    OM_TRY(look_at_samples(work, workdir));
    OM_TRY(add_ingest(work));
    OM_TRY(add_score(work));
    OM_TRY(add_threshold(work));
    return add_synthesize(work);
}

om_status om_plan_add_cells(om_plan *plan, om_workdir *workdir) {
    om_cells_state *state = NULL;
    OM_TRY(om_cells_state_read(&state, plan->job, workdir));
    om_plan_cells work = {.plan = plan, .job = plan->job, .state = state};
    for (int i = OM_PLAN_INGEST; i <= OM_PLAN_SYNTHESIZE; i++) {
        plan->stages[i].exists = true;
    }
    om_status status = make(&work, workdir);
    om_cells_state_destroy(&state);
    return status;
}
