/* store, scores and thresholds of the training data sets -> synthetic.h5ad */
#include "artefact.h"
#include "samples.h"
#include "scored_cells.h"
#include "synthetic_write.h"
#include "tissues.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/progress.h"
#include "oncomark/stages.h"
#include "oncomark/threshold.h"

#include <inttypes.h>
#include <string.h>

static const char stage_name[] = "synthesize";

typedef struct stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    om_tissues *tissues;
    om_partition *partition;
    om_ctx *group;
    om_threshold_table *thresholds;
    om_synthetic_catalog *catalog;
    om_synthetic_run *runs; /* [catalog->n_data] */
    int64_t *weights;       /* [job->n_data] */
} stage;

/* One data set on this rank. */
typedef struct summing {
    om_synthetic_data *data;
    om_synthetic_run *run;
    om_h5 *store;
    om_samples *samples;
    om_strings *symbols;
    om_counts *counts;
    om_scored_cells *cells;
    int8_t *labels;     /* [all cells x OM_N_HALLMARKS] */
    int32_t *column_of; /* [genes] */
    om_synthetic_plan *plan;
} summing;

static om_status read_counts(summing *item, om_ctx *group) {
    int64_t *indptr = NULL;
    int64_t first = 0;
    int64_t count = 0;
    OM_TRY(om_h5ad_read_indptr(item->store, "X", &indptr));
    om_range_by_weight(indptr, item->samples->n_cells, om_context_size(group),
                       om_context_rank(group), &first, &count);
    om_free(indptr);
    OM_TRY(om_h5ad_read_counts(&item->counts, item->store, "X", first, count));
    if (item->data->data_set->values == OM_VALUES_COUNTS && !item->counts->integer) {
        return om_fail(OM_INPUT,
                       "data set %s: found values that are no whole numbers, expected `values: "
                       "tpm` or `values: log` in the job file, or counts",
                       item->data->data_set->id);
    }
    return OM_OK;
}

/* Labels of this rank's cells, in their place among all cells'. */
static om_status label_cells(summing *item, const stage *work) {
    const om_data_set *data_set = item->data->data_set;
    int64_t first = item->counts->first_cell;
    int64_t tissue = om_threshold_table_find(work->thresholds, data_set->tissue);
    if (tissue < 0) {
        return om_fail(OM_USAGE,
                       "thresholds.csv: found no tissue %s, which data set %s (%s:%ld) has: run "
                       "`oncomark threshold` again",
                       data_set->tissue, data_set->id, work->job->path, data_set->line);
    }
    const om_threshold *thresholds = om_threshold_table_row(work->thresholds, tissue);
    OM_TRY(om_scored_cells_read(&item->cells, item->store, work->job, data_set, work->workdir,
                                first, item->counts->n_cells));
    item->labels = om_malloc(item->samples->n_cells * OM_N_HALLMARKS, sizeof *item->labels);
    if (item->labels == NULL) {
        return OM_MEMORY;
    }
    int8_t *own = item->labels + first * OM_N_HALLMARKS;
    for (int64_t i = 0; i < item->counts->n_cells * OM_N_HALLMARKS; i++) {
        om_label label = OM_LABEL_NONE;
        if (item->cells->eligible[i / OM_N_HALLMARKS] != 0) {
            label = om_threshold_label(&thresholds[i % OM_N_HALLMARKS], work->job->threshold.method,
                                       item->cells->scores[i]);
        }
        own[i] = (int8_t)label;
    }
    return OM_OK;
}

/* Every rank gets all labels: the cells of a sample may lie on several ranks. */
static om_status share_labels(summing *item, om_ctx *group) {
    for (int rank = 0; rank < om_context_size(group); rank++) {
        int64_t range[2] = {item->counts->first_cell, item->counts->n_cells};
        OM_TRY(om_broadcast(group, rank, range, sizeof range));
        OM_TRY(om_broadcast(group, rank, item->labels + range[0] * OM_N_HALLMARKS,
                            range[1] * OM_N_HALLMARKS));
    }
    return OM_OK;
}

