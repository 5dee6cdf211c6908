/* scores of the training data sets -> thresholds.csv */
#include "artefact.h"
#include "scored_cells.h"
#include "tissues.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/progress.h"
#include "oncomark/stages.h"
#include "oncomark/stop.h"
#include "oncomark/threshold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char stage_name[] = "threshold";

typedef struct stage {
    om_ctx *ctx;
    const om_job *job;
    om_workdir *workdir;
    om_tissues *tissues;
    om_partition *partition;
    om_ctx *group;
    int64_t *weights; /* [n_data] */
    om_progress *progress;
    om_threshold *found; /* [tissues x OM_N_HALLMARKS]; of this group's tissues on its root */
} stage;

static om_status add_cells(om_score_pool *scores, const stage *work, const om_data_set *data_set,
                           const om_h5 *store) {
    om_scored_cells *cells = NULL;
    int64_t n_cells = 0;
    int64_t n_genes = 0;
    int64_t n_nonzeros = 0;
    int64_t first = 0;
    int64_t count = 0;
    OM_TRY(om_h5ad_csr_shape(store, "X", &n_cells, &n_genes, &n_nonzeros));
    om_range_even(n_cells, om_context_size(work->group), om_context_rank(work->group), &first,
                  &count);
    OM_TRY(om_scored_cells_open(&cells, store, work->job, data_set, work->workdir, first, count));
    om_status status = om_scored_cells_next(cells);
    while (status == OM_OK && cells->n_cells > 0) {
        status = om_stop_poll(work->group);
        if (status == OM_OK) {
            status = om_score_pool_add(scores, cells->n_cells, cells->scores, cells->eligible);
        }
        if (status == OM_OK) {
            status = om_scored_cells_next(cells);
        }
    }
    om_scored_cells_close(&cells);
    return status;
}

static om_status add_data_set(om_score_pool *scores, const stage *work,
                              const om_data_set *data_set) {
    om_h5 *store = NULL;
    OM_TRY(om_tissues_open(&store, work->workdir, "store", data_set));
    om_status status = add_cells(scores, work, data_set, store);
    om_h5_close(&store);
    return status;
}

/* This rank's scores of a tissue: in memory if half of what is given is enough for them. */
static om_status read_scores(om_score_pool **scores, const stage *work, int64_t tissue) {
    char *path = om_workdir_spill(work->workdir, "thresholds.spill");
    om_status status =
        path != NULL ? om_score_pool_create(scores, path, work->job->memory_limit / 2) : OM_MEMORY;
    om_free(path);
    for (int64_t d = 0; d < work->job->n_data && status == OM_OK; d++) {
        const om_data_set *data_set = &work->job->data[d];
        if (work->tissues->of_data[d] == tissue && data_set->role == OM_ROLE_TRAIN) {
            status = add_data_set(*scores, work, data_set);
            om_progress_add(work->progress, work->weights[d]);
        }
    }
    return status;
}

static om_status threshold_tissue(stage *work, int64_t tissue) {
    om_score_pool *scores = NULL;
    om_threshold found[OM_N_HALLMARKS];
    om_status status = om_agree(work->group, read_scores(&scores, work, tissue));
    if (status == OM_OK) {
        status = om_threshold_find(found, work->group, &work->job->threshold, scores);
    }
    if (status == OM_OK && om_context_is_root(work->group)) {
        memcpy(work->found + tissue * OM_N_HALLMARKS, found, sizeof found);
        if (!found[0].has_low) {
            om_log_warn(om_context_log(work->ctx),
                        "tissue %s: no thresholds: only %" PRId64
                        " cells of tumours passed quality control",
                        om_strings_get(work->tissues->names, tissue), found[0].n_cells);
        }
    }
    om_score_pool_destroy(&scores);
    return status;
}

enum { N_WORDS = 7 };

static void pack(int64_t words[N_WORDS], const om_threshold *threshold) {
    words[0] = threshold->has_low ? 1 : 0;
    words[1] = threshold->has_high ? 1 : 0;
    memcpy(&words[2], &threshold->low, sizeof words[2]);
    memcpy(&words[3], &threshold->high, sizeof words[3]);
    words[4] = threshold->n_cells;
    words[5] = threshold->n_positive;
    words[6] = threshold->n_negative;
}

