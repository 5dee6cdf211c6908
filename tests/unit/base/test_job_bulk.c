/* The validate section of a job file: sets of bulk profiles. */
#include "oncomark/job.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "job_test.h"

#include <stdio.h>

/* Three lines: what a test adds starts in line 4. */
#define MINIMAL "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"

static om_status try_parse(om_job **job, const char *text, const char *setting) {
    return test_job_try(job, "jobs/demo.yaml", text, setting == NULL ? 0 : 1, &setting);
}

static om_job *parse(const char *text) {
    om_job *job = NULL;
    if (try_parse(&job, text, NULL) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return job;
}

static void assert_fails_with(const char *text, const char *setting, const char *expected) {
    om_job *job = NULL;
    om_status status = try_parse(&job, text, setting);
    if (status == OM_OK) {
        fail_msg("parsed, expected: %s", expected);
    }
    assert_null(job);
    assert_int_equal(status, OM_USAGE);
    assert_string_equal(om_error_message(), expected);
}

/* `entry` is the only one, in line 6; the message starts with that line. */
static void assert_entry_fails(const char *entry, const char *expected) {
    char text[512];
    char message[512];
    snprintf(text, sizeof text, MINIMAL "validate:\n  bulk:\n    - %s\n", entry);
    snprintf(message, sizeof message, "jobs/demo.yaml:6: %s", expected);
    assert_fails_with(text, NULL, message);
}

static void entries(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL "validate:\n"
                                "  min_cells: 30\n"
                                "  others: leave_out\n"
                                "  bulk:\n"
                                "    - {path: bulk/TCGA.csv, class: cancer}\n"
                                "    - path: /data/GTEx.v8.gct.gz\n"
                                "      class: normal\n"
                                "      gene_map: map.tsv\n"
                                "    - {path: crc.TSV, name: colon, classes: c.tsv, class_column: "
                                "group, cancer: [CASE], normal: CTRL}\n"
                                "    - {path: x.h5ad, class: mixed, class_column: type}\n"
                                "    - {path: y, cancer: ['*-01A-*', '*-06A-*']}\n");
    const om_validate_parameters *validate = &job->validate;
    assert_int_equal(validate->min_cells, 30);
    assert_int_equal(validate->others, OM_OTHERS_LEAVE_OUT);
    assert_int_equal(validate->n_bulk, 5);
    const om_bulk_set *set = validate->bulk;
    assert_string_equal(set[0].path, "jobs/bulk/TCGA.csv");
    assert_string_equal(set[0].name, "TCGA");
    assert_int_equal(set[0].class, OM_BULK_CANCER);
    assert_int_equal(set[0].line, 8);
    assert_null(set[0].gene_map);
    assert_int_equal(om_strings_count(set[0].cancer), 0);
    assert_string_equal(set[1].path, "/data/GTEx.v8.gct.gz");
    assert_string_equal(set[1].name, "GTEx.v8");
    assert_int_equal(set[1].class, OM_BULK_NORMAL);
    assert_string_equal(set[1].gene_map, "jobs/map.tsv");
    assert_string_equal(set[2].name, "colon");
    assert_int_equal(set[2].class, OM_BULK_MIXED);
    assert_string_equal(set[2].classes, "jobs/c.tsv");
    assert_string_equal(set[2].class_column, "group");
    assert_string_equal(om_strings_get(set[2].normal, 0), "CTRL");
    assert_string_equal(set[3].name, "x");
    assert_int_equal(om_strings_count(set[4].cancer), 2);
    om_job_destroy(&job);
}

static void defaults(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL);
    assert_int_equal(job->validate.n_bulk, 0);
    assert_int_equal(job->validate.min_cells, 100);
    assert_int_equal(job->validate.others, OM_OTHERS_ERROR);
    om_job_destroy(&job);
    job = parse(MINIMAL "validate: {bulk: []}\n");
    assert_int_equal(job->validate.n_bulk, 0);
    om_job_destroy(&job);
}

/* Published predictions need no data; what does says so. */
static void without_data(void **state) {
    (void)state;
    om_job *job = parse("validate: {bulk: [{path: p.csv, class: cancer}]}\n");
    assert_int_equal(job->n_data, 0);
    assert_int_equal(om_job_require_data(job), OM_USAGE);
    assert_message_has("jobs/demo.yaml: gene_sets is required");
    om_job_destroy(&job);
    job = parse("gene_sets: s\nvalidate: {bulk: [{path: p.csv, class: cancer}]}\n");
    assert_int_equal(om_job_require_data(job), OM_USAGE);
    assert_message_has("jobs/demo.yaml: data is required");
    om_job_destroy(&job);
    job = parse(MINIMAL "validate: {bulk: [{path: p.csv, class: cancer}]}\n");
    assert_int_equal(om_job_require_data(job), OM_OK);
    om_job_destroy(&job);
    assert_fails_with("validate: {bulk: []}\n", NULL,
                      "jobs/demo.yaml: gene_sets is required: the GMT or CSV file of the "
                      "hallmarks' genes");
    assert_fails_with("data: [{path: Data_A_Skin}]\nvalidate: {bulk: [{path: p, class: cancer}]}\n",
                      NULL,
                      "jobs/demo.yaml: gene_sets is required: the GMT or CSV file of the "
                      "hallmarks' genes");
}

