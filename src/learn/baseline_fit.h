/* Ridge classifiers of a lesson, and what they say of its test part. */
#ifndef ONCOMARK_LEARN_BASELINE_FIT_H
#define ONCOMARK_LEARN_BASELINE_FIT_H

#include "lesson.h"
#include "oncomark/ridge.h"

/* Plain data, all owned, the same on all ranks; zeroed: none yet. */
typedef struct om_baseline_fit {
    om_ridge *ridge;
    int64_t n_test;
    double *decisions; /* [n_test x 10]; NaN without a classifier */
    uint8_t *tasks;    /* [n_test] */
    uint8_t *labels;   /* [n_test] */
} om_baseline_fit;

/* By the parts of the scaled lesson. Ends with what it has where it fails: release it. Collective
 * on ctx, which is that of the lesson's matrix. */
om_status om_baseline_fit_make(om_baseline_fit *fit, om_ctx *ctx, const om_lesson *lesson,
                               const om_baseline_parameters *parameters);
void om_baseline_fit_release(om_baseline_fit *fit); /* Local */

#endif
