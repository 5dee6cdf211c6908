/* Opening and closing a workdir. */
#include "oncomark/workdir.h"

#include "leftovers.h"
#include "manifest.h"
#include "oncomark/atomic_file.h"
#include "oncomark/memory.h"
#include "workdir_private.h"

#include <mpi.h>
#include <string.h>

/* A holder of the lock gives so many signs of life before it counts as dead, that one or two may
 * come late on a busy file system. */
static const double beat_seconds = 15;
static const double dead_seconds = 120;

static om_status join(char **out, const char *folder, const char *name) {
    *out = om_format("%s/%s", folder, name);
    return *out != NULL ? OM_OK : OM_MEMORY;
}

/* Open MPI's MPI-IO prints a file's path and some 30 bytes more into a buffer of 256 bytes, and
 * ends the program where they do not fit. */
enum { LONGEST_PATH = 220 };

static om_status check_path(const om_job *job, const char *folder, const char *id, long line) {
    char *path = om_format("%s/%s%s.h5ad.00000000.tmp", job->workdir, folder, id);
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

bool om_workdir_repairs(const om_workdir *workdir) {
    return workdir->lock != NULL && workdir->share.of == 0;
}

om_status om_workdir_read_records(om_workdir *workdir) {
    cJSON_Delete(workdir->artefacts);
    workdir->artefacts = NULL;
    return om_manifest_read_records(&workdir->artefacts, workdir->folder, workdir->records,
                                    om_workdir_repairs(workdir) ? workdir->lock : NULL,
                                    om_context_log(workdir->ctx));
}

/* What the tasks of a share depend on, but for the samples, which no live share changes. */
static om_status describe_plan(char plan[OM_DIGEST_HEX], const om_job *job) {
    static const char *const sections[] = {"seed", "features", "train", "crossval"};
    om_text *text = NULL;
    om_status status = om_text_create(&text);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0] && status == OM_OK; i++) {
        status = om_job_describe(job, sections[i], text);
    }
    if (status == OM_OK) {
        om_digest_text(om_text_get(text), (int64_t)om_text_length(text), plan);
    }
    om_text_destroy(&text);
    return status;
}

static om_status take_lock(om_workdir *workdir) {
    char plan[OM_DIGEST_HEX] = "-";
    if (workdir->share.of > 0) {
        OM_TRY(describe_plan(plan, workdir->job));
    }
    const om_lock_terms terms = {.share = workdir->share,
                                 .plan = plan,
                                 .beat_seconds = beat_seconds,
                                 .dead_seconds = dead_seconds,
                                 .log = om_context_log(workdir->ctx)};
    return om_lock_take(&workdir->lock, workdir->own, &terms);
}

/* A whole run is alone with those that it could not be sure of; their files go with a later run. A
 * share knows only whom it replaced. */
static om_status remove_leftovers(const om_workdir *workdir) {
    if (workdir->share.of > 0) {
        return om_leftovers_remove(workdir->folder, om_lock_gone(workdir->lock), false);
    }
    om_strings *kept = NULL;
    om_status status = om_strings_copy(&kept, om_lock_doubtful(workdir->lock));
    if (status == OM_OK) {
        status = om_strings_add(kept, om_lock_token(workdir->lock));
    }
    if (status == OM_OK) {
        status = om_leftovers_remove(workdir->folder, kept, true);
    }
    om_strings_destroy(&kept);
    return status;
}

/* Of a stage that failed or was stopped. */
static void remove_own_leftovers(const om_workdir *workdir) {
    om_strings *own = NULL;
    if (om_strings_create(&own) == OM_OK &&
        om_strings_add(own, om_lock_token(workdir->lock)) == OM_OK) {
        om_leftovers_remove(workdir->folder, own, false);
    }
    om_strings_destroy(&own);
}

/* Rank 0: folders, lock and what earlier runs left. */
static om_status open_on_root(om_workdir *workdir) {
    OM_TRY(om_folder_make(workdir->records));
    OM_TRY(take_lock(workdir));
    OM_TRY(remove_leftovers(workdir));
    OM_TRY(om_workdir_read_records(workdir));
    if (workdir->share.of > 0) {
        return OM_OK;
    }
    char *manifest_path = NULL;
    OM_TRY(join(&manifest_path, workdir->folder, "manifest.json"));
    om_status status = om_manifest_read_stages(&workdir->stages, manifest_path, workdir->shares);
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

om_status om_workdir_share_artefacts(om_workdir *workdir) {
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
        status =
            om_lock_watch(&workdir->lock, workdir->own, workdir->share, om_strings_get(text, 0));
    }
    om_strings_destroy(&text);
    return om_agree(workdir->ctx, status);
}

