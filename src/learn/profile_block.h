/* Profiles on their way through the network, in blocks of a fixed size. */
#ifndef ONCOMARK_LEARN_PROFILE_BLOCK_H
#define ONCOMARK_LEARN_PROFILE_BLOCK_H

#include "oncomark/predict.h"

enum { OM_PROFILE_BLOCK = 32 };

typedef struct om_profile_block om_profile_block;

/* For the figures of `predictions`, which may grow meanwhile. `linear`: NULL for none. All
 * borrowed. Local. */
om_status om_profile_block_create(om_profile_block **out, const om_model *model,
                                  const om_linear_map *linear, om_predictions *predictions);
void om_profile_block_destroy(om_profile_block **block);

/* Adds a profile by its number among all and its values [n_features]. Its row in its block goes by
 * its number, so that it does not depend on the ranks. The block before is computed where this is
 * another one. Local. */
void om_profile_block_add(om_profile_block *block, int64_t number, const double *values);

/* The probability that a head's logit means. */
float om_profile_probability(float logit);

/* Computes the block in hand. Local. */
void om_profile_block_finish(om_profile_block *block);

#endif
