/* What learning takes: measured rates, and forecasts by them. */
#include "oncomark/learn_state.h"

#include "crossval_forecast.h"
#include "gradient.h"
#include "oncomark/memory.h"
#include "oncomark/transform.h"

#include <math.h>
#include <mpi.h>

static const double row_budget = 0.7;
static const double rank_budget = 0.2;

/* A made-up sample: most genes of a sum of cells have some small count, a few have a large one. */
static void make_up(double *values, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        int64_t mixed = (i + 1) * 2654435761 % 100003;
        values[i] = mixed % 3 == 0 ? 0 : floor(1e5 / (double)(mixed + 1));
    }
}

static om_status measure_ranking(double *seconds, int64_t n_features) {
    om_ranker *ranker = NULL;
    double *values = om_malloc(n_features, sizeof *values);
    uint16_t *ranks = om_malloc(n_features, sizeof *ranks);
    om_status status =
        values != NULL && ranks != NULL ? om_ranker_create(&ranker, n_features) : OM_MEMORY;
    if (status == OM_OK) {
        int64_t n = 0;
        double started = MPI_Wtime(), passed = 0;
        make_up(values, n_features);
        while (passed < rank_budget) {
            om_ranker_rank(ranker, values, ranks);
            n++;
            passed = MPI_Wtime() - started;
        }
        *seconds = passed / (double)n;
    }
    om_ranker_destroy(&ranker);
    om_free(ranks);
    om_free(values);
    return status;
}

om_status om_learn_state_measure(double *row, double *rank, const om_job *job,
                                 const om_training_size *model) {
    const om_crossval_setting setting = {.features = job->features, .train = job->train};
    /* Only their proportion counts, and there may be no sample at all. */
    int64_t counts[OM_N_PARTS] = {[OM_PART_TRAINING] = model->counts[OM_PART_TRAINING] + 1,
                                  [OM_PART_VALIDATION] = model->counts[OM_PART_VALIDATION] + 1};
    OM_TRY(om_forecast_measure(row, &setting, model->n_features, counts, row_budget));
    return measure_ranking(rank, model->n_features);
}

om_status om_learn_state_forecast(double *total, const om_learn_state *state, const int64_t *tasks,
                                  const double *seconds, int64_t n, int64_t n_ranks,
                                  double efficiency) {
    om_forecast_task *list = om_malloc(n, sizeof *list);
    if (list == NULL) {
        return OM_MEMORY;
    }
    int64_t n_groups = n < n_ranks ? n : n_ranks;
    for (int64_t i = 0; i < n; i++) {
        int64_t n_blocks = state->tasks[tasks[i]].n_blocks;
        int sharing = om_gradient_ranks((int)(n_ranks / n_groups), n_blocks);
        list[i] = (om_forecast_task){.seconds = seconds[i] * pow(sharing, 1 - efficiency),
                                     .n_blocks = n_blocks};
    }
    om_status status = om_forecast_seconds(total, list, n, n_ranks);
    om_free(list);
    return status;
}
