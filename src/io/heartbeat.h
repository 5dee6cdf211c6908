/* A sign of life: a thread that renews the time of a file now and then. */
#ifndef ONCOMARK_IO_HEARTBEAT_H
#define ONCOMARK_IO_HEARTBEAT_H

#include "oncomark/status.h"

typedef struct om_heartbeat om_heartbeat;

/* Sets the time of the open file to the file system's present every `seconds`, whatever becomes of
 * its name. The thread calls no MPI and takes no signals, which so reach the threads that look for
 * them. `file` is borrowed. Local. */
om_status om_heartbeat_begin(om_heartbeat **out, int file, double seconds);

/* Ends the thread and waits for it. NULL is fine. */
void om_heartbeat_end(om_heartbeat **heartbeat);

#endif
