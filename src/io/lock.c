#include "lock.h"

#include "oncomark/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { FIELD = 128, HOLDER_TEXT = 1024 };

/* What a lock file says of its holder; one "name value" a line. */
typedef struct holder {
    char host[FIELD];
    char process[FIELD];
    char started[FIELD]; /* of the process, in the kernel's ticks: tells a reused process number */
    char job[FIELD];     /* Slurm's job id, "-" outside Slurm */
    char restart[FIELD]; /* how often Slurm has requeued the job */
    char time[FIELD];
} holder;

struct om_lock {
    char *path;
    char text[HOLDER_TEXT]; /* what was written: nobody else writes the same */
    bool is_owner;
};

/* Field 22 of /proc/<pid>/stat, counted behind the command name, which may hold blanks. */
static void read_start_time(const char *process, char out[FIELD]) {
    char path[FIELD + 32];
    snprintf(path, sizeof path, "/proc/%s/stat", process);
    snprintf(out, FIELD, "-");
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return;
    }
    char line[HOLDER_TEXT] = "";
    if (fgets(line, sizeof line, file) != NULL) {
        char *cursor = strrchr(line, ')');
        char *state = NULL;
        char *word = cursor != NULL ? strtok_r(cursor + 1, " ", &state) : NULL;
        for (int field = 3; word != NULL && field < 22; field++) {
            word = strtok_r(NULL, " ", &state);
        }
        snprintf(out, FIELD, "%s", word != NULL ? word : "-");
    }
    fclose(file);
}

static void copy_environment(const char *name, const char *otherwise, char out[FIELD]) {
    const char *value = getenv(name);
    snprintf(out, FIELD, "%s", value != NULL && value[0] != '\0' ? value : otherwise);
}

static holder describe_self(void) {
    holder self;
    memset(&self, 0, sizeof self);
    gethostname(self.host, sizeof self.host - 1);
    snprintf(self.process, sizeof self.process, "%ld", (long)getpid());
    read_start_time(self.process, self.started);
    copy_environment("SLURM_JOB_ID", "-", self.job);
    copy_environment("SLURM_RESTART_COUNT", "0", self.restart);
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(self.time, sizeof self.time, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return self;
}

static void format_holder(const holder *self, char text[HOLDER_TEXT]) {
    snprintf(text, HOLDER_TEXT, "host %s\nprocess %s\nstarted %s\njob %s\nrestart %s\ntime %s\n",
             self->host, self->process, self->started, self->job, self->restart, self->time);
}

/* The text of a lock file; false where there is none. */
static bool read_text(const char *path, char text[HOLDER_TEXT]) {
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t length = fread(text, 1, HOLDER_TEXT - 1, file);
    text[length] = '\0';
    fclose(file);
    return true;
}

static holder parse_holder(const char *text) {
    holder found;
    memset(&found, 0, sizeof found);
    sscanf(text, "host %127s process %127s started %127s job %127s restart %127s time %127s",
           found.host, found.process, found.started, found.job, found.restart, found.time);
    return found;
}

static bool is_stale(const holder *found, const holder *self) {
    if (found->time[0] == '\0') {
        return true; /* cut short while it was written: its writer is gone, or had no space left */
    }
    if (strcmp(found->job, "-") != 0 && strcmp(found->job, self->job) == 0) {
        return atol(found->restart) < atol(self->restart);
    }
    if (strcmp(found->host, self->host) != 0) {
        return false; /* whether a process of another host lives cannot be seen from here */
    }
    long process = atol(found->process);
    if (process <= 0) {
        return false;
    }
    if (kill((pid_t)process, 0) != 0 && errno == ESRCH) {
        return true;
    }
    char started[FIELD];
    read_start_time(found->process, started);
    return strcmp(started, found->started) != 0;
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

static om_status look_and_write(om_lock *lock) {
    holder self = describe_self();
    char text[HOLDER_TEXT];
    if (read_text(lock->path, text)) {
        holder found = parse_holder(text);
        if (!is_stale(&found, &self)) {
            return om_fail(OM_USAGE,
                           "%s: the folder is in use by process %s on host %s (Slurm job %s, since "
                           "%s); wait for it, or remove this file if that run is dead",
                           lock->path, found.process, found.host, found.job, found.time);
        }
    }
    format_holder(&self, lock->text);
    return write_text(lock->path, lock->text);
}

om_status om_lock_take(om_lock **out, const char *path) {
    om_lock *lock = om_calloc(1, sizeof *lock);
    *out = lock;
    if (lock == NULL) {
        return OM_MEMORY;
    }
    lock->is_owner = true;
    lock->path = om_strdup(path);
    char *guard_path = om_format("%s.guard", path);
    om_status status = lock->path != NULL && guard_path != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        /* The guard makes looking and writing one step for runs that start together. Where the file
         * system has no flock, only that narrow race is left open. */
        int guard = open(guard_path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (guard >= 0) {
            flock(guard, LOCK_EX);
        }
        status = look_and_write(lock);
        if (guard >= 0) {
            close(guard);
        }
    }
    om_free(guard_path);
    if (status != OM_OK) {
        om_free(lock->path);
        om_free(lock);
        *out = NULL;
    }
    return status;
}

om_status om_lock_watch(om_lock **out, const char *path, const char *text) {
    om_lock *lock = om_calloc(1, sizeof *lock);
    *out = lock;
    if (lock == NULL) {
        return OM_MEMORY;
    }
    lock->path = om_strdup(path);
    if (lock->path == NULL) {
        om_lock_release(out);
        return OM_MEMORY;
    }
    snprintf(lock->text, sizeof lock->text, "%s", text);
    return OM_OK;
}

const char *om_lock_text(const om_lock *lock) {
    return lock->text;
}

om_status om_lock_check(const om_lock *lock) {
    char text[HOLDER_TEXT];
    if (!read_text(lock->path, text)) {
        return om_fail(OM_SYSTEM, "%s: the lock of this run is gone; nothing more is written",
                       lock->path);
    }
    if (strcmp(text, lock->text) != 0) {
        holder found = parse_holder(text);
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
    char text[HOLDER_TEXT];
    char *path = (*lock)->path;
    if ((*lock)->is_owner && path != NULL && read_text(path, text) &&
        strcmp(text, (*lock)->text) == 0) {
        unlink(path);
    }
    om_free(path);
    om_free(*lock);
    *lock = NULL;
}
