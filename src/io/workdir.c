#include "oncomark/workdir.h"

#include "lock.h"
#include "manifest.h"
#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "stage_record.h"

#include <mpi.h>
#include <stdio.h>
#include <string.h>

struct om_workdir {
    om_ctx *ctx;
    const om_job *job;
    char *folder;
    char *records; /* folder of the artefacts' records */
    char *lock_path;
    om_lock *lock;    /* taken by rank 0, watched by the others */
    cJSON *artefacts; /* by name; the same on all ranks, as of opening or the last stage's end */
    cJSON *stages;    /* rank 0 only */
    const char *stage;
    om_stage_record record;
};

static om_status join(char **out, const char *folder, const char *name) {
    *out = om_format("%s/%s", folder, name);
    return *out != NULL ? OM_OK : OM_MEMORY;
}

/* Open MPI's MPI-IO prints a file's path and some 30 bytes more into a buffer of 256 bytes, and
 * ends the program where they do not fit. */
enum { LONGEST_PATH = 220 };

static om_status check_path(const om_job *job, const char *folder, const char *id, long line) {
    char *path = om_format("%s/%s%s.h5ad.tmp", job->workdir, folder, id);
    if (path == NULL) {
        return OM_MEMORY;
    }
    om_status status = OM_OK;
    size_t length = strlen(path);
    if (length > LONGEST_PATH) {
        status = om_fail(OM_USAGE,
                         "%s:%ld: found a path of %zu bytes, expected at most %d, since MPI "
                         "libraries take no longer ones: choose a shorter workdir or id (%s)",
                         job->path, line, length, LONGEST_PATH, path);
    }
    om_free(path);
    return status;
}

/* Before anything is read, not when the first file is written. */
static om_status check_paths(const om_job *job) {
    OM_TRY(check_path(job, "", "synthetic", 1));
    for (int64_t i = 0; i < job->n_data; i++) {
        OM_TRY(check_path(job, "scores/", job->data[i].id, job->data[i].line));
    }
    return OM_OK;
}

/* Rank 0: folders, lock and what earlier runs left. */
static om_status open_on_root(om_workdir *workdir) {
    OM_TRY(om_folder_make(workdir->records));
    OM_TRY(om_lock_take(&workdir->lock, workdir->lock_path));
    OM_TRY(om_manifest_read_records(&workdir->artefacts, workdir->folder, workdir->records,
                                    om_context_log(workdir->ctx)));
    char *manifest_path = NULL;
    OM_TRY(join(&manifest_path, workdir->folder, "manifest.json"));
    om_status status = om_manifest_read_stages(&workdir->stages, manifest_path);
    om_free(manifest_path);
    return status;
}

/* The list of one text that rank 0 has, on all ranks. */
static om_status share_text(om_ctx *ctx, const char *text, om_strings **out) {
    om_status status = OM_OK;
    if (om_context_is_root(ctx)) {
        status = om_strings_create(out);
        if (status == OM_OK) {
            status = om_strings_add(*out, text);
        }
    }
    status = om_agree(ctx, status);
    return status == OM_OK ? om_broadcast_strings(ctx, 0, out) : status;
}

/* Gives all ranks rank 0's view of the artefacts. */
static om_status share_artefacts(om_workdir *workdir) {
    om_ctx *ctx = workdir->ctx;
    om_strings *shared = NULL;
    char *json = om_context_is_root(ctx) ? cJSON_PrintUnformatted(workdir->artefacts) : NULL;
    om_status status = share_text(ctx, json != NULL ? json : "", &shared);
    if (status == OM_OK && !om_context_is_root(ctx)) {
        cJSON_Delete(workdir->artefacts);
        workdir->artefacts = cJSON_Parse(om_strings_get(shared, 0));
    }
    if (status == OM_OK) {
        bool failed = workdir->artefacts == NULL || (om_context_is_root(ctx) && json == NULL);
        status = om_agree(ctx, failed ? om_fail(OM_MEMORY, "out of memory: JSON") : OM_OK);
    }
    cJSON_free(json);
    om_strings_destroy(&shared);
    return status;
}

/* Lets every rank check, before it renames a file, that the lock is still this run's. */
static om_status share_lock(om_workdir *workdir) {
    bool is_root = om_context_is_root(workdir->ctx);
    om_strings *text = NULL;
    om_status status =
        share_text(workdir->ctx, is_root ? om_lock_text(workdir->lock) : NULL, &text);
    if (status == OM_OK && !is_root) {
        status = om_lock_watch(&workdir->lock, workdir->lock_path, om_strings_get(text, 0));
    }
    om_strings_destroy(&text);
    return om_agree(workdir->ctx, status);
}

