/* A stage's bracket: what it took goes into the manifest. */
#include "oncomark/workdir.h"

#include "json_file.h"
#include "manifest.h"
#include "oncomark/memory.h"
#include "workdir_private.h"

#include <inttypes.h>

void om_workdir_count(om_workdir *workdir, om_counter counter, int64_t amount) {
    workdir->record.counters[counter] += amount;
}

om_status om_workdir_stage_begin(om_workdir *workdir, const char *stage) {
    workdir->stage = stage;
    om_stage_record_begin(&workdir->record);
    return OM_OK;
}

static om_status write_manifest(om_workdir *workdir) {
    char *path = om_workdir_path(workdir, "manifest.json");
    if (path == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_manifest_write(path, workdir->job, om_context_size(workdir->ctx),
                                         workdir->stages, workdir->artefacts, workdir->lock);
    om_free(path);
    return status;
}

static om_status describe_stage(const om_workdir *workdir, cJSON **out) {
    *out = cJSON_CreateObject();
    if (*out == NULL) {
        return om_json_failure();
    }
    om_status status = om_stage_record_describe(&workdir->record, *out);
    if (status != OM_OK) {
        cJSON_Delete(*out);
        *out = NULL;
    }
    return status;
}

/* The manifest is the whole run's to write: a share leaves a file of its own for it. */
static om_status leave_for_manifest(const om_workdir *workdir, const cJSON *stage) {
    char *name = om_format("%s-%" PRId64 "-of-%" PRId64, workdir->stage, workdir->share.number,
                           workdir->share.of);
    om_status status = name != NULL
                           ? om_manifest_write_share(workdir->shares, name, stage, workdir->lock)
                           : OM_MEMORY;
    om_free(name);
    return status;
}

/* Rank 0: takes in what all groups committed, and the stage's record. */
static om_status end_on_root(om_workdir *workdir, bool did_work) {
    cJSON *stage = NULL;
    OM_TRY(om_workdir_read_records(workdir));
    if (did_work) {
        OM_TRY(describe_stage(workdir, &stage));
    }
    if (workdir->share.of > 0) {
        om_status status = did_work ? leave_for_manifest(workdir, stage) : OM_OK;
        cJSON_Delete(stage);
        return status;
    }
    if (did_work) {
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
    return om_workdir_share_artefacts(workdir);
}