static om_status read_data_set(summing *item, const stage *work) {
    OM_TRY(om_tissues_open(&item->store, work->workdir, "store", item->data->data_set));
    OM_TRY(om_samples_read(&item->samples, item->store));
    OM_TRY(read_counts(item, work->group));
    OM_TRY(label_cells(item, work));
    return om_context_is_root(work->group) ? om_h5ad_read_index(item->store, "var", &item->symbols)
                                           : OM_OK;
}

static om_status plan_blocks(summing *item, const stage *work) {
    const om_synthetic_source source = {.data_set = item->data->data_set->id,
                                        .samples = item->samples->names,
                                        .n_cells = item->samples->n_cells,
                                        .sample_of = item->samples->of_cell,
                                        .labels = item->labels,
                                        .first_cell = item->counts->first_cell,
                                        .n_own_cells = item->counts->n_cells};
    OM_TRY(om_synthetic_plan_create(&item->plan, &source, &work->job->synthetic, work->job->seed));
    item->column_of = om_malloc(item->counts->n_genes, sizeof *item->column_of);
    if (item->column_of == NULL) {
        return OM_MEMORY;
    }
    return om_gene_union_columns(work->catalog->genes, item->symbols, item->column_of);
}

/* Where this rank's rows go among the data set's, and how many values they have. */
static om_status place_run(summing *item, om_ctx *group) {
    int64_t n_values = item->run->rows->indptr[item->run->rows->n_rows];
    int64_t count = 0;
    om_range_even(item->plan->n_blocks, om_context_size(group), om_context_rank(group),
                  &item->run->first_row, &count);
    item->data->n_values = n_values;
    item->run->first_value = 0;
    if (MPI_Exscan(&n_values, &item->run->first_value, 1, MPI_INT64_T, MPI_SUM,
                   om_context_comm(group)) != MPI_SUCCESS) {
        return om_fail(OM_SYSTEM, "MPI: a sum over ranks failed");
    }
    if (om_context_is_root(group)) {
        item->run->first_value = 0;
        for (int64_t g = 0; g < item->plan->n_groups; g++) {
            item->data->group_cells[g] = item->plan->group_cells[g];
            item->data->group_blocks[g] =
                item->plan->first_block[g + 1] - item->plan->first_block[g];
        }
    }
    return OM_OK;
}

static om_status sum_data_set(summing *item, const stage *work) {
    OM_TRY(om_agree(work->group, read_data_set(item, work)));
    OM_TRY(share_labels(item, work->group));
    OM_TRY(om_broadcast_strings(work->group, 0, &item->symbols));
    OM_TRY(om_agree(work->group, plan_blocks(item, work)));
    OM_TRY(om_synthetic_sum(&item->run->rows, work->group, item->plan, item->counts,
                            item->column_of,
                            om_strings_count(om_gene_union_genes(work->catalog->genes))));
    om_workdir_count(work->workdir, OM_COUNT_NONZEROS, item->counts->indptr[item->counts->n_cells]);
    return place_run(item, work->group);
}

static void release(summing *item) {
    om_synthetic_plan_destroy(&item->plan);
    om_free(item->column_of);
    om_free(item->labels);
    om_scored_cells_destroy(&item->cells);
    om_counts_destroy(&item->counts);
    om_strings_destroy(&item->symbols);
    om_samples_destroy(&item->samples);
    om_h5_close(&item->store);
}

static om_status sum_all(stage *work) {
    om_status status = OM_OK;
    int64_t total = 0;
    for (int64_t i = 0; i < work->catalog->n_data; i++) {
        int64_t d = work->catalog->data[i].job_index;
        bool mine = om_partition_has(work->partition, work->tissues->of_data[d]);
        total += mine ? work->weights[d] : 0;
    }
    om_progress *progress =
        om_progress_begin(om_context_log(work->ctx), stage_name, total, "non-zeros");
    for (int64_t i = 0; i < work->catalog->n_data && status == OM_OK; i++) {
        summing item = {.data = &work->catalog->data[i], .run = &work->runs[i]};
        int64_t d = item.data->job_index;
        if (om_partition_has(work->partition, work->tissues->of_data[d])) {
            status = sum_data_set(&item, work);
            om_progress_add(progress, work->weights[d]);
            release(&item);
        }
    }
    om_progress_end(&progress);
    return status;
}

