/* The ridge classifier of one hallmark. */
#ifndef ONCOMARK_LEARN_RIDGE_HALLMARK_H
#define ONCOMARK_LEARN_RIDGE_HALLMARK_H

#include "oncomark/grid.h"
#include "oncomark/ridge.h"

/* What the hallmarks share beside the input: its set (ranks once a node), the scaling of z-scores,
 * the penalties. Plain data, borrowed. */
typedef struct om_ridge_place {
    om_ctx *ctx;
    const om_grid *grid;
    int64_t room; /* see om_symmetric_create */
    const om_ridge_input *input;
} om_ridge_place;

/* Fills in what `ridge` has of this hallmark. Collective on place->ctx. */
om_status om_ridge_fit_hallmark(om_ridge *ridge, const om_ridge_place *place, int hallmark);

#endif
