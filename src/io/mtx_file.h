/* What all ranks of a group know of a Matrix Market file before they read its entries. */
#ifndef ONCOMARK_IO_MTX_FILE_H
#define ONCOMARK_IO_MTX_FILE_H

#include "oncomark/context.h"
#include "oncomark/matrix_market.h"

typedef struct om_mtx_file {
    om_ctx *group;
    const char *path; /* borrowed */
    om_mtx_header header;
    int64_t file_bytes;
    bool gzip;
} om_mtx_file;

/* One rank looks, all know. Collective on group. */
om_status om_mtx_file_look(om_mtx_file *file, om_ctx *group, const char *path);

#endif