static void unpack(om_threshold *threshold, const int64_t words[N_WORDS]) {
    threshold->has_low = words[0] != 0;
    threshold->has_high = words[1] != 0;
    memcpy(&threshold->low, &words[2], sizeof words[2]);
    memcpy(&threshold->high, &words[3], sizeof words[3]);
    threshold->n_cells = words[4];
    threshold->n_positive = words[5];
    threshold->n_negative = words[6];
}

/* Only one rank has a tissue's figures, the others have zeros: adding the bits hands them out. */
static om_status share_found(stage *work) {
    int64_t n = om_strings_count(work->tissues->names) * OM_N_HALLMARKS;
    int64_t *words = om_calloc(n * N_WORDS, sizeof *words);
    om_status status = om_agree(work->ctx, words != NULL ? OM_OK : OM_MEMORY);
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        pack(words + i * N_WORDS, &work->found[i]);
    }
    if (status == OM_OK) {
        status = om_sum_i64(work->ctx, words, n * N_WORDS);
    }
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        unpack(&work->found[i], words + i * N_WORDS);
    }
    om_free(words);
    return status;
}

static om_status fill_table(om_threshold_table **table, const stage *work) {
    om_strings *names = NULL;
    om_status status = om_strings_create(&names);
    int64_t n_tissues = om_strings_count(work->tissues->names);
    for (int64_t t = 0; t < n_tissues && status == OM_OK; t++) {
        if (work->tissues->has_training[t] != 0) {
            status = om_strings_add(names, om_strings_get(work->tissues->names, t));
        }
    }
    if (status == OM_OK) {
        status = om_threshold_table_create(table, names);
    }
    int64_t row = 0;
    for (int64_t t = 0; t < n_tissues && status == OM_OK; t++) {
        if (work->tissues->has_training[t] != 0) {
            memcpy(om_threshold_table_row(*table, row++), work->found + t * OM_N_HALLMARKS,
                   OM_N_HALLMARKS * sizeof *work->found);
        }
    }
    om_strings_destroy(&names);
    return status;
}

static om_status write_text(const char *path, const om_text *text) {
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        return om_fail(OM_SYSTEM, "%s: cannot be created", path);
    }
    size_t length = om_text_length(text);
    bool whole = fwrite(om_text_get(text), 1, length, file) == length;
    if (fclose(file) != 0 || !whole) {
        return om_fail(OM_SYSTEM, "%s: cannot be written", path);
    }
    return OM_OK;
}

/* On the root. */
static om_status write_table(const stage *work, const om_artefact *artefact) {
    om_threshold_table *table = NULL;
    om_text *csv = NULL;
    char hex[OM_DIGEST_HEX];
    om_status status = fill_table(&table, work);
    if (status == OM_OK) {
        status = om_text_create(&csv);
    }
    if (status == OM_OK) {
        status = om_threshold_table_write(table, csv);
    }
    if (status == OM_OK) {
        status = write_text(artefact->temporary, csv);
    }
    if (status == OM_OK) {
        om_digest_text(om_text_get(csv), (int64_t)om_text_length(csv), hex);
        status = om_workdir_commit(work->workdir, stage_name, artefact->name,
                                   om_text_get(artefact->inputs), artefact->key, hex);
    }
    om_text_destroy(&csv);
    om_threshold_table_destroy(&table);
    return status;
}

static void tell(const stage *work) {
    for (int64_t t = 0; t < om_strings_count(work->tissues->names); t++) {
        const om_threshold *found = work->found + t * OM_N_HALLMARKS;
        double n_calls = (double)found[0].n_cells * OM_N_HALLMARKS;
        double n_positive = 0;
        double n_negative = 0;
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            n_positive += (double)found[h].n_positive;
            n_negative += (double)found[h].n_negative;
        }
        if (work->tissues->has_training[t] != 0 && n_calls > 0) {
            om_log_info(om_context_log(work->ctx),
                        "thresholds of %s: %" PRId64 " cells; over the hallmarks %.1f %% positive, "
                        "%.1f %% negative",
                        om_strings_get(work->tissues->names, t), found[0].n_cells,
                        100 * n_positive / n_calls, 100 * n_negative / n_calls);
        }
    }
}

