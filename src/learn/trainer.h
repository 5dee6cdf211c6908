/* One rank's part in the training loop. */
#ifndef ONCOMARK_LEARN_TRAINER_H
#define ONCOMARK_LEARN_TRAINER_H

#include "gradient.h"
#include "oncomark/optimiser.h"
#include "oncomark/train.h"
#include "reduction.h"
#include "row_feed.h"
#include "team.h"

/* All memory of the loop, taken before it starts. */
typedef struct om_trainer {
    const om_team *team; /* borrowed, as is the rest of what is given */
    const om_training_input *input;
    const om_train_parameters *train;
    uint64_t seed;
    om_network *network;
    om_adam *adam;
    om_gradient *gradient;
    om_reduction *reduction; /* of the ranks that compute */
    om_row_feed *feed;       /* of the team */
    om_row_range *ranges;    /* [size of the team] what its ranks look at in a round */
    int64_t n_batches;
    int64_t n_blocks;        /* of a batch */
    int64_t n_leaves;        /* of this rank */
    int64_t *order;          /* [n_training] samples in the epoch's order */
    double *leaf_sums;       /* [n_leaves x 10] of a batch */
    double *training_sums;   /* [n_batches x n_blocks x 10] of an epoch */
    double *validation_sums; /* [validation blocks x 10] */
    float *validation_x;     /* [rows of a block x OM_PANEL_ROW] */
    om_pass *validation_pass;
    float *best; /* [n_parameters] */
} om_trainer;

/* On the ranks that take part, of which om_gradient_ranks compute. Collective on the team. */
om_status om_trainer_create(om_trainer **out, const om_team *team, const om_training_input *input,
                            const om_train_parameters *train, uint64_t seed);
void om_trainer_destroy(om_trainer **trainer);

/* One pass over the training samples; *loss as in om_epoch, *rows grows by the rows that this rank
 * went through. Collective on the team. */
om_status om_trainer_epoch(om_trainer *trainer, int64_t epoch, double learning_rate, double *loss,
                           int64_t *rows);

/* Loss of the validation samples. Collective on the team. */
om_status om_trainer_validate(om_trainer *trainer, double *loss);

/* What a checkpoint has to hold of this rank's trainer, all borrowed: Adam's two moments are whole
 * after om_trainer_gather_state only. */
typedef struct om_trainer_state {
    int64_t n_parameters; /* padding included */
    float *parameters;
    float *mean;
    float *square;
    float *best;
    int64_t *adam_steps;
} om_trainer_state;

om_trainer_state om_trainer_state_of(om_trainer *trainer);

/* Brings the parts of Adam's state that the ranks keep apart together on all of them. Collective on
 * the team. */
om_status om_trainer_gather_state(om_trainer *trainer);

#endif
