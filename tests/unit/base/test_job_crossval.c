/* The crossval section of a job file, and the settings of its sweep. */
#include "oncomark/job.h"
#include "oncomark/memory.h"
#include "oncomark/sweep.h"
#include "unit_test.h"

#include "job_test.h"

#include <stdio.h>

/* Three lines: what a test adds starts in line 4. */
#define MINIMAL "gene_sets: sets.gmt\ndata:\n  - {path: Data_Qian2020_Breast}\n"

static om_status try_parse(om_job **job, const char *text, const char *setting) {
    return test_job_try(job, "demo.yaml", text, setting == NULL ? 0 : 1, &setting);
}

static om_job *parse_with(const char *text, const char *setting) {
    om_job *job = NULL;
    if (try_parse(&job, text, setting) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return job;
}

static om_job *parse(const char *text) {
    return parse_with(text, NULL);
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

static void assert_fails(const char *text, const char *expected) {
    assert_fails_with(text, NULL, expected);
}

/* `sweep` is the value of crossval.sweep in line 5; the message starts with that line. */
static void assert_sweep_fails(const char *sweep, const char *expected) {
    char text[512];
    char message[512];
    snprintf(text, sizeof text, MINIMAL "crossval:\n  sweep: %s\n", sweep);
    snprintf(message, sizeof message, "demo.yaml:5: %s", expected);
    assert_fails(text, message);
}

static void assert_described(const om_job *job, const char *section, const char *expected) {
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_job_describe(job, section, text), OM_OK);
    assert_string_equal(om_text_get(text), expected);
    om_text_destroy(&text);
}

static void defaults_are_the_documented_ones(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL);
    assert_described(job, "crossval",
                     "crossval.folds: 5\ncrossval.repeats: 2\ncrossval.group: none\n"
                     "crossval.leave_one_out: false\ncrossval.permute_labels: false\n"
                     "crossval.patience: 5\ncrossval.keep: best\ncrossval.sweep: {}\n");
    assert_int_equal(job->crossval.n_axes, 0);
    om_job_destroy(&job);
}

static void every_key_is_read(void **state) {
    (void)state;
    om_job *job = parse_with(MINIMAL "crossval: {folds: 10, group: tissue, leave_one_out: yes,\n"
                                     "  permute_labels: true, patience: 0, keep: last}\n",
                             "crossval.repeats=3");
    assert_int_equal(job->crossval.folds, 10);
    assert_int_equal(job->crossval.repeats, 3);
    assert_int_equal(job->crossval.group, OM_GROUP_TISSUE);
    assert_true(job->crossval.leave_one_out);
    assert_true(job->crossval.permute_labels);
    assert_int_equal(job->crossval.patience, 0);
    assert_int_equal(job->crossval.keep, OM_KEEP_LAST);
    om_job_destroy(&job);
    job = parse(MINIMAL "train.split.group: study\ncrossval.group: patient\n");
    assert_int_equal(job->train.split_group, OM_GROUP_STUDY);
    assert_int_equal(job->crossval.group, OM_GROUP_PATIENT);
    om_job_destroy(&job);
}

static void wrong_values(void **state) {
    (void)state;
    assert_fails(MINIMAL "crossval: {fold: 3}\n",
                 "demo.yaml:4: unknown key 'crossval.fold' (did you mean 'crossval.folds'?)");
    assert_fails(
        MINIMAL "crossval: {folds: 1}\n",
        "demo.yaml:4: found '1' for crossval.folds, expected a whole number from 2 to 100");
    assert_fails(MINIMAL "crossval: {repeats: 0}\n",
                 "demo.yaml:4: found '0' for crossval.repeats, expected a whole number from 1 to "
                 "1000");
    assert_fails(MINIMAL "crossval: {group: cancer}\n",
                 "demo.yaml:4: found 'cancer' for crossval.group, expected one of patient, sample, "
                 "study, tissue, none");
    assert_fails(MINIMAL "crossval:\n  leave_one_out: true\n",
                 "demo.yaml:5: found true for crossval.leave_one_out and none for crossval.group, "
                 "expected the group of which one is left out: patient, sample, study or tissue");
    assert_fails_with(MINIMAL "crossval: {leave_one_out: true, group: study}\n",
                      "crossval.group=none",
                      "demo.yaml:4: found true for crossval.leave_one_out and none for "
                      "crossval.group, expected the group of which one is left out: patient, "
                      "sample, study or tissue");
}

