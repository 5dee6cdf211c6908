/* The tasks of a cross-validation: every setting of the sweep on every fold. */
#ifndef ONCOMARK_LEARN_CROSSVAL_PLAN_H
#define ONCOMARK_LEARN_CROSSVAL_PLAN_H

#include "oncomark/job.h"
#include "oncomark/sample_table.h"
#include "oncomark/split.h"
#include "oncomark/workdir.h"

typedef struct om_crossval_setting {
    om_feature_parameters features;
    om_train_parameters train;
    char *name;   /* "train.hidden=64 ..."; "" where nothing is swept */
    char *inputs; /* what a task of it depends on, but for the fold and the data */
} om_crossval_setting;

typedef struct om_crossval_fold {
    char *name;                 /* "repeat 1, fold 3" or the group that is left out */
    int64_t counts[OM_N_PARTS]; /* samples of each part */
} om_crossval_fold;

typedef struct om_crossval_task {
    char *artefact;          /* of its result */
    char key[OM_DIGEST_HEX]; /* digest of om_crossval_inputs */
    bool done;               /* the result is there */
} om_crossval_task;

/* Plain data, the same on all ranks. Task number setting * n_folds + fold. */
typedef struct om_crossval_plan {
    const om_job *job;          /* borrowed */
    om_sample_table *table;     /* labels permuted where the job says so */
    char *path;                 /* of synthetic.h5ad */
    char digest[OM_DIGEST_HEX]; /* of synthetic.h5ad */
    int64_t n_settings;
    om_crossval_setting *settings;
    int64_t n_folds;
    om_crossval_fold *folds;
    int64_t n_tasks;
    om_crossval_task *tasks;
} om_crossval_plan;

/* Reads the samples, draws all folds once, to be sure of them before anything is trained, and looks
 * which tasks are done. OM_USAGE without synthetic.h5ad, or where a setting or fold cannot be.
 * Collective on ctx. */
om_status om_crossval_plan_create(om_crossval_plan **out, om_ctx *ctx, const om_job *job,
                                  const om_workdir *workdir);
void om_crossval_plan_destroy(om_crossval_plan **plan);

/* Part of every sample in a fold: parts [n_samples]. Local. */
om_status om_crossval_parts(uint8_t *parts, const om_crossval_plan *plan, int64_t fold);

/* The seed of all trainings of a fold: the settings of a sweep start alike. */
uint64_t om_crossval_seed(const om_crossval_plan *plan, int64_t fold);

/* Whether the features come from all samples, as published, or from a fold's training part. */
bool om_crossval_features_from_all(const om_crossval_plan *plan);

/* Appends what a task's result depends on, one "name: value" a line. */
om_status om_crossval_inputs(om_text *text, const om_crossval_plan *plan, int64_t task);

/* Appends "repeat 1, fold 3" or "train.hidden=64, repeat 1, fold 3". */
om_status om_crossval_describe(om_text *text, const om_crossval_plan *plan, int64_t task);

/* The tasks of a share that are not done, in an order in which neighbours need the same features
 * where that can be; owned by the caller. Local. */
om_status om_crossval_todo(int64_t **tasks, int64_t *n, const om_crossval_plan *plan,
                           om_share share);

#endif
