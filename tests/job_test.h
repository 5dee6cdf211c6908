/* Job files of tests. Needs unit_test.h before it. */
#ifndef ONCOMARK_TESTS_JOB_TEST_H
#define ONCOMARK_TESTS_JOB_TEST_H

#include "oncomark/job.h"
#include "oncomark/memory.h"

#include <stdio.h>

/* Parses text as the job file `path`, with up to n overriding settings KEY=VALUE. */
static inline om_status test_job_try(om_job **job, const char *path, const char *text, int64_t n,
                                     const char *const *settings) {
    om_strings *list = test_strings(n, settings);
    om_status status = om_job_parse(job, path, text, (int64_t)strlen(text), list);
    om_strings_destroy(&list);
    return status;
}

static inline om_job *test_job_with(const char *path, const char *text, int64_t n,
                                    const char *const *settings) {
    om_job *job = NULL;
    if (test_job_try(&job, path, text, n, settings) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return job;
}

static inline om_job *test_job(const char *path, const char *text) {
    return test_job_with(path, text, 0, NULL);
}

/* One that is shipped. */
static inline om_job *test_job_load(const char *path) {
    static char text[65536];
    FILE *stream = fopen(path, "rb");
    assert_non_null(stream);
    size_t length = fread(text, 1, sizeof text - 1, stream);
    text[length] = '\0';
    fclose(stream);
    return test_job(path, text);
}

#endif
