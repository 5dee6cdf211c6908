#include "lock_look.h"

#include "oncomark/memory.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char whole_name[] = "lock";
static const char share_format[] = "lock-crossval-%" PRId64 "-of-%" PRId64;

void om_lock_name(om_share share, char name[OM_LOCK_NAME]) {
    if (share.of == 0) {
        snprintf(name, OM_LOCK_NAME, "%s", whole_name);
    } else {
        snprintf(name, OM_LOCK_NAME, share_format, share.number, share.of);
    }
}

/* Whether the file is a lock, and whose. */
static bool parse_name(const char *name, om_share *share) {
    *share = (om_share){0, 0};
    if (strcmp(name, whole_name) == 0) {
        return true;
    }
    char again[OM_LOCK_NAME];
    if (sscanf(name, "lock-crossval-%" SCNd64 "-of-%" SCNd64, &share->number, &share->of) != 2) {
        return false;
    }
    om_lock_name(*share, again);
    return strcmp(name, again) == 0;
}

om_status om_lock_look_begin(om_lock_look *look) {
    OM_TRY(om_strings_create(&look->paths));
    OM_TRY(om_strings_create(&look->gone));
    return om_strings_create(&look->doubtful);
}

void om_lock_look_end(om_lock_look *look) {
    om_strings_destroy(&look->paths);
    om_strings_destroy(&look->gone);
    om_strings_destroy(&look->doubtful);
}

static bool is_sister(const om_lock_look *look, om_share theirs) {
    om_share ours = look->terms->share;
    return ours.of > 0 && ours.of == theirs.of && ours.number != theirs.number;
}

/* Shares number the tasks alike only where they have the same plan: else two could have the same
 * task. */
static om_status refuse_sister(const om_lock_holder *found, const char *path, om_share theirs) {
    return om_fail(OM_USAGE,
                   "%s: process %s on host %s (Slurm job %s, since %s) does share %" PRId64
                   " of %" PRId64 " with other parameters: seed, features, train or crossval of "
                   "the job file have changed in between, and two shares could do the same task; "
                   "wait for that run, or give this one another workdir",
                   path, found->process, found->host, found->job, found->time, theirs.number,
                   theirs.of);
}

static om_status refuse(const om_lock_look *look, const om_lock_holder *found, const char *path,
                        om_share theirs, double silence) {
    char what[OM_LOCK_NAME] = "";
    if (is_sister(look, theirs)) {
        return refuse_sister(found, path, theirs);
    }
    if (theirs.of > 0) {
        snprintf(what, sizeof what, " for share %" PRId64 " of %" PRId64 " of a cross-validation",
                 theirs.number, theirs.of);
    }
    return om_fail(OM_USAGE,
                   "%s: the folder is in use by process %s on host %s%s (Slurm job %s, since %s, "
                   "last sign of life %.0f s ago); wait for it: a run on another host counts as "
                   "dead after %.0f s without a sign of life",
                   path, found->process, found->host, what, found->job, found->time, silence,
                   look->terms->dead_seconds);
}

static om_status note_dead(om_lock_look *look, const om_lock_holder *found, const char *path,
                           om_holder_state state, double silence) {
    if (state == OM_HOLDER_SILENT) {
        om_log_warn(look->terms->log,
                    "%s: process %s on host %s (Slurm job %s, since %s) has given no sign of life "
                    "for %.0f s: it is taken for dead, and this run goes on in its place",
                    path, found->process, found->host, found->job, found->time, silence);
    }
    OM_TRY(om_strings_add(look->paths, path));
    if (!om_lock_is_token(found->token, strlen(found->token))) {
        return OM_OK;
    }
    return om_strings_add(state == OM_HOLDER_GONE ? look->gone : look->doubtful, found->token);
}

static om_status look_at(om_lock_look *look, const char *path, om_share theirs) {
    char text[OM_LOCK_TEXT];
    double sign_of_life = 0;
    if (!om_lock_holder_read(path, text, &sign_of_life)) {
        return OM_OK;
    }
    om_lock_holder found = om_lock_holder_parse(text);
    /* Without a plan: a share of an earlier version of the program. */
    bool same_plan = found.plan[0] == '\0' || strcmp(found.plan, look->terms->plan) == 0;
    if (strcmp(found.token, look->self->token) == 0 || (is_sister(look, theirs) && same_plan)) {
        return OM_OK;
    }
    double silence = look->now > sign_of_life ? look->now - sign_of_life : 0;
    om_holder_state state =
        om_lock_holder_look(&found, look->self, silence, look->terms->dead_seconds);
    return state == OM_HOLDER_LIVES ? refuse(look, &found, path, theirs, silence)
                                    : note_dead(look, &found, path, state, silence);
}

static om_status look_at_list(om_lock_look *look, DIR *list, const char *whole) {
    om_status status = OM_OK;
    for (struct dirent *entry = readdir(list); status == OM_OK && entry != NULL;
         entry = readdir(list)) {
        om_share theirs;
        if (parse_name(entry->d_name, &theirs)) {
            char *path = om_format("%s/%s", look->folder, entry->d_name);
            bool seen =
                path != NULL && (strcmp(path, look->own_path) == 0 || strcmp(path, whole) == 0);
            status = path == NULL ? OM_MEMORY : seen ? OM_OK : look_at(look, path, theirs);
            om_free(path);
        }
    }
    return status;
}

/* Our own name and the whole run's are looked at in any case: a folder's list may be late on
 * network file systems. */
om_status om_lock_look_around(om_lock_look *look) {
    char *whole = om_format("%s/%s", look->folder, whole_name);
    om_status status =
        whole != NULL ? look_at(look, look->own_path, look->terms->share) : OM_MEMORY;
    if (status == OM_OK && strcmp(whole, look->own_path) != 0) {
        status = look_at(look, whole, (om_share){0, 0});
    }
    DIR *list = status == OM_OK ? opendir(look->folder) : NULL;
    if (list != NULL) {
        status = look_at_list(look, list, whole);
        closedir(list);
    }
    om_free(whole);
    return status;
}
