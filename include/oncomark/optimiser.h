/* Adam, and the schedule that steers it. */
#ifndef ONCOMARK_OPTIMISER_H
#define ONCOMARK_OPTIMISER_H

#include "oncomark/job.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct om_adam om_adam;

/* State for n parameters. beta1, beta2, epsilon of `train`. Local. */
om_status om_adam_create(om_adam **out, int64_t n_parameters, const om_train_parameters *train);
void om_adam_destroy(om_adam **adam);

/* One step (Kingma & Ba 2015, as torch.optim.Adam does it in float32: epsilon is added to the
 * bias-corrected root): begun once, then every parameter is updated once, in any cuts, with the
 * gradient of the same place. Local. */
void om_adam_begin_step(om_adam *adam, double learning_rate);
void om_adam_update(om_adam *adam, float *parameters, const float *gradient, int64_t first,
                    int64_t count);

/* The state, for checkpoints: [n_parameters] each, and the number of steps. Borrowed. */
float *om_adam_mean(om_adam *adam);
float *om_adam_square(om_adam *adam);
int64_t *om_adam_steps(om_adam *adam);

/* Learning rate and early stop by the validation loss. Plain data. */
typedef struct om_schedule {
    double learning_rate; /* of the next epoch */
    double best_loss;
    int64_t best_epoch; /* from 1; 0: none yet */
    int64_t waited;     /* epochs since the best one or the last fall of the learning rate */
    bool stop;
} om_schedule;

om_schedule om_schedule_start(const om_train_parameters *train);

/* After `epoch` (from 1). An epoch is better where its loss is below all before. Returns whether it
 * is. The learning rate falls after learning_rate_patience epochs without a better one; `stop` is
 * set after `patience` such epochs. Local. */
bool om_schedule_update(om_schedule *schedule, const om_train_parameters *train, int64_t epoch,
                        double loss);

#endif
