#include "lock_holder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

om_lock_holder om_lock_holder_self(void) {
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
    return self;
}

void om_lock_holder_format(const om_lock_holder *holder, char text[OM_LOCK_TEXT]) {
    snprintf(text, OM_LOCK_TEXT, "host %s\nprocess %s\nstarted %s\njob %s\nrestart %s\ntime %s\n",
             holder->host, holder->process, holder->started, holder->job, holder->restart,
             holder->time);
}

bool om_lock_holder_read(const char *path, char text[OM_LOCK_TEXT]) {
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    size_t length = fread(text, 1, OM_LOCK_TEXT - 1, file);
    text[length] = '\0';
    fclose(file);
    return true;
}

om_lock_holder om_lock_holder_parse(const char *text) {
    om_lock_holder found;
    memset(&found, 0, sizeof found);
    sscanf(text, "host %127s process %127s started %127s job %127s restart %127s time %127s",
           found.host, found.process, found.started, found.job, found.restart, found.time);
    return found;
}

bool om_lock_holder_is_gone(const om_lock_holder *holder, const om_lock_holder *self) {
    if (holder->time[0] == '\0') {
        return true; /* cut short while it was written: its writer is gone, or had no space left */
    }
    if (strcmp(holder->job, "-") != 0 && strcmp(holder->job, self->job) == 0) {
        return atol(holder->restart) < atol(self->restart);
    }
    if (strcmp(holder->host, self->host) != 0) {
        return false; /* whether a process of another host lives cannot be seen from here */
    }
    long process = atol(holder->process);
    if (process <= 0) {
        return false;
    }
    if (kill((pid_t)process, 0) != 0 && errno == ESRCH) {
        return true;
    }
    char started[OM_LOCK_FIELD];
    read_start_time(holder->process, started);
    return strcmp(started, holder->started) != 0;
}
