#include "oncomark/shared_memory.h"

#include "oncomark/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

struct om_shared {
    om_ctx *node;
    om_ctx *across;
    MPI_Win window;
    void *data;
};

/* The window's pages come from /dev/shm; a page that does not fit there is a bus error when it is
 * first touched, long after the allocation has succeeded. A machine without /dev/shm is not
 * checked. */
static om_status check_space(int64_t bytes) {
    struct statvfs space;
    if (statvfs("/dev/shm", &space) != 0) {
        return OM_OK;
    }
    om_wide free_bytes = (om_wide)space.f_bavail * (om_wide)space.f_frsize;
    if (free_bytes < bytes) {
        return om_fail(OM_MEMORY,
                       "/dev/shm has %" PRId64 " MiB free, the training set needs %" PRId64 " MiB",
                       (int64_t)(free_bytes >> 20), (bytes >> 20) + 1);
    }
    return OM_OK;
}

static om_status split_by_node(om_shared *shared, om_ctx *ctx) {
    MPI_Comm node;
    int first_rank = om_context_rank(ctx);
    MPI_Comm_split_type(om_context_comm(ctx), MPI_COMM_TYPE_SHARED, first_rank, MPI_INFO_NULL,
                        &node);
    MPI_Bcast(&first_rank, 1, MPI_INT, 0, node);
    MPI_Comm_free(&node);
    OM_TRY(om_context_split(&shared->node, ctx, first_rank));
    return om_context_split(&shared->across, ctx, om_context_rank(shared->node));
}

/* Rows are read anywhere in it: with small pages the processor would look up addresses all the
 * time. Where the system has none there are none. */
static void advise_large_pages(void *data, int64_t bytes) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)data + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)data + (uintptr_t)bytes) / page * page;
    if (first < end) {
        madvise((char *)data + (first - (uintptr_t)data), end - first, MADV_HUGEPAGE);
    }
}

/* Several groups of a node may have seen the same free space. Where the system can (Linux 5.14), it
 * is asked for all pages first, so that too few of them are a failure and no bus error. */
static om_status fill_with_zeros(void *data, int64_t bytes) {
#ifdef MADV_POPULATE_WRITE
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t before = (uintptr_t)data % page;
    if (bytes > 0 &&
        madvise((char *)data - before, (size_t)bytes + before, MADV_POPULATE_WRITE) != 0 &&
        errno != EINVAL) {
        return om_fail(OM_MEMORY,
                       "no %" PRId64 " MiB for the training set: %s; fewer ranks a node make fewer "
                       "of them",
                       (bytes >> 20) + 1, strerror(errno));
    }
#endif
    memset(data, 0, (size_t)bytes);
    return OM_OK;
}

static om_status allocate_window(om_shared *shared, om_ctx *ctx, int64_t bytes) {
    bool is_owner = om_context_is_root(shared->node);
    OM_TRY(om_agree(ctx, is_owner ? check_space(bytes) : OM_OK));
    MPI_Comm comm = om_context_comm(shared->node);
    MPI_Aint own_bytes = is_owner ? (MPI_Aint)bytes : 0;
    void *own = NULL;
    om_status status = OM_OK;
    if (MPI_Win_allocate_shared(own_bytes, 1, MPI_INFO_NULL, comm, &own, &shared->window) ==
        MPI_SUCCESS) {
        MPI_Win_lock_all(MPI_MODE_NOCHECK, shared->window);
    } else {
        shared->window = MPI_WIN_NULL;
        status = om_fail(OM_MEMORY, "MPI: no shared memory of %" PRId64 " bytes", bytes);
    }
    OM_TRY(om_agree(ctx, status));
    MPI_Aint size = 0;
    int unit = 0;
    MPI_Win_shared_query(shared->window, 0, &size, &unit, &shared->data);
    advise_large_pages(shared->data, bytes);
    OM_TRY(om_agree(ctx, is_owner ? fill_with_zeros(shared->data, bytes) : OM_OK));
    return om_shared_fence(shared);
}

om_status om_shared_create(om_shared **out, om_ctx *ctx, int64_t bytes) {
    om_shared *shared = om_calloc(1, sizeof *shared);
    *out = shared;
    if (shared != NULL) {
        shared->window = MPI_WIN_NULL;
    }
    om_status status = om_agree(ctx, shared != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        status = split_by_node(shared, ctx);
    }
    if (status == OM_OK) {
        status = allocate_window(shared, ctx, bytes);
    }
    if (status != OM_OK) {
        om_shared_destroy(out);
    }
    return status;
}

void om_shared_destroy(om_shared **shared) {
    if (*shared == NULL) {
        return;
    }
    if ((*shared)->window != MPI_WIN_NULL) {
        MPI_Win_unlock_all((*shared)->window);
        MPI_Win_free(&(*shared)->window);
    }
    om_context_destroy(&(*shared)->across);
    om_context_destroy(&(*shared)->node);
    om_free(*shared);
    *shared = NULL;
}

void *om_shared_data(const om_shared *shared) {
    return shared->data;
}

om_status om_shared_fence(om_shared *shared) {
    MPI_Win_sync(shared->window);
    MPI_Barrier(om_context_comm(shared->node));
    MPI_Win_sync(shared->window);
    return OM_OK;
}

om_ctx *om_shared_node(const om_shared *shared) {
    return shared->node;
}

om_ctx *om_shared_across(const om_shared *shared) {
    return shared->across;
}
