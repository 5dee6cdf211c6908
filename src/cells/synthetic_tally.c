#include "synthetic_tally.h"

#include "oncomark/synthetic.h"

#include <inttypes.h>

typedef struct telling {
    const om_synthetic_catalog *catalog;
    const om_tissues *tissues;
    const om_job *job;
    const om_synthetic_parameters *parameters;
    const char *rows; /* what they are called */
    om_log *log;
} telling;

/* Positive and negative cells, and synthetic samples, of a tissue by hallmark. */
typedef struct tally {
    int64_t blocks[OM_SYNTHETIC_GROUPS];
    int64_t cells[OM_SYNTHETIC_GROUPS];
    int64_t largest; /* cells of the largest group */
    int64_t n_blocks;
    int64_t n_data; /* data sets that can be summed */
} tally;

static tally count_tissue(const telling *work, int64_t tissue) {
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

static bool is_used(const telling *work, int64_t tissue) {
    for (int64_t d = 0; d < work->job->n_data; d++) {
        if (work->tissues->of_data[d] == tissue &&
            work->job->data[d].role == work->catalog->use->role) {
            return true;
        }
    }
    return false;
}

/* Why there is no row. */
static om_status explain(const telling *work, om_text *text) {
    if (work->catalog->n_data == 0) {
        return om_fail(OM_INPUT,
                       "%s: found only %s data sets with values: log, expected one with "
                       "counts or tpm: logarithms are scored but never summed",
                       work->job->path, work->catalog->use->pooled ? "validation" : "training");
    }
    for (int64_t t = 0; t < om_strings_count(work->tissues->names); t++) {
        tally sums = count_tissue(work, t);
        if (is_used(work, t)) {
            OM_TRY(om_text_add(text, "; %s (at most %" PRId64 " in a sample):",
                               om_strings_get(work->tissues->names, t), sums.largest));
            OM_TRY(add_tally(text, sums.cells));
        }
    }
    const om_synthetic_parameters *parameters = work->parameters;
    if (work->catalog->use->pooled) {
        return om_fail(OM_INPUT,
                       "%s: found too few cells for a pooled sample, expected at least %" PRId64
                       " positive or as many negative ones of a hallmark in one sample "
                       "(validate.min_cells). Positive+negative cells found%s",
                       work->job->path, parameters->min_cells, om_text_get(text));
    }
    return om_fail(OM_INPUT,
                   "%s: found too few cells for a synthetic sample, expected at least %" PRId64
                   " positive or as many negative ones of a hallmark in one sample "
                   "(synthetic.min_cells %" PRId64 ", cells_per_sample %" PRId64
                   "). Positive+negative cells found%s",
                   work->job->path, cells_needed(parameters), parameters->min_cells,
                   parameters->cells_per_sample, om_text_get(text));
}

/* On the root: synthetic samples by tissue and hallmark. */
static om_status tell(const telling *work, om_text *text) {
    om_log *log = work->log;
    for (int64_t t = 0; t < om_strings_count(work->tissues->names); t++) {
        if (!is_used(work, t)) {
            continue;
        }
        tally sums = count_tissue(work, t);
        if (sums.n_data == 0) {
            om_log_warn(log,
                        "%s gives no %s: its data sets have values: log, which are scored but "
                        "never summed",
                        om_strings_get(work->tissues->names, t), work->rows);
            continue;
        }
        if (sums.n_blocks == 0) {
            om_log_warn(log,
                        "%s gives no %s: found at most %" PRId64
                        " cells of one label in a sample, expected at least %" PRId64,
                        om_strings_get(work->tissues->names, t), work->rows, sums.largest,
                        cells_needed(work->parameters));
            continue;
        }
        om_text_clear(text);
        OM_TRY(add_tally(text, sums.blocks));
        om_log_info(log, "%s of %s (positive+negative):%s", work->rows,
                    om_strings_get(work->tissues->names, t), om_text_get(text));
    }
    om_log_info(log, "%" PRId64 " %s of %" PRId64 " genes", work->catalog->n_rows, work->rows,
                om_strings_count(om_gene_union_genes(work->catalog->genes)));
    return OM_OK;
}

om_status om_synthetic_tally(const om_synthetic_catalog *catalog, const om_tissues *tissues,
                             const om_job *job, const om_synthetic_parameters *parameters,
                             om_log *log) {
    const char *rows = catalog->use->pooled ? "pooled samples" : "synthetic samples";
    const telling work = {catalog, tissues, job, parameters, rows, log};
    om_text *text = NULL;
    OM_TRY(om_text_create(&text));
    om_status status = catalog->n_rows > 0 ? tell(&work, text) : explain(&work, text);
    om_text_destroy(&text);
    return status;
}
