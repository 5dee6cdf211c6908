#include "cells/samples.h"
#include "cells/selection.h"
#include "oncomark/h5ad.h"
#include "unit_test.h"

#include "text_files.h"

#include <mpi.h>

enum { N_CELLS = 8 };

static char folder[TEST_PATH];

static void add_categories(om_h5 *file, const char *column, const int32_t *codes, int n,
                           const char *const *texts) {
    om_strings *categories = test_strings(n, texts);
    assert_int_equal(om_h5ad_frame_categories(file, "obs", column, N_CELLS, codes, categories),
                     OM_OK);
    om_strings_destroy(&categories);
}

/* Samples b b a c a b c a; the patient of c is missing. `sample_of`: codes of a, b, c. */
static om_h5 *make_store(const int32_t sample_of[N_CELLS]) {
    const int32_t patient[N_CELLS] = {0, 0, 1, -1, 1, 0, -1, 1};
    const int32_t source[N_CELLS] = {0, 1, -1, 2, 0, 1, 2, 0};
    const double grade[N_CELLS] = {1, 2, 3, 1, 2, 3, 0.1, 5};
    const int64_t indptr[N_CELLS + 1] = {0};
    const char *path = test_path(folder, "store.h5ad");
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5ad_begin(file), OM_OK);
    om_strings *names =
        test_strings(N_CELLS, (const char *[]){"0", "1", "2", "3", "4", "5", "6", "7"});
    om_strings *order = test_strings(4, (const char *[]){"sample", "patient", "Source", "grade"});
    assert_int_equal(om_h5ad_frame_begin(file, "obs", "cell_name", names), OM_OK);
    add_categories(file, "sample", sample_of, 3, (const char *[]){"a", "b", "c"});
    add_categories(file, "patient", patient, 2, (const char *[]){"p1", "p2"});
    add_categories(file, "Source", source, 3, (const char *[]){"Tumour", "NORMAL", "Blood"});
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "grade", OM_F64, N_CELLS, grade), OM_OK);
    assert_int_equal(om_h5ad_frame_end(file, "obs", order), OM_OK);
    assert_int_equal(om_h5ad_reserve_csr(file, "X", OM_U32, N_CELLS, 1, 0), OM_OK);
    assert_int_equal(
        om_h5ad_write_csr_rows(file, "X", OM_U32, 0, N_CELLS, N_CELLS, 0, indptr, NULL, NULL),
        OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    om_strings_destroy(&names);
    om_strings_destroy(&order);
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    return file;
}

static const int32_t samples_of_cells[N_CELLS] = {1, 1, 0, 2, 0, 1, 2, 0};

static void assert_selected(const char *column, const char *value, const char *include,
                            const char *exclude, const uint8_t *expected) {
    om_h5 *store = make_store(samples_of_cells);
    om_exclusion exclusion = {.column = (char *)(uintptr_t)column};
    om_data_set data_set = {.id = (char[]){"X"}, .line = 7};
    om_job job = {.path = (char[]){"job.yaml"}, .exclude_where = &exclusion};
    uint8_t selected[N_CELLS];
    if (column != NULL) {
        job.n_exclusions = 1;
        exclusion.values = test_strings(2, (const char *[]){"nothing", value});
    }
    data_set.include_samples = test_strings(include != NULL ? 1 : 0, &include);
    data_set.exclude_samples = test_strings(exclude != NULL ? 1 : 0, &exclude);
    om_selection *selection = NULL;
    assert_int_equal(om_selection_open(&selection, store, &job, &data_set), OM_OK);
    assert_int_equal(om_selection_read(selection, 0, N_CELLS, selected), OM_OK);
    assert_memory_equal(selected, expected, N_CELLS);
    /* A part of the cells is the part of the selection. */
    assert_int_equal(om_selection_read(selection, 3, 4, selected), OM_OK);
    assert_memory_equal(selected, expected + 3, 4);
    om_selection_close(&selection);
    assert_null(selection);
    om_strings_destroy(&exclusion.values);
    om_strings_destroy(&data_set.include_samples);
    om_strings_destroy(&data_set.exclude_samples);
    assert_int_equal(om_h5_close(&store), OM_OK);
}

