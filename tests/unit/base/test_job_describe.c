#include "oncomark/job.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "job_test.h"

#include <stdio.h>
#include <string.h>

#define MINIMAL "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"

static om_job *parse(const char *text) {
    return test_job("demo.yaml", text);
}

static char *describe(const om_job *job, const char *section) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_job_describe(job, section, text), OM_OK);
    char *copy = om_strdup(om_text_get(text));
    assert_non_null(copy);
    om_text_destroy(&text);
    return copy;
}

static void assert_described(const om_job *job, const char *section, const char *expected) {
    char *text = describe(job, section);
    assert_string_equal(text, expected);
    om_free(text);
}

static void sections_are_described(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL "train: {split: {group: sample}}\n");
    assert_described(job, "qc",
                     "qc.min_genes: 200\nqc.max_genes: 6000\nqc.max_mito_percent: 15\n"
                     "qc.max_mito_inclusive: true\nqc.mito_prefix: \"MT-\"\n"
                     "qc.min_cells_per_gene: 3\n");
    assert_described(job, "train.split",
                     "train.split.group: sample\n"
                     "train.split.validation: 0.14999999999999999\n"
                     "train.split.test: 0.14999999999999999\n");
    assert_described(job, "train.learning_rate", "train.learning_rate: 0.0001\n");
    assert_described(job, "seed", "seed: 42\n");
    assert_described(job, "alias_table", "alias_table: null\n");
    assert_described(job, "exclude_where",
                     "exclude_where: {\"cancer_type\": [\"Normal\", \"Healthy\"], "
                     "\"source\": [\"Normal\"], \"sample_type\": [\"normal\"]}\n");
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_job_describe(job, "trian", text), OM_BUG);
    om_text_destroy(&text);
    om_job_destroy(&job);
}

static void data_are_described(void **state) {
    (void)state;
    om_job *job = parse("gene_sets: s\ndata:\n- {path: Data_A_Skin}\n"
                        "- {path: \"Data_B\\t_Skin\", id: B, tissue: \"a\\\"\\nb\\\\\",\n"
                        "   samples: {exclude: [x, 'y, z']}}\n");
    assert_described(job, "data",
                     "data[0].path: \"Data_A_Skin\"\ndata[0].id: \"A_Skin\"\n"
                     "data[0].study: \"A\"\ndata[0].tissue: \"Skin\"\n"
                     "data[0].role: train\ndata[0].values: counts\n"
                     "data[0].cells: null\ndata[0].metadata: null\n"
                     "data[0].gene_symbols: null\ndata[0].raw: false\n"
                     "data[0].genome: null\n"
                     "data[0].threshold_tissue: null\ndata[0].samples.include: []\n"
                     "data[0].samples.exclude: []\n"
                     "data[1].path: \"Data_B\\u0009_Skin\"\ndata[1].id: \"B\"\n"
                     "data[1].study: \"B\"\ndata[1].tissue: \"a\\\"\\u000ab\\\\\"\n"
                     "data[1].role: train\ndata[1].values: counts\n"
                     "data[1].cells: null\ndata[1].metadata: null\n"
                     "data[1].gene_symbols: null\ndata[1].raw: false\n"
                     "data[1].genome: null\n"
                     "data[1].threshold_tissue: null\ndata[1].samples.include: []\n"
                     "data[1].samples.exclude: [\"x\", \"y, z\"]\n");
    om_job_destroy(&job);
}

static void same_meaning_gives_the_same_text(void **state) {
    (void)state;
    om_job *one = parse("gene_sets: sets.gmt\ndata: [{path: Data_A_Skin}]\n"
                        "train: {learning_rate: 1e-4, split: {test: -0.0}}\n"
                        "qc: {max_mito_percent: 15.0}\n");
    om_job *other = parse("train.split.test: 0\nqc.max_mito_inclusive: yes\n"
                          "data:\n - path: 'Data_A_Skin/'\n   role: train\n   study: A\n"
                          "name: \"demo\"\ntrain: {learning_rate: 0.00010}\n"
                          "gene_sets: 'sets.gmt'\n");
    char *text_one = describe(one, "");
    char *text_other = describe(other, "");
    assert_string_equal(text_one, text_other);
    assert_non_null(strstr(text_one, "name: \"demo\"\nseed: 42\n"));
    om_free(text_one);
    om_free(text_other);
    om_job_destroy(&one);
    om_job_destroy(&other);
}

static void help_tells_key_range_default(void **state) {
    (void)state;
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_job_help(text), OM_OK);
    const char *help = om_text_get(text);
    assert_non_null(strstr(help, "train.epochs: a whole number from 1 to 1000000\n"
                                 "    default: 50\n    Passes over"));
    assert_non_null(strstr(help, "train.split.test: a number from 0 to below 1\n"));
    assert_non_null(strstr(help, "score.formula: one of ucell-2.14, ucell-2.6\n"));
    assert_non_null(strstr(help, "    samples.include: a list of texts\n        default: all\n"));
    assert_non_null(strstr(help, "seed: a whole number from 0 to 18446744073709551615\n"));
    for (const char *line = help; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        assert_true(length < 100);
        line += length + 1;
    }
    om_text_destroy(&text);
}

static void describing_may_run_out_of_memory(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL);
    om_status status = OM_MEMORY;
    for (int64_t n = 0; status != OM_OK; n++) {
        om_text *text = NULL;
        om_memory_fail_after(n);
        status = om_text_create(&text);
        if (status == OM_OK) {
            status = om_job_describe(job, "", text);
        }
        if (status == OM_OK) {
            status = om_job_help(text);
        }
        om_memory_fail_after(-1);
        assert_true(status == OM_OK || status == OM_MEMORY);
        om_text_destroy(&text);
    }
    om_job_destroy(&job);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_are_described),
        cmocka_unit_test(data_are_described),
        cmocka_unit_test(same_meaning_gives_the_same_text),
        cmocka_unit_test(help_tells_key_range_default),
        cmocka_unit_test(describing_may_run_out_of_memory),
    };
    return cmocka_run_group_tests_name("job_describe", tests, NULL, NULL);
}