static om_status threshold_all(stage *work) {
    int64_t total = 0;
    for (int64_t d = 0; d < work->job->n_data; d++) {
        bool mine = work->job->data[d].role == OM_ROLE_TRAIN &&
                    om_partition_has(work->partition, work->tissues->of_data[d]);
        total += mine ? work->weights[d] : 0;
    }
    om_status status = OM_OK;
    work->progress = om_progress_begin(om_context_log(work->ctx), stage_name, total, "non-zeros");
    for (int64_t t = 0; t < om_strings_count(work->tissues->names) && status == OM_OK; t++) {
        if (work->tissues->has_training[t] != 0 && om_partition_has(work->partition, t)) {
            status = om_stop_check(work->group);
            status = status == OM_OK ? threshold_tissue(work, t) : status;
        }
    }
    om_progress_end(&work->progress);
    return status;
}

static om_status compute(stage *work, const om_artefact *artefact) {
    const om_role role = OM_ROLE_TRAIN;
    OM_TRY(om_tissues_partition(&work->partition, work->tissues, work->ctx, work->job,
                                work->workdir, &role, work->weights));
    work->group = om_partition_group(work->partition);
    om_status status = om_agree(work->ctx, threshold_all(work));
    OM_TRY(status);
    OM_TRY(share_found(work));
    if (om_context_is_root(work->ctx)) {
        tell(work);
        status = write_table(work, artefact);
    }
    return om_agree(work->ctx, status);
}

/* On the root. */
static om_status fill_inputs(om_artefact *artefact, const stage *work) {
    OM_TRY(om_job_describe(work->job, "threshold", artefact->inputs));
    OM_TRY(om_tissues_describe(work->job, OM_ROLE_TRAIN, artefact->inputs));
    for (int64_t d = 0; d < work->job->n_data; d++) {
        if (work->job->data[d].role != OM_ROLE_TRAIN) {
            continue;
        }
        char *scores = om_format("scores/%s.h5ad", work->job->data[d].id);
        char *store = om_format("store/%s.h5ad", work->job->data[d].id);
        om_status status = OM_MEMORY;
        if (scores != NULL && store != NULL) {
            status = om_artefact_add_input(artefact, work->workdir, store);
        }
        if (status == OM_OK) {
            status = om_artefact_add_input(artefact, work->workdir, scores);
        }
        om_free(scores);
        om_free(store);
        OM_TRY(status);
    }
    return OM_OK;
}

static om_status set_up(stage *work, om_artefact *artefact) {
    OM_TRY(om_tissues_create(&work->tissues, work->job));
    work->weights = om_calloc(work->job->n_data, sizeof *work->weights);
    work->found =
        om_calloc(om_strings_count(work->tissues->names) * OM_N_HALLMARKS, sizeof *work->found);
    if (work->weights == NULL || work->found == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_artefact_begin(artefact, stage_name, "thresholds.csv"));
    return om_context_is_root(work->ctx) ? fill_inputs(artefact, work) : OM_OK;
}

om_status om_stage_threshold(om_ctx *ctx, const om_job *job, om_workdir *workdir) {
    stage work = {.ctx = ctx, .job = job, .workdir = workdir};
    om_artefact artefact = {0};
    OM_TRY(om_workdir_stage_begin(workdir, stage_name));
    om_status status = om_artefact_check(&artefact, ctx, workdir, set_up(&work, &artefact));
    bool did_work = status == OM_OK && !artefact.current;
    if (did_work) {
        status = compute(&work, &artefact);
    }
    om_artefact_end(&artefact);
    om_partition_destroy(&work.partition);
    om_tissues_destroy(&work.tissues);
    om_free(work.weights);
    om_free(work.found);
    return status == OM_OK ? om_workdir_stage_end(workdir, did_work) : status;
}
