/* What a lock file says of the run that holds it. Local. */
#ifndef ONCOMARK_IO_LOCK_HOLDER_H
#define ONCOMARK_IO_LOCK_HOLDER_H

#include "oncomark/digest.h"

#include <stdbool.h>
#include <stddef.h>

enum { OM_LOCK_FIELD = 128, OM_LOCK_TEXT = 1024, OM_LOCK_TOKEN = 9 };

/* One "name value" a line. */
typedef struct om_lock_holder {
    char host[OM_LOCK_FIELD];
    char process[OM_LOCK_FIELD];
    char started[OM_LOCK_FIELD]; /* of the process, in the kernel's ticks: tells a reused number */
    char job[OM_LOCK_FIELD];     /* Slurm's job id, "-" outside Slurm */
    char restart[OM_LOCK_FIELD]; /* how often Slurm has requeued the job */
    char time[OM_LOCK_FIELD];
    char token[OM_LOCK_TOKEN]; /* 8 hexadecimal digits that no other holder has */
    char plan[OM_DIGEST_HEX];  /* of a share: what its tasks depend on; "-": of no share */
} om_lock_holder;

/* This process, with a new token. */
om_lock_holder om_lock_holder_self(const char *plan);

void om_lock_holder_format(const om_lock_holder *holder, char text[OM_LOCK_TEXT]);
om_lock_holder om_lock_holder_parse(const char *text);

/* The text of a lock file, and its last sign of life in the file system's seconds (NULL: not
 * wanted); false where there is none. */
bool om_lock_holder_read(const char *path, char text[OM_LOCK_TEXT], double *sign_of_life);

/* The time of change of an open file, in seconds. */
double om_lock_time(int file);

/* True for eight hexadecimal digits. */
bool om_lock_is_token(const char *text, size_t length);

typedef enum om_holder_state {
    OM_HOLDER_LIVES,
    OM_HOLDER_SUPERSEDED, /* an earlier start of the same Slurm job, which may live on unseen */
    OM_HOLDER_SILENT,     /* on another host, without a sign of life for too long */
    OM_HOLDER_GONE        /* for sure: its process is gone from this host, or its file cut short */
} om_holder_state;

/* `silence`: seconds since the holder's last sign of life. A process of this host is looked for;
 * one of another host is judged by its silence. A later start of the same job is never judged
 * dead by an earlier one. */
om_holder_state om_lock_holder_look(const om_lock_holder *holder, const om_lock_holder *self,
                                    double silence, double dead_seconds);

#endif
