/* The size of a training by its parameters. */
#ifndef ONCOMARK_LEARN_LEARN_SIZE_H
#define ONCOMARK_LEARN_LEARN_SIZE_H

#include "oncomark/learn_state.h"

/* All but the parts and what is done. Local. */
om_training_size om_training_size_of(const om_feature_parameters *features,
                                     const om_train_parameters *train, int64_t n_genes);

#endif
