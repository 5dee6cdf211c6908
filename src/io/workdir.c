#include "oncomark/workdir.h"

#include "manifest.h"
#include "oncomark/atomic_file.h"
#include "oncomark/content_digest.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "workdir_private.h"

#include <errno.h>
#include <mpi.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

char *om_workdir_path(const om_workdir *workdir, const char *artefact) {
    return om_format("%s/%s", workdir->folder, artefact);
}

om_status om_workdir_temporary(char **path, const om_workdir *workdir, const char *artefact) {
    char *final = om_workdir_path(workdir, artefact);
    *path = final != NULL ? om_lock_temporary(workdir->lock, final) : NULL;
    om_free(final);
    om_status status = *path != NULL ? om_folder_make_parent(*path) : OM_MEMORY;
    if (status != OM_OK) {
        om_free(*path);
        *path = NULL;
    }
    return status;
}

char *om_workdir_spill(const om_workdir *workdir, const char *name) {
    return workdir->scratch != NULL ? om_format("%s/oncomark-%s", workdir->scratch, name)
                                    : om_workdir_path(workdir, name);
}

char *om_workdir_beside(const om_workdir *workdir, const char *path) {
    return om_lock_temporary(workdir->lock, path);
}

om_status om_workdir_replace(const om_workdir *workdir, const char *temporary, const char *path) {
    return om_lock_commit(workdir->lock, temporary, path);
}

static const char *recorded(const cJSON *record, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(record, name));
    return text != NULL ? text : "";
}

bool om_workdir_is_current(const om_workdir *workdir, const char *artefact,
                           const char key[OM_DIGEST_HEX]) {
    const cJSON *record = cJSON_GetObjectItemCaseSensitive(workdir->artefacts, artefact);
    return record != NULL && strcmp(recorded(record, "key"), key) == 0;
}

static om_status compare_line(const char *line, const char *artefact, const cJSON *inputs) {
    const char *colon = strstr(line, ": ");
    char *name = colon != NULL ? om_format("%.*s", (int)(colon - line), line) : NULL;
    if (colon == NULL || name == NULL) {
        return colon == NULL ? OM_OK : OM_MEMORY;
    }
    const char *made_with = recorded(inputs, name);
    om_status status = OM_OK;
    if (made_with[0] != '\0' && strcmp(made_with, colon + 2) != 0) {
        status = om_fail(OM_USAGE,
                         "%s was made with %s: %s, the job has %s: run `oncomark run` first, which "
                         "makes it anew",
                         artefact, name, made_with, colon + 2);
    }
    om_free(name);
    return status;
}

static om_status compare_lines(char *lines, const char *artefact, const cJSON *inputs) {
    char *rest = NULL;
    for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        OM_TRY(compare_line(line, artefact, inputs));
    }
    return OM_OK;
}

om_status om_workdir_check_made_for(const om_workdir *workdir, const char *artefact,
                                    const om_job *job, const char *section) {
    cJSON *record = NULL;
    om_text *text = NULL;
    char *lines = NULL;
    om_status status = om_text_create(&text);
    status = status == OM_OK ? om_job_describe(job, section, text) : status;
    if (status == OM_OK && (lines = om_strdup(om_text_get(text))) == NULL) {
        status = OM_MEMORY;
    }
    status =
        status == OM_OK ? om_manifest_read_record(&record, workdir->records, artefact) : status;
    if (status == OM_OK && record != NULL) {
        const cJSON *inputs = cJSON_GetObjectItemCaseSensitive(record, "inputs");
        status = compare_lines(lines, artefact, inputs);
    }
    cJSON_Delete(record);
    om_free(lines);
    om_text_destroy(&text);
    return status;
}

