#include "oncomark/shared_memory.h"

#include "oncomark/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { NAME = 64 };

struct om_shared {
    om_ctx *node; /* borrowed */
    int file;     /* in /dev/shm, without a name */
    int64_t bytes;
    void *data;
};

/* Rows are read anywhere in it: with small pages the processor would look up addresses all the
 * time. Where the system has none there are none. */
static void advise_large_pages(void *data, int64_t bytes) {
    madvise(data, (size_t)bytes, MADV_HUGEPAGE);
}

static om_status system_failure(const char *what, int number) {
    return om_fail(OM_MEMORY, "shared memory: cannot %s: %s", what, strerror(number));
}

/* A name that no other group of this node has, nor another run. */
static om_status create_file(om_shared *shared, char name[NAME]) {
    snprintf(name, NAME, "/oncomark-%ld-%" PRIx64, (long)getpid(),
             (uint64_t)(uintptr_t)shared ^ (uint64_t)(MPI_Wtime() * 1e6));
    shared->file = shm_open(name, O_CREAT | O_EXCL | O_RDWR, 0600);
    return shared->file >= 0 ? OM_OK : system_failure("create a file for it", errno);
}

/* All pages now: one that is not to be had later is a bus error. */
static om_status reserve(const om_shared *shared) {
    int failure = posix_fallocate(shared->file, 0, (off_t)shared->bytes);
    if (failure == 0) {
        return OM_OK;
    }
    return om_fail(OM_MEMORY, "/dev/shm has no %" PRId64 " MiB for the training set: %s",
                   (shared->bytes >> 20) + 1, strerror(failure));
}

static om_status map(om_shared *shared) {
    void *data =
        mmap(NULL, (size_t)shared->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, shared->file, 0);
    if (data == MAP_FAILED) {
        return system_failure("map it", errno);
    }
    shared->data = data;
    advise_large_pages(data, shared->bytes);
    return OM_OK;
}

/* The file has its name for as long as the ranks of the node need to open it, still empty: a killed
 * run leaves nothing. Not a window of MPI: Open MPI 4.1 gives those of separate groups the same
 * backing file when they are made at the same time. */
static om_status allocate(om_shared *shared, om_ctx *ctx) {
    bool is_owner = om_context_is_root(shared->node);
    char name[NAME] = "";
    OM_TRY(om_agree(ctx, is_owner ? create_file(shared, name) : OM_OK));
    om_status status = om_broadcast(shared->node, 0, name, sizeof name);
    if (status == OM_OK && !is_owner) {
        shared->file = shm_open(name, O_RDWR, 0);
        status = shared->file >= 0 ? OM_OK : system_failure("open it", errno);
    }
    status = om_agree(ctx, status);
    if (is_owner) {
        shm_unlink(name);
    }
    OM_TRY(status);
    OM_TRY(om_agree(ctx, is_owner ? reserve(shared) : OM_OK));
    return om_agree(ctx, map(shared));
}

om_status om_shared_create(om_shared **out, const om_nodes *nodes, int64_t bytes) {
    om_ctx *ctx = om_nodes_all(nodes);
    om_shared *shared = om_calloc(1, sizeof *shared);
    *out = shared;
    if (shared != NULL) {
        shared->node = om_nodes_own(nodes);
        shared->file = -1;
        shared->bytes = bytes > 0 ? bytes : 1;
    }
    om_status status = om_agree(ctx, shared != NULL ? OM_OK : OM_MEMORY);
    if (status == OM_OK) {
        status = allocate(shared, ctx);
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
    if ((*shared)->data != NULL) {
        munmap((*shared)->data, (size_t)(*shared)->bytes);
    }
    if ((*shared)->file >= 0) {
        close((*shared)->file);
    }
    om_free(*shared);
    *shared = NULL;
}

void *om_shared_data(const om_shared *shared) {
    return shared->data;
}

om_status om_shared_fence(om_shared *shared) {
    atomic_thread_fence(memory_order_seq_cst);
    MPI_Barrier(om_context_comm(shared->node));
    atomic_thread_fence(memory_order_seq_cst);
    return OM_OK;
}
