/* The locks of a workdir: one live run at a time, or several that each do a share of the tasks of a
 * cross-validation. */
#ifndef ONCOMARK_IO_LOCK_H
#define ONCOMARK_IO_LOCK_H

#include "oncomark/workdir.h"

typedef struct om_lock om_lock;

/* Takes the lock of a whole run, or of a share, which is a file in `folder`. Other shares of as
 * many may live beside a share; any other live run is in the way: OM_USAGE, saying who it is. Locks
 * in the way whose process is gone from this host, or that an earlier start of the same Slurm job
 * left, are removed or taken over, so that their holder, should it live after all, commits nothing
 * more. Local. */
om_status om_lock_take(om_lock **out, const char *folder, om_share share);

/* A rank that did not take the lock itself watches it by its text, to check it too. Local. */
om_status om_lock_watch(om_lock **out, const char *folder, om_share share, const char *text);

/* The text of the lock file while the lock is ours. Borrowed. */
const char *om_lock_text(const om_lock *lock);

/* OM_SYSTEM where somebody else has taken the lock over since. Local. */
om_status om_lock_check(const om_lock *lock);

/* Removes the lock file if we took it and it is still ours; ends watching otherwise. Local. */
void om_lock_release(om_lock **lock);

#endif
