/* What is known about the tasks of a cross-validation before they run: what finished ones tell, and
 * a short measurement. */
#ifndef ONCOMARK_LEARN_CROSSVAL_EXPERIENCE_H
#define ONCOMARK_LEARN_CROSSVAL_EXPERIENCE_H

#include "crossval_forecast.h"

/* Plain data; zeroed: nothing yet. */
typedef struct om_crossval_experience {
    int64_t n_done;      /* tasks that are done and did not diverge */
    double epochs;       /* mean of these */
    int64_t *n_features; /* [n_settings] of finished tasks alike, else the most that there can be */
    bool is_bound;       /* some of these are bounds */
    double *row_seconds; /* [n_settings] of a training row on one rank */
} om_crossval_experience;

/* Reads the results that are there and measures for about a second. Release it in any case.
 * Local. */
om_status om_crossval_experience_gain(om_crossval_experience *known, const om_crossval_plan *plan,
                                      const om_workdir *workdir);
void om_crossval_experience_release(om_crossval_experience *known);

om_forecast_task om_crossval_experience_expect(const om_crossval_experience *known,
                                               const om_crossval_plan *plan, int64_t task);

#endif
