/* Runs of the stage `crossval` on the small synthetic.h5ad, and what they leave. Needs unit_test.h
 * before it. */
#ifndef ONCOMARK_TESTS_CROSSVAL_RUNS_H
#define ONCOMARK_TESTS_CROSSVAL_RUNS_H

#include "oncomark/stages.h"

#include "oncomark/reader.h"
#include "tiny_learning.h"

#include "test_ranks.h"

#include <cjson/cJSON.h>
#include <sys/stat.h>

enum { MOST_ARTEFACTS = 32, NAME = 128, N_TABLES = 5 };

typedef struct artefact {
    char name[NAME];
    char digest[OM_DIGEST_HEX];
} artefact;

/* What a manifest says of a cross-validation's artefacts. */
typedef struct artefacts {
    int n;
    artefact list[MOST_ARTEFACTS];
} artefacts;

#define SMALL                                                                                      \
    "train: {head: 2, batch: 32, block: 8, epochs: 2, learning_rate: 3.0e-3}\n"                    \
    "features: {most_variable: 55}\n"

/* Of the program. */
static om_ctx *world;
static char folder[TEST_PATH];

/* The samples are the same whatever the job's parameters. */
static inline void commit_synthetic(om_ctx *ctx, const char *run, const char *digest) {
    om_job *job = tiny_job(folder, run, SMALL);
    tiny_commit(ctx, job, digest);
    om_job_destroy(&job);
}

/* Runs the stage, one share of it (of > 0), or its tables only (of < 0). */
static inline om_status run_part(om_ctx *ctx, const char *run, const char *parameters,
                                 om_share share) {
    om_workdir *workdir = NULL;
    om_job *job = tiny_job(folder, run, parameters);
    om_share own = share.of > 0 ? share : (om_share){0, 0};
    om_status status = om_workdir_open_share(&workdir, ctx, job, own);
    if (status == OM_OK) {
        status = share.of > 0   ? om_stage_crossval_share(ctx, job, workdir, share)
                 : share.of < 0 ? om_stage_crossval_collect(ctx, job, workdir)
                                : om_stage_crossval(ctx, job, workdir);
    }
    om_workdir_close(&workdir);
    om_job_destroy(&job);
    return status;
}

static const om_share all_of_it = {0, 0};
static const om_share only_tables = {0, -1};

static inline void run_well(om_ctx *ctx, const char *run, const char *parameters, om_share share) {
    if (run_part(ctx, run, parameters, share) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
}

static inline int by_name(const void *a, const void *b) {
    return strcmp(((const artefact *)a)->name, ((const artefact *)b)->name);
}

/* Of manifest.json, on every rank, after all have come this far. */
static inline void read_artefacts(artefacts *out, om_ctx *ctx, const char *run) {
    char *path = om_format("%s/%s/manifest.json", folder, run);
    char *text = NULL;
    int64_t length = 0;
    memset(out, 0, sizeof *out);
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(om_file_read_all(path, &text, &length), OM_OK);
    cJSON *manifest = cJSON_Parse(text);
    for (cJSON *item = cJSON_GetObjectItem(manifest, "artefacts")->child; item != NULL;
         item = item->next) {
        if (strncmp(item->string, "crossval/", 9) == 0) {
            assert_true(out->n < MOST_ARTEFACTS);
            artefact *next = &out->list[out->n++];
            snprintf(next->name, NAME, "%s", item->string);
            snprintf(next->digest, OM_DIGEST_HEX, "%s",
                     cJSON_GetStringValue(cJSON_GetObjectItem(item, "digest")));
        }
    }
    qsort(out->list, (size_t)out->n, sizeof *out->list, by_name);
    cJSON_Delete(manifest);
    om_free(text);
    om_free(path);
    MPI_Barrier(om_context_comm(ctx));
}

static inline bool is_task(const artefact *one) {
    return strncmp(one->name, "crossval/tasks/", 15) == 0;
}

static inline void assert_same(const artefacts *a, const artefacts *b) {
    assert_int_equal(a->n, b->n);
    for (int i = 0; i < a->n; i++) {
        assert_string_equal(a->list[i].name, b->list[i].name);
        assert_string_equal(a->list[i].digest, b->list[i].digest);
    }
}

/* Tells a file from one that was written in its place. */
typedef struct stamp {
    ino_t inode;
    struct timespec changed;
} stamp;

static inline stamp stamp_of(const char *run, const char *name) {
    char *path = om_format("%s/%s/%s", folder, run, name);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    om_free(path);
    return (stamp){info.st_ino, info.st_mtim};
}

static inline bool is_untouched(const char *run, const char *name, stamp before) {
    stamp now = stamp_of(run, name);
    return now.inode == before.inode && now.changed.tv_sec == before.changed.tv_sec &&
           now.changed.tv_nsec == before.changed.tv_nsec;
}

/* Of each artefact, before anybody goes on. */
static inline void read_stamps(stamp stamps[MOST_ARTEFACTS], const artefacts *of, const char *run) {
    for (int i = 0; i < of->n; i++) {
        stamps[i] = stamp_of(run, of->list[i].name);
    }
    MPI_Barrier(om_context_comm(world));
}

/* What one rank makes of it; the others wait. */
static inline void run_alone(artefacts *out, const char *run, const char *parameters) {
    om_ctx *part = NULL;
    bool is_root = om_context_is_root(world);
    assert_int_equal(om_context_split(&part, world, is_root ? 0 : 1), OM_OK);
    if (is_root) {
        commit_synthetic(part, run, NULL);
        run_well(part, run, parameters, all_of_it);
        read_artefacts(out, part, run);
    }
    om_context_destroy(&part);
    assert_int_equal(om_broadcast(world, 0, out, sizeof *out), OM_OK);
}

#endif
