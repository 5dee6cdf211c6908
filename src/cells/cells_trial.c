#include "oncomark/cells_trial.h"

#include "cells/store_write.h"
#include "excerpt.h"
#include "gene_match.h"
#include "oncomark/cell_stream.h"
#include "oncomark/csr_writer.h"
#include "oncomark/memory.h"
#include "oncomark/qc.h"
#include "oncomark/threshold.h"
#include "synthetic_sum.h"

#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Enough to be out of the caches, and seconds that reading it may take. */
static const int64_t most_nonzeros = 8 << 20;
static const double read_seconds = 1.5;

/* A measurement is repeated for so long, since the first time is often slow. */
static const double measure_seconds = 0.3;
enum { MOST_REPEATS = 4 };

static const int64_t batch_bytes = 2 << 20;
static const int64_t small_memory = (int64_t)32 << 20;
enum { POOL_CELLS = 200000 };

typedef struct trial {
    const om_job *job;
    const om_data_set *data_set;
    om_log *quiet;
    om_ctx *ctx; /* this rank alone */
    om_excerpt excerpt;
    char *folder;
    char *path; /* of the excerpt's store */
    om_h5 *store;
    double *scores; /* [n_cells x OM_N_HALLMARKS] */
    om_cells_trial *out;
} trial;

static om_status make_folder(trial *made) {
    const char *parent = getenv("TMPDIR");
    parent = parent != NULL && parent[0] != '\0' ? parent : "/tmp";
    made->folder = om_format("%s/oncomark-plan-XXXXXX", parent);
    if (made->folder == NULL) {
        return OM_MEMORY;
    }
    if (mkdtemp(made->folder) == NULL) {
        om_free(made->folder);
        made->folder = NULL;
        return om_fail(OM_SYSTEM,
                       "%s: cannot make a folder for a trial in it; TMPDIR names another", parent);
    }
    made->path = om_format("%s/store.h5ad", made->folder);
    return made->path != NULL ? OM_OK : OM_MEMORY;
}

static void release(trial *made) {
    om_h5_close(&made->store);
    if (made->path != NULL) {
        unlink(made->path);
    }
    if (made->folder != NULL) {
        rmdir(made->folder);
    }
    om_free(made->path);
    om_free(made->folder);
    om_free(made->scores);
    om_excerpt_release(&made->excerpt);
    om_context_destroy(&made->ctx);
    om_log_destroy(&made->quiet);
}

static om_type type_of(const om_counts *cells) {
    double most = 0;
    for (int64_t i = 0; i < cells->indptr[cells->n_cells]; i++) {
        most = fmax(most, cells->values[i]);
    }
    return !cells->integer ? OM_F64 : most <= UINT16_MAX ? OM_U16 : OM_U32;
}

static om_status write_counts(const trial *made, const om_csr_layout *layout) {
    om_csr_writer *writer = NULL;
    om_digest digest = {{0, 0}};
    om_status status = om_csr_writer_open(&writer, made->ctx, made->path, "X", layout);
    status = status == OM_OK ? om_csr_writer_add(writer, made->excerpt.cells) : status;
    if (status == OM_OK) {
        return om_csr_writer_finish(&writer, &digest);
    }
    om_csr_writer_abandon(&writer);
    return status;
}

/* Cells without names, all of one sample. */
static om_status write_store(trial *made) {
    const om_counts *cells = made->excerpt.cells;
    const om_csr_layout layout = {.type = type_of(cells),
                                  .n_rows = cells->n_cells,
                                  .n_columns = cells->n_genes,
                                  .n_nonzeros = cells->indptr[cells->n_cells],
                                  .compression = made->job->store.compression};
    om_study study = {.genes = made->excerpt.genes};
    om_digest digest = {{0, 0}};
    om_status status = om_strings_create(&study.cell_names);
    for (int64_t cell = 0; cell < cells->n_cells && status == OM_OK; cell++) {
        status = om_strings_add(study.cell_names, "cell");
    }
    double started = MPI_Wtime();
    if (status == OM_OK) {
        status = om_store_create(made->path, made->data_set, &study, &layout, &digest);
    }
    status = status == OM_OK ? write_counts(made, &layout) : status;
    made->out->ingest += (MPI_Wtime() - started) / (double)made->out->n_nonzeros;
    om_strings_destroy(&study.cell_names);
    return status;
}