om_status om_workdir_digest(const om_workdir *workdir, const char *artefact,
                            char hex[OM_DIGEST_HEX]) {
    cJSON *record = NULL;
    char *path = om_workdir_path(workdir, artefact);
    /* The file: this run may have made the artefact anew since the shared view was taken. */
    om_status status =
        path != NULL ? om_manifest_read_record(&record, workdir->records, artefact) : OM_MEMORY;
    if (status == OM_OK && record == NULL) {
        status = om_fail(OM_USAGE,
                         "%s is not there yet: run the stage that makes it first, or "
                         "`oncomark run`, which does all",
                         path);
    } else if (status == OM_OK && !om_manifest_is_whole(record, path)) {
        status = om_fail(OM_USAGE,
                         "%s is not as this program made it: run the stage that makes it again, or "
                         "`oncomark run`, which does all",
                         path);
    } else if (status == OM_OK) {
        snprintf(hex, OM_DIGEST_HEX, "%s", recorded(record, "digest"));
    }
    cJSON_Delete(record);
    om_free(path);
    return status;
}

/* Whether what stands in the way of an artefact is somebody's own work. A run that was killed, or
 * fenced off, between renaming and recording leaves the same content as ours. */
static om_status is_foreign(bool *foreign, const om_workdir *workdir, const char *artefact,
                            const char *path, const char digest[OM_DIGEST_HEX]) {
    cJSON *record = NULL;
    *foreign = false;
    OM_TRY(om_manifest_read_record(&record, workdir->records, artefact));
    if (om_file_exists(path) && (record == NULL || !om_manifest_is_whole(record, path))) {
        char hex[OM_DIGEST_HEX] = "";
        *foreign = om_content_digest(path, hex) != OM_OK || strcmp(hex, digest) != 0;
    }
    cJSON_Delete(record);
    return OM_OK;
}

/* Flushing and comparing take their time: the lock is looked at after them. */
static om_status put_in_place(om_manifest_file *file, om_workdir *workdir, const char *artefact,
                              const char *temporary, const char *path,
                              const char digest[OM_DIGEST_HEX]) {
    bool foreign = false;
    double started = MPI_Wtime();
    OM_TRY(om_lock_check(workdir->lock));
    OM_TRY(om_file_flush(temporary));
    workdir->record.flush_seconds += MPI_Wtime() - started;
    OM_TRY(om_manifest_look(file, temporary));
    OM_TRY(is_foreign(&foreign, workdir, artefact, path, digest));
    OM_TRY(om_lock_check(workdir->lock));
    if (foreign) {
        OM_TRY(om_manifest_set_aside(path, om_context_log(workdir->ctx)));
    }
    return om_file_rename(temporary, path);
}

om_status om_workdir_commit(om_workdir *workdir, const char *stage, const char *artefact,
                            const char *inputs, const char key[OM_DIGEST_HEX],
                            const char digest[OM_DIGEST_HEX]) {
    om_manifest_file file = {0};
    char *temporary = NULL;
    char *path = om_workdir_path(workdir, artefact);
    om_status status =
        path != NULL ? om_workdir_temporary(&temporary, workdir, artefact) : OM_MEMORY;
    if (status == OM_OK) {
        status = put_in_place(&file, workdir, artefact, temporary, path, digest);
    }
    if (status == OM_OK) {
        status = om_manifest_write_record(workdir->records, artefact, &file, stage, inputs, key,
                                          digest, workdir->lock);
    }
    om_free(temporary);
    om_free(path);
    return status;
}

om_status om_workdir_check_lock(const om_workdir *workdir) {
    return om_lock_check(workdir->lock);
}

om_status om_workdir_withdraw(om_workdir *workdir, const char *artefact) {
    cJSON *record = NULL;
    char *path = om_workdir_path(workdir, artefact);
    char *record_path = om_manifest_record_path(workdir->records, artefact);
    om_status status = path != NULL && record_path != NULL
                           ? om_manifest_read_record(&record, workdir->records, artefact)
                           : OM_MEMORY;
    if (status == OM_OK && record != NULL && om_manifest_is_whole(record, path)) {
        status = om_workdir_check_lock(workdir);
        if (status == OM_OK && (unlink(path) != 0 || unlink(record_path) != 0)) {
            status = om_fail(OM_SYSTEM, "%s: cannot remove: %s", path, strerror(errno));
        }
    }
    cJSON_Delete(record);
    om_free(record_path);
    om_free(path);
    return status;
}
