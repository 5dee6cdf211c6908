/* The network's input before the look-up: doubled ranks of every synthetic sample, once a node. */
#ifndef ONCOMARK_TRAINING_SET_H
#define ONCOMARK_TRAINING_SET_H

#include "oncomark/context.h"
#include "oncomark/sample_table.h"

#include <stdint.h>

typedef struct om_training_set om_training_set;

/* Ranks the features (ascending gene numbers [n_features]) of all rows of synthetic.h5ad, each
 * rank its own rows, into 2 x n_samples x n_features bytes of memory shared by each node. The
 * sample table is borrowed and must outlive the set. Collective on ctx. */
om_status om_training_set_create(om_training_set **out, om_ctx *ctx, const char *path,
                                 const om_sample_table *table, const int64_t *genes,
                                 int64_t n_features);
void om_training_set_destroy(om_training_set **set); /* collective on the ctx it was made with */

/* Doubled ranks [n_samples x n_features]. Borrowed. Local. */
const uint16_t *om_training_set_ranks(const om_training_set *set);

/* Mean and standard deviation [n_features] of log2 ranks over these samples (`rows` the same on
 * all ranks). Collective on ctx. */
om_status om_training_set_scale(om_ctx *ctx, const om_training_set *set, const int64_t *rows,
                                int64_t n_rows, double *mean, double *sd);

#endif
