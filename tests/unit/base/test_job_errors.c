#include "oncomark/job.h"
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

#define MINIMAL "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"

static void assert_message(om_job *job, om_status status, const char *expected) {
    if (status == OM_OK) {
        fail_msg("parsed, expected: %s", expected);
    }
    assert_null(job);
    assert_int_equal(status, OM_USAGE);
    assert_string_equal(om_error_message(), expected);
}

/* The message of a job file `text` with the setting `setting` (NULL: none). */
static void assert_fails_with(const char *text, const char *setting, const char *expected) {
    om_strings *settings = NULL;
    assert_int_equal(om_strings_create(&settings), OM_OK);
    if (setting != NULL) {
        assert_int_equal(om_strings_add(settings, setting), OM_OK);
    }
    om_job *job = NULL;
    om_status status = om_job_parse(&job, "jobs/demo.yaml", text, (int64_t)strlen(text), settings);
    om_strings_destroy(&settings);
    assert_message(job, status, expected);
}

static void assert_fails(const char *text, const char *expected) {
    assert_fails_with(text, NULL, expected);
}

/* `line` is the fourth of a job file that is right but for it; the message starts with it. */
static void assert_line_fails(const char *line, const char *expected) {
    char text[512];
    char message[512] = "jobs/demo.yaml:4: ";
    assert_true(strlen(line) < 400 && strlen(expected) < 400);
    strcat(strcpy(text, MINIMAL), line);
    assert_fails(text, strcat(message, expected));
}

static void unknown_keys(void **state) {
    (void)state;
    assert_line_fails("qc: {min_gene: 3}\n",
                      "unknown key 'qc.min_gene' (did you mean 'qc.min_genes'?)");
    assert_line_fails("trian: {epochs: 3}\n", "unknown key 'trian' (did you mean 'train'?)");
    assert_line_fails("epochs: 3\n", "unknown key 'epochs' (did you mean 'train.epochs'?)");
    assert_line_fails("qc.formula: 3\n",
                      "unknown key 'qc.formula' (did you mean 'score.formula'?)");
    assert_line_fails("train: {spilt: {test: 0}}\n",
                      "unknown key 'train.spilt' (did you mean 'train.split'?)");
    assert_line_fails("zzzzzzzz: 3\n", "unknown key 'zzzzzzzz'");
    assert_line_fails("<<: {a: b}\n", "unknown key '<<'");
    assert_fails("gene_sets: s\ndata:\n- path: Data_A_Skin\n- path: Data_B_Skin\n  tisue: x\n",
                 "jobs/demo.yaml:5: unknown key 'tisue' in data entry 2 (did you mean "
                 "'tissue'?)");
    assert_fails("gene_sets: s\ndata:\n- path: Data_A_Skin\n  samples: {inclde: [x]}\n",
                 "jobs/demo.yaml:4: unknown key 'samples.inclde' in data entry 1 (did you mean "
                 "'samples.include'?)");
}

static void repeated_keys(void **state) {
    (void)state;
    assert_line_fails("gene_sets: b\n", "found key 'gene_sets' again, it is in line 1 already");
    assert_fails(MINIMAL "qc:\n  min_genes: 1\n  min_genes: 1\n",
                 "jobs/demo.yaml:6: found key 'min_genes' again, it is in line 5 already");
    assert_fails(MINIMAL "qc:\n  min_genes: 1\nqc.min_genes: 1\n",
                 "jobs/demo.yaml:6: found key 'qc.min_genes' again, it is in line 5 already");
    assert_fails(MINIMAL "qc: {min_genes: 1}\nqc: {max_genes: 7}\n",
                 "jobs/demo.yaml:5: found key 'qc' again, it is in line 4 already");
    assert_fails("gene_sets: s\ndata:\n- path: Data_A_Skin\n  role: train\n  path: x\n",
                 "jobs/demo.yaml:5: found key 'path' in data entry 1 again, it is in line 3 "
                 "already");
    assert_fails(MINIMAL "exclude_where:\n  a: b\n  a: c\n",
                 "jobs/demo.yaml:6: found key 'a' in exclude_where again, it is in line 5 "
                 "already");
}

