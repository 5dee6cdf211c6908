/* store, scores and thresholds -> synthetic.h5ad of the training data sets, validate/pooled.h5ad of
 * those for validation */
#include "artefact.h"
#include "samples.h"
#include "synthetic_labels.h"
#include "synthetic_sum.h"
#include "synthetic_tally.h"
#include "synthetic_write.h"
#include "tissues.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/progress.h"
#include "oncomark/stages.h"
#include "oncomark/stop.h"
#include "oncomark/threshold.h"

typedef struct stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    const om_synthetic_use *use;
    om_synthetic_parameters parameters;
    om_tissues *tissues;
    om_partition *partition;
    om_ctx *group;
    om_threshold_table *thresholds;
    om_synthetic_catalog *catalog;
    om_synthetic_columns *columns; /* [catalog->n_data] */
    int64_t *weights;              /* [job->n_data] */
    om_synthetic_memory memory;
    char *spill_path;
    om_synthetic_window *window;
    om_synthetic_rows *rows; /* that this rank owns */
} stage;

/* One data set on this rank. */
typedef struct summing {
    om_synthetic_data *data;
    int64_t number; /* in the catalog */
    om_h5 *store;
    om_samples *samples;
    om_strings *symbols;
    int64_t *first_cells; /* [ranks of the group + 1] */
    int64_t first_cell;
    int64_t n_cells;
    int64_t n_nonzeros;
    int8_t *labels;     /* [all cells x OM_N_HALLMARKS] */
    int32_t *column_of; /* [genes] */
    om_synthetic_plan *plan;
} summing;

/* What the program takes without any data, and what grows with a data set's cells but not with its
 * values: that is not shared out. */
static const int64_t fixed_memory = 64 << 20;

static int64_t at_most(int64_t bytes, int64_t mebibytes) {
    return bytes < mebibytes << 20 ? bytes : mebibytes << 20;
}

/* A window of a few samples, and a slab that stays in the cache, are as good as larger ones. */
static om_synthetic_memory share_memory(int64_t limit) {
    int64_t left = limit > fixed_memory ? limit - fixed_memory : 0;
    return (om_synthetic_memory){.stream = at_most(left / 10, 64),
                                 .window = at_most(left / 5, 64),
                                 .parts = left / 20,
                                 .exchange = left / 20,
                                 .rows = left / 4,
                                 .slab = at_most(left / 20, 8)};
}

/* The cells of each rank: equal numbers of non-zeros. */
static om_status cut_cells(summing *item, om_ctx *group) {
    int n_ranks = om_context_size(group);
    int64_t *indptr = NULL;
    item->first_cells = om_calloc((int64_t)n_ranks + 1, sizeof *item->first_cells);
    if (item->first_cells == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_h5ad_read_indptr(item->store, "X", &indptr));
    for (int rank = 0; rank < n_ranks; rank++) {
        int64_t count = 0;
        om_range_by_weight(indptr, item->samples->n_cells, n_ranks, rank, &item->first_cells[rank],
                           &count);
    }
    const int64_t *range = item->first_cells + om_context_rank(group);
    item->first_cells[n_ranks] = item->samples->n_cells;
    item->first_cell = range[0];
    item->n_cells = range[1] - range[0];
    item->n_nonzeros = indptr[range[1]] - indptr[range[0]];
    om_free(indptr);
    return OM_OK;
}

static om_status read_data_set(summing *item, const stage *work) {
    const om_data_set *data_set = item->data->data_set;
    OM_TRY(om_tissues_open(&item->store, work->workdir, "store", data_set));
    OM_TRY(om_samples_read(&item->samples, item->store));
    OM_TRY(cut_cells(item, work->group));
    item->labels = om_malloc(item->samples->n_cells * OM_N_HALLMARKS, sizeof *item->labels);
    if (item->labels == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_synthetic_labels_read(item->labels + item->first_cell * OM_N_HALLMARKS, item->store,
                                    work->job, data_set, work->workdir, work->thresholds,
                                    item->first_cell, item->n_cells));
    return om_context_is_root(work->group) ? om_h5ad_read_index(item->store, "var", &item->symbols)
                                           : OM_OK;
}

/* Every rank gets all labels: the cells of a sample may lie on several ranks. */
static om_status share_labels(summing *item, om_ctx *group) {
    for (int rank = 0; rank < om_context_size(group); rank++) {
        const int64_t *range = item->first_cells + rank;
        OM_TRY(om_broadcast(group, rank, item->labels + range[0] * OM_N_HALLMARKS,
                            (range[1] - range[0]) * OM_N_HALLMARKS));
    }
    return OM_OK;
}

/* Keeps the columns that the data set's genes have, in order. */
static om_status keep_columns(om_synthetic_columns *kept, const summing *item) {
    om_synthetic_layout *layout = NULL;
    OM_TRY(om_synthetic_layout_create(&layout, om_strings_count(item->symbols), item->column_of));
    kept->n = layout->n_columns;
    kept->columns = layout->columns;
    layout->columns = NULL;
    om_synthetic_layout_destroy(&layout);
    return OM_OK;
}

