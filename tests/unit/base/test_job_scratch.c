/* Keys of where and how files are written, on which no result depends. */
#include "oncomark/job.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

#include <stdlib.h>
#include <sys/stat.h>

#define MINIMAL "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"

static om_status parse(om_job **job, const char *lines, const char *setting) {
    om_strings *settings = NULL;
    char *text = om_format("%s%s", lines, MINIMAL);
    assert_int_equal(om_strings_create(&settings), OM_OK);
    if (setting != NULL) {
        assert_int_equal(om_strings_add(settings, setting), OM_OK);
    }
    om_status status = om_job_parse(job, "a/demo.yaml", text, (int64_t)strlen(text), settings);
    om_strings_destroy(&settings);
    om_free(text);
    return status;
}

static om_job *parse_well(const char *lines, const char *setting) {
    om_job *job = NULL;
    if (parse(&job, lines, setting) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return job;
}

static void assert_refused(const char *lines, const char *message) {
    om_job *job = NULL;
    assert_int_equal(parse(&job, lines, NULL), OM_USAGE);
    assert_null(job);
    assert_message_has(message);
}

static void assert_described(const om_job *job, const char *section, const char *expected) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_job_describe(job, section, text), OM_OK);
    assert_string_equal(om_text_get(text), expected);
    om_text_destroy(&text);
}

