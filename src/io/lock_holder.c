#include "lock_holder.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Field 22 of /proc/<pid>/stat, counted behind the command name, which may hold blanks. */
static void read_start_time(const char *process, char out[OM_LOCK_FIELD]) {
    char path[OM_LOCK_FIELD + 32];
    snprintf(path, sizeof path, "/proc/%s/stat", process);
    snprintf(out, OM_LOCK_FIELD, "-");
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return;
    }
    char line[OM_LOCK_TEXT] = "";
    if (fgets(line, sizeof line, file) != NULL) {
        char *cursor = strrchr(line, ')');
        char *state = NULL;
        char *word = cursor != NULL ? strtok_r(cursor + 1, " ", &state) : NULL;
        for (int field = 3; word != NULL && field < 22; field++) {
            word = strtok_r(NULL, " ", &state);
        }
        snprintf(out, OM_LOCK_FIELD, "%s", word != NULL ? word : "-");
    }
    fclose(file);
}

static void copy_environment(const char *name, const char *otherwise, char out[OM_LOCK_FIELD]) {
    const char *value = getenv(name);
    snprintf(out, OM_LOCK_FIELD, "%s", value != NULL && value[0] != '\0' ? value : otherwise);
}

/* Where the system gives no random bytes, time and process make do. */
static void make_token(char token[OM_LOCK_TOKEN]) {
    uint32_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != (ssize_t)sizeof bits) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        bits = (uint32_t)now.tv_nsec ^ ((uint32_t)getpid() << 16);
    }
    snprintf(token, OM_LOCK_TOKEN, "%08" PRIx32, bits);
}

om_lock_holder om_lock_holder_self(const char *plan) {
    om_lock_holder self;
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
    make_token(self.token);
    snprintf(self.plan, sizeof self.plan, "%s", plan);
    return self;
}

void om_lock_holder_format(const om_lock_holder *holder, char text[OM_LOCK_TEXT]) {
    snprintf(text, OM_LOCK_TEXT,
             "host %s\nprocess %s\nstarted %s\njob %s\nrestart %s\ntime %s\ntoken %s\nplan %s\n",
             holder->host, holder->process, holder->started, holder->job, holder->restart,
             holder->time, holder->token, holder->plan);
}

double om_lock_time(int file) {
    struct stat info;
    if (fstat(file, &info) != 0) {
        return 0;
    }
    return (double)info.st_mtim.tv_sec + 1e-9 * (double)info.st_mtim.tv_nsec;
}

bool om_lock_holder_read(const char *path, char text[OM_LOCK_TEXT], double *sign_of_life) {
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    if (sign_of_life != NULL) {
        *sign_of_life = om_lock_time(fileno(file));
    }
    size_t length = fread(text, 1, OM_LOCK_TEXT - 1, file);
    text[length] = '\0';
    fclose(file);
    return true;
}

om_lock_holder om_lock_holder_parse(const char *text) {
    om_lock_holder found;
    memset(&found, 0, sizeof found);
    sscanf(text,
           "host %127s process %127s started %127s job %127s restart %127s time %127s token %8s "
           "plan %32s",
           found.host, found.process, found.started, found.job, found.restart, found.time,
           found.token, found.plan);
    return found;
}

bool om_lock_is_token(const char *text, size_t length) {
    return length == OM_LOCK_TOKEN - 1 && strspn(text, "0123456789abcdef") >= length;
}

/* A process of this host: gone, or its number is another's now. */
static bool process_is_gone(const om_lock_holder *holder) {
    char started[OM_LOCK_FIELD];
    if (kill((pid_t)atol(holder->process), 0) != 0 && errno == ESRCH) {
        return true;
    }
    read_start_time(holder->process, started);
    return strcmp(started, holder->started) != 0;
}

om_holder_state om_lock_holder_look(const om_lock_holder *holder, const om_lock_holder *self,
                                    double silence, double dead_seconds) {
    if (holder->time[0] == '\0') {
        return OM_HOLDER_GONE; /* its writer is gone, or had no space left */
    }
    bool same_job = strcmp(holder->job, "-") != 0 && strcmp(holder->job, self->job) == 0;
    bool is_here = strcmp(holder->host, self->host) == 0 && atol(holder->process) > 0;
    if (is_here && process_is_gone(holder)) {
        return OM_HOLDER_GONE;
    }
    if (same_job && atol(holder->restart) < atol(self->restart)) {
        return OM_HOLDER_SUPERSEDED;
    }
    bool is_later = same_job && atol(holder->restart) > atol(self->restart);
    return !is_here && !is_later && silence > dead_seconds ? OM_HOLDER_SILENT : OM_HOLDER_LIVES;
}