static void metadata_and_samples_select(void **state) {
    (void)state;
    assert_selected(NULL, NULL, NULL, NULL, (const uint8_t[]){1, 1, 1, 1, 1, 1, 1, 1});
    assert_selected("source", "normal", NULL, NULL, (const uint8_t[]){1, 0, 1, 1, 1, 0, 1, 1});
    assert_selected("cancer_type", "normal", NULL, NULL, (const uint8_t[]){1, 1, 1, 1, 1, 1, 1, 1});
    assert_selected("grade", "3", NULL, NULL, (const uint8_t[]){1, 1, 0, 1, 1, 0, 1, 1});
    assert_selected("GRADE", "0.10", NULL, NULL, (const uint8_t[]){1, 1, 1, 1, 1, 1, 0, 1});
    assert_selected(NULL, NULL, "a", NULL, (const uint8_t[]){0, 0, 1, 0, 1, 0, 0, 1});
    assert_selected(NULL, NULL, NULL, "b", (const uint8_t[]){0, 0, 1, 1, 1, 0, 1, 1});
    assert_selected("source", "tumour", "a", NULL, (const uint8_t[]){0, 0, 1, 0, 0, 0, 0, 0});
    assert_selected("source", "blood", "c", "c", (const uint8_t[]){0, 0, 0, 0, 0, 0, 0, 0});
}

static void unknown_sample_is_refused(void **state) {
    (void)state;
    om_h5 *store = make_store(samples_of_cells);
    om_strings *none = test_strings(0, NULL);
    om_strings *named = test_strings(2, (const char *[]){"a", "A"});
    om_job job = {.path = (char[]){"job.yaml"}};
    om_data_set data_set = {
        .id = (char[]){"X"}, .line = 7, .include_samples = none, .exclude_samples = named};
    om_selection *selection = NULL;
    assert_int_equal(om_selection_open(&selection, store, &job, &data_set), OM_USAGE);
    assert_null(selection);
    assert_int_equal(om_selection_check(store, &job, &data_set), OM_USAGE);
    assert_string_equal(om_error_message(),
                        "job.yaml:7: data set X: found sample \"A\" named, expected one of its 3 "
                        "samples (the first is \"a\")");
    om_strings_destroy(&named);
    om_strings_destroy(&none);
    assert_int_equal(om_h5_close(&store), OM_OK);
}

/* Codes that no category has are found where they are read. */
static void odd_code_is_refused(void **state) {
    (void)state;
    const int32_t codes[N_CELLS] = {1, 1, 0, 2, 0, 3, 2, 0};
    om_h5 *store = make_store(codes);
    om_strings *none = test_strings(0, NULL);
    om_strings *named = test_strings(1, (const char *[]){"b"});
    om_job job = {.path = (char[]){"job.yaml"}};
    om_data_set data_set = {.id = (char[]){"X"}, .include_samples = none, .exclude_samples = named};
    om_selection *selection = NULL;
    uint8_t selected[N_CELLS];
    assert_int_equal(om_selection_open(&selection, store, &job, &data_set), OM_OK);
    assert_int_equal(om_selection_read(selection, 0, 5, selected), OM_OK);
    assert_memory_equal(selected, ((const uint8_t[]){0, 0, 1, 1, 1}), 5);
    assert_int_equal(om_selection_read(selection, 2, 5, selected), OM_INPUT);
    assert_message_has("'obs/sample/codes': row 5: found code 3, expected -1 to 2");
    om_selection_close(&selection);
    om_strings_destroy(&named);
    om_strings_destroy(&none);
    assert_int_equal(om_h5_close(&store), OM_OK);
}

static void samples_come_in_order_of_cells(void **state) {
    (void)state;
    const int32_t expected[N_CELLS] = {0, 0, 1, 2, 1, 0, 2, 1};
    om_h5 *store = make_store(samples_of_cells);
    om_samples *samples = NULL;
    assert_int_equal(om_samples_read(&samples, store), OM_OK);
    assert_int_equal(samples->n_cells, N_CELLS);
    assert_memory_equal(samples->of_cell, expected, sizeof expected);
    const char *const names[] = {"b", "a", "c"};
    const char *const patients[] = {"p1", "p2", "c"};
    assert_int_equal(om_strings_count(samples->names), 3);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(om_strings_get(samples->names, i), names[i]);
        assert_string_equal(om_strings_get(samples->patients, i), patients[i]);
    }
    om_samples_destroy(&samples);
    assert_int_equal(om_h5_close(&store), OM_OK);
}

static void cell_without_sample_is_refused(void **state) {
    (void)state;
    const int32_t codes[N_CELLS] = {1, 1, 0, -1, 0, 1, 2, 0};
    om_h5 *store = make_store(codes);
    om_samples *samples = NULL;
    assert_int_equal(om_samples_read(&samples, store), OM_INPUT);
    assert_null(samples);
    assert_message_has("store.h5ad: cell 3: found no sample");
    assert_int_equal(om_h5_close(&store), OM_OK);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_folder_make(folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metadata_and_samples_select),
        cmocka_unit_test(unknown_sample_is_refused),
        cmocka_unit_test(odd_code_is_refused),
        cmocka_unit_test(samples_come_in_order_of_cells),
        cmocka_unit_test(cell_without_sample_is_refused),
    };
    int failed = cmocka_run_group_tests_name("selection", tests, NULL, NULL);
    test_folder_remove(folder);
    MPI_Finalize();
    return failed;
}
