/* The files of the stage `baseline` that hold classifiers and folds, and what they depend on. */
#ifndef ONCOMARK_LEARN_BASELINE_ARTEFACTS_H
#define ONCOMARK_LEARN_BASELINE_ARTEFACTS_H

#include "oncomark/job.h"
#include "oncomark/workdir.h"

#define OM_BASELINE_MODEL_NAME "baseline.h5"
#define OM_BASELINE_PENALTIES_NAME "baseline/penalties.csv"
#define OM_BASELINE_FOLDS_NAME "baseline/folds.csv"

extern const char om_baseline_stage[];

/* Files that are made together. */
typedef struct om_baseline_part {
    /* Adds what they depend on, a "name: value" a line. Local. */
    om_status (*describe)(om_text *inputs, const om_job *job, const om_workdir *workdir);
    const char *artefacts[2];
    int n_artefacts;
} om_baseline_part;

typedef enum om_baseline_part_id {
    OM_BASELINE_FIT,
    OM_BASELINE_FOLDS,
    OM_N_BASELINE_PARTS
} om_baseline_part_id;
extern const om_baseline_part om_baseline_parts[OM_N_BASELINE_PARTS];

/* *done: whether all of them are there already. Local. */
om_status om_baseline_is_fitted(bool *done, const om_job *job, om_workdir *workdir);

#endif
