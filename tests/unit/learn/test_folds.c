#include "oncomark/folds.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "oncomark/split.h"
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

/* Sizes of the published data set: positive and negative samples of each hallmark. */
static const int64_t published[OM_N_HALLMARKS][2] = {
    {3364, 4184}, {3841, 4249}, {3724, 3168}, {1282, 846},  {2590, 2833},
    {3305, 3796}, {2832, 3671}, {2318, 4334}, {3205, 7238}, {2326, 4824}};

static const om_crossval_parameters as_published = {
    .folds = 5, .repeats = 2, .group = OM_GROUP_NONE};

static om_sample_table *create_table(int64_t n) {
    om_sample_table *table = NULL;
    assert_int_equal(om_sample_table_create(&table, n), OM_OK);
    return table;
}

/* A table of `sizes` samples, mixed so that no hallmark or label stands together. */
static om_sample_table *create_mixed(const int64_t sizes[OM_N_HALLMARKS][2]) {
    int64_t n = 0;
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        n += sizes[task][0] + sizes[task][1];
    }
    om_sample_table *table = create_table(n);
    int64_t *order = om_malloc(n, sizeof *order);
    for (int64_t i = 0; i < n; i++) {
        order[i] = i;
    }
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 0);
    om_random_shuffle(&random, order, n);
    int64_t k = 0;
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        for (int label = 0; label < 2; label++) {
            for (int64_t i = 0; i < sizes[task][1 - label]; i++, k++) {
                table->task[order[k]] = (uint8_t)task;
                table->label[order[k]] = (uint8_t)label;
            }
        }
    }
    om_free(order);
    return table;
}

/* Samples of 40 patients in 8 studies of 4 tissues, as many of each kind as chance has it. */
static om_sample_table *create_cohort(void) {
    enum { PATIENTS = 40, STUDIES = 8, TISSUES = 4 };
    om_random random = om_random_stream(4, OM_PURPOSE_TEST, 0);
    om_sample_table *table = create_table(PATIENTS * 30);
    table->n_samples = 0;
    table->n_patients = PATIENTS;
    table->n_biopsies = 2 * PATIENTS;
    for (int i = 0; i < STUDIES; i++) {
        char name[16];
        snprintf(name, sizeof name, "Study%d", i);
        assert_int_equal(om_strings_add(table->studies, name), OM_OK);
        snprintf(name, sizeof name, "Tissue%d", i);
        assert_int_equal(i < TISSUES ? om_strings_add(table->tissues, name) : OM_OK, OM_OK);
    }
    for (int patient = 0; patient < PATIENTS; patient++) {
        int64_t size = 5 + (int64_t)om_random_below(&random, 25);
        for (int64_t i = 0; i < size; i++) {
            int64_t row = table->n_samples++;
            table->patient[row] = patient;
            table->biopsy[row] = 2 * patient + (int32_t)(i % 2);
            table->study[row] = patient % STUDIES;
            table->tissue[row] = patient % STUDIES % TISSUES;
            table->task[row] = (uint8_t)om_random_below(&random, OM_N_HALLMARKS);
            table->label[row] = (uint8_t)om_random_below(&random, 2);
        }
    }
    return table;
}

/* Samples by part, hallmark and label. */
typedef struct part_counts {
    int64_t of[OM_N_PARTS][OM_N_HALLMARKS][2];
} part_counts;

static part_counts count_parts(const uint8_t *parts, const om_sample_table *table) {
    part_counts counts = {0};
    for (int64_t i = 0; i < table->n_samples; i++) {
        counts.of[parts[i]][table->task[i]][table->label[i]]++;
    }
    return counts;
}

static int64_t count_task(const part_counts *counts, int part, int task) {
    return counts->of[part][task][0] + counts->of[part][task][1];
}

static void assert_near(int64_t left, int64_t right) {
    if (left - right > 1 || right - left > 1) {
        fail_msg("%d and %d differ by more than one", (int)left, (int)right);
    }
}

