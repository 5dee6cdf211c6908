/* A polite request to stop: SIGUSR1 asks to leave at the next safe point. */
#ifndef ONCOMARK_STOP_H
#define ONCOMARK_STOP_H

#include "oncomark/context.h"

/* From here on SIGUSR1 and SIGTERM are noted instead of ending the process; a second SIGTERM ends
 * it all the same. A request of before is forgotten. Local. */
void om_stop_listen(void);

/* Whether this process was asked. Local. */
bool om_stop_requested(void);

/* OM_STOPPED, with its message, where this process was asked; OM_OK otherwise. Local. */
om_status om_stop_status(void);

/* For long rank-local loops before an om_agree on ctx: om_poll, and where this process was asked,
 * OM_STOPPED here and at the next poll of every other rank. Whoever gets one goes to that om_agree.
 * Local. */
om_status om_stop_poll(om_ctx *ctx);

/* OM_STOPPED on all ranks where one was asked, OM_OK otherwise. Collective on ctx. */
om_status om_stop_check(om_ctx *ctx);

/* When to look again in a loop of short rounds. Starts as all zeros. */
typedef struct om_stop_pace {
    int64_t every; /* rounds from look to look; the same on all ranks */
    int64_t left;  /* rounds until the next one */
    double looked; /* when it was, by MPI_Wtime */
} om_stop_pace;

/* om_stop_check for such loops, called in every round: looks, and talks to the other ranks, some
 * times a second by the clock of the root, or in every round where rounds are longer. Takes
 * failures of other parts in too (see om_poll), and serves in every round (om_serve). Collective on
 * ctx. */
om_status om_stop_check_at_pace(om_ctx *ctx, om_stop_pace *pace);

#endif
