/* How a group of ranks that has failed tells the others, which are at work on other data and would
 * not meet it in a collective call for a long time. */
#ifndef ONCOMARK_PAR_ALARM_H
#define ONCOMARK_PAR_ALARM_H

#include "oncomark/status.h"

#include <mpi.h>

typedef struct om_alarm om_alarm;

/* Takes `comm` over, also where it fails; nothing else may use it. Local. */
om_status om_alarm_create(om_alarm **out, MPI_Comm comm);
void om_alarm_destroy(om_alarm **alarm); /* collective */

/* Sends the recorded message with `status` to all ranks. Local; does not wait for them. */
void om_alarm_raise(om_alarm *alarm, om_status status);

/* OM_OK, or the status of an alarm that has arrived, its message recorded. Local. */
om_status om_alarm_poll(om_alarm *alarm);

/* Takes in all alarms that are under way. Collective on the comm; after it a run ends. */
void om_alarm_drain(om_alarm *alarm);

#endif