static uint8_t *assign(const om_sample_table *table, const om_crossval_parameters *crossval,
                       int64_t index, uint64_t seed) {
    uint8_t *parts = om_malloc(table->n_samples, sizeof *parts);
    assert_non_null(parts);
    memset(parts, 77, (size_t)table->n_samples);
    om_status status = om_folds_assign(parts, table, crossval, 0.15, index, seed);
    if (status != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    return parts;
}

/* Every sample is held out once a repeat; every hallmark and label is in all folds and both halves
 * alike, up to one sample; so are hallmarks and totals. */
static void assert_stratified(const om_sample_table *table, int64_t folds) {
    om_crossval_parameters crossval = as_published;
    crossval.folds = folds;
    for (int64_t repeat = 0; repeat < crossval.repeats; repeat++) {
        int64_t *held_out = om_calloc(table->n_samples, sizeof *held_out);
        part_counts first = {0};
        for (int64_t fold = 0; fold < folds; fold++) {
            uint8_t *parts = assign(table, &crossval, repeat * folds + fold, 42);
            for (int64_t i = 0; i < table->n_samples; i++) {
                assert_true(parts[i] < OM_N_PARTS);
                held_out[i] += parts[i] != OM_PART_TRAINING;
            }
            part_counts counts = count_parts(parts, table);
            first = fold == 0 ? counts : first;
            for (int task = 0; task < OM_N_HALLMARKS; task++) {
                for (int label = 0; label < 2; label++) {
                    assert_near(counts.of[OM_PART_TRAINING][task][label],
                                first.of[OM_PART_TRAINING][task][label]);
                    assert_near(counts.of[OM_PART_VALIDATION][task][label],
                                counts.of[OM_PART_TEST][task][label]);
                }
                assert_near(count_task(&counts, OM_PART_TRAINING, task),
                            count_task(&first, OM_PART_TRAINING, task));
                assert_near(count_task(&counts, OM_PART_VALIDATION, task),
                            count_task(&counts, OM_PART_TEST, task));
            }
            om_free(parts);
        }
        for (int64_t i = 0; i < table->n_samples; i++) {
            assert_int_equal(held_out[i], 1);
        }
        om_free(held_out);
    }
}

/* AIM has 4,184 negatives and 3,364 positives: 837 or 836, and 673 or 672 a fold, 1,509 or 1,510
 * together. */
static void test_published_sizes(void **state) {
    (void)state;
    om_sample_table *table = create_mixed(published);
    assert_int_equal(table->n_samples, 67930);
    int64_t count = 0;
    assert_int_equal(om_folds_count(&count, table, &as_published), OM_OK);
    assert_int_equal(count, 10);
    int64_t tested = 0;
    for (int64_t fold = 0; fold < 5; fold++) {
        uint8_t *parts = assign(table, &as_published, fold, 42);
        part_counts counts = count_parts(parts, table);
        int64_t negative = 4184 - counts.of[OM_PART_TRAINING][OM_HALLMARK_AIM][0];
        int64_t positive = 3364 - counts.of[OM_PART_TRAINING][OM_HALLMARK_AIM][1];
        assert_true(negative == 836 || negative == 837);
        assert_true(positive == 672 || positive == 673);
        assert_true(negative + positive == 1509 || negative + positive == 1510);
        int64_t held_out = 0;
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            tested += count_task(&counts, OM_PART_TEST, task);
            held_out += count_task(&counts, OM_PART_TEST, task) +
                        count_task(&counts, OM_PART_VALIDATION, task);
        }
        assert_int_equal(held_out, 67930 / 5);
        om_free(parts);
    }
    assert_int_equal(tested, 67930 / 2);
    assert_stratified(table, 5);
    om_sample_table_destroy(&table);
}

/* Hallmarks that have fewer samples than folds, or none, are in some folds only. */
static void test_tiny_hallmarks(void **state) {
    (void)state;
    static const int64_t sizes[OM_N_HALLMARKS][2] = {{1, 0}, {0, 2}, {3, 4}, {0, 0}, {1, 1},
                                                     {5, 5}, {7, 2}, {2, 9}, {0, 0}, {30, 31}};
    om_sample_table *table = create_mixed(sizes);
    for (int64_t folds = 2; folds <= 20; folds++) {
        assert_stratified(table, folds);
    }
    om_sample_table_destroy(&table);
}

static void test_as_few_samples_as_can_be(void **state) {
    (void)state;
    static const int64_t sizes[OM_N_HALLMARKS][2] = {[OM_HALLMARK_RCD] = {3, 7}};
    om_sample_table *table = create_mixed(sizes);
    assert_stratified(table, 5);
    om_crossval_parameters crossval = as_published;
    crossval.folds = 6;
    int64_t count = 7;
    assert_int_equal(om_folds_count(&count, table, &crossval), OM_USAGE);
    assert_int_equal(count, 0);
    assert_string_equal(om_error_message(),
                        "crossval.folds: found 6 folds and 10 synthetic samples, expected at least "
                        "two a fold, to validate and to test");
    uint8_t parts[10];
    assert_int_equal(om_folds_assign(parts, table, &crossval, 0.15, 0, 1), OM_USAGE);
    assert_int_equal(om_folds_assign(parts, table, &as_published, 0.15, 10, 1), OM_BUG);
    om_sample_table_destroy(&table);
}

