/* What a context holds. */
#ifndef ONCOMARK_PAR_CONTEXT_PRIVATE_H
#define ONCOMARK_PAR_CONTEXT_PRIVATE_H

#include "alarm.h"
#include "oncomark/context.h"
#include "service.h"

struct om_ctx {
    MPI_Comm comm;
    int rank;
    int size;
    om_log *log;
    MPI_Info hints; /* borrowed */
    MPI_Op sum_i128;
    MPI_Datatype limbs;   /* one om_i128 */
    om_alarm *own_alarm;  /* of a context that is no part of another one; NULL in parts */
    om_alarm *alarm;      /* the same, borrowed by its parts */
    om_ctx *whole;        /* that this is a part of, or itself; borrowed */
    om_service *services; /* of a whole: what this rank does for others; borrowed */
};

#endif
