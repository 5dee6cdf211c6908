/* How long the tasks of a cross-validation will take. */
#ifndef ONCOMARK_LEARN_CROSSVAL_FORECAST_H
#define ONCOMARK_LEARN_CROSSVAL_FORECAST_H

#include "crossval_plan.h"

/* A task as the forecast sees it. */
typedef struct om_forecast_task {
    double seconds;   /* on one rank */
    int64_t n_blocks; /* of a batch: at most so many ranks share its training */
} om_forecast_task;

/* Seconds until the last of `n` tasks is done, by groups of n_ranks ranks that take them in their
 * order, each when it is free, and share a training perfectly. Local. */
om_status om_forecast_seconds(double *seconds, const om_forecast_task *tasks, int64_t n,
                              int64_t n_ranks);

/* Measures for about `budget` seconds, on made-up data of the real shape, what a training row costs
 * one rank with a setting, its part in validation included. `counts` are the samples of each part.
 * Local. */
om_status om_forecast_measure(double *seconds_per_row, const om_crossval_setting *setting,
                              int64_t n_features, const int64_t counts[OM_N_PARTS], double budget);

#endif
