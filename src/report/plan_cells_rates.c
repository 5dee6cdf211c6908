/* What the stages up to synthetic samples rest on: rates, and a guess at the samples. */
#include "plan_cells.h"
#include "plan_figures.h"

#include "oncomark/h5ad.h"
#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <math.h>

/* Where nothing can be measured. */
static const double taken_inflate = 11 / 700e6; /* bytes of text of a non-zero */
static const double taken_sample_share = 0.6;   /* of the genes, that a synthetic sample has */

/* The published set: 67,930 samples of 100 cells out of 2.7 million cells, each of which has ten
 * hallmarks and could be positive or negative (method 6). With one threshold no cell is left
 * between the two. */
static const double published_share = 67930.0 * 100 / (2.7e6 * 20);
static const double one_threshold_factor = 2;

/* The largest data set that is still to be read; without one the largest store. */
static void choose_data_set(om_plan_cells *work) {
    bool ingested = work->plan->stages[OM_PLAN_INGEST].is_done;
    work->tried = -1;
    for (int64_t d = 0; d < work->state->n_data; d++) {
        const om_data_size *size = &work->state->data[d];
        bool fits = size->is_stored == ingested && (ingested || !size->is_by_gene);
        if (fits &&
            (work->tried < 0 || size->n_nonzeros > work->state->data[work->tried].n_nonzeros)) {
            work->tried = d;
        }
    }
}

static om_status try_cells(om_plan_cells *work, const om_workdir *workdir) {
    char *name = NULL, *path = NULL;
    choose_data_set(work);
    if (work->tried < 0) {
        return OM_OK;
    }
    if (work->state->data[work->tried].is_stored) {
        name = om_format("store/%s.h5ad", work->job->data[work->tried].id);
        path = name != NULL ? om_workdir_path(workdir, name) : NULL;
        om_free(name);
        if (path == NULL) {
            return OM_MEMORY;
        }
    }
    om_status status = om_cells_trial_run(&work->trial, work->job, work->tried, path);
    om_free(path);
    return status;
}

/* Of a dense matrix the header tells the elements only. */
static void thin_out_dense(const om_plan_cells *work) {
    const om_data_size *tried = work->tried >= 0 ? &work->state->data[work->tried] : NULL;
    if (tried == NULL || !tried->is_dense || work->trial.n_cells == 0) {
        return;
    }
    double share =
        (double)work->trial.n_nonzeros / ((double)work->trial.n_cells * (double)tried->n_genes);
    for (int64_t d = 0; d < work->state->n_data; d++) {
        om_data_size *size = &work->state->data[d];
        if (size->is_dense) {
            size->n_nonzeros = (int64_t)(share * (double)size->n_nonzeros);
        }
    }
}

/* True where earlier runs tell all rates. */
static bool know_all_rates(const om_plan_cells *work) {
    static const int names[] = {OM_PLAN_INGEST, OM_PLAN_SCORE, OM_PLAN_SYNTHESIZE};
    const double wanted[] = {work->ingest.non_zeros, work->score.non_zeros, work->used.non_zeros};
    for (int i = 0; i < 3; i++) {
        om_past_stage past;
        double seconds = 0;
        const om_past *all = work->plan->past;
        if (!om_past_find(&past, all, om_plan_stage_text(names[i])) ||
            !om_plan_rate_of_past(&seconds, &past, all, names[i],
                                  (double)past.counters[OM_COUNT_NONZEROS], wanted[i])) {
            return false;
        }
    }
    return true;
}

om_status om_plan_cells_try(om_plan_cells *work, const om_workdir *workdir) {
    work->tried = -1;
    if (know_all_rates(work)) {
        return OM_OK;
    }
    OM_TRY(try_cells(work, workdir));
    thin_out_dense(work);
    return OM_OK;
}

/* Units that the last run of a stage got through; negative: none. Thresholds have no counter, but
 * the stage before them had the same cells. */
static double done_before(const om_plan_cells *work, int name) {
    om_past_stage past;
    int counted = name == OM_PLAN_THRESHOLD ? OM_PLAN_SCORE : name;
    if (!om_past_find(&past, work->plan->past, om_plan_stage_text(counted))) {
        return -1;
    }
    double non_zeros = (double)past.counters[OM_COUNT_NONZEROS];
    return name != OM_PLAN_THRESHOLD   ? non_zeros
           : work->score.non_zeros > 0 ? non_zeros * work->score.cells / work->score.non_zeros
                                       : -1;
}

om_status om_plan_cells_rate(double *seconds, bool *is_past, const om_plan_cells *work, int name,
                             double wanted, const om_plan_known *known) {
    om_plan_stage *stage = &work->plan->stages[name];
    om_past_stage past;
    *is_past = om_plan_rate_of_past(seconds, &past, work->plan->past, name, done_before(work, name),
                                    wanted);
    if (*is_past) {
        stage->rate = om_format("%s %s/s a rank: of the run of %s on %d rank%s",
                                om_figure_count(1 / *seconds).text, known->unit, past.finished,
                                (int)past.n_ranks, past.n_ranks == 1 ? "" : "s");
    } else if (work->trial.n_cells > 0 && known->measured > 0) {
        *seconds = known->measured;
        stage->rate = om_format("%s %s/s a rank: measured now on the first %s cells of %s",
                                om_figure_count(1 / *seconds).text, known->unit,
                                om_figure_count((double)work->trial.n_cells).text,
                                work->job->data[work->tried].id);
    } else {
        *seconds = known->taken;
        stage->rate = om_format("%s %s/s a rank: taken from another machine, since no cells can be "
                                "had before all is read",
                                om_figure_count(1 / *seconds).text, known->unit);
    }
    return stage->rate != NULL ? OM_OK : OM_MEMORY;
}

double om_plan_cells_inflating(const om_plan_cells *work, const om_data_size *size) {
    double seconds = work->trial.inflate > 0 ? work->trial.inflate : taken_inflate;
    return size->is_gzip ? seconds * (double)size->n_nonzeros : 0;
}

/* Non-zeros of a synthetic sample: of those that are there, whatever made them; of the trial. */
om_status om_plan_cells_density(om_plan_cells *work, const om_workdir *workdir) {
    om_h5 *file = NULL;
    int64_t n_rows = 0, n_genes = 0, n_nonzeros = 0;
    char *path = om_workdir_path(workdir, "synthetic.h5ad");
    if (path == NULL) {
        return OM_MEMORY;
    }
    bool is_there = om_file_exists(path) && om_h5_open(&file, path) == OM_OK &&
                    om_h5ad_csr_shape(file, "X", &n_rows, &n_genes, &n_nonzeros) == OM_OK &&
                    n_rows > 0;
    om_h5_close(&file);
    om_free(path);
    double taken = work->trial.sample_nonzeros > 0 ? work->trial.sample_nonzeros
                                                   : taken_sample_share * work->n_genes;
    work->plan->sample_nonzeros = is_there ? (double)n_nonzeros / (double)n_rows : taken;
    return OM_OK;
}

int64_t om_plan_cells_guess(const om_plan_cells *work) {
    bool one_threshold = work->job->threshold.method == OM_OTSU;
    double share = published_share * (one_threshold ? one_threshold_factor : 1);
    return (int64_t)floor(2 * OM_N_HALLMARKS * share * work->used.cells /
                          (double)work->job->synthetic.cells_per_sample);
}
