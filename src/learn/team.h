/* The ranks that take part in one training. */
#ifndef ONCOMARK_LEARN_TEAM_H
#define ONCOMARK_LEARN_TEAM_H

#include "oncomark/training_set.h"

/* Plain data. */
typedef struct om_team {
    bool takes_part;     /* whether this rank does; then: */
    bool computes;       /* or only hands out the rows that its node holds */
    om_ctx *all;         /* those that take part; a rank that does not is alone in it */
    om_ctx *computing;   /* those that compute; a rank that does not is alone in it */
    int n_computing;     /* how many they are */
    int *computing_rank; /* [size of all] the rank of each in `computing`, -1: none */
} om_team;

/* `n_computing` ranks compute: the first ones of ctx, or where the samples are shared out over
 * nodes (`shares`, else NULL), as many as there are on each node; rank 0 is rank 0 of both.
 * OM_MEMORY where ctx has no rank on a node that holds some. Collective on ctx. */
om_status om_team_create(om_team **out, om_ctx *ctx, const om_shares *shares, int n_computing);
void om_team_destroy(om_team **team); /* collective on that ctx */

#endif
