#include "alarm.h"
#include "context_private.h"

#include <stdio.h>

typedef struct verdict {
    char message[4096];
    int from_alarm; /* the failure is another group's, which has told everybody */
} verdict;

om_status om_poll(om_ctx *ctx) {
    om_serve(ctx);
    return om_alarm_poll(ctx->alarm);
}

#undef om_agree /* the analyzer's model of it */
om_status om_agree(om_ctx *ctx, om_status status) {
    bool is_part = ctx->own_alarm == NULL;
    int from_alarm = 0;
    if (is_part) {
        om_status foreign = status == OM_OK ? om_poll(ctx) : OM_OK;
        from_alarm = foreign != OM_OK;
        status = from_alarm ? foreign : status;
    }
    struct {
        int severity;
        int rank;
    } mine = {.severity = (int)status, .rank = ctx->rank}, worst = {0};
    /* MAXLOC: the largest status, and of those the lowest rank. */
    MPI_Allreduce(&mine, &worst, 1, MPI_2INT, MPI_MAXLOC, ctx->comm);
    if (worst.severity == OM_OK) {
        return OM_OK;
    }
    verdict outcome = {.from_alarm = from_alarm};
    snprintf(outcome.message, sizeof outcome.message, "%s", om_error_message());
    MPI_Bcast(&outcome, (int)sizeof outcome, MPI_BYTE, worst.rank, ctx->comm);
    om_fail((om_status)worst.severity, "%s", outcome.message);
    if (!is_part) {
        om_alarm_drain(ctx->alarm);
    } else if (ctx->rank == worst.rank && outcome.from_alarm == 0) {
        om_alarm_raise(ctx->alarm, (om_status)worst.severity);
    }
    return (om_status)worst.severity;
}
