/* The context of all ranks of a test program, and a folder that they share. Needs unit_test.h
 * before it. */
#ifndef ONCOMARK_TESTS_TEST_RANKS_H
#define ONCOMARK_TESTS_TEST_RANKS_H

#include "oncomark/context.h"
#include "oncomark/log.h"

#include "text_files.h"

/* A context of all ranks whose log does not speak; without one no test can run. */
static inline void test_context_create(om_ctx **ctx) {
    om_log *log = om_log_create(false);
    if (log == NULL || om_context_create(ctx, MPI_COMM_WORLD, log) != OM_OK) {
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

static inline void test_context_destroy(om_ctx **ctx) {
    om_log *log = om_context_log(*ctx);
    om_context_destroy(ctx);
    om_log_destroy(&log);
}

/* Makes a folder on the root and tells all ranks of it. */
static inline void test_folder_share(om_ctx *ctx, char folder[TEST_PATH]) {
    if (om_context_is_root(ctx)) {
        test_folder_make(folder);
    }
    if (om_broadcast(ctx, 0, folder, TEST_PATH) != OM_OK) {
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
}

/* Removes a shared folder once all ranks are done with it. */
static inline void test_folder_unshare(om_ctx *ctx, const char *folder) {
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        test_folder_remove(folder);
    }
}

#endif
