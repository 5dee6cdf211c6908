/* A matrix of features x profiles, spread over ranks by profiles while it comes by features. */
#ifndef ONCOMARK_LEARN_PROFILE_MATRIX_H
#define ONCOMARK_LEARN_PROFILE_MATRIX_H

#include "oncomark/context.h"

/* Plain data. */
typedef struct om_profile_matrix {
    om_ctx *ctx;        /* borrowed */
    int64_t n_features; /* of the model */
    int64_t n_profiles;
    int64_t block;
    int64_t first; /* this rank's profiles */
    int64_t count;
    int64_t n_found; /* features that have come */
    int64_t *row_of; /* [n_features] the row of a feature in `values`, -1: has not come */
    double *values;  /* [n_features x count] rows as they came */
    double *zeros;   /* [block] */
    double *parcels; /* [n_parcels] values on their way to other ranks */
    int64_t n_parcels;
} om_profile_matrix;

/* Ranks have whole blocks of `block` profiles. Memory: 8 bytes for each feature of a rank's
 * profiles, touched as features come. Collective on ctx. */
om_status om_profile_matrix_create(om_profile_matrix **out, om_ctx *ctx, int64_t n_features,
                                   int64_t n_profiles, int64_t block);
void om_profile_matrix_destroy(om_profile_matrix **matrix);

/* Adds what ranks bring: this rank `n` rows of all profiles, `values` [n x n_profiles], by their
 * features [n]. The first row of a feature counts: of an earlier call, a lower rank, a lower place.
 * Collective on ctx. */
om_status om_profile_matrix_add(om_profile_matrix *matrix, int64_t n, const int32_t *features,
                                const double *values);

/* Copies `n` (up to a block) of this rank's profiles, from `profile` on, to values [n x
 * n_features]; features that have not come are 0. Local. */
void om_profile_matrix_get(const om_profile_matrix *matrix, int64_t profile, int64_t n,
                           double *values);

#endif