static void wrong_numbers(void **state) {
    (void)state;
    static const char *const wrong[] = {"x",
                                        "1.5",
                                        "1e3",
                                        "0x10",
                                        "007",
                                        "+5",
                                        "1_000",
                                        "'50'",
                                        "0",
                                        "-1",
                                        "1000001",
                                        "5 6",
                                        "99999999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char line[96] = "train: {epochs: ";
        char expected[160] = "found ";
        strcat(strcat(line, wrong[i]), "}\n");
        bool quoted = wrong[i][0] == '\'';
        strcat(strcat(strcat(expected, quoted ? "" : "'"), wrong[i]), quoted ? " in quotes" : "'");
        strcat(expected, " for train.epochs, expected a whole number from 1 to 1000000");
        assert_line_fails(line, expected);
    }
    assert_line_fails("seed: -1\n", "found '-1' for seed, expected a whole number from 0 to "
                                    "18446744073709551615");
    assert_line_fails("seed: 18446744073709551616\n",
                      "found '18446744073709551616' for seed, expected a whole number from 0 to "
                      "18446744073709551615");
}

static void wrong_sizes(void **state) {
    static const char *const wrong[] = {"2",         "GiB",     "2 G",     "2 GiB more", "-1 GiB",
                                        "1.2.3 GiB", "1e3 MiB", "255 MiB", "0x10 GiB",   "two GiB"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char line[64];
        char expected[160];
        snprintf(line, sizeof line, "memory_limit: %s\n", wrong[i]);
        snprintf(expected, sizeof expected,
                 "found '%s' for memory_limit, expected a size such as 512 MiB or 2 GiB, at least "
                 "256 MiB",
                 wrong[i]);
        assert_line_fails(line, expected);
    }
}

static void wrong_reals(void **state) {
    (void)state;
    static const char *const wrong[] = {"nan", "inf",  ".inf",  "0x1p-3", "1,5", ".",
                                        "1e",  "-0.1", "100.1", "1e999",  "15%", "e5"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char line[96] = "qc:\n  max_mito_percent: ";
        strcat(line, wrong[i]);
        char text[256] = MINIMAL;
        char expected[160] = "jobs/demo.yaml:5: found '";
        strcat(strcat(expected, wrong[i]),
               "' for qc.max_mito_percent, expected a number from 0 to 100");
        assert_fails(strcat(text, line), expected);
    }
    assert_line_fails("train.split.validation: 0\n",
                      "found '0' for train.split.validation, expected a number above 0 and below "
                      "1");
    assert_line_fails("train.split.test: 1\n",
                      "found '1' for train.split.test, expected a number from 0 to below 1");
    assert_line_fails("train.learning_rate: 0\n",
                      "found '0' for train.learning_rate, expected a number above 0 and up to 1");
    assert_line_fails("score.negative_weight: -1\n",
                      "found '-1' for score.negative_weight, expected a number of 0 or more");
}

static void wrong_types(void **state) {
    (void)state;
    assert_line_fails("score.aliases: 1\n", "found '1' for score.aliases, expected true or false");
    assert_line_fails("score.aliases: 'true'\n",
                      "found 'true' in quotes for score.aliases, expected true or false");
    assert_line_fails("train.shuffle: Epoch\n",
                      "found 'Epoch' for train.shuffle, expected one of epoch, once");
    assert_line_fails("train.epochs: [1, 2]\n",
                      "found a list for train.epochs, expected a whole number from 1 to 1000000");
    assert_line_fails("name: {a: b}\n", "found a mapping for name, expected text");
    assert_line_fails("name: \"a\\0b\"\n",
                      "found text with a NUL character in it for name, expected text");
    assert_line_fails("name: !include x\n",
                      "found a value with the tag '!include' for name, expected text");
    assert_line_fails("name: a/b\n", "found 'a/b' for name, expected one without '/' or a leading "
                                     "'.'");
    assert_line_fails("qc: 5\n", "found '5' for qc, expected a mapping with keys such as "
                                 "qc.min_genes");
    assert_line_fails("qc.mito_prefix: ''\n",
                      "found empty text for qc.mito_prefix, expected some text");
    assert_line_fails("? [a]\n: b\n", "found a list as a key, expected text");
    assert_line_fails("exclude_where: [a]\n",
                      "found a list for exclude_where, expected a mapping such as {cancer_type: "
                      "[Normal]}, or {} for no exclusion");
    assert_line_fails("exclude_where: {a: []}\n",
                      "found an empty list for a in exclude_where, expected at least one value");
    assert_line_fails("exclude_where: {a: [[b]]}\n",
                      "found a list for a in exclude_where, expected text or a list of texts");
}

static void missing_values(void **state) {
    (void)state;
    assert_line_fails("workdir:\n", "key 'workdir' has no value");
    assert_line_fails("workdir: ~\n", "key 'workdir' has no value");
    assert_line_fails("train.epochs: null\n", "key 'train.epochs' has no value");
    assert_line_fails("qc:\n", "key 'qc' has no value");
    assert_line_fails("exclude_where:\n", "key 'exclude_where' has no value");
    assert_line_fails("exclude_where: {a: [b, ~]}\n", "key 'a' in exclude_where has no value");
    assert_fails("gene_sets: s\ndata:\n", "jobs/demo.yaml:2: key 'data' has no value");
    assert_fails("gene_sets: s\ndata:\n- path:\n",
                 "jobs/demo.yaml:3: key 'path' in data entry 1 has no value");
}

static void wrong_files(void **state) {
    (void)state;
    static const char empty[] = "jobs/demo.yaml: the file is empty, expected keys such as "
                                "'gene_sets: FILE'";
    assert_fails("", empty);
    assert_fails("# nothing\n\n", empty);
    assert_fails("---\n", empty);
    assert_fails("- a\n", "jobs/demo.yaml:1: found a list, expected lines of 'key: value'");
    assert_fails("\nword\n", "jobs/demo.yaml:2: found 'word', expected lines of 'key: value'");
    assert_fails(MINIMAL "---\nname: b\n",
                 "jobs/demo.yaml:5: found a second YAML document, expected one");
    assert_fails(
        "name: a\n\tseed: 1\n",
        "jobs/demo.yaml:2: not valid YAML: found a tab character that violates indentation "
        "(while scanning a plain scalar that starts in line 1)");
    assert_fails("name: a\nqc: {min_genes: 1\nseed: 1\n",
                 "jobs/demo.yaml:3: not valid YAML: did not find expected ',' or '}' (while "
                 "parsing a flow mapping that starts in line 2)");
    assert_fails("a: b\nname: \xff\n",
                 "jobs/demo.yaml:2: not valid YAML: invalid leading UTF-8 octet");
    assert_fails("a: *nowhere\n", "jobs/demo.yaml:1: not valid YAML: found undefined alias");
    assert_fails("data: [{path: Data_A_Skin}]\n",
                 "jobs/demo.yaml: gene_sets is required: the GMT or CSV file of the hallmarks' "
                 "genes");
    assert_fails("gene_sets: s\n",
                 "jobs/demo.yaml: data is required: a list of at least one '- {path: FOLDER}'; or "
                 "published: the folder of the published tables");
}

static void wrong_data(void **state) {
    (void)state;
#define DATA "gene_sets: s\ndata:\n"
    assert_fails("gene_sets: s\ndata: []\n",
                 "jobs/demo.yaml:2: found an empty list for data, expected at least one data set");
    assert_fails("gene_sets: s\ndata: {path: x}\n",
                 "jobs/demo.yaml:2: found a mapping for data, expected a list: lines of '- {path: "
                 "FOLDER}'");
    assert_fails(DATA "- Data_A_Skin\n",
                 "jobs/demo.yaml:3: found 'Data_A_Skin' as data entry 1, expected '{path: "
                 "FOLDER}'");
    assert_fails(DATA "- {id: A_Skin}\n", "jobs/demo.yaml:3: data entry 1 has no path");
    assert_fails(DATA "- {path: x/pbmc}\n",
                 "jobs/demo.yaml:3: the id 'pbmc' does not tell the tissue, as 'Study2024_Breast' "
                 "would; give it by 'tissue:'");
    assert_fails(DATA "- {path: x/Data_Foo_}\n",
                 "jobs/demo.yaml:3: the id 'Foo_' does not tell the tissue, as 'Study2024_Breast' "
                 "would; give it by 'tissue:'");
    assert_fails(DATA "- {path: x/_Foo}\n",
                 "jobs/demo.yaml:3: the id '_Foo' does not start with a study; give it by "
                 "'study:'");
    static const char *const bad_ids[] = {"a/b", "a|b", ".a", ".."};
    for (int i = 0; i < 4; i++) {
        char text[128] = DATA "- {path: x, tissue: T, id: ";
        char expected[256] = "jobs/demo.yaml:3: found the id '";
        strcat(strcat(expected, bad_ids[i]),
               "' for jobs/x, expected one without '/', '|', control characters or a leading '.'; "
               "give one by 'id:'");
        assert_fails(strcat(strcat(text, bad_ids[i]), "}\n"), expected);
    }
    assert_fails(DATA "- {path: /}\n",
                 "jobs/demo.yaml:3: found the id '' for /, expected one without '/', '|', control "
                 "characters or a leading '.'; give one by 'id:'");
    assert_fails(DATA "- path: x/Data_A_Skin\n- path: Data_B_Skin\n- path: y/Data_A_Skin/\n",
                 "jobs/demo.yaml:5: found the data set id 'A_Skin' again, it is in line 3 already; "
                 "give one of them another name by 'id:'");
    assert_fails(DATA "- {path: Data_A_Skin, values: umi}\n",
                 "jobs/demo.yaml:3: found 'umi' for values in data entry 1, expected one of "
                 "counts, tpm, log");
    assert_fails(DATA "- {path: Data_A_Skin, samples: {include: []}}\n",
                 "jobs/demo.yaml:3: found an empty list for samples.include in data entry 1, "
                 "expected at least one value");
    assert_fails(DATA "- {path: Data_A_Skin}\n- {path: Data_B_Eye, role: validate}\n",
                 "jobs/demo.yaml:4: validation data set 'B_Eye' needs the thresholds of tissue "
                 "'Eye', which no training data set has; name one that has by "
                 "'threshold_tissue:'");
#undef DATA
}

static void values_that_do_not_fit_together(void **state) {
    (void)state;
    assert_line_fails("train: {block: 33}\n",
                      "found 33 for train.block, expected a divisor of train.batch (256)");
    assert_line_fails("train: {batch: 16}\n",
                      "found 32 for train.block, expected a divisor of train.batch (16)");
    assert_line_fails("train.split: {test: 0.85}\n",
                      "found 0.15 for train.split.validation and 0.85 for train.split.test, "
                      "expected a sum below 1: the rest is for training");
    assert_line_fails("qc: {max_genes: 100}\n",
                      "found 100 for qc.max_genes, expected at least qc.min_genes (200)");
    assert_line_fails("train: {learning_rate: 1e-7}\n",
                      "found 1e-06 for train.learning_rate_floor, expected at most "
                      "train.learning_rate (1e-07)");
}

static void wrong_settings(void **state) {
    (void)state;
    assert_fails_with(MINIMAL, "train.epochs=x",
                      "--set train.epochs=x: found 'x' for train.epochs, expected a whole number "
                      "from 1 to 1000000");
    assert_fails_with(MINIMAL, "train.epoch=5",
                      "--set train.epoch=5: unknown key 'train.epoch' (did you mean "
                      "'train.epochs'?)");
    assert_fails_with(MINIMAL, "qc=5",
                      "--set qc=5: 'qc' is a group of keys, expected one of them, such as "
                      "'qc.min_genes'");
    assert_fails_with(MINIMAL, "data=x",
                      "--set data=x: data is a list, which only the job file can give");
    assert_fails_with(MINIMAL, "name=", "--set name=: key 'name' has no value");
    assert_fails_with(MINIMAL, "name", "--set name: found no '=', expected KEY=VALUE");
    assert_fails_with(MINIMAL, "train.block=100",
                      "--set train.block=100: found 100 for train.block, expected a divisor of "
                      "train.batch (256)");
}

/* Cycles and multiplied aliases end in an error soon. */
static void hostile_aliases(void **state) {
    (void)state;
    assert_line_fails("qc: &q {qc: *q}\n", "unknown key 'qc.qc'");
    assert_fails("gene_sets: s\ndata: &d\n- *d\n",
                 "jobs/demo.yaml:2: found a list as data entry 1, expected '{path: FOLDER}'");
    assert_fails("gene_sets: s\ndata: &d\n- path: *d\n",
                 "jobs/demo.yaml:2: found a list for path in data entry 1, expected a path");
    assert_line_fails("exclude_where: {a: &a [*a]}\n",
                      "found a list for a in exclude_where, expected text or a list of texts");
    enum { N = 2000 };
    static char text[N * 24];
    size_t length = 0;
    memcpy(text, "exclude_where:\n a: &a [", 23);
    length = 23;
    for (int i = 0; i < N; i++) {
        memcpy(text + length, "x,", 2);
        length += 2;
    }
    memcpy(text + length, "]\n", 2);
    length += 2;
    for (int i = 0; i < N; i++) {
        char line[16] = " b0000: *a\n";
        for (int digit = 5, rest = i; digit > 1; digit--, rest /= 10) {
            line[digit] = (char)('0' + rest % 10);
        }
        memcpy(text + length, line, 11);
        length += 11;
    }
    om_job *job = NULL;
    om_status status = om_job_parse(&job, "j", text, (int64_t)length, NULL);
    assert_message(job, status,
                   "j:2: found more than 1000000 values; are lists repeated by '*aliases'?");
}

static void truncated_files_do_not_crash(void **state) {
    (void)state;
    const char *text = "name: \"a\"\n" MINIMAL "qc: {min_genes: 3}\nexclude_where: {a: [b]}\n";
    for (size_t length = 0; length < strlen(text); length++) {
        om_job *job = NULL;
        om_status status = om_job_parse(&job, "j", text, (int64_t)length, NULL);
        assert_true(status == OM_OK ? job != NULL : status == OM_USAGE && job == NULL);
        om_job_destroy(&job);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_keys),
        cmocka_unit_test(repeated_keys),
        cmocka_unit_test(wrong_numbers),
        cmocka_unit_test(wrong_sizes),
        cmocka_unit_test(wrong_reals),
        cmocka_unit_test(wrong_types),
        cmocka_unit_test(missing_values),
        cmocka_unit_test(wrong_files),
        cmocka_unit_test(wrong_data),
        cmocka_unit_test(values_that_do_not_fit_together),
        cmocka_unit_test(wrong_settings),
        cmocka_unit_test(hostile_aliases),
        cmocka_unit_test(truncated_files_do_not_crash),
    };
    return cmocka_run_group_tests_name("job_errors", tests, NULL, NULL);
}