static om_status begin(om_workdir *workdir, om_ctx *ctx, const om_job *job) {
    workdir->ctx = ctx;
    workdir->job = job;
    OM_TRY(check_paths(job));
    workdir->folder = om_strdup(job->workdir);
    if (workdir->folder == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(join(&workdir->records, workdir->folder, ".oncomark/artefacts"));
    OM_TRY(join(&workdir->lock_path, workdir->folder, ".oncomark/lock"));
    return om_context_is_root(ctx) ? open_on_root(workdir) : OM_OK;
}

static void destroy(om_workdir **workdir) {
    if (*workdir == NULL) {
        return;
    }
    om_lock_release(&(*workdir)->lock);
    om_stage_record_release(&(*workdir)->record);
    cJSON_Delete((*workdir)->artefacts);
    cJSON_Delete((*workdir)->stages);
    om_free((*workdir)->folder);
    om_free((*workdir)->records);
    om_free((*workdir)->lock_path);
    om_free(*workdir);
    *workdir = NULL;
}

om_status om_workdir_open(om_workdir **out, om_ctx *ctx, const om_job *job) {
    om_workdir *workdir = om_calloc(1, sizeof *workdir);
    *out = workdir;
    om_status status = om_agree(ctx, workdir != NULL ? begin(workdir, ctx, job) : OM_MEMORY);
    if (status == OM_OK) {
        status = share_lock(workdir);
    }
    if (status == OM_OK) {
        status = share_artefacts(workdir);
    }
    if (status != OM_OK) {
        destroy(out);
    }
    return status;
}

static om_status write_manifest(om_workdir *workdir) {
    char *path = NULL;
    OM_TRY(om_lock_check(workdir->lock));
    OM_TRY(join(&path, workdir->folder, "manifest.json"));
    om_status status = om_manifest_write(path, workdir->job, om_context_size(workdir->ctx),
                                         workdir->stages, workdir->artefacts);
    om_free(path);
    return status;
}

om_status om_workdir_close(om_workdir **workdir) {
    if (*workdir != NULL) {
        /* Nobody may still be writing when the lock goes. */
        MPI_Barrier(om_context_comm((*workdir)->ctx));
    }
    destroy(workdir);
    return OM_OK;
}

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

om_status om_workdir_digest(const om_workdir *workdir, const char *artefact,
                            char hex[OM_DIGEST_HEX]) {
    cJSON *fresh = NULL;
    const cJSON *record = NULL;
    /* The file first: this run may have made the artefact anew since the shared view was taken. */
    OM_TRY(om_manifest_read_record(&fresh, workdir->records, artefact));
    record = fresh;
    om_status status = OM_OK;
    if (record == NULL) {
        status = om_fail(OM_USAGE,
                         "%s/%s is not there yet: run the stage that makes it first, or "
                         "`oncomark run`, which does all",
                         workdir->folder, artefact);
    } else {
        snprintf(hex, OM_DIGEST_HEX, "%s", recorded(record, "digest"));
    }
    cJSON_Delete(fresh);
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
    if (status == OM_OK && record == NULL && om_file_exists(path)) {
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

void om_workdir_count(om_workdir *workdir, om_counter counter, int64_t amount) {
    workdir->record.counters[counter] += amount;
}

om_status om_workdir_stage_begin(om_workdir *workdir, const char *stage) {
    workdir->stage = stage;
    om_stage_record_begin(&workdir->record);
    return OM_OK;
}

/* Rank 0: takes in what all groups committed, and the stage's record. */
static om_status end_on_root(om_workdir *workdir, bool did_work) {
    cJSON_Delete(workdir->artefacts);
    workdir->artefacts = NULL;
    OM_TRY(om_manifest_read_records(&workdir->artefacts, workdir->folder, workdir->records,
                                    om_context_log(workdir->ctx)));
    if (did_work) {
        cJSON *stage = cJSON_CreateObject();
        if (stage == NULL) {
            return om_fail(OM_MEMORY, "out of memory: JSON");
        }
        om_status status = om_stage_record_describe(&workdir->record, stage);
        if (status != OM_OK) {
            cJSON_Delete(stage);
            return status;
        }
        cJSON_DeleteItemFromObjectCaseSensitive(workdir->stages, workdir->stage);
        cJSON_AddItemToObject(workdir->stages, workdir->stage, stage);
    }
    return write_manifest(workdir);
}

/* Memory beyond the promised limit is told, not hidden. */
static void check_memory(const om_workdir *workdir) {
    int64_t peak = om_stage_record_peak(&workdir->record);
    if (peak > workdir->job->memory_limit) {
        om_log_warn(om_context_log(workdir->ctx),
                    "%s took %.2f GiB of memory on its largest rank, more than memory_limit "
                    "(%.2f GiB)",
                    workdir->stage, (double)peak / 0x1p30,
                    (double)workdir->job->memory_limit / 0x1p30);
    }
}

om_status om_workdir_stage_end(om_workdir *workdir, bool did_work) {
    om_ctx *ctx = workdir->ctx;
    int64_t any = did_work ? 1 : 0;
    OM_TRY(om_max_i64(ctx, &any, 1));
    if (any == 0) {
        om_log_info(om_context_log(ctx), "%s: done already", workdir->stage);
    }
    OM_TRY(om_stage_record_end(&workdir->record, ctx));
    om_status status = om_context_is_root(ctx) ? end_on_root(workdir, any != 0) : OM_OK;
    OM_TRY(om_agree(ctx, status));
    if (om_context_is_root(ctx)) {
        check_memory(workdir);
    }
    return share_artefacts(workdir);
}
