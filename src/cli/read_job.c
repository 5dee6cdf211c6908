#include "read_job.h"

#include "oncomark/memory.h"
#include "oncomark/reader.h"

om_status om_read_job(om_job **out, om_ctx *ctx, const char *path, const om_strings *settings) {
    char *bytes = NULL;
    int64_t length = 0;
    bool is_root = om_context_is_root(ctx);
    OM_TRY(om_agree(ctx, is_root ? om_file_read_all(path, &bytes, &length) : OM_OK));
    om_status status = om_broadcast(ctx, 0, &length, sizeof length);
    if (status == OM_OK && !is_root) {
        bytes = om_calloc(length + 1, 1);
        status = bytes != NULL ? OM_OK : OM_MEMORY;
    }
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        status = om_broadcast(ctx, 0, bytes, length);
    }
    if (status == OM_OK) {
        status = om_job_parse(out, path, bytes, length, settings);
    }
    om_free(bytes);
    return om_agree(ctx, status);
}
