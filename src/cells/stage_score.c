/* store/<id>.h5ad -> scores/<id>.h5ad */
#include "artefact.h"
#include "score_pass.h"
#include "selection.h"
#include "tissues.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/stages.h"
#include "oncomark/stop.h"

#include <inttypes.h>

static const char stage_name[] = "score";

/* What is told of a data set, summed over all ranks: only its group's root has it. */
enum { SUM_DONE, SUM_CELLS, SUM_PASSED, SUM_MISSING, N_SUMS = SUM_MISSING + OM_N_HALLMARKS };

typedef struct stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    om_tissues *tissues;
    om_partition *partition;
    om_ctx *group;
    om_gene_sets *sets;
    om_gene_aliases *aliases; /* NULL: symbols match exactly */
    int64_t *weights;         /* [n_data] non-zeros */
    int64_t *sums;            /* [n_data x N_SUMS] */
} stage;

/* Memory at most: for a batch of cells, which is to stay in the processor's cache; for scores until
 * they are written, so that ranks seldom wait for each other; for where rare genes were seen. */
static const int64_t most_batch_bytes = (int64_t)2 << 20;
static const int64_t most_score_bytes = (int64_t)4 << 20;
static const int64_t most_rare_bytes = (int64_t)64 << 20;

/* One data set on this rank. */
typedef struct scoring {
    const om_data_set *data_set;
    int64_t weight; /* its non-zeros */
    om_h5 *store;
    int64_t n_cells_total;
    int64_t first_cell; /* of this rank */
    int64_t n_cells;
    om_strings *symbols;
    om_gene_match *match;
    om_digital_score *score;
    om_qc *qc;
    om_score_file *file;
    int64_t n_nonzeros; /* of this rank's cells */
} scoring;

static om_status read_sets(stage *work) {
    bool use_aliases = work->job->score.aliases && work->job->alias_table != NULL;
    om_status status = OM_OK;
    if (om_context_is_root(work->ctx)) {
        status = om_gene_sets_read(&work->sets, work->job->gene_sets);
        if (status == OM_OK && use_aliases) {
            status = om_gene_aliases_read(&work->aliases, work->job->alias_table);
        }
        if (status == OM_OK && om_gene_sets_duplicates(work->sets) > 0) {
            om_log_warn(om_context_log(work->ctx),
                        "%s: %" PRId64 " genes stand twice in a set and count once",
                        work->job->gene_sets, om_gene_sets_duplicates(work->sets));
        }
    }
    OM_TRY(om_agree(work->ctx, status));
    OM_TRY(om_gene_sets_broadcast(work->ctx, 0, &work->sets));
    return use_aliases ? om_gene_aliases_broadcast(work->ctx, 0, &work->aliases) : OM_OK;
}

/* On the group's root. */
static om_status fill_inputs(om_artefact *artefact, const stage *work,
                             const om_data_set *data_set) {
    char hex[OM_DIGEST_HEX];
    char *store = om_format("store/%s.h5ad", data_set->id);
    om_status status = OM_MEMORY;
    if (store != NULL) {
        status = om_artefact_add_input(artefact, work->workdir, store);
    }
    om_free(store);
    OM_TRY(status);
    om_gene_sets_digest(work->sets, hex);
    OM_TRY(om_text_add(artefact->inputs, "gene sets: %s\n", hex));
    if (work->aliases != NULL) {
        om_gene_aliases_digest(work->aliases, hex);
        OM_TRY(om_text_add(artefact->inputs, "aliases: %s\n", hex));
    }
    OM_TRY(om_job_describe(work->job, "qc", artefact->inputs));
    return om_job_describe(work->job, "score", artefact->inputs);
}

/* This rank's cells, a part with its share of the non-zeros. */
static om_status find_cells(scoring *item, om_ctx *group) {
    int64_t n_genes = 0;
    int64_t n_nonzeros = 0;
    OM_TRY(om_h5ad_csr_shape(item->store, "X", &item->n_cells_total, &n_genes, &n_nonzeros));
    return om_h5ad_range_by_weight(item->store, "X", om_context_size(group), om_context_rank(group),
                                   &item->first_cell, &item->n_cells);
}