static void assert_axis(const om_job *job, int64_t axis, const char *key, int64_t n,
                        const char *const *values) {
    const om_sweep_axis *found = &job->crossval.sweep[axis];
    assert_string_equal(found->key, key);
    assert_int_equal(om_strings_count(found->values), n);
    for (int64_t i = 0; i < n; i++) {
        assert_string_equal(om_strings_get(found->values, i), values[i]);
    }
}

/* Nested or dotted, lists or single values; axes in the order of the table of keys. */
static void sweeps_are_read(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL "crossval:\n"
                                "  sweep:\n"
                                "    train.hidden: [64, 128]\n"
                                "    train: {learning_rate: [3E-4, 0.10, 1e-4], loss: published}\n"
                                "    features.most_variable: 2000\n");
    assert_int_equal(job->crossval.n_axes, 4);
    assert_axis(job, 0, "features.most_variable", 1, (const char *const[]){"2000"});
    assert_axis(job, 1, "train.loss", 1, (const char *const[]){"published"});
    assert_axis(job, 2, "train.hidden", 2, (const char *const[]){"64", "128"});
    assert_axis(job, 3, "train.learning_rate", 3, (const char *const[]){"0.0003", "0.1", "0.0001"});
    assert_described(job, "crossval.sweep",
                     "crossval.sweep: {features.most_variable: [2000], train.loss: [published], "
                     "train.hidden: [64, 128], train.learning_rate: [0.0003, 0.1, 0.0001]}\n");
    om_job_destroy(&job);
    job = parse(MINIMAL "crossval: {sweep: {}}\n");
    assert_described(job, "crossval.sweep", "crossval.sweep: {}\n");
    assert_int_equal(om_sweep_count(job), 1);
    om_job_destroy(&job);
}

/* What tells two doubles apart stays: 0.1 and the next one. */
static void canonical_values_are_exact(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL "crossval.sweep: {train.beta1: [0.1, 0.10000000000000002]}\n");
    assert_axis(job, 0, "train.beta1", 2, (const char *const[]){"0.1", "0.10000000000000002"});
    om_job_destroy(&job);
}

static void wrong_sweeps(void **state) {
    (void)state;
    assert_sweep_fails("[a]", "found a list for crossval.sweep, expected a mapping such as "
                              "{train.hidden: [64, 128]}, or {} for no sweep");
    assert_sweep_fails("", "key 'crossval.sweep' has no value");
    assert_sweep_fails("{train.hiden: [1]}", "unknown key 'train.hiden' in crossval.sweep (did you "
                                             "mean 'train.hidden'?)");
    assert_sweep_fails("{train.hidden: []}", "found an empty list for train.hidden in "
                                             "crossval.sweep, expected at least one value");
    assert_sweep_fails("{train.hidden: {a: b}}",
                       "found a mapping for train.hidden in crossval.sweep, expected a whole "
                       "number from 1 to 65536");
    assert_sweep_fails("{train.hidden: [[1]]}",
                       "found a list for train.hidden in crossval.sweep, expected a whole number "
                       "from 1 to 65536");
    assert_sweep_fails("{train.hidden: [1, ~]}",
                       "key 'train.hidden' in crossval.sweep has no value");
    assert_sweep_fails("{train.hidden: [64, 0]}",
                       "found '0' for train.hidden in crossval.sweep, expected a whole number from "
                       "1 to 65536");
    assert_sweep_fails("{train.loss: [masked, hidden]}",
                       "found 'hidden' for train.loss in crossval.sweep, expected one of masked, "
                       "published");
    assert_sweep_fails("{train.hidden: [64], train: {hidden: [32]}}",
                       "found key 'train.hidden' in crossval.sweep again, it is in line 5 already");
    assert_sweep_fails("{train.hidden: [64], train.hidden: [32]}",
                       "found key 'train.hidden' in crossval.sweep again, it is in line 5 already");
    assert_sweep_fails("{train.learning_rate: [1e-4, 0.0001]}",
                       "found 0.0001 for train.learning_rate in crossval.sweep again, it is in "
                       "line 5 already");
    assert_sweep_fails("&s {train: *s}", "unknown key 'train.train' in crossval.sweep");
    assert_fails(MINIMAL "crossval.sweep:\n  train.hidden:\n  - 64\n  - 12x\n",
                 "demo.yaml:7: found '12x' for train.hidden in crossval.sweep, expected a whole "
                 "number from 1 to 65536");
}

