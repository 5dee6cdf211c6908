/* What a context holds. */
#ifndef ONCOMARK_PAR_CONTEXT_PRIVATE_H
#define ONCOMARK_PAR_CONTEXT_PRIVATE_H

#include "alarm.h"
#include "oncomark/context.h"

struct om_ctx {
    MPI_Comm comm;
    int rank;
    int size;
    om_log *log;
    MPI_Info hints; /* borrowed */
    MPI_Op sum_i128;
    MPI_Datatype limbs;  /* one om_i128 */
    om_alarm *own_alarm; /* of a context that is no part of another one; NULL in parts */
    om_alarm *alarm;     /* the same, borrowed by its parts */
};

#endif