static om_status open_data_set(scoring *item, const stage *work) {
    OM_TRY(om_tissues_open(&item->store, work->workdir, "store", item->data_set));
    OM_TRY(find_cells(item, work->group));
    if (!om_context_is_root(work->group)) {
        return OM_OK;
    }
    OM_TRY(om_selection_check(item->store, work->job, item->data_set));
    return om_h5ad_read_index(item->store, "var", &item->symbols);
}

static int64_t share(const om_job *job, int64_t part, int64_t most) {
    int64_t bytes = job->memory_limit / part;
    return bytes < most ? bytes : most;
}

static om_status set_up(scoring *item, const stage *work) {
    const om_score_parameters *parameters = &work->job->score;
    const char *id = item->data_set->id;
    OM_TRY(om_gene_match_create(&item->match, work->sets, work->aliases, item->symbols, id));
    OM_TRY(om_gene_match_check_length(item->match, work->sets, parameters, id));
    OM_TRY(om_digital_score_create(&item->score, parameters, item->match->n_rows,
                                   item->match->is_first, item->match->n_missing,
                                   item->match->parts));
    return om_qc_create(&item->qc, item->n_cells, item->first_cell, item->symbols, &work->job->qc,
                        share(work->job, 16, most_rare_bytes));
}

static om_status score_data_set(scoring *item, const stage *work, const om_artefact *artefact,
                                om_progress *progress) {
    om_digest digest = {{0, 0}};
    OM_TRY(om_agree(work->group, open_data_set(item, work)));
    OM_TRY(om_broadcast_strings(work->group, 0, &item->symbols));
    OM_TRY(om_agree(work->group, set_up(item, work)));
    const om_score_content content = {.data_set = item->data_set,
                                      .parameters = &work->job->score,
                                      .store = item->store,
                                      .match = item->match,
                                      .n_cells = item->n_cells_total};
    OM_TRY(om_score_file_create(&item->file, work->group, &content, artefact->temporary));
    om_score_pass pass = {.group = work->group,
                          .store = item->store,
                          .score = item->score,
                          .qc = item->qc,
                          .file = item->file,
                          .batch_bytes = share(work->job, 8, most_batch_bytes),
                          .score_bytes = share(work->job, 32, most_score_bytes),
                          .progress = progress,
                          .weight = item->weight};
    OM_TRY(om_score_pass_run(&pass));
    item->n_nonzeros = pass.n_nonzeros;
    OM_TRY(om_score_file_finish(&item->file, item->qc, &digest));
    return om_artefact_commit(artefact, work->group, work->workdir, digest);
}

static void release(scoring *item) {
    om_score_file_abandon(&item->file);
    om_qc_destroy(&item->qc);
    om_digital_score_destroy(&item->score);
    om_gene_match_destroy(&item->match);
    om_strings_destroy(&item->symbols);
    om_h5_close(&item->store);
}

/* Every rank adds its cells, the group's root what is the same for all of them. */
static void add_sums(int64_t *sums, const scoring *item, bool is_root) {
    sums[SUM_CELLS] = item->qc->n_cells;
    sums[SUM_PASSED] = om_qc_n_passed(item->qc);
    sums[SUM_DONE] = is_root ? 1 : 0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        sums[SUM_MISSING + h] = is_root ? om_strings_count(item->match->missing[h]) : 0;
    }
}

static om_status handle_data_set(stage *work, int64_t d, om_progress *progress) {
    scoring item = {.data_set = &work->job->data[d], .weight = work->weights[d]};
    om_artefact artefact = {0};
    char *name = om_format("scores/%s.h5ad", item.data_set->id);
    om_status status = OM_MEMORY;
    if (name != NULL) {
        status = om_artefact_begin(&artefact, stage_name, name);
    }
    if (status == OM_OK && om_context_is_root(work->group)) {
        status = fill_inputs(&artefact, work, item.data_set);
    }
    status = om_artefact_check(&artefact, work->group, work->workdir, status);
    if (status == OM_OK && artefact.current) {
        om_progress_add(progress, item.weight);
    } else if (status == OM_OK) {
        status = score_data_set(&item, work, &artefact, progress);
        if (status == OM_OK) {
            add_sums(work->sums + d * N_SUMS, &item, om_context_is_root(work->group));
            om_workdir_count(work->workdir, OM_COUNT_NONZEROS, item.n_nonzeros);
        }
    }
    release(&item);
    om_artefact_end(&artefact);
    om_free(name);
    return status;
}

