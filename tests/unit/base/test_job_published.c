/* Jobs over the published tables in place of data sets. */
#include "oncomark/job.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "job_test.h"

#include <stdio.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

static om_status parse(om_job **job, const char *text, const char *setting) {
    om_strings *settings = test_strings(setting != NULL ? 1 : 0, &setting);
    om_status status = om_job_parse(job, "jobs/p.yaml", text, (int64_t)strlen(text), settings);
    om_strings_destroy(&settings);
    return status;
}

static void assert_refused(const char *text, const char *setting, const char *message) {
    om_job *job = NULL;
    assert_int_equal(parse(&job, text, setting), OM_USAGE);
    assert_null(job);
    assert_string_equal(om_error_message(), message);
}

static void assert_published(const char *text, const char *setting, const char *path) {
    om_job *job = NULL;
    if (parse(&job, text, setting) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_string_equal(job->published, path);
    assert_int_equal(job->n_data, 0);
    assert_null(job->gene_sets);
    om_text *described = NULL;
    char *expected = om_format("published: \"%s\"\n", path);
    assert_int_equal(om_text_create(&described), OM_OK);
    assert_int_equal(om_job_describe(job, "published", described), OM_OK);
    assert_string_equal(om_text_get(described), expected);
    om_text_destroy(&described);
    om_free(expected);
    om_job_destroy(&job);
}

static void test_needs_no_data_and_no_gene_sets(void **state) {
    (void)state;
    assert_published("published: tables/\n", NULL, "jobs/tables");
    assert_published("seed: 1\n", "published=/data/dryad", "/data/dryad");
    assert_published("published: here\n", "published=/there=x", "/there=x");
}

static void test_either_data_or_published(void **state) {
    (void)state;
    static const char both[] =
        "found both published and data, expected one of them: synthetic.h5ad "
        "is made from the published tables or from data sets";
    char message[300];
    snprintf(message, sizeof message, "jobs/p.yaml:3: %s", both);
    assert_refused("gene_sets: s\ndata: [{path: Data_A_Skin}]\npublished: t\n", NULL, message);
    snprintf(message, sizeof message, "--set published=t: %s", both);
    assert_refused("gene_sets: s\ndata: [{path: Data_A_Skin}]\n", "published=t", message);
    assert_refused("gene_sets: s\n", NULL,
                   "jobs/p.yaml: data is required: a list of at least one '- {path: FOLDER}'; or "
                   "published: the folder of the published tables");
}

static void test_shipped_job(void **state) {
    (void)state;
    om_job *job = test_job_load(OM_TEST_SOURCE_DIR "/jobs/published.yaml");
    assert_string_equal(job->published, OM_TEST_SOURCE_DIR "/jobs/data/dryad");
    assert_int_equal(job->train.split_group, OM_GROUP_SAMPLE);
    assert_int_equal(job->features.most_variable, 10000);
    om_job_destroy(&job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_needs_no_data_and_no_gene_sets),
        cmocka_unit_test(test_either_data_or_published),
        cmocka_unit_test(test_shipped_job),
    };
    return cmocka_run_group_tests_name("job_published", tests, NULL, NULL);
}
