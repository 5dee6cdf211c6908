#include "oncomark/otsu.h"
#include "oncomark/table.h"
#include "oncomark/threshold.h"
#include "unit/cells/naive.h"
#include "unit_test.h"

#include "golden/golden_arrays.h"
#include "text_files.h"

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

static void labels_follow_method(void **state) {
    (void)state;
    const om_threshold both = {.has_low = true, .has_high = true, .low = 0.25, .high = 0.5};
    assert_int_equal(om_threshold_label(&both, OM_OTSU_HALVES, 0.5), OM_LABEL_NONE);
    assert_int_equal(om_threshold_label(&both, OM_OTSU_HALVES, 0.75), OM_LABEL_POSITIVE);
    assert_int_equal(om_threshold_label(&both, OM_OTSU_HALVES, 0.25), OM_LABEL_NONE);
    assert_int_equal(om_threshold_label(&both, OM_OTSU_HALVES, 0.125), OM_LABEL_NEGATIVE);
    const om_threshold one = {.has_low = true, .has_high = true, .low = 0.25, .high = 0.25};
    assert_int_equal(om_threshold_label(&one, OM_OTSU, 0.25), OM_LABEL_NEGATIVE);
    assert_int_equal(om_threshold_label(&one, OM_OTSU, 0.375), OM_LABEL_POSITIVE);
    const om_threshold none = {.low = 0.25, .high = 0.5};
    assert_int_equal(om_threshold_label(&none, OM_OTSU_HALVES, 0.75), OM_LABEL_NONE);
    assert_int_equal(om_threshold_label(&none, OM_OTSU_HALVES, 0), OM_LABEL_NONE);
}

static om_threshold_table *make_table(void) {
    om_strings *tissues = NULL;
    om_threshold_table *table = NULL;
    assert_int_equal(om_strings_create(&tissues), OM_OK);
    assert_int_equal(om_strings_add(tissues, "Head and Neck"), OM_OK);
    assert_int_equal(om_strings_add(tissues, "Lung, left"), OM_OK);
    assert_int_equal(om_threshold_table_create(&table, tissues), OM_OK);
    om_strings_destroy(&tissues);
    om_threshold_table_row(table, 1)[OM_HALLMARK_IA] = (om_threshold){.has_low = true,
                                                                      .has_high = true,
                                                                      .low = 0.1,
                                                                      .high = 1.0 / 3,
                                                                      .n_cells = 9,
                                                                      .n_positive = 2,
                                                                      .n_negative = 4};
    return table;
}

static void table_survives_a_file(void **state) {
    (void)state;
    char folder[TEST_PATH];
    test_folder_make(folder);
    om_threshold_table *table = make_table();
    om_threshold_table *read = NULL;
    om_text *csv = NULL;
    assert_int_equal(om_text_create(&csv), OM_OK);
    assert_int_equal(om_threshold_table_write(table, csv), OM_OK);
    const char *start = "tissue,hallmark,low,high,n_cells,n_pos,n_neg\nHead and Neck,AIM,,,0,0,0\n";
    assert_memory_equal(om_text_get(csv), start, strlen(start));
    assert_non_null(strstr(om_text_get(csv), "\n\"Lung, left\",IA,0.10000000000000001,"
                                             "0.33333333333333331,9,2,4\n"));
    const char *path = test_write(folder, "thresholds.csv", om_text_get(csv));
    assert_int_equal(om_threshold_table_read(&read, path), OM_OK);
    assert_int_equal(om_threshold_table_n_tissues(read), 2);
    assert_string_equal(om_threshold_table_tissue(read, 1), "Lung, left");
    assert_int_equal(om_threshold_table_find(read, "Lung"), -1);
    for (int t = 0; t < 2; t++) {
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            const om_threshold *wanted = &om_threshold_table_row(table, t)[h];
            const om_threshold *found = &om_threshold_table_row(read, t)[h];
            assert_int_equal(found->has_low, wanted->has_low);
            assert_int_equal(found->has_high, wanted->has_high);
            assert_true(found->low == wanted->low && found->high == wanted->high);
            assert_int_equal(found->n_cells, wanted->n_cells);
            assert_int_equal(found->n_positive, wanted->n_positive);
            assert_int_equal(found->n_negative, wanted->n_negative);
        }
    }
    om_threshold_table_destroy(&read);
    om_threshold_table_destroy(&table);
    om_text_destroy(&csv);
    test_folder_remove(folder);
}