/* Positive and negative cells, and synthetic samples, of a tissue by hallmark. */
typedef struct tally {
    int64_t blocks[OM_SYNTHETIC_GROUPS];
    int64_t cells[OM_SYNTHETIC_GROUPS];
    int64_t largest; /* cells of the largest group */
    int64_t n_blocks;
    int64_t n_data; /* data sets that can be summed */
} tally;

static tally count_tissue(const stage *work, int64_t tissue) {
    tally sums = {.largest = 0};
    for (int64_t i = 0; i < work->catalog->n_data; i++) {
        const om_synthetic_data *data = &work->catalog->data[i];
        int64_t n_groups = om_strings_count(data->samples) * OM_SYNTHETIC_GROUPS;
        bool counts = work->tissues->of_data[data->job_index] == tissue;
        sums.n_data += counts ? 1 : 0;
        for (int64_t g = 0; g < n_groups && counts; g++) {
            int64_t cells = data->group_cells[g];
            sums.n_blocks += data->group_blocks[g];
            sums.blocks[g % OM_SYNTHETIC_GROUPS] += data->group_blocks[g];
            sums.cells[g % OM_SYNTHETIC_GROUPS] += cells;
            sums.largest = cells > sums.largest ? cells : sums.largest;
        }
    }
    return sums;
}

/* " AIM 12+3": positive and negative. */
static om_status add_tally(om_text *text, const int64_t *values) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        const int64_t *pair = values + (int64_t)h * OM_SYNTHETIC_LABELS;
        OM_TRY(
            om_text_add(text, " %s %" PRId64 "+%" PRId64, om_hallmark_code(h), pair[0], pair[1]));
    }
    return OM_OK;
}

/* The smallest group of cells of one label that gives a synthetic sample. */
static int64_t cells_needed(const om_synthetic_parameters *parameters) {
    return parameters->min_cells > parameters->cells_per_sample ? parameters->min_cells
                                                                : parameters->cells_per_sample;
}

/* Why there is no synthetic sample. */
static om_status explain(const stage *work, om_text *text) {
    if (work->catalog->n_data == 0) {
        return om_fail(OM_INPUT,
                       "%s: found only training data sets with values: log, expected one with "
                       "counts or tpm: logarithms are scored but never summed",
                       work->job->path);
    }
    for (int64_t t = 0; t < om_strings_count(work->tissues->names); t++) {
        tally sums = count_tissue(work, t);
        if (work->tissues->has_training[t] != 0) {
            OM_TRY(om_text_add(text, "; %s (at most %" PRId64 " in a sample):",
                               om_strings_get(work->tissues->names, t), sums.largest));
            OM_TRY(add_tally(text, sums.cells));
        }
    }
    const om_synthetic_parameters *parameters = &work->job->synthetic;
    return om_fail(OM_INPUT,
                   "%s: found too few cells for a synthetic sample, expected at least %" PRId64
                   " positive or as many negative ones of a hallmark in one sample "
                   "(synthetic.min_cells %" PRId64 ", cells_per_sample %" PRId64
                   "). Positive+negative cells found%s",
                   work->job->path, cells_needed(parameters), parameters->min_cells,
                   parameters->cells_per_sample, om_text_get(text));
}

/* On the root: synthetic samples by tissue and hallmark. */
static om_status tell(const stage *work, om_text *text) {
    om_log *log = om_context_log(work->ctx);
    for (int64_t t = 0; t < om_strings_count(work->tissues->names); t++) {
        if (work->tissues->has_training[t] == 0) {
            continue;
        }
        tally sums = count_tissue(work, t);
        if (sums.n_data == 0) {
            om_log_warn(log,
                        "%s gives no synthetic samples: its data sets have values: log, which are "
                        "scored but never summed",
                        om_strings_get(work->tissues->names, t));
            continue;
        }
        if (sums.n_blocks == 0) {
            om_log_warn(log,
                        "%s gives no synthetic samples: found at most %" PRId64
                        " cells of one label in a sample, expected at least %" PRId64,
                        om_strings_get(work->tissues->names, t), sums.largest,
                        cells_needed(&work->job->synthetic));
            continue;
        }
        om_text_clear(text);
        OM_TRY(add_tally(text, sums.blocks));
        om_log_info(log, "synthetic samples of %s (positive+negative):%s",
                    om_strings_get(work->tissues->names, t), om_text_get(text));
    }
    om_log_info(log, "%" PRId64 " synthetic samples of %" PRId64 " genes", work->catalog->n_rows,
                om_strings_count(om_gene_union_genes(work->catalog->genes)));
    return OM_OK;
}