/* Quality control and scores of all cells, as om_score_pass_run has them. */
static om_status score_cells(const trial *made, const om_digital_score *score, om_qc *qc) {
    om_cell_stream *stream = NULL;
    const om_counts *batch = NULL;
    OM_TRY(om_cell_stream_open(&stream, made->store, "X", 0, made->out->n_cells, batch_bytes));
    om_status status = om_cell_stream_next(stream, &batch);
    while (status == OM_OK && batch != NULL) {
        status = om_qc_add(qc, batch);
        if (status == OM_OK) {
            status = om_digital_score_cells(score, batch,
                                            made->scores + batch->first_cell * OM_N_HALLMARKS);
        }
        status = status == OM_OK ? om_cell_stream_next(stream, &batch) : status;
    }
    om_cell_stream_close(&stream);
    return status == OM_OK ? om_qc_finish(qc, made->ctx) : status;
}

static om_status time_scoring(double *seconds, const trial *made, om_gene_match *match) {
    const om_job *job = made->job;
    om_digital_score *score = NULL;
    om_qc *qc = NULL;
    double started = MPI_Wtime();
    om_status status = om_digital_score_create(&score, &job->score, match->n_rows, match->is_first,
                                               match->n_missing, match->parts);
    if (status == OM_OK) {
        status =
            om_qc_create(&qc, made->out->n_cells, 0, made->excerpt.genes, &job->qc, small_memory);
    }
    status = status == OM_OK ? score_cells(made, score, qc) : status;
    *seconds = MPI_Wtime() - started;
    om_qc_destroy(&qc);
    om_digital_score_destroy(&score);
    return status;
}

static om_status match_genes(om_gene_match **match, const trial *made) {
    const om_job *job = made->job;
    om_gene_sets *sets = NULL;
    om_gene_aliases *aliases = NULL;
    om_status status = om_gene_sets_read(&sets, job->gene_sets);
    if (status == OM_OK && job->score.aliases && job->alias_table != NULL) {
        status = om_gene_aliases_read(&aliases, job->alias_table);
    }
    if (status == OM_OK) {
        status =
            om_gene_match_create(match, sets, aliases, made->excerpt.genes, made->data_set->id);
    }
    if (status == OM_OK) {
        status = om_gene_match_check_length(*match, sets, &job->score, made->data_set->id);
    }
    om_gene_aliases_destroy(&aliases);
    om_gene_sets_destroy(&sets);
    return status;
}

/* The least of a few times. */
static om_status try_scoring(trial *made) {
    om_gene_match *match = NULL;
    om_status status = match_genes(&match, made);
    double best = INFINITY, total = 0;
    for (int i = 0; i < MOST_REPEATS && total < measure_seconds && status == OM_OK; i++) {
        double seconds = 0;
        status = time_scoring(&seconds, made, match);
        best = fmin(best, seconds);
        total += seconds;
    }
    made->out->score = best / (double)made->out->n_nonzeros;
    om_gene_match_destroy(&match);
    return status;
}

/* The scores over and over, so that what every tissue costs does not count as the cells' part. */
static om_status try_thresholds(trial *made) {
    om_threshold found[OM_N_HALLMARKS];
    om_score_pool *pool = NULL;
    double started = MPI_Wtime();
    om_status status = om_score_pool_create(&pool, made->path, small_memory);
    while (status == OM_OK && om_score_pool_count(pool) < POOL_CELLS) {
        status = om_score_pool_add(pool, made->out->n_cells, made->scores, NULL);
    }
    if (status == OM_OK) {
        status = om_threshold_find(found, made->ctx, &made->job->threshold, pool);
        made->out->threshold = (MPI_Wtime() - started) / (double)om_score_pool_count(pool);
    }
    om_score_pool_destroy(&pool);
    return status;
}

/* A quarter of the cells is positive, another one negative, as with thresholds in halves. */
static om_status make_plan(om_synthetic_plan **plan, const trial *made, const om_strings *samples) {
    int64_t n_cells = made->out->n_cells;
    const int64_t first_cells[2] = {0, n_cells};
    int32_t *sample_of = om_calloc(n_cells, sizeof *sample_of);
    int8_t *labels = om_malloc(n_cells * OM_N_HALLMARKS, sizeof *labels);
    om_status status = sample_of != NULL && labels != NULL ? OM_OK : OM_MEMORY;
    for (int64_t i = 0; i < n_cells * OM_N_HALLMARKS && status == OM_OK; i++) {
        int64_t turn = (i / OM_N_HALLMARKS + i % OM_N_HALLMARKS) % 4;
        labels[i] = turn == 0 ? OM_LABEL_POSITIVE : turn == 1 ? OM_LABEL_NEGATIVE : OM_LABEL_NONE;
    }
    const om_synthetic_source source = {.data_set = made->data_set->id,
                                        .samples = samples,
                                        .n_cells = n_cells,
                                        .sample_of = sample_of,
                                        .labels = labels,
                                        .n_ranks = 1,
                                        .first_cells = first_cells};
    if (status == OM_OK) {
        status = om_synthetic_plan_create(plan, &source, &made->job->synthetic, made->job->seed);
    }
    om_free(labels);
    om_free(sample_of);
    return status;
}