static bool tests_the_same(const uint8_t *one, const uint8_t *other, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if ((one[i] == OM_PART_TEST) != (other[i] == OM_PART_TEST)) {
            return false;
        }
    }
    return true;
}

/* The parts depend on seed and repeat, and on nothing else. */
static void assert_random(const om_sample_table *table, const om_crossval_parameters *crossval) {
    size_t n = (size_t)table->n_samples;
    uint8_t *parts = assign(table, crossval, 1, 42);
    uint8_t *again = assign(table, crossval, 1, 42);
    uint8_t *other_repeat = assign(table, crossval, crossval->folds + 1, 42);
    uint8_t *other_seed = assign(table, crossval, 1, 43);
    assert_memory_equal(parts, again, n);
    assert_false(tests_the_same(parts, other_repeat, table->n_samples));
    assert_false(tests_the_same(parts, other_seed, table->n_samples));
    om_free(parts);
    om_free(again);
    om_free(other_repeat);
    om_free(other_seed);
}

static void test_seed_and_repeat(void **state) {
    (void)state;
    om_sample_table *table = create_cohort();
    om_crossval_parameters crossval = as_published;
    assert_random(table, &crossval);
    crossval.group = OM_GROUP_PATIENT;
    assert_random(table, &crossval);
    om_sample_table_destroy(&table);
}

/* All samples of a group are in one part. */
static void assert_groups_are_whole(const uint8_t *parts, int64_t n, const int32_t *group) {
    int part_of[100];
    memset(part_of, -1, sizeof part_of);
    for (int64_t i = 0; i < n; i++) {
        int *part = &part_of[group[i]];
        assert_true(*part < 0 || *part == parts[i]);
        *part = parts[i];
    }
}

static void assert_group_folds(const om_sample_table *table, om_group group, const int32_t *of,
                               int64_t folds) {
    const om_crossval_parameters crossval = {.folds = folds, .repeats = 2, .group = group};
    int64_t n = table->n_samples;
    for (int64_t repeat = 0; repeat < 2; repeat++) {
        int64_t *tested = om_calloc(n, sizeof *tested);
        for (int64_t fold = 0; fold < folds; fold++) {
            uint8_t *parts = assign(table, &crossval, repeat * folds + fold, 5);
            assert_groups_are_whole(parts, n, of);
            part_counts counts = count_parts(parts, table);
            int64_t of_part[OM_N_PARTS] = {0};
            for (int part = 0; part < OM_N_PARTS; part++) {
                for (int task = 0; task < OM_N_HALLMARKS; task++) {
                    of_part[part] += count_task(&counts, part, task);
                }
                assert_true(of_part[part] > 0);
            }
            /* Studies and tissues are large: a fold cannot be of just the right size. */
            assert_true(of_part[OM_PART_TEST] * folds > n / 2);
            assert_true(of_part[OM_PART_TEST] * folds < n * 2);
            for (int64_t i = 0; i < n; i++) {
                tested[i] += parts[i] == OM_PART_TEST;
            }
            om_free(parts);
        }
        for (int64_t i = 0; i < n; i++) {
            assert_int_equal(tested[i], 1);
        }
        om_free(tested);
    }
}

static void test_groups(void **state) {
    (void)state;
    om_sample_table *table = create_cohort();
    assert_group_folds(table, OM_GROUP_PATIENT, table->patient, 5);
    assert_group_folds(table, OM_GROUP_PATIENT, table->patient, 10);
    assert_group_folds(table, OM_GROUP_SAMPLE, table->biopsy, 5);
    assert_group_folds(table, OM_GROUP_STUDY, table->study, 4);
    assert_group_folds(table, OM_GROUP_STUDY, table->study, 8);
    assert_group_folds(table, OM_GROUP_TISSUE, table->tissue, 4);
    om_sample_table_destroy(&table);
}

/* With 40 patients a fold of 5 has its fifth of the samples, and nearly of every hallmark; the
 * validation part has its share of what is left. */
