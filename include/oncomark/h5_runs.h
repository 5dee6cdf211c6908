/* Writing scattered rows of an HDF5 data set in one call. */
#ifndef ONCOMARK_H5_RUNS_H
#define ONCOMARK_H5_RUNS_H

#include "oncomark/h5.h"

/* Consecutive elements of a data set. */
typedef struct om_h5_run {
    int64_t first;
    int64_t count;
} om_h5_run;

/* Writes runs of elements of a reserved data set of one dimension; `values`, of the data set's type
 * `type`, has those of all runs one after another. No runs are fine. Collective on a parallel file:
 * every rank calls it, each with as many runs as it has. */
om_status om_h5_write_runs(om_h5 *file, const char *path, om_type type, int64_t n_runs,
                           const om_h5_run *runs, const void *values);

#endif
