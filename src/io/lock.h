/* The lock of a workdir: one live run at a time. */
#ifndef ONCOMARK_IO_LOCK_H
#define ONCOMARK_IO_LOCK_H

#include "oncomark/status.h"

typedef struct om_lock om_lock;

/* Takes the lock file `path`. A lock whose process is gone from this host, or that an earlier start
 * of the same Slurm job left, is taken over. OM_USAGE, saying who holds it, where it is held.
 * Local. */
om_status om_lock_take(om_lock **out, const char *path);

/* A rank that did not take the lock itself watches it by its text, to check it too. Local. */
om_status om_lock_watch(om_lock **out, const char *path, const char *text);

/* The text of the lock file while the lock is ours. Borrowed. */
const char *om_lock_text(const om_lock *lock);

/* OM_SYSTEM where somebody else has taken the lock over since. Local. */
om_status om_lock_check(const om_lock *lock);

/* Removes the lock file if we took it and it is still ours; ends watching otherwise. Local. */
void om_lock_release(om_lock **lock);

#endif