static void test_groups_are_balanced(void **state) {
    (void)state;
    om_sample_table *table = create_cohort();
    const om_crossval_parameters crossval = {.folds = 5, .repeats = 1, .group = OM_GROUP_PATIENT};
    double n = (double)table->n_samples;
    for (int64_t fold = 0; fold < 5; fold++) {
        uint8_t *parts = assign(table, &crossval, fold, 11);
        double of_part[OM_N_PARTS] = {0};
        part_counts counts = count_parts(parts, table);
        for (int64_t i = 0; i < table->n_samples; i++) {
            of_part[parts[i]] += 1 / n;
        }
        assert_true(of_part[OM_PART_TEST] > 0.17 && of_part[OM_PART_TEST] < 0.23);
        assert_true(of_part[OM_PART_VALIDATION] > 0.09 && of_part[OM_PART_VALIDATION] < 0.15);
        for (int task = 0; task < OM_N_HALLMARKS; task++) {
            assert_true(counts.of[OM_PART_TEST][task][0] > 0);
            assert_true(counts.of[OM_PART_TEST][task][1] > 0);
        }
        om_free(parts);
    }
    om_sample_table_destroy(&table);
}

static void assert_leaves_each_out(const om_sample_table *table, om_group group, const int32_t *of,
                                   int64_t n_groups) {
    const om_crossval_parameters crossval = {
        .folds = 5, .repeats = 2, .group = group, .leave_one_out = true};
    int64_t count = 0;
    assert_int_equal(om_folds_count(&count, table, &crossval), OM_OK);
    assert_int_equal(count, n_groups);
    for (int64_t index = 0; index < count; index++) {
        uint8_t *parts = assign(table, &crossval, index, 5);
        assert_groups_are_whole(parts, table->n_samples, of);
        int64_t validated = 0;
        for (int64_t i = 0; i < table->n_samples; i++) {
            assert_int_equal(parts[i] == OM_PART_TEST, of[i] == index);
            validated += parts[i] == OM_PART_VALIDATION;
        }
        assert_true(validated > 0);
        om_free(parts);
    }
}

static void test_leave_one_out(void **state) {
    (void)state;
    om_sample_table *table = create_cohort();
    assert_leaves_each_out(table, OM_GROUP_STUDY, table->study, 8);
    assert_leaves_each_out(table, OM_GROUP_TISSUE, table->tissue, 4);
    assert_leaves_each_out(table, OM_GROUP_PATIENT, table->patient, 40);
    om_sample_table_destroy(&table);
}

static void assert_name(const om_sample_table *table, const om_crossval_parameters *crossval,
                        int64_t index, const char *expected) {
    char *name = NULL;
    assert_int_equal(om_folds_name(&name, table, crossval, index), OM_OK);
    assert_string_equal(name, expected);
    om_free(name);
}

static void test_names(void **state) {
    (void)state;
    om_sample_table *table = create_cohort();
    assert_name(table, &as_published, 0, "repeat 1, fold 1");
    assert_name(table, &as_published, 9, "repeat 2, fold 5");
    om_crossval_parameters crossval = {.folds = 5, .group = OM_GROUP_STUDY, .leave_one_out = true};
    assert_name(table, &crossval, 6, "Study6");
    crossval.group = OM_GROUP_TISSUE;
    assert_name(table, &crossval, 3, "Tissue3");
    crossval.group = OM_GROUP_SAMPLE;
    assert_name(table, &crossval, 0, "sample 1");
    om_sample_table_destroy(&table);
}

static void expect_no_folds(const om_sample_table *table, const om_crossval_parameters *crossval,
                            const char *message) {
    int64_t count = 0;
    assert_int_equal(om_folds_count(&count, table, crossval), OM_USAGE);
    assert_string_equal(om_error_message(), message);
}

static void test_too_few_groups(void **state) {
    (void)state;
    om_sample_table *table = create_cohort();
    om_crossval_parameters crossval = {.folds = 5, .repeats = 1, .group = OM_GROUP_TISSUE};
    expect_no_folds(table, &crossval,
                    "crossval.folds: found 5 folds and 4 tissues with synthetic samples, expected "
                    "at least one tissue a fold; take fewer folds, or set crossval.group: none");
    crossval.group = OM_GROUP_NONE;
    crossval.leave_one_out = true;
    expect_no_folds(table, &crossval,
                    "crossval.leave_one_out: found true and crossval.group: none, expected the "
                    "group of which one is left out: patient, sample, study or tissue");
    om_sample_table_destroy(&table);
    table = create_table(12);
    table->n_patients = 2;
    crossval.group = OM_GROUP_PATIENT;
    expect_no_folds(table, &crossval,
                    "crossval.group: found 2 patients with synthetic samples, expected at least 3, "
                    "one for each part (training, validation, test); add data, or set "
                    "crossval.group: none");
    om_sample_table_destroy(&table);
}

