#include "oncomark/split.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <string.h>

/* Sizes of the published data set: positive and negative samples of each hallmark. */
static const int64_t published[OM_N_HALLMARKS][2] = {
    {3364, 4184}, {3841, 4249}, {3724, 3168}, {1282, 846},  {2590, 2833},
    {3305, 3796}, {2832, 3671}, {2318, 4334}, {3205, 7238}, {2326, 4824}};

static om_train_parameters parameters(om_group group, double validation, double test) {
    return (om_train_parameters){
        .split_group = group, .split_validation = validation, .split_test = test};
}

static om_sample_table *create_table(int64_t n) {
    om_sample_table *table = NULL;
    assert_int_equal(om_sample_table_create(&table, n), OM_OK);
    return table;
}

/* `n_patients` patients of 1 to 30 samples, some of one label only. */
static om_sample_table *create_cohort(int64_t n_patients) {
    om_random random = om_random_stream(9, OM_PURPOSE_TEST, 0);
    om_sample_table *table = create_table(30 * n_patients);
    table->n_samples = 0;
    table->n_patients = n_patients;
    table->n_biopsies = n_patients;
    for (int64_t p = 0; p < n_patients; p++) {
        int64_t size = 1 + (int64_t)om_random_below(&random, 30);
        for (int64_t i = 0; i < size; i++) {
            int64_t row = table->n_samples++;
            table->patient[row] = (int32_t)p;
            table->biopsy[row] = (int32_t)p;
            table->task[row] = (uint8_t)om_random_below(&random, OM_N_HALLMARKS);
            table->label[row] = p % 5 == 0 ? 1 : (uint8_t)om_random_below(&random, 2);
        }
    }
    return table;
}

static void count_parts(int64_t counts[OM_N_PARTS][2], const uint8_t *parts,
                        const om_sample_table *table) {
    memset(counts, 0, OM_N_PARTS * sizeof counts[0]);
    for (int64_t i = 0; i < table->n_samples; i++) {
        counts[parts[i]][table->label[i]]++;
    }
}

static void assert_groups_are_whole(const uint8_t *parts, const om_sample_table *table) {
    for (int64_t i = 0; i < table->n_samples; i++) {
        for (int64_t j = 0; j < i; j++) {
            if (table->patient[i] == table->patient[j]) {
                assert_int_equal(parts[i], parts[j]);
            }
        }
    }
}

static void test_by_patient(void **state) {
    (void)state;
    om_sample_table *table = create_cohort(80);
    uint8_t *parts = om_calloc(table->n_samples, 1);
    uint8_t *again = om_calloc(table->n_samples, 1);
    om_train_parameters train = parameters(OM_GROUP_PATIENT, 0.15, 0.15);
    const double shares[OM_N_PARTS] = {0.7, 0.15, 0.15};
    int64_t different_seeds = 0;
    for (uint64_t seed = 0; seed < 5; seed++) {
        assert_int_equal(om_split_assign(parts, table, &train, seed), OM_OK);
        assert_groups_are_whole(parts, table);
        int64_t counts[OM_N_PARTS][2];
        count_parts(counts, parts, table);
        for (int part = 0; part < OM_N_PARTS; part++) {
            double share = (double)(counts[part][0] + counts[part][1]) / (double)table->n_samples;
            assert_true(share > shares[part] - 0.02 && share < shares[part] + 0.02);
            assert_true(counts[part][0] > 0 && counts[part][1] > 0);
        }
        assert_int_equal(om_split_assign(again, table, &train, seed), OM_OK);
        assert_memory_equal(parts, again, (size_t)table->n_samples);
        assert_int_equal(om_split_assign(again, table, &train, seed + 100), OM_OK);
        different_seeds += memcmp(parts, again, (size_t)table->n_samples) != 0;
    }
    assert_int_equal(different_seeds, 5);
    om_free(parts);
    om_free(again);
    om_sample_table_destroy(&table);
}

/* Six patients, three of them of each label only: every part can have both labels. */
static void test_few_patients_cover_labels(void **state) {
    (void)state;
    om_sample_table *table = create_table(60);
    table->n_patients = 6;
    for (int64_t i = 0; i < 60; i++) {
        table->patient[i] = (int32_t)(i / 10);
        table->label[i] = i / 10 % 2 == 0;
    }
    uint8_t parts[60];
    om_train_parameters train = parameters(OM_GROUP_PATIENT, 0.15, 0.15);
    for (uint64_t seed = 0; seed < 20; seed++) {
        assert_int_equal(om_split_assign(parts, table, &train, seed), OM_OK);
        assert_groups_are_whole(parts, table);
        int64_t counts[OM_N_PARTS][2];
        count_parts(counts, parts, table);
        for (int part = 0; part < OM_N_PARTS; part++) {
            assert_true(counts[part][0] > 0 && counts[part][1] > 0);
        }
    }
    om_sample_table_destroy(&table);
}

static void test_as_few_patients_as_parts(void **state) {
    (void)state;
    om_sample_table *table = create_table(30);
    table->n_patients = 3;
    for (int64_t i = 0; i < 30; i++) {
        table->patient[i] = (int32_t)(i / 10);
        table->label[i] = (uint8_t)(i % 2);
    }
    uint8_t parts[30];
    om_train_parameters train = parameters(OM_GROUP_PATIENT, 0.15, 0.15);
    assert_int_equal(om_split_assign(parts, table, &train, 1), OM_OK);
    assert_int_equal(parts[0] + parts[10] + parts[20], 0 + 1 + 2);
    /* One too few. */
    table->n_patients = 2;
    table->n_samples = 20;
    assert_int_equal(om_split_assign(parts, table, &train, 1), OM_USAGE);
    assert_message_has("found 2 patients");
    assert_message_has("at least 3");
    train.split_test = 0;
    assert_int_equal(om_split_assign(parts, table, &train, 1), OM_OK);
    assert_true(parts[0] != parts[10] && parts[0] + parts[10] == 1);
    om_sample_table_destroy(&table);
}

