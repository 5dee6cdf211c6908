/* The locks of a workdir: one live run at a time, or several that each do a share of the tasks of a
 * cross-validation. A holder gives a sign of life now and then. One that was taken for dead and
 * lives on nevertheless is fenced off: it finds its lock gone before it replaces any file. */
#ifndef ONCOMARK_IO_LOCK_H
#define ONCOMARK_IO_LOCK_H

#include "oncomark/log.h"
#include "oncomark/workdir.h"

typedef struct om_lock om_lock;

/* What a lock is taken for, and how. */
typedef struct om_lock_terms {
    om_share share;
    const char *plan;    /* digest of what the tasks of a share depend on; "-" for a whole run */
    double beat_seconds; /* from sign of life to sign of life */
    double dead_seconds; /* without one a holder on another host counts as dead */
    om_log *log;         /* borrowed */
} om_lock_terms;

/* Takes the lock of a whole run, or of a share, which is a file in `folder`. Other shares of as
 * many and of the same plan may live beside a share; any other live run is in the way: OM_USAGE,
 * saying who it is. Locks in the way whose process is gone from this host, or that an earlier start
 * of the same Slurm job left, or whose holder on another host has been silent for too long (with a
 * warning), are removed or taken over. Local. */
om_status om_lock_take(om_lock **out, const char *folder, const om_lock_terms *terms);

/* A rank that did not take the lock itself watches it by its text, to check it too. Local. */
om_status om_lock_watch(om_lock **out, const char *folder, om_share share, const char *text);

/* The text of the lock file while the lock is ours, and the token in it, which names the temporary
 * files of this run. Borrowed. */
const char *om_lock_text(const om_lock *lock);
const char *om_lock_token(const om_lock *lock);

/* Tokens of the runs whose locks were in the way: of those that are gone for sure, and of those
 * that may live on unseen. Borrowed; NULL where we only watch. */
const om_strings *om_lock_gone(const om_lock *lock);
const om_strings *om_lock_doubtful(const om_lock *lock);

/* OM_SYSTEM where somebody else has taken the lock over since. Local. */
om_status om_lock_check(const om_lock *lock);

/* Where this run writes a new file for `path`: beside it, "<path>.<token>.tmp"; owned by the
 * caller. NULL: out of memory. */
char *om_lock_temporary(const om_lock *lock, const char *path);

/* Flushes `temporary`, checks the lock, and renames to `path`. Local. */
om_status om_lock_commit(const om_lock *lock, const char *temporary, const char *path);

/* Replaces a whole file by way of these two. Local. */
om_status om_lock_write(const om_lock *lock, const char *path, const char *bytes, int64_t length);

/* Removes the lock file if we took it and it is still ours; ends watching otherwise. Local. */
void om_lock_release(om_lock **lock);

#endif