/* Three patients in two folds: one of the folds leaves a single patient to learn from. */
static void test_empty_part(void **state) {
    (void)state;
    om_sample_table *table = create_table(12);
    table->n_patients = 3;
    uint8_t parts[12];
    for (int i = 0; i < 12; i++) {
        table->patient[i] = i / 4;
    }
    const om_crossval_parameters crossval = {.folds = 2, .repeats = 1, .group = OM_GROUP_PATIENT};
    int failures = 0;
    for (int64_t fold = 0; fold < 2; fold++) {
        om_status status = om_folds_assign(parts, table, &crossval, 0.15, fold, 1);
        if (status != OM_OK) {
            assert_int_equal(status, OM_USAGE);
            assert_message_has("crossval: repeat 1, fold ");
            assert_message_has("part is empty: too few samples or groups; change crossval.folds");
            failures++;
        }
    }
    assert_int_equal(failures, 1);
    om_sample_table_destroy(&table);
}

static void test_permuted_labels(void **state) {
    (void)state;
    om_sample_table *table = create_mixed(published);
    int64_t n = table->n_samples;
    uint8_t *labels = om_malloc(n, 1);
    uint8_t *again = om_malloc(n, 1);
    assert_int_equal(om_folds_permute_labels(labels, table, 42), OM_OK);
    int64_t positive[OM_N_HALLMARKS] = {0};
    int64_t kept[OM_N_HALLMARKS] = {0};
    for (int64_t i = 0; i < n; i++) {
        assert_true(labels[i] <= 1);
        positive[table->task[i]] += labels[i];
        kept[table->task[i]] += labels[i] == table->label[i];
    }
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        assert_int_equal(positive[task], published[task][0]);
        /* By chance p^2 + (1 - p)^2 of them keep their label; 5 standard deviations of it. */
        double size = (double)(published[task][0] + published[task][1]);
        double p = (double)published[task][0] / size;
        double share = (double)kept[task] / size;
        double expected = p * p + (1 - p) * (1 - p);
        assert_true(share > expected - 0.06 && share < expected + 0.06);
    }
    assert_int_equal(om_folds_permute_labels(again, table, 42), OM_OK);
    assert_memory_equal(labels, again, (size_t)n);
    assert_int_equal(om_folds_permute_labels(again, table, 43), OM_OK);
    assert_memory_not_equal(labels, again, (size_t)n);
    om_free(labels);
    om_free(again);
    om_sample_table_destroy(&table);
}

static void test_no_memory(void **state) {
    (void)state;
    om_sample_table *table = create_cohort();
    uint8_t *parts = om_malloc(table->n_samples, 1);
    const om_crossval_parameters ways[] = {
        as_published,
        {.folds = 5, .repeats = 1, .group = OM_GROUP_PATIENT},
        {.folds = 5, .repeats = 1, .group = OM_GROUP_STUDY, .leave_one_out = true}};
    for (int i = 0; i < 3; i++) {
        om_status status = OM_MEMORY;
        for (int64_t successes = 0; status != OM_OK; successes++) {
            char *name = NULL;
            om_memory_fail_after(successes);
            status = om_folds_assign(parts, table, &ways[i], 0.15, 0, 1);
            status = status == OM_OK ? om_folds_name(&name, table, &ways[i], 0) : status;
            status = status == OM_OK ? om_folds_permute_labels(parts, table, 1) : status;
            om_memory_fail_after(-1);
            om_free(name);
            assert_true(status == OM_OK || status == OM_MEMORY);
            assert_true(successes > 0 || status == OM_MEMORY);
        }
    }
    om_free(parts);
    om_sample_table_destroy(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_sizes),
        cmocka_unit_test(test_tiny_hallmarks),
        cmocka_unit_test(test_as_few_samples_as_can_be),
        cmocka_unit_test(test_seed_and_repeat),
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_groups_are_balanced),
        cmocka_unit_test(test_leave_one_out),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_too_few_groups),
        cmocka_unit_test(test_empty_part),
        cmocka_unit_test(test_permuted_labels),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests_name("folds", tests, NULL, NULL);
}