static om_status sum_cells(trial *made, const om_synthetic_plan *plan, const int32_t *column_of) {
    const om_synthetic_memory memory = {.stream = small_memory,
                                        .window = small_memory,
                                        .parts = small_memory,
                                        .exchange = small_memory,
                                        .rows = small_memory};
    const om_synthetic_task task = {.plan = plan,
                                    .store = made->store,
                                    .n_cells = made->out->n_cells,
                                    .n_genes = made->excerpt.cells->n_genes,
                                    .column_of = column_of,
                                    .spill_path = made->path};
    om_synthetic_window *window = NULL;
    om_synthetic_rows *rows = NULL;
    double started = MPI_Wtime();
    om_status status = om_synthetic_window_create(&window, small_memory);
    status = status == OM_OK ? om_synthetic_rows_create(&rows, made->path, small_memory) : status;
    if (status == OM_OK) {
        status = om_synthetic_sum(rows, made->ctx, &task, window, &memory);
    }
    if (status == OM_OK) {
        double n = 0;
        for (int64_t row = 0; row < rows->n_rows; row++) {
            n += (double)rows->rows[row].n_values;
        }
        made->out->sample_nonzeros = rows->n_rows > 0 ? n / (double)rows->n_rows : 0;
        made->out->synthesize = (MPI_Wtime() - started) / (double)made->out->n_nonzeros;
    }
    om_synthetic_rows_destroy(&rows);
    om_synthetic_window_destroy(&window);
    return status;
}

static om_status try_summing(trial *made) {
    om_strings *samples = NULL;
    om_synthetic_plan *plan = NULL;
    int64_t n_genes = made->excerpt.cells->n_genes;
    int32_t *column_of = om_malloc(n_genes, sizeof *column_of);
    om_status status = column_of != NULL ? om_strings_create(&samples) : OM_MEMORY;
    status = status == OM_OK ? om_strings_add(samples, "sample") : status;
    for (int64_t gene = 0; gene < n_genes && status == OM_OK; gene++) {
        column_of[gene] = (int32_t)gene;
    }
    status = status == OM_OK ? make_plan(&plan, made, samples) : status;
    status = status == OM_OK ? sum_cells(made, plan, column_of) : status;
    om_synthetic_plan_destroy(&plan);
    om_strings_destroy(&samples);
    om_free(column_of);
    return status;
}

/* What reading the excerpt told. */
static bool take_times(trial *made) {
    const om_excerpt *excerpt = &made->excerpt;
    om_cells_trial *out = made->out;
    bool has_cells = excerpt->cells != NULL && excerpt->n_read > 0 && excerpt->cells->n_cells > 0;
    if (excerpt->n_loaded > 0) {
        out->load = excerpt->load_seconds / (double)excerpt->n_loaded;
    }
    if (has_cells) {
        double n_read = (double)excerpt->n_read;
        out->n_cells = excerpt->cells->n_cells;
        out->n_nonzeros = excerpt->cells->indptr[out->n_cells];
        out->inflate = fmin(excerpt->inflate_seconds, excerpt->read_seconds) / n_read;
        out->ingest = excerpt->read_seconds / n_read - out->inflate;
    }
    return has_cells && out->n_nonzeros > 0;
}

static om_status run(trial *made, const char *store) {
    made->quiet = om_log_create(false);
    OM_TRY(made->quiet != NULL ? om_context_create(&made->ctx, MPI_COMM_SELF, made->quiet)
                               : OM_MEMORY);
    OM_TRY(om_excerpt_read(&made->excerpt, made->ctx, made->data_set, store, most_nonzeros,
                           read_seconds));
    if (!take_times(made)) {
        return OM_OK;
    }
    made->scores = om_malloc(made->out->n_cells * OM_N_HALLMARKS, sizeof *made->scores);
    OM_TRY(made->scores != NULL ? make_folder(made) : OM_MEMORY);
    OM_TRY(write_store(made));
    OM_TRY(om_h5_open(&made->store, made->path));
    OM_TRY(try_scoring(made));
    OM_TRY(try_thresholds(made));
    return try_summing(made);
}

om_status om_cells_trial_run(om_cells_trial *out, const om_job *job, int64_t data_set,
                             const char *store) {
    *out = (om_cells_trial){.n_cells = 0};
    trial made = {.job = job, .data_set = &job->data[data_set], .out = out};
    om_status status = run(&made, store);
    release(&made);
    return status;
}
