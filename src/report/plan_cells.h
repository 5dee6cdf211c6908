/* The plan of the stages from data sets to synthetic samples, while it is made. */
#ifndef ONCOMARK_REPORT_PLAN_CELLS_H
#define ONCOMARK_REPORT_PLAN_CELLS_H

#include "plan_private.h"

#include "oncomark/cells_state.h"
#include "oncomark/cells_trial.h"

/* What there is to do, or all of it where nothing is left. */
typedef struct om_plan_amounts {
    double non_zeros;
    double cells;
    double sets;
    double entries; /* non-zeros to ingest, by what they cost */
    double bytes;   /* of stores */
} om_plan_amounts;

typedef struct om_plan_cells {
    om_plan *plan;
    const om_job *job;
    om_cells_state *state;
    om_cells_trial trial;
    int64_t tried; /* data set */
    om_plan_amounts ingest;
    om_plan_amounts score;
    om_plan_amounts train; /* training data sets */
    om_plan_amounts used;  /* that are summed */
    double all;            /* non-zeros of all data sets */
    double n_genes;
} om_plan_cells;

/* What is known of a rate but for earlier runs: seconds of a unit on one rank. */
typedef struct om_plan_known {
    double measured; /* 0: it could not be */
    double taken;    /* from another machine */
    const char *unit;
} om_plan_known;

/* Measures on a data set, unless earlier runs tell all; then dense matrices have the share of
 * non-zeros that was found. */
om_status om_plan_cells_try(om_plan_cells *work, const om_workdir *workdir);

/* *seconds of a unit on one rank, and for the stage where that comes from; *is_past: from an
 * earlier run. */
om_status om_plan_cells_rate(double *seconds, bool *is_past, const om_plan_cells *work, int name,
                             double wanted, const om_plan_known *known);

/* Seconds of inflating a data set, by the first rank of its group, which does nothing else
 * meanwhile. */
double om_plan_cells_inflating(const om_plan_cells *work, const om_data_size *size);

/* Fills the plan's non-zeros of a synthetic sample; how many samples there may be. */
om_status om_plan_cells_density(om_plan_cells *work, const om_workdir *workdir);
int64_t om_plan_cells_guess(const om_plan_cells *work);

#endif
