/* What a workdir has for methods to be compared on. */
#ifndef ONCOMARK_LEARN_BASELINE_AVAILABLE_H
#define ONCOMARK_LEARN_BASELINE_AVAILABLE_H

#include "crossval_plan.h"

#define OM_BASELINE_NETWORK_NAME "model.h5"
#define OM_BASELINE_TEST_NAME "test.csv"
#define OM_BASELINE_POOLED_NAME "validate/pooled.h5ad"

enum { OM_BASELINE_LOSSES = 2 };
extern const om_loss om_baseline_losses[OM_BASELINE_LOSSES];

typedef struct om_baseline_available {
    uint8_t model;
    uint8_t test;                         /* test.csv */
    uint8_t pooled;                       /* pooled samples of the job's external studies */
    uint8_t bulk;                         /* profiles that the model can predict */
    int64_t settings[OM_BASELINE_LOSSES]; /* of the plan, by loss; -1: none is done */
} om_baseline_available;

/* Finds it, and adds to `inputs` what a comparison depends on, a "name: value" a line. Local, on
 * one rank. */
om_status om_baseline_look(om_baseline_available *has, om_text *inputs, const om_workdir *workdir,
                           const om_crossval_plan *plan);

/* Says of what is not there which command makes it; has_test_part: whether the split has one.
 * Local. */
void om_baseline_say_missing(om_log *log, const om_baseline_available *has, const om_job *job,
                             bool has_test_part);

#endif
