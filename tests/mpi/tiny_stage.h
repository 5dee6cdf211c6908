/* A stage that learns as a whole, on the small synthetic.h5ad: what holds of each of them. */
#ifndef ONCOMARK_TESTS_TINY_STAGE_H
#define ONCOMARK_TESTS_TINY_STAGE_H

#include "oncomark/stages.h"

#include "oncomark/reader.h"
#include "oncomark/stop.h"
#include "tiny_learning.h"
#include "unit_test.h"

#include "test_ranks.h"

#include <signal.h>

typedef struct tiny_stage {
    om_status (*run)(om_ctx *ctx, const om_job *job, om_workdir *workdir);
    const char *parameters; /* sections of a job that goes well */
    const char *last;       /* the artefact that it commits last */
} tiny_stage;

/* Each program has one. */
static const tiny_stage tested;
static om_ctx *world;
static char folder[TEST_PATH];

static inline char *path_of(const char *run, const char *artefact) {
    return om_format("%s/%s/%s", folder, run, artefact);
}

static inline om_status try_stage(const char *run, const char *parameters) {
    om_workdir *workdir = NULL;
    om_job *job = tiny_job(folder, run, parameters);
    assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
    om_status status = tested.run(world, job, workdir);
    om_workdir_close(&workdir);
    om_job_destroy(&job);
    return status;
}

static inline void put_samples(const char *run) {
    om_job *job = tiny_job(folder, run, tested.parameters);
    tiny_commit(world, job, NULL);
    om_job_destroy(&job);
}

static inline void run_well(const char *run, const char *parameters) {
    if (try_stage(run, parameters) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static inline void test_needs_synthetic_samples(void **state) {
    (void)state;
    assert_int_equal(try_stage("none", tested.parameters), OM_USAGE);
    assert_message_has("synthetic.h5ad");
}

static inline void test_stops_and_goes_on(void **state) {
    (void)state;
    char *path = path_of("stopped", tested.last);
    put_samples("stopped");
    om_stop_listen();
    MPI_Barrier(om_context_comm(world));
    if (om_context_rank(world) == om_context_size(world) - 1) {
        raise(SIGUSR1);
    }
    assert_int_equal(try_stage("stopped", tested.parameters), OM_STOPPED);
    assert_false(om_file_exists(path));
    om_stop_listen();
    MPI_Barrier(om_context_comm(world));
    run_well("stopped", tested.parameters);
    assert_true(om_file_exists(path));
    om_free(path);
}

/* One rank lacks memory, anywhere: all leave together, and the next run does the work. */
static inline void test_any_allocation_may_fail(void **state) {
    (void)state;
    put_samples("lacking");
    om_status status = OM_MEMORY;
    bool is_victim = om_context_rank(world) == om_context_size(world) - 1;
    for (int64_t good = 0; status != OM_OK; good += 1 + good / 8) {
        om_workdir *workdir = NULL;
        om_job *job = tiny_job(folder, "lacking", tested.parameters);
        assert_int_equal(om_workdir_open(&workdir, world, job), OM_OK);
        om_memory_fail_after(is_victim ? good : -1);
        status = tested.run(world, job, workdir);
        om_memory_fail_after(-1);
        om_status of_root = status;
        assert_int_equal(om_broadcast(world, 0, &of_root, sizeof of_root), OM_OK);
        assert_int_equal(status, of_root);
        assert_true(status == OM_OK || status == OM_MEMORY);
        om_workdir_close(&workdir);
        om_job_destroy(&job);
    }
}

#endif
