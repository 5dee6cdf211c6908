#include "score_pass.h"

#include "oncomark/cell_stream.h"
#include "oncomark/memory.h"
#include "oncomark/stop.h"

/* Where this rank is in its cells. */
typedef struct reading {
    om_score_pass *pass;
    om_cell_stream *stream;
    const om_counts *batch;
    int64_t next;   /* cell of the batch */
    int64_t most;   /* cells whose scores are kept */
    double *scores; /* [most x OM_N_HALLMARKS] */
} reading;

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static om_status next_batch(reading *work) {
    om_score_pass *pass = work->pass;
    OM_TRY(om_stop_poll(pass->group));
    OM_TRY(om_cell_stream_next(work->stream, &work->batch));
    if (work->batch == NULL) {
        return om_fail(OM_BUG, "the store's cells ended before this rank's share of them");
    }
    work->next = 0;
    pass->n_nonzeros += work->batch->indptr[work->batch->n_cells];
    return om_qc_add(pass->qc, work->batch);
}

static om_status score_cells(reading *work, int64_t n_cells) {
    int64_t done = 0;
    while (done < n_cells) {
        if (work->batch == NULL || work->next == work->batch->n_cells) {
            OM_TRY(next_batch(work));
        }
        int64_t count = smaller(n_cells - done, work->batch->n_cells - work->next);
        OM_TRY(om_digital_score_range(work->pass->score, work->batch, work->next, count,
                                      work->scores + done * OM_N_HALLMARKS));
        work->next += count;
        done += count;
    }
    return OM_OK;
}

/* Writing is collective: every rank takes part in as many rounds as the rank with most cells. */
static om_status score_all(reading *work) {
    om_score_pass *pass = work->pass;
    const om_qc *qc = pass->qc;
    int64_t n_rounds = (qc->n_cells + work->most - 1) / work->most;
    OM_TRY(om_max_i64(pass->group, &n_rounds, 1));
    int64_t told = 0;
    for (int64_t round = 0; round < n_rounds; round++) {
        int64_t first = smaller(round * work->most, qc->n_cells);
        int64_t count = smaller(work->most, qc->n_cells - first);
        OM_TRY(om_agree(pass->group, score_cells(work, count)));
        OM_TRY(om_score_file_write(pass->file, qc->first_cell + first, count, work->scores));
        int64_t reached = (int64_t)((double)pass->weight * (double)(round + 1) / (double)n_rounds);
        om_progress_add(pass->progress, reached - told);
        told = reached;
    }
    return OM_OK;
}

static om_status open_stream(reading *work) {
    const om_qc *qc = work->pass->qc;
    work->batch = NULL;
    return om_cell_stream_open(&work->stream, work->pass->store, "X", qc->first_cell, qc->n_cells,
                               work->pass->batch_bytes);
}

/* On this rank. */
static om_status see_again(reading *work) {
    om_qc *qc = work->pass->qc;
    int64_t cell = om_qc_next_again(qc, qc->first_cell);
    om_cell_stream_close(&work->stream);
    if (cell < 0) {
        return OM_OK;
    }
    OM_TRY(open_stream(work));
    while (cell >= 0) {
        OM_TRY(om_stop_poll(work->pass->group));
        OM_TRY(om_cell_stream_skip_to(work->stream, cell));
        OM_TRY(om_cell_stream_next(work->stream, &work->batch));
        if (work->batch == NULL) {
            return om_fail(OM_BUG, "the store's cells ended before one to be seen again");
        }
        OM_TRY(om_qc_add_again(qc, work->batch));
        cell = om_qc_next_again(qc, work->batch->first_cell + work->batch->n_cells);
    }
    return OM_OK;
}

static om_status set_up(reading *work) {
    int64_t cell_bytes = OM_N_HALLMARKS * (int64_t)sizeof *work->scores;
    int64_t most = work->pass->score_bytes / cell_bytes;
    work->most = most > 0 ? most : 1;
    work->scores = om_malloc(work->most * OM_N_HALLMARKS, sizeof *work->scores);
    return work->scores != NULL ? open_stream(work) : OM_MEMORY;
}

static om_status run(reading *work) {
    om_ctx *group = work->pass->group;
    OM_TRY(om_agree(group, set_up(work)));
    OM_TRY(score_all(work));
    OM_TRY(om_qc_finish(work->pass->qc, group));
    return om_agree(group, see_again(work));
}

om_status om_score_pass_run(om_score_pass *pass) {
    reading work = {.pass = pass};
    om_status status = run(&work);
    om_cell_stream_close(&work.stream);
    om_free(work.scores);
    return status;
}