/* Names only. */
static om_status begin(om_workdir *workdir, om_ctx *ctx, const om_job *job, om_share share) {
    workdir->ctx = ctx;
    workdir->job = job;
    workdir->share = share;
    workdir->hints = MPI_INFO_NULL;
    workdir->folder = om_strdup(job->workdir);
    if (workdir->folder == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(join(&workdir->own, workdir->folder, ".oncomark"));
    OM_TRY(join(&workdir->records, workdir->own, "artefacts"));
    return join(&workdir->shares, workdir->own, "shares");
}

static void destroy(om_workdir **workdir) {
    if (*workdir == NULL) {
        return;
    }
    if ((*workdir)->hints != MPI_INFO_NULL) {
        om_context_set_hints((*workdir)->ctx, MPI_INFO_NULL);
        MPI_Info_free(&(*workdir)->hints);
    }
    om_lock_release(&(*workdir)->lock);
    om_stage_record_release(&(*workdir)->record);
    cJSON_Delete((*workdir)->artefacts);
    cJSON_Delete((*workdir)->stages);
    om_free((*workdir)->folder);
    om_free((*workdir)->own);
    om_free((*workdir)->records);
    om_free((*workdir)->shares);
    om_free((*workdir)->scratch);
    om_free(*workdir);
    *workdir = NULL;
}

static om_status set_hint(om_workdir *workdir, const om_hint *hint) {
    if (strlen(hint->key) >= MPI_MAX_INFO_KEY || strlen(hint->value) >= MPI_MAX_INFO_VAL) {
        return om_fail(OM_USAGE,
                       "%s: found %.80s in mpi_io, of %zu bytes and a value of %zu, expected at "
                       "most %d and %d as this MPI library takes",
                       workdir->job->path, hint->key, strlen(hint->key), strlen(hint->value),
                       MPI_MAX_INFO_KEY - 1, MPI_MAX_INFO_VAL - 1);
    }
    return MPI_Info_set(workdir->hints, hint->key, hint->value) == MPI_SUCCESS
               ? OM_OK
               : om_fail(OM_SYSTEM, "MPI: cannot take the hint %s", hint->key);
}

static om_status set_hints(om_workdir *workdir) {
    if (workdir->job->n_hints > 0) {
        MPI_Info_create(&workdir->hints);
        om_context_set_hints(workdir->ctx, workdir->hints);
    }
    for (int64_t i = 0; i < workdir->job->n_hints; i++) {
        OM_TRY(set_hint(workdir, &workdir->job->mpi_io[i]));
    }
    return OM_OK;
}

/* Each rank for itself, before the lock is taken. */
static om_status prepare(om_workdir *workdir) {
    OM_TRY(check_paths(workdir->job));
    OM_TRY(om_job_scratch(&workdir->scratch, workdir->job));
    return set_hints(workdir);
}

static om_status create(om_workdir **out, om_ctx *ctx, const om_job *job, om_share share) {
    om_workdir *workdir = om_calloc(1, sizeof *workdir);
    *out = workdir;
    return workdir != NULL ? begin(workdir, ctx, job, share) : OM_MEMORY;
}

om_status om_workdir_open_share(om_workdir **out, om_ctx *ctx, const om_job *job, om_share share) {
    om_status status = create(out, ctx, job, share);
    status = om_agree(ctx, status == OM_OK ? prepare(*out) : status);
    if (status == OM_OK) {
        status = om_agree(ctx, om_context_is_root(ctx) ? open_on_root(*out) : OM_OK);
    }
    if (status == OM_OK) {
        status = share_lock(*out);
    }
    if (status == OM_OK) {
        status = om_workdir_share_artefacts(*out);
    }
    if (status != OM_OK) {
        destroy(out);
    }
    return status;
}

om_status om_workdir_open(om_workdir **out, om_ctx *ctx, const om_job *job) {
    return om_workdir_open_share(out, ctx, job, (om_share){0, 0});
}

om_status om_workdir_look(om_workdir **out, om_ctx *ctx, const om_job *job) {
    om_status status = create(out, ctx, job, (om_share){0, 0});
    if (status == OM_OK && om_context_is_root(ctx)) {
        status = om_workdir_read_records(*out);
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = om_workdir_share_artefacts(*out);
    }
    if (status != OM_OK) {
        destroy(out);
    }
    return status;
}

om_status om_workdir_close(om_workdir **workdir) {
    if (*workdir != NULL) {
        /* Nobody may still be writing when the lock goes. */
        MPI_Barrier(om_context_comm((*workdir)->ctx));
        if ((*workdir)->lock != NULL && om_context_is_root((*workdir)->ctx)) {
            remove_own_leftovers(*workdir);
        }
    }
    destroy(workdir);
    return OM_OK;
}
