/* The rows that ranks look at, round by round: from this node's memory, or from the nodes that hold
 * them. Every rank knows what each of them looks at, so nobody has to ask. */
#ifndef ONCOMARK_LEARN_ROW_FEED_H
#define ONCOMARK_LEARN_ROW_FEED_H

#include "oncomark/train.h"

typedef struct om_row_feed om_row_feed;

/* For rounds in which a rank looks at no more than `most_rows`. OM_MEMORY where no rank of ctx is
 * on a node that holds some of the samples. ctx and samples are borrowed. Collective on ctx. */
om_status om_row_feed_create(om_row_feed **out, om_ctx *ctx, const om_samples *samples,
                             int64_t most_rows);

/* Waits for the rounds that were begun: all ranks have begun the same ones. */
void om_row_feed_destroy(om_row_feed **feed);

typedef struct om_row_range {
    int64_t first;
    int64_t count;
} om_row_range;

/* Begins a round, at most one ahead of the one that was taken last: rank r will look at
 * rows[ranges[r].first ...]. rows and ranges [size of ctx] are the same on all ranks. Begun in the
 * same order by all ranks of ctx, but returns at once. */
void om_row_feed_begin(om_row_feed *feed, const int64_t *rows, const om_row_range *ranges);

/* Waits for the oldest round not yet taken: the doubled ranks of this rank's rows, in their order,
 * until the round after next begins. Borrowed. */
const uint16_t *const *om_row_feed_take(om_row_feed *feed);

#endif