static om_status check_and_tell(const stage *work) {
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = work->catalog->n_rows > 0 ? tell(work, text) : explain(work, text);
    om_text_destroy(&text);
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

static om_status compute(stage *work, const om_artefact *artefact) {
    om_digest digest = {{0, 0}};
    OM_TRY(read_thresholds(work));
    OM_TRY(om_synthetic_catalog_create(&work->catalog, work->ctx, work->job, work->workdir));
    work->runs = om_calloc(work->catalog->n_data, sizeof *work->runs);
    OM_TRY(om_agree(work->ctx, work->runs != NULL ? OM_OK : OM_MEMORY));
    OM_TRY(om_tissues_partition(&work->partition, work->tissues, work->ctx, work->job,
                                work->workdir, true, work->weights));
    work->group = om_partition_group(work->partition);
    OM_TRY(om_agree(work->ctx, sum_all(work)));
    OM_TRY(om_synthetic_catalog_count(work->catalog, work->ctx));
    OM_TRY(om_agree(work->ctx, om_context_is_root(work->ctx) ? check_and_tell(work) : OM_OK));
    OM_TRY(om_synthetic_write(work->catalog, work->runs, work->ctx, artefact->temporary, &digest));
    return om_artefact_commit(artefact, work->ctx, work->workdir, digest);
}

static om_status add_inputs(om_artefact *artefact, const stage *work, const om_data_set *data_set) {
    const char *const folders[] = {"store", "scores"};
    for (int i = 0; i < 2; i++) {
        char *input = om_format("%s/%s.h5ad", folders[i], data_set->id);
        om_status status =
            input != NULL ? om_artefact_add_input(artefact, work->workdir, input) : OM_MEMORY;
        om_free(input);
        OM_TRY(status);
    }
    return OM_OK;
}

/* On the root. */
static om_status fill_inputs(om_artefact *artefact, const stage *work) {
    OM_TRY(om_job_describe(work->job, "seed", artefact->inputs));
    OM_TRY(om_job_describe(work->job, "synthetic", artefact->inputs));
    OM_TRY(om_job_describe(work->job, "threshold", artefact->inputs));
    OM_TRY(om_tissues_describe(work->job, artefact->inputs));
    OM_TRY(om_artefact_add_input(artefact, work->workdir, "thresholds.csv"));
    for (int64_t d = 0; d < work->job->n_data; d++) {
        if (om_synthetic_uses(&work->job->data[d])) {
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
    OM_TRY(om_artefact_begin(artefact, stage_name, "synthetic.h5ad"));
    return om_context_is_root(work->ctx) ? fill_inputs(artefact, work) : OM_OK;
}

static void tear_down(stage *work) {
    for (int64_t i = 0; work->runs != NULL && i < work->catalog->n_data; i++) {
        om_synthetic_rows_destroy(&work->runs[i].rows);
    }
    om_free(work->runs);
    om_synthetic_catalog_destroy(&work->catalog);
    om_threshold_table_destroy(&work->thresholds);
    om_partition_destroy(&work->partition);
    om_tissues_destroy(&work->tissues);
    om_free(work->weights);
}

om_status om_stage_synthesize(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    stage work = {.ctx = ctx, .job = job, .workdir = workdir};
    om_artefact artefact = {0};
    OM_TRY(om_workdir_stage_begin(workdir, stage_name));
    om_status status = om_artefact_check(&artefact, ctx, workdir, set_up(&work, &artefact));
    bool did_work = status == OM_OK && !artefact.current;
    if (did_work) {
        status = compute(&work, &artefact);
    }
    om_artefact_end(&artefact);
    tear_down(&work);
    return status == OM_OK ? om_workdir_stage_end(workdir, did_work) : status;
}
