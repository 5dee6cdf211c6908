/* A synthetic.h5ad that is none: all ranks get the same failure, which names file, object and row.
 */
#include "oncomark/sample_table.h"

#include "oncomark/training_set.h"
#include "tiny_synthetic.h"
#include "unit_test.h"

#include "h5_files.h"

static om_ctx *ctx;
static char folder[TEST_PATH];
static char path[2 * TEST_PATH];

/* Writes the file anew with another object in its place; `n` 0: with none. */
static void replace(const char *object, hid_t type, int64_t n, const void *values) {
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        tiny_write(path);
        test_h5_remove(path, object);
        if (n > 0) {
            test_h5_put(path, object, type, n, values);
        }
    }
    MPI_Barrier(om_context_comm(ctx));
}

static void assert_refused(const char *message) {
    om_sample_table *table = NULL;
    assert_int_equal(om_sample_table_read(&table, ctx, path), OM_INPUT);
    assert_null(table);
    assert_message_has(path);
    assert_message_has(message);
}

static void test_wrong_columns_are_refused(void **state) {
    (void)state;
    static int64_t labels[TINY_SAMPLES];
    static int32_t codes[TINY_SAMPLES];
    labels[7] = 2;
    replace("obs/label", H5T_NATIVE_INT64, TINY_SAMPLES, labels);
    assert_refused("obs/label: row 7: found 2, expected 0 or 1");
    replace("obs/label", H5T_NATIVE_INT64, 0, NULL);
    assert_refused("object 'obs/label': not found");
    codes[9] = -1;
    replace("obs/patient/codes", H5T_NATIVE_INT32, TINY_SAMPLES, codes);
    assert_refused("obs/patient: row 9 has no value, expected one in every row");
    codes[9] = OM_N_HALLMARKS;
    replace("obs/hallmark/codes", H5T_NATIVE_INT32, TINY_SAMPLES, codes);
    assert_refused("object 'obs/hallmark/codes': row 9: found code 10, expected -1 to 9");
}

static void test_unknown_hallmarks_are_refused(void **state) {
    (void)state;
    const char names[OM_N_HALLMARKS][4] = {"AIM", "DCE", "EGS", "XYZ", "RCD",
                                           "SPS", "AID", "IA",  "ERI", "TPI"};
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        tiny_write(path);
        test_h5_remove(path, "obs/hallmark/categories");
        test_h5_put_fixed(path, "obs/hallmark/categories", 4, OM_N_HALLMARKS, names[0]);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_refused("obs/hallmark: row 12: found \"XYZ\", expected a hallmark's code (AIM .. TPI)");
}

/* Counts are sums; only the rank that reads these rows can find the fault. */
static void test_values_that_are_no_counts_are_refused(void **state) {
    (void)state;
    const int64_t genes[] = {1, 2, 3};
    static double values[TINY_SAMPLES * TINY_GENES];
    om_sample_table *table = NULL;
    om_training_set *set = NULL;
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    if (om_context_is_root(ctx)) {
        int n_dimensions = 0;
        om_h5 *file = NULL;
        tiny_write(path);
        assert_int_equal(om_h5_open(&file, path), OM_OK);
        assert_int_equal(om_h5_shape(file, "X/data", &n_dimensions, shape), OM_OK);
        assert_int_equal(om_h5_close(&file), OM_OK);
    }
    assert_int_equal(om_broadcast(ctx, 0, shape, sizeof shape), OM_OK);
    for (int64_t i = 0; i < shape[0]; i++) {
        values[i] = 1;
    }
    values[shape[0] - 1] = 2.5;
    replace("X/data", H5T_NATIVE_DOUBLE, shape[0], values);
    assert_int_equal(om_sample_table_read(&table, ctx, path), OM_OK);
    assert_int_equal(om_training_set_create(&set, ctx, path, table, genes, 3), OM_INPUT);
    assert_null(set);
    assert_message_has("have values that are no whole numbers, expected sums of counts");
    om_sample_table_destroy(&table);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    strcpy(path, test_path(folder, "synthetic.h5ad"));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_columns_are_refused),
        cmocka_unit_test(test_unknown_hallmarks_are_refused),
        cmocka_unit_test(test_values_that_are_no_counts_are_refused),
    };
    int failed = cmocka_run_group_tests_name("sample_table", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
