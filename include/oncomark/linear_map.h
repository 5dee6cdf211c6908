/* Linear figures of a profile's z-scores, computed where its probabilities are. */
#ifndef ONCOMARK_LINEAR_MAP_H
#define ONCOMARK_LINEAR_MAP_H

#include <stdint.h>

/* Plain data; borrowed. Of z-scores by the model's mean and sd, features in the model's order. */
typedef struct om_linear_map {
    int64_t n_features;
    int64_t n_outputs;
    const double *weights; /* [n_outputs x n_features] */
} om_linear_map;

#endif
