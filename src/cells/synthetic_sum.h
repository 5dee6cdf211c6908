/* Summing with a bound on what is exchanged at a time. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_SUM_H
#define ONCOMARK_CELLS_SYNTHETIC_SUM_H

#include "oncomark/synthetic.h"

/* om_synthetic_sum, in rounds that send and receive about `round_values` values a rank at most (one
 * block of every rank at least). The bound must match on all ranks. Collective on group. */
om_status om_synthetic_sum_bounded(om_synthetic_rows **out, om_ctx *group,
                                   const om_synthetic_plan *plan, const om_counts *counts,
                                   const int32_t *column_of, int64_t n_columns,
                                   int64_t round_values);

#endif
