/* scores of the training data sets -> thresholds.csv */
#include "artefact.h"
#include "scored_cells.h"
#include "tissues.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "oncomark/stages.h"
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
    int64_t *weights;    /* [n_data] */
    om_threshold *found; /* [tissues x OM_N_HALLMARKS]; of this group's tissues on its root */
} stage;

/* The eligible scores of a tissue on this rank. */
typedef struct pool {
    int64_t n;
    int64_t capacity;
    double *scores; /* [n x OM_N_HALLMARKS] */
} pool;

static om_status add_cells(pool *scores, const om_scored_cells *cells) {
    if (scores->n + cells->n_cells > scores->capacity) {
        int64_t capacity = scores->n + cells->n_cells;
        double *grown =
            om_realloc(scores->scores, capacity * OM_N_HALLMARKS, sizeof *scores->scores);
        if (grown == NULL) {
            return OM_MEMORY;
        }
        scores->scores = grown;
        scores->capacity = capacity;
    }
    for (int64_t i = 0; i < cells->n_cells; i++) {
        if (cells->eligible[i] != 0) {
            memcpy(scores->scores + scores->n * OM_N_HALLMARKS, cells->scores + i * OM_N_HALLMARKS,
                   OM_N_HALLMARKS * sizeof *scores->scores);
            scores->n++;
        }
    }
    return OM_OK;
}

static om_status add_data_set(pool *scores, const stage *work, const om_data_set *data_set) {
    om_h5 *store = NULL;
    om_scored_cells *cells = NULL;
    int64_t n_cells = 0;
    int64_t n_genes = 0;
    int64_t n_nonzeros = 0;
    om_status status = om_tissues_open(&store, work->workdir, "store", data_set);
    if (status == OM_OK) {
        status = om_h5ad_csr_shape(store, "X", &n_cells, &n_genes, &n_nonzeros);
    }
    if (status == OM_OK) {
        int64_t first = 0;
        int64_t count = 0;
        om_range_even(n_cells, om_context_size(work->group), om_context_rank(work->group), &first,
                      &count);
        status =
            om_scored_cells_read(&cells, store, work->job, data_set, work->workdir, first, count);
    }
    if (status == OM_OK) {
        status = add_cells(scores, cells);
    }
    om_scored_cells_destroy(&cells);
    om_h5_close(&store);
    return status;
}

static om_status threshold_tissue(stage *work, int64_t tissue) {
    pool scores = {0, 0, NULL};
    om_threshold found[OM_N_HALLMARKS];
    om_status status = OM_OK;
    for (int64_t d = 0; d < work->job->n_data && status == OM_OK; d++) {
        const om_data_set *data_set = &work->job->data[d];
        if (work->tissues->of_data[d] == tissue && data_set->role == OM_ROLE_TRAIN) {
            status = add_data_set(&scores, work, data_set);
        }
    }
    status = om_agree(work->group, status);
    if (status == OM_OK) {
        status =
            om_threshold_find(found, work->group, &work->job->threshold, scores.n, scores.scores);
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
    om_free(scores.scores);
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

static om_status compute(stage *work, const om_artefact *artefact) {
    OM_TRY(om_tissues_partition(&work->partition, work->tissues, work->ctx, work->job,
                                work->workdir, true, work->weights));
    work->group = om_partition_group(work->partition);
    om_status status = OM_OK;
    for (int64_t t = 0; t < om_strings_count(work->tissues->names) && status == OM_OK; t++) {
        if (work->tissues->has_training[t] != 0 && om_partition_has(work->partition, t)) {
            status = threshold_tissue(work, t);
        }
    }
    OM_TRY(om_agree(work->ctx, status));
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
    OM_TRY(om_tissues_describe(work->job, artefact->inputs));
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
