/* What there is to learn from, what of it is done already, and what it costs. */
#ifndef ONCOMARK_LEARN_STATE_H
#define ONCOMARK_LEARN_STATE_H

#include "oncomark/split.h"
#include "oncomark/workdir.h"

#include <stdbool.h>

/* A training on a fold, or that of the model. Plain data. */
typedef struct om_training_size {
    int64_t counts[OM_N_PARTS]; /* samples of each part */
    int64_t epochs;             /* at most */
    int64_t n_features;         /* at most */
    int64_t n_weights;          /* of the network: a row's cost goes by it */
    int64_t n_blocks;           /* of a batch: at most so many ranks share the training */
    bool is_done;
} om_training_size;

/* Plain data. */
typedef struct om_learn_state {
    bool is_guess; /* synthetic.h5ad is not there: sizes follow from a guess at its samples */
    int64_t n_samples;
    int64_t n_genes;
    int64_t n_nonzeros; /* 0: not known */
    om_training_size model;
    int64_t n_tasks;         /* of the cross-validation */
    om_training_size *tasks; /* [n_tasks] in their order */
    bool has_one_matrix;     /* all tasks see the same features */
    bool is_collected;       /* the tables of crossval/ are those of these tasks */
    bool is_pca_done;        /* the job asks for it, and the artefacts are there */
    bool is_baseline_done;   /* likewise */
    double mean_epochs;      /* of the tasks that are done; 0: none is */
} om_learn_state;

/* Reads the samples of synthetic.h5ad, which is as the job wants it, and looks which artefacts of
 * training and cross-validation are there. OM_USAGE where they cannot be split as the job says.
 * Local. */
om_status om_learn_state_read(om_learn_state **out, const om_job *job, om_workdir *workdir);

/* The same by shares of so many samples. Local. */
om_status om_learn_state_guess(om_learn_state **out, const om_job *job, int64_t n_samples,
                               int64_t n_genes);
void om_learn_state_destroy(om_learn_state **state);

/* Seconds on one rank, measured within about a second: `row`: a training row and its part of the
 * validation, with model->n_weights; `rank`: ranking a sample's features. Local. */
om_status om_learn_state_measure(double *row, double *rank, const om_job *job,
                                 const om_training_size *model);

/* Seconds that n_ranks ranks take for tasks [n] (numbers in state->tasks), by groups that take one
 * after another. `seconds` [n]: of each on one rank; `efficiency`: what a rank gets done where `r`
 * of them share a training is r^(efficiency - 1) of what it does alone. Local. */
om_status om_learn_state_forecast(double *total, const om_learn_state *state, const int64_t *tasks,
                                  const double *seconds, int64_t n, int64_t n_ranks,
                                  double efficiency);

#endif