static void test_by_biopsy(void **state) {
    (void)state;
    om_sample_table *table = create_table(40);
    table->n_patients = 1;
    table->n_biopsies = 4;
    for (int64_t i = 0; i < 40; i++) {
        table->biopsy[i] = (int32_t)(i / 10);
        table->label[i] = (uint8_t)(i % 2);
    }
    uint8_t parts[40];
    om_train_parameters train = parameters(OM_GROUP_SAMPLE, 0.25, 0.25);
    assert_int_equal(om_split_assign(parts, table, &train, 3), OM_OK);
    int64_t counts[OM_N_PARTS][2];
    count_parts(counts, parts, table);
    assert_int_equal(counts[OM_PART_TRAINING][0] + counts[OM_PART_TRAINING][1], 20);
    assert_int_equal(counts[OM_PART_TEST][0] + counts[OM_PART_TEST][1], 10);
    om_sample_table_destroy(&table);
}

/* Four studies in two tissues: a study is whole, and so is a tissue. */
static void test_by_study_and_tissue(void **state) {
    (void)state;
    static const char *const names[] = {"A", "B", "C", "D"};
    om_sample_table *table = create_table(40);
    uint8_t parts[40];
    for (int i = 0; i < 40; i++) {
        table->study[i] = i / 10;
        table->tissue[i] = i / 10 % 2;
        table->label[i] = (uint8_t)(i % 2);
    }
    for (int i = 0; i < 4; i++) {
        assert_int_equal(om_strings_add(table->studies, names[i]), OM_OK);
        assert_int_equal(i < 2 ? om_strings_add(table->tissues, names[i]) : OM_OK, OM_OK);
    }
    om_train_parameters train = parameters(OM_GROUP_STUDY, 0.25, 0.25);
    assert_int_equal(om_split_assign(parts, table, &train, 3), OM_OK);
    int64_t counts[OM_N_PARTS][2];
    count_parts(counts, parts, table);
    assert_int_equal(counts[OM_PART_TRAINING][0] + counts[OM_PART_TRAINING][1], 20);
    assert_int_equal(counts[OM_PART_TEST][0] + counts[OM_PART_TEST][1], 10);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(parts[i], parts[i / 10 * 10]);
    }
    train.split_group = OM_GROUP_TISSUE;
    assert_int_equal(om_split_assign(parts, table, &train, 3), OM_USAGE);
    assert_message_has("found 2 tissues with synthetic samples, expected at least 3");
    train.split_test = 0;
    assert_int_equal(om_split_assign(parts, table, &train, 3), OM_OK);
    assert_true(parts[0] != parts[10]);
    for (int i = 0; i < 40; i++) {
        assert_int_equal(parts[i], parts[i / 10 % 2 * 10]);
    }
    om_sample_table_destroy(&table);
}

/* 57,735 + 10,195 samples, as published. */
static void test_published_sizes(void **state) {
    (void)state;
    int64_t n = 0;
    om_sample_table *table = create_table(67930);
    for (int task = 0; task < OM_N_HALLMARKS; task++) {
        for (int label = 0; label < 2; label++) {
            for (int64_t i = 0; i < published[task][1 - label]; i++) {
                table->task[n] = (uint8_t)task;
                table->label[n++] = (uint8_t)label;
            }
        }
    }
    assert_int_equal(n, 67930);
    uint8_t *parts = om_calloc(n, 1);
    om_train_parameters train = parameters(OM_GROUP_NONE, 0.15, 0);
    assert_int_equal(om_split_assign(parts, table, &train, 42), OM_OK);
    int64_t *rows = NULL;
    int64_t count = 0;
    assert_int_equal(om_split_rows(&rows, &count, parts, n, OM_PART_TRAINING), OM_OK);
    assert_int_equal(count, 57735);
    for (int64_t i = 1; i < count; i++) {
        assert_true(rows[i] > rows[i - 1]);
    }
    om_free(rows);
    assert_int_equal(om_split_rows(&rows, &count, parts, n, OM_PART_VALIDATION), OM_OK);
    assert_int_equal(count, 10195);
    int64_t of_aim = 0;
    int64_t positive = 0;
    for (int64_t i = 0; i < count; i++) {
        of_aim += table->task[rows[i]] == OM_HALLMARK_AIM;
        positive += table->label[rows[i]];
    }
    assert_int_equal(of_aim, 1133);
    assert_true(positive > 4100 && positive < 4540);
    om_free(rows);
    om_free(parts);
    om_sample_table_destroy(&table);
}

static void test_impossible(void **state) {
    (void)state;
    om_sample_table *table = create_table(1);
    uint8_t part = 0;
    om_train_parameters train = parameters(OM_GROUP_NONE, 0.15, 0);
    assert_int_equal(om_split_assign(&part, table, &train, 1), OM_USAGE);
    assert_message_has("validation part is empty");
    train = parameters(OM_GROUP_NONE, 0.5, 0.5);
    assert_int_equal(om_split_assign(&part, table, &train, 1), OM_USAGE);
    assert_message_has("nothing is left for training");
    om_sample_table_destroy(&table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_patient),
        cmocka_unit_test(test_few_patients_cover_labels),
        cmocka_unit_test(test_as_few_patients_as_parts),
        cmocka_unit_test(test_by_biopsy),
        cmocka_unit_test(test_by_study_and_tissue),
        cmocka_unit_test(test_published_sizes),
        cmocka_unit_test(test_impossible),
    };
    return cmocka_run_group_tests_name("split", tests, NULL, NULL);
}
