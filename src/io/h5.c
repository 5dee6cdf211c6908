#include "oncomark/h5.h"

#include "h5_private.h"
#include "oncomark/memory.h"
#include "oncomark/reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static om_status allocate(om_h5 **out, om_ctx *ctx, const char *path) {
    om_h5_quiet();
    om_h5 *file = om_calloc(1, sizeof *file);
    if (file == NULL) {
        return OM_MEMORY;
    }
    file->id = -1;
    file->ctx = ctx;
    file->path = om_strdup(path);
    *out = file;
    return file->path == NULL ? OM_MEMORY : OM_OK;
}

static void release(om_h5 **file) {
    om_free((*file)->path);
    om_free(*file);
    *file = NULL;
}

/* Strong: closing the file closes what is still open in it, so that it is really written. */
static hid_t access_list(void) {
    hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    if (list >= 0 && H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) < 0) {
        om_h5_release(list);
        return -1;
    }
    return list;
}

om_status om_h5_create(om_h5 **out, const char *path) {
    om_h5 *file = NULL;
    om_status status = allocate(&file, NULL, path);
    hid_t access = -1;
    hid_t creation = -1;
    if (status == OM_OK) {
        access = access_list();
        creation = H5Pcreate(H5P_FILE_CREATE);
        if (access < 0 || creation < 0 || H5Pset_obj_track_times(creation, false) < 0 ||
            (file->id = H5Fcreate(path, H5F_ACC_TRUNC, creation, access)) < 0) {
            status = om_h5_fail(file, OM_SYSTEM, "", "create");
        }
    }
    om_h5_release(creation);
    om_h5_release(access);
    if (status != OM_OK && file != NULL) {
        release(&file);
    }
    *out = file;
    return status;
}

om_status om_h5_prepare(const om_ctx *ctx, const char *path) {
    MPI_File file = MPI_FILE_NULL;
    if (om_context_hints(ctx) == MPI_INFO_NULL) {
        return OM_OK;
    }
    /* Unlike communicators, files have their errors returned. */
    int outcome = MPI_File_open(MPI_COMM_SELF, path, MPI_MODE_CREATE | MPI_MODE_WRONLY,
                                om_context_hints(ctx), &file);
    if (outcome != MPI_SUCCESS) {
        char text[MPI_MAX_ERROR_STRING];
        int length = 0;
        MPI_Error_string(outcome, text, &length);
        return om_fail(OM_SYSTEM, "%s: cannot create it by MPI-IO: %s", path, text);
    }
    MPI_File_close(&file);
    return OM_OK;
}

static om_status check_readable(const char *path) {
    int64_t bytes = 0;
    OM_TRY(om_file_size(path, &bytes)); /* HDF5 would wait for ever for a pipe */
    if (access(path, R_OK) != 0) {
        return om_fail(OM_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    }
    return OM_OK;
}

static om_status open_serial(om_h5 **out, const char *path, unsigned flags) {
    *out = NULL;
    OM_TRY(check_readable(path));
    om_h5 *file = NULL;
    om_status status = allocate(&file, NULL, path);
    hid_t access = -1;
    if (status == OM_OK) {
        access = access_list();
        if (access < 0 || (file->id = H5Fopen(path, flags, access)) < 0) {
            status = om_h5_fail(file, OM_INPUT, "", "open as HDF5");
        }
    }
    om_h5_release(access);
    if (status != OM_OK && file != NULL) {
        release(&file);
    }
    *out = file;
    return status;
}

om_status om_h5_open(om_h5 **out, const char *path) {
    return open_serial(out, path, H5F_ACC_RDONLY);
}

om_status om_h5_reopen(om_h5 **out, const char *path) {
    return open_serial(out, path, H5F_ACC_RDWR);
}

/* Metadata is read by one rank and sent to the others: every rank opens every data set. A rank by
 * itself does without MPI-IO, which takes its time to open a file. */
static hid_t parallel_access_list(om_ctx *ctx) {
    hid_t list = access_list();
    if (om_context_size(ctx) == 1) {
        return list;
    }
    if (list >= 0 && (H5Pset_fapl_mpio(list, om_context_comm(ctx), om_context_hints(ctx)) < 0 ||
                      H5Pset_all_coll_metadata_ops(list, true) < 0 ||
                      H5Pset_coll_metadata_write(list, true) < 0)) {
        om_h5_release(list);
        return -1;
    }
    return list;
}

om_status om_h5_open_parallel(om_h5 **out, om_ctx *ctx, const char *path) {
    *out = NULL;
    om_h5 *file = NULL;
    hid_t access = -1;
    om_status status = check_readable(path);
    if (status == OM_OK) {
        status = allocate(&file, ctx, path);
    }
    /* The access list is collective too: it has a communicator of its own. */
    status = om_agree(ctx, status);
    if (status == OM_OK) {
        access = parallel_access_list(ctx);
        status = om_agree(ctx, access >= 0 ? OM_OK
                                           : om_h5_fail(file, OM_SYSTEM, "", "prepare for MPI-IO"));
    }
    if (status == OM_OK) {
        file->id = H5Fopen(path, H5F_ACC_RDWR, access);
        if (file->id < 0) {
            status = om_h5_fail(file, OM_SYSTEM, "", "open by MPI-IO");
        }
        status = om_agree(ctx, status);
    }
    om_h5_release(access);
    if (status != OM_OK && file != NULL) {
        if (file->id >= 0) {
            H5Fclose(file->id);
        }
        release(&file);
    }
    *out = file;
    return status;
}

om_status om_h5_close(om_h5 **file) {
    if (*file == NULL) {
        return OM_OK;
    }
    om_status status = OM_OK;
    om_ctx *ctx = (*file)->ctx;
    if (H5Fclose((*file)->id) < 0) {
        status = om_h5_fail(*file, OM_SYSTEM, "", "finish writing");
    }
    release(file);
    return ctx == NULL ? status : om_agree(ctx, status);
}

bool om_h5_all_closed(void) {
    return H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) == 0;
}

const char *om_h5_path(const om_h5 *file) {
    return file->path;
}

om_digest om_h5_digest(const om_h5 *file) {
    return file->digest;
}

om_status om_h5_agree(const om_h5 *file, om_status status) {
    return file->ctx == NULL ? status : om_agree(file->ctx, status);
}
