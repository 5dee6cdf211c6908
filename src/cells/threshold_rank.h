/* Exact order statistics of scores that are spread over ranks. */
#ifndef ONCOMARK_CELLS_THRESHOLD_RANK_H
#define ONCOMARK_CELLS_THRESHOLD_RANK_H

#include "oncomark/context.h"
#include "oncomark/hallmark.h"
#include "oncomark/score_pool.h"

/* The k-th smallest score of a hallmark. */
typedef struct om_order_statistic {
    double value;
    int64_t n_below; /* scores smaller than it */
    int64_t n_equal; /* scores equal to it */
} om_order_statistic;

/* Of all ranks' scores, for each hallmark the one at place `place` (from 0, in ascending order;
 * less than the number of all scores). Radix selection: four passes, each counting the next 16 bits
 * of the candidates. The same on all ranks. Collective on group. */
om_status om_threshold_rank(om_order_statistic out[OM_N_HALLMARKS], om_ctx *group,
                            om_score_pool *scores, int64_t place);

#endif