static void keys_that_cannot_be_swept(void **state) {
    static const struct {
        const char *key;
        const char *objection;
    } refused[] = {{"qc.min_genes", "would need other synthetic samples"},
                   {"data", "would need other synthetic samples"},
                   {"seed", "would need other synthetic samples"},
                   {"synthetic.min_cells", "would need other synthetic samples"},
                   {"workdir", "does not change what is learned"},
                   {"store.compression", "does not change what is learned"},
                   {"train.split.group", "the folds decide"},
                   {"train.patience", "crossval.patience decides"},
                   {"train.keep", "crossval.keep decides"},
                   {"crossval.folds", "would need other folds, so that settings do not compare"},
                   {"crossval.sweep", "would need other folds, so that settings do not compare"}};
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char text[64];
        char expected[256];
        snprintf(text, sizeof text, "{%s: [1, 2]}", refused[i].key);
        snprintf(expected, sizeof expected,
                 "found %s in crossval.sweep: %s; expected a key of train or features",
                 refused[i].key, refused[i].objection);
        assert_sweep_fails(text, expected);
    }
}

static void sweeps_come_from_the_file_only(void **state) {
    (void)state;
    assert_fails_with(
        MINIMAL, "crossval.sweep={train.hidden: [1]}",
        "--set crossval.sweep={train.hidden: [1]}: crossval.sweep is a mapping, which "
        "only the job file can give");
    assert_fails_with(MINIMAL, "crossval.sweep.train.hidden=[1]",
                      "--set crossval.sweep.train.hidden=[1]: crossval.sweep is a mapping, which "
                      "only the job file can give");
    assert_fails_with(MINIMAL, "exclude_where={}",
                      "--set exclude_where={}: exclude_where is a mapping, which only the job file "
                      "can give");
}

static void too_many_settings(void **state) {
    (void)state;
    char text[2048] = MINIMAL "crossval:\n  sweep:\n";
    static const char *const keys[] = {"hidden", "head", "epochs", "patience"};
    for (int key = 0; key < 3; key++) {
        size_t length = strlen(text);
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "    train.%s: [", keys[key]);
        for (int i = 1; i <= 22; i++) {
            length += (size_t)snprintf(text + length, sizeof text - length, "%d,", i);
        }
        snprintf(text + length, sizeof text - length, "]\n");
    }
    assert_fails(text,
                 "demo.yaml:6: found 10648 combinations of values in crossval.sweep, expected "
                 "at most 10000");
}