static void assert_refused(const char *folder, const char *text, const char *message) {
    om_threshold_table *table = NULL;
    const char *path = test_write(folder, "thresholds.csv", text);
    assert_int_equal(om_threshold_table_read(&table, path), OM_INPUT);
    assert_null(table);
    assert_message_has(path);
    assert_message_has(message);
}

static void faulty_table_is_refused(void **state) {
    (void)state;
    char folder[TEST_PATH];
    char text[2048];
    test_folder_make(folder);
#define HEADER "tissue,hallmark,low,high,n_cells,n_pos,n_neg\n"
    assert_refused(folder, "tissue,hallmark,low,high,n_cells,n_pos\n", "found no column n_neg");
    assert_refused(folder, HEADER "Lung,AIM,,,0,0,0\n", "found 1 rows, expected ten a tissue");
    const char *const rows[] = {"Lung,AIM,0.1,0.2,0,0,0", "Lung,AIM,x,0.2,0,0,0",
                                "Lung,AIM,0.1,0.2,-1,0,0", "Skin,DCE,0.1,0.2,0,0,0"};
    const char *const messages[] = {
        ":3: found Lung AIM, expected Lung DCE", ":2: found \"x\", expected a number or nothing",
        ":2: found \"-1\", expected a number of cells", ":2: found Skin DCE, expected Skin AIM"};
    for (int i = 0; i < 4; i++) {
        strcpy(text, HEADER);
        for (int row = 0; row < OM_N_HALLMARKS; row++) {
            strcat(strcat(text, rows[i]), "\n");
        }
        assert_refused(folder, text, messages[i]);
    }
    test_folder_remove(folder);
}

static double threshold_of(const double *values, int64_t n) {
    if (values[0] == values[n - 1]) {
        return values[0];
    }
    om_otsu *otsu = NULL;
    double threshold = 0;
    assert_int_equal(om_otsu_create(&otsu, values[0], values[n - 1], 256), OM_OK);
    for (int64_t i = 0; i < n; i++) {
        otsu->counts[om_otsu_bin(otsu, values[i])]++;
    }
    assert_int_equal(om_otsu_threshold(otsu, &threshold), OM_OK);
    om_otsu_destroy(&otsu);
    return threshold;
}

static void assert_threshold(const double *values, int64_t n, const char *expected) {
    assert_int_equal(n == 0, expected[0] == '\0');
    if (n > 0) {
        double wanted = strtod(expected, NULL);
        assert_true(threshold_of(values, n) == wanted);
        assert_true(naive_otsu(values, n, 256) == wanted);
    }
}

/* Equal to the last bit, and so is the naive twin that other tests lean on. */
static void equals_scikit_image(void **state) {
    (void)state;
    enum { NAME, N, WHOLE, LOW, HIGH, N_FIELDS };
    om_records *records = NULL;
    char **field = NULL;
    int64_t n_fields = 0;
    int n_vectors = 0;
    assert_int_equal(
        om_records_open(&records, OM_TEST_SOURCE_DIR "/tests/golden/thresholds_expected.csv", ','),
        OM_OK);
    while (om_records_next(records, &field, &n_fields) == OM_OK && n_fields > 0) {
        if (n_fields != N_FIELDS || strcmp(field[NAME], "name") == 0) {
            continue;
        }
        int64_t n = 0;
        double *values =
            golden_array(OM_TEST_SOURCE_DIR "/tests/golden/thresholds.txt", field[NAME], &n);
        assert_non_null(values);
        assert_int_equal(n, atoll(field[N]));
        qsort(values, (size_t)n, sizeof *values, naive_compare);
        assert_threshold(values, n, field[WHOLE]);
        assert_threshold(values, n / 2, field[LOW]);
        assert_threshold(values + n / 2, n - n / 2, field[HIGH]);
        free(values);
        n_vectors++;
    }
    assert_true(n_vectors >= 5);
    om_records_close(&records);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_follow_method),
        cmocka_unit_test(table_survives_a_file),
        cmocka_unit_test(faulty_table_is_refused),
        cmocka_unit_test(equals_scikit_image),
    };
    return cmocka_run_group_tests_name("threshold", tests, NULL, NULL);
}
