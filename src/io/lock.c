#include "lock.h"

#include "lock_holder.h"
#include "oncomark/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LOCK_NAME = 96 };

static const char whole_name[] = "lock";
static const char share_format[] = "lock-crossval-%" PRId64 "-of-%" PRId64;

struct om_lock {
    char *path;
    char text[OM_LOCK_TEXT]; /* what was written: nobody else writes the same */
    bool is_owner;
};

static void name_of(om_share share, char name[LOCK_NAME]) {
    if (share.of == 0) {
        snprintf(name, LOCK_NAME, "%s", whole_name);
    } else {
        snprintf(name, LOCK_NAME, share_format, share.number, share.of);
    }
}

/* Whether the file is a lock, and whose. */
static bool parse_name(const char *name, om_share *share) {
    *share = (om_share){0, 0};
    if (strcmp(name, whole_name) == 0) {
        return true;
    }
    char again[LOCK_NAME];
    if (sscanf(name, "lock-crossval-%" SCNd64 "-of-%" SCNd64, &share->number, &share->of) != 2) {
        return false;
    }
    name_of(*share, again);
    return strcmp(name, again) == 0;
}

static bool may_live_together(om_share a, om_share b) {
    return a.of > 0 && a.of == b.of && a.number != b.number;
}

static om_status write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        return om_fail(OM_SYSTEM, "%s: cannot write the lock: %s", path, strerror(errno));
    }
    bool written = fputs(text, file) >= 0;
    if (fclose(file) != 0 || !written) {
        return om_fail(OM_SYSTEM, "%s: cannot write the lock: %s", path, strerror(errno));
    }
    return OM_OK;
}

/* OM_USAGE where the lock at `path`, which would be in our way, is held. */
static om_status look_at(const char *path, const om_lock_holder *self, om_share theirs) {
    char text[OM_LOCK_TEXT];
    if (!om_lock_holder_read(path, text)) {
        return OM_OK;
    }
    om_lock_holder found = om_lock_holder_parse(text);
    if (om_lock_holder_is_gone(&found, self)) {
        return OM_OK;
    }
    char what[LOCK_NAME] = "";
    if (theirs.of > 0) {
        snprintf(what, sizeof what, " for share %" PRId64 " of %" PRId64 " of a cross-validation",
                 theirs.number, theirs.of);
    }
    return om_fail(OM_USAGE,
                   "%s: the folder is in use by process %s on host %s%s (Slurm job %s, since %s); "
                   "wait for it, or remove this file if that run is dead",
                   path, found.process, found.host, what, found.job, found.time);
}

/* Whether a lock of the folder is in the way of ours; one whose holder is gone is removed. */
static om_status clear_one(const om_lock *lock, const char *path, om_share ours, om_share theirs,
                           const om_lock_holder *self) {
    if (may_live_together(ours, theirs)) {
        return OM_OK;
    }
    OM_TRY(look_at(path, self, theirs));
    if (strcmp(path, lock->path) != 0 && unlink(path) != 0 && errno != ENOENT) {
        return om_fail(OM_SYSTEM, "%s: cannot remove this lock of a dead run: %s", path,
                       strerror(errno));
    }
    return OM_OK;
}

/* The whole run's lock is looked at by its name in any case: a folder's list may be late on network
 * file systems. */
static om_status clear_the_way(const om_lock *lock, const char *folder, om_share ours,
                               const om_lock_holder *self) {
    char *whole = om_format("%s/%s", folder, whole_name);
    om_status status =
        whole != NULL ? clear_one(lock, whole, ours, (om_share){0, 0}, self) : OM_MEMORY;
    om_free(whole);
    DIR *list = status == OM_OK ? opendir(folder) : NULL;
    if (list == NULL) {
        return status;
    }
    for (struct dirent *entry = readdir(list); status == OM_OK && entry != NULL;
         entry = readdir(list)) {
        om_share theirs;
        if (parse_name(entry->d_name, &theirs)) {
            char *path = om_format("%s/%s", folder, entry->d_name);
            status = path != NULL ? clear_one(lock, path, ours, theirs, self) : OM_MEMORY;
            om_free(path);
        }
    }
    closedir(list);
    return status;
}

static om_status look_and_write(om_lock *lock, const char *folder, om_share share) {
    om_lock_holder self = om_lock_holder_self();
    OM_TRY(look_at(lock->path, &self, share));
    OM_TRY(clear_the_way(lock, folder, share, &self));
    om_lock_holder_format(&self, lock->text);
    return write_text(lock->path, lock->text);
}

static om_status create(om_lock **out, const char *folder, om_share share) {
    char name[LOCK_NAME];
    name_of(share, name);
    om_lock *lock = om_calloc(1, sizeof *lock);
    *out = lock;
    if (lock == NULL) {
        return OM_MEMORY;
    }
    lock->path = om_format("%s/%s", folder, name);
    return lock->path != NULL ? OM_OK : OM_MEMORY;
}

om_status om_lock_take(om_lock **out, const char *folder, om_share share) {
    char *guard_path = om_format("%s/%s.guard", folder, whole_name);
    om_status status = create(out, folder, share);
    status = guard_path != NULL ? status : OM_MEMORY;
    if (status == OM_OK) {
        /* The guard makes looking and writing one step for runs that start together. Where the file
         * system has no flock, only that narrow race is left open. */
        int guard = open(guard_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (guard >= 0) {
            flock(guard, LOCK_EX);
        }
        status = look_and_write(*out, folder, share);
        if (guard >= 0) {
            close(guard);
        }
    }
    om_free(guard_path);
    if (status == OM_OK) {
        (*out)->is_owner = true;
    } else {
        om_lock_release(out);
    }
    return status;
}

om_status om_lock_watch(om_lock **out, const char *folder, om_share share, const char *text) {
    om_status status = create(out, folder, share);
    if (status != OM_OK) {
        om_lock_release(out);
        return status;
    }
    snprintf((*out)->text, sizeof(*out)->text, "%s", text);
    return OM_OK;
}

const char *om_lock_text(const om_lock *lock) {
    return lock->text;
}

om_status om_lock_check(const om_lock *lock) {
    char text[OM_LOCK_TEXT];
    if (!om_lock_holder_read(lock->path, text)) {
        return om_fail(OM_SYSTEM, "%s: the lock of this run is gone; nothing more is written",
                       lock->path);
    }
    if (strcmp(text, lock->text) != 0) {
        om_lock_holder found = om_lock_holder_parse(text);
        return om_fail(
            OM_SYSTEM,
            "%s: process %s on host %s (Slurm job %s) has taken the folder over; nothing "
            "more is written",
            lock->path, found.process, found.host, found.job);
    }
    return OM_OK;
}

void om_lock_release(om_lock **lock) {
    if (*lock == NULL) {
        return;
    }
    /* Not by om_lock_check: the message of an error that ends the run must stand. */
    char text[OM_LOCK_TEXT];
    char *path = (*lock)->path;
    if ((*lock)->is_owner && path != NULL && om_lock_holder_read(path, text) &&
        strcmp(text, (*lock)->text) == 0) {
        unlink(path);
    }
    om_free(path);
    om_free(*lock);
    *lock = NULL;
}
