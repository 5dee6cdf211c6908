/* A linear map of profiles' z-scores, in double precision, a block of rows at a time. */
#ifndef ONCOMARK_LEARN_PROFILE_LINEAR_H
#define ONCOMARK_LEARN_PROFILE_LINEAR_H

#include "oncomark/linear_map.h"
#include "oncomark/status.h"

typedef struct om_profile_linear om_profile_linear;

/* For blocks of `rows` profiles. map, mean and sd [n_features] are borrowed. Local. */
om_status om_profile_linear_create(om_profile_linear **out, const om_linear_map *map,
                                   const double *mean, const double *sd, int64_t rows);
void om_profile_linear_destroy(om_profile_linear **linear);

/* Puts a profile of these doubled ranks [n_features] into a row of the block. Local. */
void om_profile_linear_set(om_profile_linear *linear, int64_t row, const uint16_t *doubled_ranks);

/* Computes all rows, those of earlier blocks too: what comes of a row depends on its place, not on
 * the others. Local. */
void om_profile_linear_compute(om_profile_linear *linear);

/* values [n_outputs + 1] of a row: the outputs and the squared length of its z-scores. Local. */
void om_profile_linear_get(const om_profile_linear *linear, int64_t row, double *values);

#endif