/* Labels and samples are of no use behind this. */
static om_status plan_blocks(summing *item, const stage *work) {
    const om_synthetic_source source = {.data_set = item->data->data_set->id,
                                        .samples = item->samples->names,
                                        .n_cells = item->samples->n_cells,
                                        .sample_of = item->samples->of_cell,
                                        .labels = item->labels,
                                        .n_ranks = om_context_size(work->group),
                                        .rank = om_context_rank(work->group),
                                        .first_cells = item->first_cells};
    OM_TRY(om_synthetic_plan_create(&item->plan, &source, &work->parameters, work->job->seed));
    om_free(item->labels);
    om_free(item->samples->of_cell);
    item->labels = NULL;
    item->samples->of_cell = NULL;
    item->column_of = om_malloc(om_strings_count(item->symbols), sizeof *item->column_of);
    if (item->column_of == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_gene_union_columns(work->catalog->genes, item->symbols, item->column_of));
    return keep_columns(&work->columns[item->number], item);
}

/* On one rank of the group: its ranks have the same plan. */
static void count_groups(const summing *item) {
    for (int64_t g = 0; g < item->plan->n_groups; g++) {
        item->data->group_cells[g] = item->plan->group_cells[g];
        item->data->group_blocks[g] = item->plan->first_block[g + 1] - item->plan->first_block[g];
    }
}

static om_status sum_data_set(summing *item, const stage *work, om_progress *progress) {
    OM_TRY(om_agree(work->group, read_data_set(item, work)));
    OM_TRY(share_labels(item, work->group));
    OM_TRY(om_broadcast_strings(work->group, 0, &item->symbols));
    OM_TRY(om_agree(work->group, plan_blocks(item, work)));
    if (om_context_is_root(work->group)) {
        count_groups(item);
    }
    om_workdir_count(work->workdir, OM_COUNT_NONZEROS, item->n_nonzeros);
    const om_synthetic_task task = {
        .plan = item->plan,
        .store = item->store,
        .data = item->number,
        .first_cell = item->first_cell,
        .n_cells = item->n_cells,
        .n_genes = om_strings_count(item->symbols),
        .column_of = item->column_of,
        .only_counts = item->data->data_set->values == OM_VALUES_COUNTS,
        .spill_path = work->spill_path,
        .progress = progress,
    };
    return om_synthetic_sum(work->rows, work->group, &task, work->window, &work->memory);
}

static void release(summing *item) {
    om_synthetic_plan_destroy(&item->plan);
    om_free(item->column_of);
    om_free(item->labels);
    om_free(item->first_cells);
    om_strings_destroy(&item->symbols);
    om_samples_destroy(&item->samples);
    om_h5_close(&item->store);
}

static om_status sum_all(const stage *work) {
    om_status status = OM_OK;
    int64_t total = 0;
    for (int64_t i = 0; i < work->catalog->n_data; i++) {
        int64_t d = work->catalog->data[i].job_index;
        bool mine = om_partition_has(work->partition, work->tissues->of_data[d]);
        total += mine ? work->weights[d] : 0;
    }
    om_progress *progress =
        om_progress_begin(om_context_log(work->ctx), work->use->stage, total, "non-zeros");
    for (int64_t i = 0; i < work->catalog->n_data && status == OM_OK; i++) {
        summing item = {.data = &work->catalog->data[i], .number = i};
        int64_t d = item.data->job_index;
        if (om_partition_has(work->partition, work->tissues->of_data[d])) {
            status = om_stop_check(om_partition_group(work->partition));
            status = status == OM_OK ? sum_data_set(&item, work, progress) : status;
            release(&item);
        }
    }
    om_progress_end(&progress);
    return status;
}

static om_status read_thresholds(stage *work) {
    om_status status = OM_OK;
    if (om_context_is_root(work->ctx)) {
        char *path = om_workdir_path(work->workdir, "thresholds.csv");
        status = path != NULL ? om_threshold_table_read(&work->thresholds, path) : OM_MEMORY;
        om_free(path);
    }
    OM_TRY(om_agree(work->ctx, status));
    return om_threshold_table_broadcast(work->ctx, 0, &work->thresholds);
}

/* What is there for all data sets. */
static om_status prepare(stage *work) {
    work->memory = share_memory(work->job->memory_limit);
    work->spill_path = om_workdir_spill(work->workdir, "synthetic.spill");
    work->columns = om_calloc(work->catalog->n_data, sizeof *work->columns);
    if (work->spill_path == NULL || work->columns == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_synthetic_window_create(&work->window, work->memory.window));
    return om_synthetic_rows_create(&work->rows, work->spill_path, work->memory.rows);
}

