#include "io/mtx_file.h"

#include "oncomark/reader.h"

#include <string.h>

typedef struct sight {
    om_mtx_header header;
    int64_t file_bytes;
    bool gzip;
} sight;

static om_status look(const char *path, sight *seen) {
    om_reader *reader = NULL;
    OM_TRY(om_mtx_header_read(path, &seen->header));
    OM_TRY(om_file_size(path, &seen->file_bytes));
    OM_TRY(om_reader_open(&reader, path));
    seen->gzip = om_reader_is_gzip(reader);
    om_reader_close(&reader);
    return OM_OK;
}

om_status om_mtx_file_look(om_mtx_file *file, om_ctx *group, const char *path) {
    sight seen;
    memset(&seen, 0, sizeof seen);
    om_status status = om_context_is_root(group) ? look(path, &seen) : OM_OK;
    OM_TRY(om_agree(group, status));
    OM_TRY(om_broadcast(group, 0, &seen, sizeof seen));
    *file = (om_mtx_file){.group = group,
                          .path = path,
                          .header = seen.header,
                          .file_bytes = seen.file_bytes,
                          .gzip = seen.gzip};
    return OM_OK;
}
