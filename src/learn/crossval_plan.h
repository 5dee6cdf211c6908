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
    int64_t n_genes;            /* of synthetic.h5ad */
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

/* By what a task's features are selected. */
typedef struct om_crossval_selection {
    int64_t fold; /* in whose training part; -1: in all samples, as published */
    int64_t most_variable;
} om_crossval_selection;

om_crossval_selection om_crossval_selection_of(const om_crossval_plan *plan, int64_t task);

/* As qsort has it: 0 where the features are the same. */
int om_crossval_selection_compare(om_crossval_selection a, om_crossval_selection b);

/* How many features a setting has at most. */
int64_t om_crossval_most_features(const om_crossval_plan *plan, int64_t setting);

/* Appends what a task's result depends on, one "name: value" a line. */
om_status om_crossval_inputs(om_text *text, const om_crossval_plan *plan, int64_t task);

/* Appends "repeat 1, fold 3" or "train.hidden=64, repeat 1, fold 3". */
om_status om_crossval_describe(om_text *text, const om_crossval_plan *plan, int64_t task);

#endif
