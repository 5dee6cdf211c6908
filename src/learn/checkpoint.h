/* The state of a training after an epoch, so that it can go on from there at any number of ranks.
 * Random numbers need no state: they depend on seed and epoch. */
#ifndef ONCOMARK_LEARN_CHECKPOINT_H
#define ONCOMARK_LEARN_CHECKPOINT_H

#include "trainer.h"

/* What is kept. Plain data, all borrowed. */
typedef struct om_checkpoint {
    om_trainer_state state;
    om_schedule schedule; /* after the last epoch */
    int64_t n_epochs;     /* so far; 0: nothing yet */
    int64_t max_epochs;
    om_epoch *epochs; /* [max_epochs] */
} om_checkpoint;

/* Replaces the file of `place` by a new one, whole or not at all. The state must be gathered.
 * Local, on one rank. */
om_status om_checkpoint_write(const om_checkpoint *checkpoint, const om_checkpoint_place *place);

/* Fills `checkpoint` from the file; without one, n_epochs is 0. OM_INPUT where the file is damaged,
 * of another training or version of the program, or of a processor with other arithmetic, since
 * this one would go on to other bits: then `checkpoint` holds anything. Local. */
om_status om_checkpoint_read(om_checkpoint *checkpoint, const om_checkpoint_place *place);

/* The same on all ranks of `group`, whose root reads. A file that cannot be used is renamed to
 * "<path>.unused" with a warning; then, as without one, n_epochs is 0 and the state all zeros.
 * Collective on group. */
om_status om_checkpoint_resume(om_checkpoint *checkpoint, om_ctx *group,
                               const om_checkpoint_place *place);

/* Removes the file, if there is one. Local. */
void om_checkpoint_remove(const char *path);

#endif