static void settings_are_all_combinations(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL "train: {epochs: 7, patience: 9, keep: last}\n"
                                "crossval:\n  patience: 4\n  sweep:\n"
                                "    train.learning_rate: [1e-4, 3e-4]\n"
                                "    features.most_variable: [100, 200, 300]\n"
                                "    train.shuffle: once\n");
    static const char *const described[] = {
        "features.most_variable=100 train.learning_rate=0.0001 train.shuffle=once",
        "features.most_variable=100 train.learning_rate=0.0003 train.shuffle=once",
        "features.most_variable=200 train.learning_rate=0.0001 train.shuffle=once",
        "features.most_variable=200 train.learning_rate=0.0003 train.shuffle=once",
        "features.most_variable=300 train.learning_rate=0.0001 train.shuffle=once",
        "features.most_variable=300 train.learning_rate=0.0003 train.shuffle=once"};
    assert_int_equal(om_sweep_count(job), 6);
    for (int64_t setting = 0; setting < 6; setting++) {
        om_feature_parameters features;
        om_train_parameters train;
        assert_int_equal(om_sweep_setting(&features, &train, job, setting), OM_OK);
        assert_int_equal(features.most_variable, 100 * (setting / 2 + 1));
        assert_true(train.learning_rate == (setting % 2 == 0 ? 1e-4 : 3e-4));
        assert_int_equal(train.shuffle, OM_SHUFFLE_ONCE);
        assert_int_equal(train.epochs, 7);
        assert_int_equal(train.patience, 4);
        assert_int_equal(train.keep, OM_KEEP_BEST);
        assert_string_equal(om_sweep_value(job, setting, 1),
                            setting % 2 == 0 ? "0.0001" : "0.0003");
        om_text *text = NULL;
        assert_int_equal(om_text_create(&text), OM_OK);
        assert_int_equal(om_sweep_describe(job, setting, text), OM_OK);
        assert_string_equal(om_text_get(text), described[setting]);
        om_text_destroy(&text);
    }
    assert_int_equal(job->train.patience, 9);
    om_job_destroy(&job);
}

static void nothing_swept_is_one_setting(void **state) {
    (void)state;
    om_job *job = parse(MINIMAL "train.hidden: 32\ncrossval.keep: last\n");
    om_feature_parameters features;
    om_train_parameters train;
    assert_int_equal(om_sweep_count(job), 1);
    assert_int_equal(om_sweep_setting(&features, &train, job, 0), OM_OK);
    assert_int_equal(features.most_variable, 10000);
    assert_int_equal(train.hidden, 32);
    assert_int_equal(train.patience, 5);
    assert_int_equal(train.keep, OM_KEEP_LAST);
    om_job_destroy(&job);
}

/* Each value is fine alone: the combination is refused with the file, before any work. */
static void settings_that_do_not_hold_together(void **state) {
    (void)state;
    assert_sweep_fails("{train.block: [32, 64], train.batch: [256, 96]}",
                       "found 64 for train.block in the setting train.batch=96 train.block=64, "
                       "expected a divisor of train.batch (96)");
    assert_sweep_fails("{train.learning_rate: [1e-4, 1e-7]}",
                       "found 1e-06 for train.learning_rate_floor in the setting "
                       "train.learning_rate=1e-07, expected at most train.learning_rate (1e-07)");
}

static void parsing_may_run_out_of_memory(void **state) {
    (void)state;
    const char *text = MINIMAL "crossval: {sweep: {train.hidden: [64, 32], train.loss: masked}}\n";
    om_status status = OM_MEMORY;
    for (int64_t n = 0; status != OM_OK; n++) {
        om_job *job = NULL;
        om_memory_fail_after(n);
        status = om_job_parse(&job, "demo.yaml", text, (int64_t)strlen(text), NULL);
        om_memory_fail_after(-1);
        assert_true(status == OM_OK ? job != NULL : status == OM_MEMORY && job == NULL);
        om_job_destroy(&job);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_the_documented_ones),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(wrong_values),
        cmocka_unit_test(sweeps_are_read),
        cmocka_unit_test(canonical_values_are_exact),
        cmocka_unit_test(wrong_sweeps),
        cmocka_unit_test(keys_that_cannot_be_swept),
        cmocka_unit_test(sweeps_come_from_the_file_only),
        cmocka_unit_test(too_many_settings),
        cmocka_unit_test(settings_are_all_combinations),
        cmocka_unit_test(nothing_swept_is_one_setting),
        cmocka_unit_test(settings_that_do_not_hold_together),
        cmocka_unit_test(parsing_may_run_out_of_memory),
    };
    return cmocka_run_group_tests_name("job_crossval", tests, NULL, NULL);
}