static om_status handle_all(stage *work) {
    int64_t total = 0;
    for (int64_t d = 0; d < work->job->n_data; d++) {
        total +=
            om_partition_has(work->partition, work->tissues->of_data[d]) ? work->weights[d] : 0;
    }
    om_status status = OM_OK;
    om_progress *progress =
        om_progress_begin(om_context_log(work->ctx), stage_name, total, "non-zeros");
    for (int64_t d = 0; d < work->job->n_data && status == OM_OK; d++) {
        if (om_partition_has(work->partition, work->tissues->of_data[d])) {
            status = om_stop_check(om_partition_group(work->partition));
            status = status == OM_OK ? handle_data_set(work, d, progress) : status;
        }
    }
    om_progress_end(&progress);
    return status;
}

static om_status tell_data_set(const stage *work, int64_t d) {
    const int64_t *sums = work->sums + d * N_SUMS;
    om_text *missing = NULL;
    OM_TRY(om_text_create(&missing));
    om_status status = OM_OK;
    for (int h = 0; h < OM_N_HALLMARKS && status == OM_OK; h++) {
        if (sums[SUM_MISSING + h] > 0) {
            status =
                om_text_add(missing, " %s %" PRId64, om_hallmark_code(h), sums[SUM_MISSING + h]);
        }
    }
    if (status == OM_OK) {
        om_log_info(om_context_log(work->ctx),
                    "scored %s: %" PRId64 " cells, %" PRId64 " passed; missing genes:%s",
                    work->job->data[d].id, sums[SUM_CELLS], sums[SUM_PASSED],
                    om_text_length(missing) > 0 ? om_text_get(missing) : " none");
    }
    om_text_destroy(&missing);
    return status;
}

/* In the order of the job, whichever groups did the work. */
static om_status tell(const stage *work, bool *did_work) {
    om_status status = om_sum_i64(work->ctx, work->sums, work->job->n_data * N_SUMS);
    for (int64_t d = 0; d < work->job->n_data && status == OM_OK; d++) {
        bool done = work->sums[d * N_SUMS + SUM_DONE] > 0;
        *did_work = *did_work || done;
        if (done && om_context_is_root(work->ctx)) {
            status = tell_data_set(work, d);
        }
    }
    return om_agree(work->ctx, status);
}

static om_status run(stage *work, bool *did_work) {
    om_status status = om_tissues_create(&work->tissues, work->job);
    work->weights = om_calloc(work->job->n_data, sizeof *work->weights);
    work->sums = om_calloc(work->job->n_data * N_SUMS, sizeof *work->sums);
    if (status == OM_OK && (work->weights == NULL || work->sums == NULL)) {
        status = OM_MEMORY;
    }
    OM_TRY(om_agree(work->ctx, status));
    OM_TRY(read_sets(work));
    OM_TRY(om_tissues_partition(&work->partition, work->tissues, work->ctx, work->job,
                                work->workdir, NULL, work->weights));
    work->group = om_partition_group(work->partition);
    OM_TRY(om_agree(work->ctx, handle_all(work)));
    return tell(work, did_work);
}

om_status om_stage_score(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    bool did_work = false;
    stage work = {.ctx = ctx, .job = job, .workdir = workdir};
    OM_TRY(om_workdir_stage_begin(workdir, stage_name));
    om_status status = run(&work, &did_work);
    om_partition_destroy(&work.partition);
    om_tissues_destroy(&work.tissues);
    om_gene_sets_destroy(&work.sets);
    om_gene_aliases_destroy(&work.aliases);
    om_free(work.weights);
    om_free(work.sums);
    return status == OM_OK ? om_workdir_stage_end(workdir, did_work) : status;
}