/* What the key says, before any rank looks at its own environment. */
static void test_scratch_is_read(void **state) {
    (void)state;
    static const struct {
        const char *lines;
        const char *setting;
        const char *described;
    } cases[] = {
        {"", NULL, "scratch: null\n"},
        {"scratch: null\n", NULL, "scratch: null\n"},
        {"scratch:\n", NULL, "scratch: null\n"},
        {"scratch: /local/\n", NULL, "scratch: \"/local\"\n"},
        {"scratch: disk\n", NULL, "scratch: \"a/disk\"\n"},
        {"scratch: $TMPDIR\n", NULL, "scratch: \"$TMPDIR\"\n"},
        {"scratch: \"${TMPDIR}/x\"\n", NULL, "scratch: \"${TMPDIR}/x\"\n"},
        {"scratch: /local\n", "scratch=$SLURM_TMPDIR/y", "scratch: \"$SLURM_TMPDIR/y\"\n"},
        {"scratch: /local\n", "scratch=null", "scratch: null\n"},
        {"scratch: /local\n", "scratch=", "scratch: null\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_job *job = parse_well(cases[i].lines, cases[i].setting);
        assert_described(job, "scratch", cases[i].described);
        om_job_destroy(&job);
    }
    static const char *const wrong[] = {"\"\"", "$", "$1", "${TMPDIR", "$TMPDIR-x", "$/x"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *lines = om_format("scratch: '%s'\n", wrong[i][0] == '"' ? "" : wrong[i]);
        assert_refused(lines, "demo.yaml:1: found '");
        assert_message_has("for scratch, expected a path, which may start with $VARIABLE, or null");
        om_free(lines);
    }
    assert_refused("scratch: [a]\n", "demo.yaml:1: found a list for scratch");
    assert_refused("crossval: {sweep: {scratch: [/a]}}\n", "does not change what is learned");
}

static void test_scratch_is_expanded(void **state) {
    (void)state;
    char folder[TEST_PATH];
    test_folder_make(folder);
    char *inner = om_format("%s/in", folder);
    char *found = NULL;
    assert_int_equal(mkdir(inner, 0777), 0);
    setenv("OM_TEST_DISK", folder, 1);
    om_job *job = parse_well("scratch: $OM_TEST_DISK\n", NULL);
    assert_int_equal(om_job_scratch(&found, job), OM_OK);
    assert_string_equal(found, folder);
    om_free(found);
    om_job_destroy(&job);

    job = parse_well("scratch: '${OM_TEST_DISK}/in'\n", NULL);
    assert_int_equal(om_job_scratch(&found, job), OM_OK);
    assert_string_equal(found, inner);
    om_free(found);

    unsetenv("OM_TEST_DISK");
    assert_int_equal(om_job_scratch(&found, job), OM_USAGE);
    assert_null(found);
    assert_message_has("a/demo.yaml: found ${OM_TEST_DISK}/in for scratch, but the variable "
                       "OM_TEST_DISK is not set on host ");
    setenv("OM_TEST_DISK", "", 1);
    assert_int_equal(om_job_scratch(&found, job), OM_USAGE);
    setenv("OM_TEST_DISK", "/dev/null", 1);
    assert_int_equal(om_job_scratch(&found, job), OM_USAGE);
    assert_message_has("found ${OM_TEST_DISK}/in for scratch, which is /dev/null/in on host ");
    assert_message_has("Not a directory");
    setenv("OM_TEST_DISK", "/proc/nowhere", 1);
    assert_int_equal(om_job_scratch(&found, job), OM_USAGE);
    assert_message_has("which is /proc/nowhere/in on host ");
    om_job_destroy(&job);
    unsetenv("OM_TEST_DISK");

    job = parse_well("", NULL);
    assert_int_equal(om_job_scratch(&found, job), OM_OK);
    assert_null(found);
    om_job_destroy(&job);
    om_free(inner);
    test_folder_remove(folder);
}

static void test_hints_are_read(void **state) {
    (void)state;
    om_job *job = parse_well("", NULL);
    assert_int_equal(job->n_hints, 0);
    assert_described(job, "mpi_io", "mpi_io: {}\n");
    om_job_destroy(&job);
    job = parse_well("mpi_io: {striping_factor: 8, romio_cb_write: enable}\n", NULL);
    assert_int_equal(job->n_hints, 2);
    assert_string_equal(job->mpi_io[0].key, "striping_factor");
    assert_string_equal(job->mpi_io[0].value, "8");
    assert_string_equal(job->mpi_io[1].key, "romio_cb_write");
    assert_described(job, "mpi_io",
                     "mpi_io: {\"striping_factor\": \"8\", \"romio_cb_write\": \"enable\"}\n");
    om_job_destroy(&job);

    om_job *unused = NULL;
    assert_int_equal(parse(&unused, "", "mpi_io.striping_factor=8"), OM_USAGE);
    assert_message_has("mpi_io is a mapping, which only the job file can give");
    assert_refused("mpi_io: enable\n",
                   "demo.yaml:1: found 'enable' for mpi_io, expected a mapping");
    assert_refused("mpi_io:\n", "demo.yaml:1: key 'mpi_io' has no value");
    assert_refused("mpi_io:\n  a: 1\n  a: 2\n", "demo.yaml:3: found key 'a' in mpi_io again");
    assert_refused("mpi_io:\n  a: [1]\n", "demo.yaml:2: found a list for a in mpi_io");
    assert_refused("mpi_io:\n  a: ''\n", "demo.yaml:2: found empty text in mpi_io");
    assert_refused("mpi_io:\n  a:\n", "demo.yaml:2: key 'a' in mpi_io has no value");
}

/* The keys of artefacts are made of sections: neither key stands in one of them. */
static void test_no_section_has_them(void **state) {
    (void)state;
    static const char *const sections[] = {"seed",     "data",  "exclude_where", "store",
                                           "qc",       "score", "threshold",     "synthetic",
                                           "features", "train", "crossval"};
    om_job *plain = parse_well("", NULL);
    om_job *job = parse_well("scratch: /local\nmpi_io: {striping_factor: 8}\n", NULL);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        om_text *text = NULL;
        assert_int_equal(om_text_create(&text), OM_OK);
        assert_int_equal(om_job_describe(plain, sections[i], text), OM_OK);
        assert_described(job, sections[i], om_text_get(text));
        om_text_destroy(&text);
    }
    om_job_destroy(&plain);
    om_job_destroy(&job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scratch_is_read),
        cmocka_unit_test(test_scratch_is_expanded),
        cmocka_unit_test(test_hints_are_read),
        cmocka_unit_test(test_no_section_has_them),
    };
    return cmocka_run_group_tests_name("job_scratch", tests, NULL, NULL);
}
