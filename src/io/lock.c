#include "lock.h"

#include "heartbeat.h"
#include "lock_holder.h"
#include "lock_look.h"
#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

struct om_lock {
    char *path;
    char *guard;             /* path of the file that makes looking and taking one step */
    char text[OM_LOCK_TEXT]; /* what was written: nobody else writes the same */
    char token[OM_LOCK_TOKEN];
    int file; /* the lock itself, whatever stands at `path`; -1 where we only watch */
    om_heartbeat *heartbeat;
    om_strings *gone;
    om_strings *doubtful;
};

static om_status create(om_lock **out, const char *folder, om_share share) {
    char name[OM_LOCK_NAME];
    om_lock_name(share, name);
    om_lock *lock = om_calloc(1, sizeof *lock);
    *out = lock;
    if (lock == NULL) {
        return OM_MEMORY;
    }
    lock->file = -1;
    lock->path = om_format("%s/%s", folder, name);
    lock->guard = om_format("%s/lock.guard", folder);
    return lock->path != NULL && lock->guard != NULL ? OM_OK : OM_MEMORY;
}

/* For runs that start or end together. Where the file system has no flock, taking looks twice, and
 * only an end at the very moment of a takeover is left open: that ends the new run, no more. */
static int guard_begin(const om_lock *lock) {
    int guard = open(lock->guard, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (guard >= 0) {
        flock(guard, LOCK_EX);
    }
    return guard;
}

static void guard_end(int guard) {
    if (guard >= 0) {
        close(guard);
    }
}

/* Our lock under a temporary name; its time is the file system's present. */
static om_status prepare(om_lock *lock, const char *temporary, double *now) {
    size_t length = strlen(lock->text);
    lock->file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (lock->file < 0 || write(lock->file, lock->text, length) != (ssize_t)length ||
        fsync(lock->file) != 0 || futimens(lock->file, NULL) != 0) {
        return om_fail(OM_SYSTEM, "%s: cannot write the lock: %s", temporary, strerror(errno));
    }
    *now = om_lock_time(lock->file);
    return OM_OK;
}

static om_status remove_dead(const om_lock *lock, const om_strings *paths) {
    for (int64_t i = 0; i < om_strings_count(paths); i++) {
        const char *path = om_strings_get(paths, i);
        if (strcmp(path, lock->path) != 0 && unlink(path) != 0 && errno != ENOENT) {
            return om_fail(OM_SYSTEM, "%s: cannot remove this lock of a dead run: %s", path,
                           strerror(errno));
        }
    }
    return OM_OK;
}

/* Looks, takes, and looks again: of two that come together one at least sees the other. */
static om_status look_and_rename(om_lock *lock, om_lock_look *look, const char *temporary) {
    OM_TRY(prepare(lock, temporary, &look->now));
    OM_TRY(om_lock_look_around(look));
    if (rename(temporary, lock->path) != 0) {
        return om_fail(OM_SYSTEM, "%s: cannot write the lock: %s", lock->path, strerror(errno));
    }
    OM_TRY(remove_dead(lock, look->paths));
    return om_lock_look_around(look);
}

static om_status take(om_lock *lock, const char *folder, const om_lock_terms *terms) {
    om_lock_holder self = om_lock_holder_self(terms->plan);
    om_lock_look look = {.folder = folder, .terms = terms, .self = &self, .own_path = lock->path};
    om_lock_holder_format(&self, lock->text);
    memcpy(lock->token, self.token, sizeof lock->token);
    char *temporary = om_lock_temporary(lock, lock->path);
    om_status status = temporary != NULL ? om_lock_look_begin(&look) : OM_MEMORY;
    if (status == OM_OK) {
        int guard = guard_begin(lock);
        status = look_and_rename(lock, &look, temporary);
        guard_end(guard);
        unlink(temporary); /* there only where it was not renamed */
    }
    lock->gone = look.gone;
    lock->doubtful = look.doubtful;
    look.gone = look.doubtful = NULL;
    om_lock_look_end(&look);
    om_free(temporary);
    return status;
}

om_status om_lock_take(om_lock **out, const char *folder, const om_lock_terms *terms) {
    om_status status = create(out, folder, terms->share);
    if (status == OM_OK) {
        status = take(*out, folder, terms);
    }
    if (status == OM_OK) {
        status = om_heartbeat_begin(&(*out)->heartbeat, (*out)->file, terms->beat_seconds);
    }
    if (status != OM_OK) {
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
    om_lock_holder holder = om_lock_holder_parse(text);
    snprintf((*out)->text, sizeof(*out)->text, "%s", text);
    memcpy((*out)->token, holder.token, sizeof holder.token);
    return OM_OK;
}

const char *om_lock_text(const om_lock *lock) {
    return lock->text;
}

const char *om_lock_token(const om_lock *lock) {
    return lock->token;
}

const om_strings *om_lock_gone(const om_lock *lock) {
    return lock->gone;
}

const om_strings *om_lock_doubtful(const om_lock *lock) {
    return lock->doubtful;
}

om_status om_lock_check(const om_lock *lock) {
    char text[OM_LOCK_TEXT];
    if (!om_lock_holder_read(lock->path, text, NULL)) {
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

char *om_lock_temporary(const om_lock *lock, const char *path) {
    return om_format("%s.%s.tmp", path, lock->token);
}

om_status om_lock_commit(const om_lock *lock, const char *temporary, const char *path) {
    OM_TRY(om_file_flush(temporary));
    OM_TRY(om_lock_check(lock));
    return om_file_rename(temporary, path);
}

om_status om_lock_write(const om_lock *lock, const char *path, const char *bytes, int64_t length) {
    char *temporary = om_lock_temporary(lock, path);
    om_status status = temporary != NULL ? om_file_fill(temporary, bytes, length) : OM_MEMORY;
    if (status == OM_OK) {
        status = om_lock_commit(lock, temporary, path);
    }
    if (status != OM_OK && temporary != NULL) {
        unlink(temporary);
    }
    om_free(temporary);
    return status;
}

/* Not by om_lock_check: the message of an error that ends the run must stand. The file is closed
 * first: network file systems keep open ones under another name. */
static void let_go(om_lock *lock) {
    char text[OM_LOCK_TEXT];
    int guard = guard_begin(lock);
    close(lock->file);
    if (om_lock_holder_read(lock->path, text, NULL) && strcmp(text, lock->text) == 0) {
        unlink(lock->path);
    }
    guard_end(guard);
}

void om_lock_release(om_lock **out) {
    om_lock *lock = *out;
    if (lock == NULL) {
        return;
    }
    om_heartbeat_end(&lock->heartbeat);
    if (lock->file >= 0) {
        let_go(lock);
    }
    om_strings_destroy(&lock->gone);
    om_strings_destroy(&lock->doubtful);
    om_free(lock->guard);
    om_free(lock->path);
    om_free(lock);
    *out = NULL;
}
