/* Jobs of the stages that learn, on the small synthetic.h5ad. */
#ifndef ONCOMARK_TESTS_TINY_LEARNING_H
#define ONCOMARK_TESTS_TINY_LEARNING_H

#include "oncomark/workdir.h"
#include "tiny_synthetic.h"

#include "job_test.h"

/* A job with the workdir folder/run; `parameters` are sections of the job file. */
static inline om_job *tiny_job(const char *folder, const char *run, const char *parameters) {
    char *text = om_format("seed: 7\nworkdir: %s/%s\ngene_sets: none.gmt\ndata:\n  - {path: "
                           "Data_A2020_Lung}\n%s",
                           folder, run, parameters);
    om_job *job = test_job("job.yaml", text);
    om_free(text);
    return job;
}

/* Puts synthetic.h5ad into the job's workdir as the stage before would; `digest` NULL: its own. */
static inline void tiny_commit(om_ctx *ctx, const om_job *job, const char *digest) {
    om_workdir *workdir = NULL;
    assert_int_equal(om_workdir_open(&workdir, ctx, job), OM_OK);
    if (om_context_is_root(ctx)) {
        char *temporary = NULL;
        char hex[OM_DIGEST_HEX];
        assert_int_equal(om_workdir_temporary(&temporary, workdir, "synthetic.h5ad"), OM_OK);
        om_digest own = tiny_write(temporary);
        om_digest_hex(&own, hex);
        assert_int_equal(om_workdir_commit(workdir, "synthesize", "synthetic.h5ad", "stage: x\n",
                                           hex, digest != NULL ? digest : hex),
                         OM_OK);
        om_free(temporary);
    }
    om_workdir_close(&workdir);
}

#endif