static void described(void **state) {
    (void)state;
    om_job *job = parse("validate: {bulk: [{path: p.csv, cancer: 'a\"*'}]}\n");
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_job_describe(job, "validate", text), OM_OK);
    assert_string_equal(om_text_get(text), "validate.min_cells: 100\n"
                                           "validate.bulk[0].path: \"jobs/p.csv\"\n"
                                           "validate.bulk[0].name: \"p\"\n"
                                           "validate.bulk[0].class: mixed\n"
                                           "validate.bulk[0].cancer: [\"a\\\"*\"]\n"
                                           "validate.bulk[0].normal: []\n"
                                           "validate.bulk[0].class_column: null\n"
                                           "validate.bulk[0].classes: null\n"
                                           "validate.bulk[0].gene_map: null\n"
                                           "validate.others: error\n");
    om_text_clear(text);
    assert_int_equal(om_job_help(text), OM_OK);
    assert_non_null(
        strstr(om_text_get(text), "\nvalidate.bulk: a list of sets of bulk profiles\n"));
    assert_non_null(strstr(om_text_get(text), "\n    class_column: "));
    om_text_destroy(&text);
    om_job_destroy(&job);
}

static void bad_entries(void **state) {
    (void)state;
    assert_entry_fails("{class: cancer}", "validate.bulk entry 1 has no path");
    assert_entry_fails("p.csv", "found 'p.csv' as validate.bulk entry 1, expected '{path: FILE, "
                                "class: cancer}' or the like");
    assert_entry_fails("{path: p.csv, clas: cancer}",
                       "unknown key 'clas' in validate.bulk entry 1 (did you mean 'class'?)");
    assert_entry_fails("{path: p.csv, class: benign}",
                       "found 'benign' for class in validate.bulk entry 1, expected one of mixed, "
                       "cancer, normal");
    assert_entry_fails("{path: p.csv, cancer: []}", "found an empty list for cancer in "
                                                    "validate.bulk entry 1, expected at least one "
                                                    "value");
    assert_entry_fails("{path: p.csv}",
                       "found nothing that tells what the profiles of bulk set p are, expected "
                       "class: cancer or class: normal, patterns of names by cancer and normal, or "
                       "class_column");
    assert_entry_fails("{path: p.csv, class: cancer, normal: ['*']}",
                       "found both class and cancer or normal for bulk set p, expected one of "
                       "them: what all profiles are, or what tells it of each");
    assert_entry_fails("{path: p.csv, class: cancer, class_column: x}",
                       "found both class and class_column for bulk set p, expected one of them: "
                       "what all profiles are, or what tells it of each");
    assert_entry_fails("{path: p.csv, classes: c.csv, cancer: ['*']}",
                       "found classes without class_column for bulk set p, expected the table's "
                       "column that tells the profiles' classes");
    assert_entry_fails("{path: Published.csv, class: cancer}",
                       "found the name 'Published' for bulk set jobs/Published.csv, which the "
                       "tables of results have for something else; give another one by 'name:'");
}

static void bad_lists(void **state) {
    (void)state;
    assert_fails_with(MINIMAL "validate: {bulk: {path: p.csv}}\n", NULL,
                      "jobs/demo.yaml:4: found a mapping for validate.bulk, expected a list: lines "
                      "of '- ' and '{path: FILE, class: cancer}' or the like");
    assert_fails_with(MINIMAL "validate:\n  bulk:\n", NULL,
                      "jobs/demo.yaml:5: key 'validate.bulk' has no value");
    assert_fails_with(MINIMAL "validate:\n  bulk:\n  - {path: a/p.csv, class: cancer}\n  - {path: "
                              "b/p.tsv.gz, class: normal}\n",
                      NULL,
                      "jobs/demo.yaml:7: found the bulk set name 'p' again, it is in line 6 "
                      "already; give one of them another name by 'name:'");
    assert_fails_with(MINIMAL, "validate.bulk=p.csv",
                      "--set validate.bulk=p.csv: validate.bulk is a list, which only the job file "
                      "can give");
    assert_fails_with(MINIMAL, "validate.others=skip",
                      "--set validate.others=skip: found 'skip' for validate.others, expected one "
                      "of error, leave_out");
    assert_fails_with(MINIMAL "crossval: {sweep: {validate.min_cells: [1, 2]}}\n", NULL,
                      "jobs/demo.yaml:4: found validate.min_cells in crossval.sweep: does not "
                      "change what is learned; expected a key of train or features");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries),   cmocka_unit_test(defaults),    cmocka_unit_test(without_data),
        cmocka_unit_test(described), cmocka_unit_test(bad_entries), cmocka_unit_test(bad_lists),
    };
    return cmocka_run_group_tests_name("job_bulk", tests, NULL, NULL);
}
