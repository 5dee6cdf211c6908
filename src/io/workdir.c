#include "oncomark/workdir.h"

#include "manifest.h"
#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "workdir_private.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>

char *om_workdir_path(const om_workdir *workdir, const char *artefact) {
    return om_format("%s/%s", workdir->folder, artefact);
}

om_status om_workdir_temporary(char **path, const om_workdir *workdir, const char *artefact) {
    *path = om_format("%s/%s.tmp", workdir->folder, artefact);
    om_status status = *path != NULL ? om_folder_make_parent(*path) : OM_MEMORY;
    if (status != OM_OK) {
        om_free(*path);
        *path = NULL;
    }
    return status;
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

/* What stands at `path` is what the record says. A whole run has looked when it began. */
static bool is_whole(const om_workdir *workdir, const cJSON *record, const char *path) {
    return om_workdir_repairs(workdir) || om_manifest_is_whole(record, path);
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
    } else if (status == OM_OK && !is_whole(workdir, record, path)) {
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

om_status om_workdir_commit(om_workdir *workdir, const char *stage, const char *artefact,
                            const char *inputs, const char key[OM_DIGEST_HEX],
                            const char digest[OM_DIGEST_HEX]) {
    char *temporary = NULL;
    char *path = om_workdir_path(workdir, artefact);
    cJSON *record = NULL;
    om_status status =
        path != NULL ? om_workdir_temporary(&temporary, workdir, artefact) : OM_MEMORY;
    if (status == OM_OK) {
        status = om_lock_check(workdir->lock);
    }
    if (status == OM_OK) {
        status = om_manifest_read_record(&record, workdir->records, artefact);
    }
    if (status == OM_OK && om_file_exists(path) &&
        (record == NULL || !is_whole(workdir, record, path))) {
        status = om_manifest_set_aside(path, om_context_log(workdir->ctx));
    }
    if (status == OM_OK) {
        double started = MPI_Wtime();
        status = om_file_commit(temporary, path);
        workdir->record.flush_seconds += MPI_Wtime() - started;
    }
    if (status == OM_OK) {
        status =
            om_manifest_write_record(workdir->records, artefact, path, stage, inputs, key, digest);
    }
    cJSON_Delete(record);
    om_free(temporary);
    om_free(path);
    return status;
}

om_status om_workdir_check_lock(const om_workdir *workdir) {
    return om_lock_check(workdir->lock);
}
