/* What a lock file says of the run that holds it. Local. */
#ifndef ONCOMARK_IO_LOCK_HOLDER_H
#define ONCOMARK_IO_LOCK_HOLDER_H

#include <stdbool.h>

enum { OM_LOCK_FIELD = 128, OM_LOCK_TEXT = 1024 };

/* One "name value" a line. */
typedef struct om_lock_holder {
    char host[OM_LOCK_FIELD];
    char process[OM_LOCK_FIELD];
    char started[OM_LOCK_FIELD]; /* of the process, in the kernel's ticks: tells a reused number */
    char job[OM_LOCK_FIELD];     /* Slurm's job id, "-" outside Slurm */
    char restart[OM_LOCK_FIELD]; /* how often Slurm has requeued the job */
    char time[OM_LOCK_FIELD];
} om_lock_holder;

/* This process. */
om_lock_holder om_lock_holder_self(void);

void om_lock_holder_format(const om_lock_holder *holder, char text[OM_LOCK_TEXT]);
om_lock_holder om_lock_holder_parse(const char *text);

/* The text of a lock file; false where there is none. */
bool om_lock_holder_read(const char *path, char text[OM_LOCK_TEXT]);

/* Whether `self` can be sure that the holder is gone: its process is gone from this host, or it was
 * an earlier start of the same Slurm job, or its file was cut short. */
bool om_lock_holder_is_gone(const om_lock_holder *holder, const om_lock_holder *self);

#endif
