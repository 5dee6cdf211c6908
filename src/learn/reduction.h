/* Gradients of ranks summed, each rank the owner of a part of the parameters. */
#ifndef ONCOMARK_LEARN_REDUCTION_H
#define ONCOMARK_LEARN_REDUCTION_H

#include "oncomark/context.h"

typedef struct om_reduction om_reduction;

/* For n values on the ranks of `group`, a power of two; borrowed. Local. */
om_status om_reduction_create(om_reduction **out, om_ctx *group, int64_t n);
void om_reduction_destroy(om_reduction **reduction);

/* The values that this rank owns. */
int64_t om_reduction_first(const om_reduction *reduction);
int64_t om_reduction_count(const om_reduction *reduction);

/* Sums `values` [n] over the ranks: this rank's own values are then the sums, the rest is spent.
 * Neighbours add first, then pairs of pairs, and both of a pair would add the same two numbers: the
 * tree of gradient.h goes on. Collective on group. */
om_status om_reduction_sum(om_reduction *reduction, float *values);

/* Every rank's own values to all ranks. Collective on group. */
om_status om_reduction_gather(om_reduction *reduction, float *values);

#endif
