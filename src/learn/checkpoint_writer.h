/* Checkpoints that are written while the training goes on. */
#ifndef ONCOMARK_LEARN_CHECKPOINT_WRITER_H
#define ONCOMARK_LEARN_CHECKPOINT_WRITER_H

#include "checkpoint.h"

typedef struct om_checkpoint_writer om_checkpoint_writer;

/* With memory for the states of a training like this one. Local. */
om_status om_checkpoint_writer_create(om_checkpoint_writer **out, const om_checkpoint *like);
void om_checkpoint_writer_destroy(om_checkpoint_writer **writer); /* waits */

/* Waits for the checkpoint before, takes a copy, and writes it to `place`, which is borrowed until
 * the next wait, in a thread that calls no MPI. Until then no other thread may call HDF5. Fails
 * where the one before did. Local. */
om_status om_checkpoint_writer_begin(om_checkpoint_writer *writer, const om_checkpoint *checkpoint,
                                     const om_checkpoint_place *place);

/* Until what was begun last is kept; fails where that did. Local. */
om_status om_checkpoint_writer_wait(om_checkpoint_writer *writer);

#endif