static om_status compute(stage *work, const om_artefact *artefact) {
    om_digest digest = {{0, 0}};
    OM_TRY(read_thresholds(work));
    OM_TRY(om_synthetic_catalog_create(&work->catalog, work->ctx, work->job, work->workdir,
                                       work->use));
    OM_TRY(om_agree(work->ctx, prepare(work)));
    OM_TRY(om_tissues_partition(&work->partition, work->tissues, work->ctx, work->job,
                                work->workdir, &work->use->role, work->weights));
    work->group = om_partition_group(work->partition);
    OM_TRY(om_agree(work->ctx, sum_all(work)));
    om_synthetic_window_destroy(&work->window);
    OM_TRY(om_synthetic_catalog_count(work->catalog, work->ctx));
    OM_TRY(
        om_agree(work->ctx, om_context_is_root(work->ctx)
                                ? om_synthetic_tally(work->catalog, work->tissues, work->job,
                                                     &work->parameters, om_context_log(work->ctx))
                                : OM_OK));
    OM_TRY(om_synthetic_write(work->catalog, work->rows, work->columns, work->ctx,
                              artefact->temporary, work->memory.slab, &digest));
    return om_artefact_commit(artefact, work->ctx, work->workdir, digest);
}

/* Pooling may follow an earlier run: the job must still mean what that made. */
static om_status check_made_for(const stage *work, const char *input) {
    static const char *const sections[] = {"threshold", "qc", "score"};
    om_status status = OM_OK;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0] && status == OM_OK; i++) {
        status = om_workdir_check_made_for(work->workdir, input, work->job, sections[i]);
    }
    return status;
}

static om_status add_inputs(om_artefact *artefact, const stage *work, const om_data_set *data_set) {
    const char *const folders[] = {"store", "scores"};
    for (int i = 0; i < 2; i++) {
        char *input = om_format("%s/%s.h5ad", folders[i], data_set->id);
        om_status status =
            input != NULL ? om_artefact_add_input(artefact, work->workdir, input) : OM_MEMORY;
        status = status == OM_OK ? check_made_for(work, input) : status;
        om_free(input);
        OM_TRY(status);
    }
    return OM_OK;
}

/* On the root. */
static om_status fill_inputs(om_artefact *artefact, const stage *work) {
    if (work->use->pooled) {
        OM_TRY(om_job_describe(work->job, "validate.min_cells", artefact->inputs));
    } else {
        OM_TRY(om_job_describe(work->job, "seed", artefact->inputs));
        OM_TRY(om_job_describe(work->job, "synthetic", artefact->inputs));
    }
    OM_TRY(om_job_describe(work->job, "threshold", artefact->inputs));
    OM_TRY(om_tissues_describe(work->job, work->use->role, artefact->inputs));
    OM_TRY(om_artefact_add_input(artefact, work->workdir, "thresholds.csv"));
    OM_TRY(check_made_for(work, "thresholds.csv"));
    for (int64_t d = 0; d < work->job->n_data; d++) {
        if (om_synthetic_uses(work->use, &work->job->data[d])) {
            OM_TRY(add_inputs(artefact, work, &work->job->data[d]));
        }
    }
    return OM_OK;
}

static om_status set_up(stage *work, om_artefact *artefact) {
    OM_TRY(om_tissues_create(&work->tissues, work->job));
    work->weights = om_calloc(work->job->n_data, sizeof *work->weights);
    if (work->weights == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_artefact_begin(artefact, work->use->stage, work->use->artefact));
    return om_context_is_root(work->ctx) ? fill_inputs(artefact, work) : OM_OK;
}

static void tear_down(stage *work) {
    for (int64_t i = 0; work->columns != NULL && i < work->catalog->n_data; i++) {
        om_free(work->columns[i].columns);
    }
    om_free(work->columns);
    om_free(work->spill_path);
    om_synthetic_rows_destroy(&work->rows);
    om_synthetic_window_destroy(&work->window);
    om_synthetic_catalog_destroy(&work->catalog);
    om_threshold_table_destroy(&work->thresholds);
    om_partition_destroy(&work->partition);
    om_tissues_destroy(&work->tissues);
    om_free(work->weights);
}

static om_status run(stage *work) {
    om_artefact artefact = {0};
    OM_TRY(om_workdir_stage_begin(work->workdir, work->use->stage));
    om_status status =
        om_artefact_check(&artefact, work->ctx, work->workdir, set_up(work, &artefact));
    bool did_work = status == OM_OK && !artefact.current;
    if (did_work) {
        status = compute(work, &artefact);
    }
    om_artefact_end(&artefact);
    tear_down(work);
    return status == OM_OK ? om_workdir_stage_end(work->workdir, did_work) : status;
}

om_status om_stage_synthesize(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    stage work = {.ctx = ctx,
                  .job = job,
                  .workdir = workdir,
                  .use = &om_synthetic_training,
                  .parameters = job->synthetic};
    return run(&work);
}

om_status om_stage_pool(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    stage work = {.ctx = ctx,
                  .job = job,
                  .workdir = workdir,
                  .use = &om_synthetic_validation,
                  .parameters = {.min_cells = job->validate.min_cells}};
    return run(&work);
}
