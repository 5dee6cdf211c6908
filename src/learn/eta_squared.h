/* How much of a quantity a grouping explains. */
#ifndef ONCOMARK_LEARN_ETA_SQUARED_H
#define ONCOMARK_LEARN_ETA_SQUARED_H

#include "oncomark/status.h"

#include <stdint.h>

/* Items in groups. Plain data. */
typedef struct om_grouping {
    int64_t n;
    int64_t n_groups;
    int32_t *group; /* [n] 0 .. n_groups - 1, none of them empty */
} om_grouping;

/* Sum of squares between groups over the total sum of squares, of values[i * step] for i of 0 ..
 * n - 1: the share of variance of one-way analysis of variance, F df_b / (F df_b + df_w). NaN where
 * the values are all the same. OM_MEMORY. Local. */
om_status om_eta_squared(double *eta_squared, const om_grouping *grouping, const double *values,
                         int64_t step);

/* Its mean over all orders of the groups' labels: what chance gives. NaN for one item. Local. */
double om_eta_squared_by_chance(const om_grouping *grouping);

#endif
