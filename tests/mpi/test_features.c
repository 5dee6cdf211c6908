/* Sample table, features, training set and scaler from a file, against sums over all its rows. */
#include "oncomark/features.h"

#include "oncomark/memory.h"
#include "oncomark/training_set.h"
#include "oncomark/transform.h"
#include "tiny_synthetic.h"
#include "unit_test.h"

#include "h5_files.h"
#include <math.h>

static om_ctx *ctx;
static char path[2 * TEST_PATH];
static uint32_t counts[TINY_SAMPLES][TINY_GENES];
static om_sample_table *table;

static void test_sample_table(void **state) {
    (void)state;
    assert_int_equal(table->n_samples, TINY_SAMPLES);
    assert_int_equal(table->n_patients, TINY_PATIENTS);
    assert_int_equal(table->n_biopsies, TINY_PATIENTS);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        tiny_row is = tiny_row_of(row);
        assert_int_equal(table->task[row], is.task);
        assert_int_equal(table->label[row], is.label);
        assert_int_equal(table->patient[row], is.patient);
        assert_int_equal(table->biopsy[row], is.patient);
        assert_int_equal(table->study[row], is.patient / 6);
        assert_int_equal(table->tissue[row], is.patient / 6);
    }
    assert_int_equal(om_strings_count(table->studies), 2);
    assert_string_equal(om_strings_get(table->studies, 0), "Study0");
    assert_string_equal(om_strings_get(table->studies, 1), "Study1");
    assert_int_equal(om_strings_count(table->tissues), 2);
    assert_string_equal(om_strings_get(table->tissues, 0), "Tissue0");
    assert_string_equal(om_strings_get(table->tissues, 1), "Tissue1");
}

/* Whether gene is among the `most` most variable of a label, by whole numbers. */
static bool is_variable(int label, const bool *counted, int gene, int most) {
    om_wide variance[TINY_GENES];
    for (int g = 0; g < TINY_GENES; g++) {
        om_wide n = 0, sum = 0, squares = 0;
        for (int64_t row = 0; row < TINY_SAMPLES; row++) {
            if (counted[row] && tiny_row_of(row).label == label) {
                n++;
                sum += counts[row][g];
                squares += (om_wide)counts[row][g] * counts[row][g];
            }
        }
        variance[g] = n * squares - sum * sum;
    }
    int above = 0;
    for (int g = 0; g < TINY_GENES; g++) {
        above += variance[g] > variance[gene] || (variance[g] == variance[gene] && g < gene);
    }
    return above < most;
}

static void test_features(void **state) {
    (void)state;
    bool counted[TINY_SAMPLES];
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        counted[row] = row % 3 != 1;
    }
    int64_t *genes = NULL;
    int64_t n = 0;
    int64_t nonzeros = 0;
    assert_int_equal(om_features_read(&genes, &n, ctx, path, table, counted, 40, &nonzeros), OM_OK);
    int64_t found = 0;
    for (int g = 0; g < TINY_GENES; g++) {
        if (is_variable(0, counted, g, 40) && is_variable(1, counted, g, 40)) {
            assert_true(found < n);
            assert_int_equal(genes[found++], g);
        }
    }
    assert_int_equal(found, n);
    assert_true(n > 10 && n < 40);
    int64_t expected_nonzeros = 0;
    for (int64_t i = 0; i < TINY_SAMPLES * TINY_GENES; i++) {
        expected_nonzeros += counts[i / TINY_GENES][i % TINY_GENES] > 0;
    }
    int64_t mine = nonzeros;
    assert_int_equal(om_sum_i64(ctx, &nonzeros, 1), OM_OK);
    assert_int_equal(nonzeros, expected_nonzeros);
    assert_true(mine > 0);
    om_free(genes);
}

static void test_training_set(void **state) {
    (void)state;
    const int64_t genes[] = {0, 3, 8, 20, 21, 22, 23, 40, TINY_GENES - 1};
    enum { N = 9 };
    om_training_set *set = NULL;
    assert_int_equal(om_training_set_create(&set, ctx, path, table, genes, N), OM_OK);
    const uint16_t *ranks = om_training_set_ranks(set);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        for (int f = 0; f < N; f++) {
            int above = 0, same = 0;
            for (int other = 0; other < N; other++) {
                above += counts[row][genes[other]] > counts[row][genes[f]];
                same += counts[row][genes[other]] == counts[row][genes[f]];
            }
            assert_int_equal(ranks[row * N + f], 2 * above + same + 1);
        }
    }
    int64_t rows[TINY_SAMPLES / 2];
    for (int64_t i = 0; i < TINY_SAMPLES / 2; i++) {
        rows[i] = 2 * i + 1;
    }
    double mean[N], sd[N];
    assert_int_equal(om_training_set_scale(ctx, set, rows, TINY_SAMPLES / 2, mean, sd), OM_OK);
    for (int f = 0; f < N; f++) {
        double expected = 0, squares = 0;
        for (int64_t i = 0; i < TINY_SAMPLES / 2; i++) {
            expected += log2(ranks[rows[i] * N + f] / 2.0) / (TINY_SAMPLES / 2);
        }
        for (int64_t i = 0; i < TINY_SAMPLES / 2; i++) {
            double distance = log2(ranks[rows[i] * N + f] / 2.0) - expected;
            squares += distance * distance / (TINY_SAMPLES / 2);
        }
        assert_true(fabs(mean[f] - expected) < 1e-12);
        assert_true(fabs(sd[f] - sqrt(squares)) < 1e-11);
    }
    om_training_set_destroy(&set);
}

/* Exchanges the two codes of a column; on one rank. */
static void exchange_codes(const char *file_path, const char *name) {
    static int8_t codes[TINY_SAMPLES];
    hid_t file = H5Fopen(file_path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t data_set = H5Dopen2(file, name, H5P_DEFAULT);
    assert_true(H5Dread(data_set, H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, codes) >= 0);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        codes[row] = (int8_t)(1 - codes[row]);
    }
    assert_true(H5Dwrite(data_set, H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, codes) >= 0);
    H5Dclose(data_set);
    H5Fclose(file);
}

/* Numbers go by the rows, not by the order in which the file lists its categories. */
static void test_numbers_by_first_appearance(void **state) {
    (void)state;
    char other[sizeof path + 8];
    snprintf(other, sizeof other, "%s.other", path);
    if (om_context_is_root(ctx)) {
        tiny_write(other);
        exchange_codes(other, "obs/tissue/codes");
    }
    MPI_Barrier(om_context_comm(ctx));
    om_sample_table *read = NULL;
    assert_int_equal(om_sample_table_read(&read, ctx, other), OM_OK);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        assert_int_equal(read->tissue[row], tiny_row_of(row).patient / 6);
    }
    assert_string_equal(om_strings_get(read->tissues, 0), "Tissue1");
    assert_string_equal(om_strings_get(read->tissues, 1), "Tissue0");
    assert_string_equal(om_strings_get(read->studies, 0), "Study0");
    om_sample_table_destroy(&read);
    if (om_context_is_root(ctx)) {
        unlink(other);
    }
}

/* Replaces a data set of the file by its first `n` values, all 0; on one rank. */
static void shorten(const char *file_path, const char *name, int64_t n) {
    static const int64_t zeros[TINY_SAMPLES] = {0};
    test_h5_remove(file_path, name);
    test_h5_put(file_path, name, H5T_NATIVE_INT64, n, zeros);
}

static void expect_bad_column(const char *name, const char *message) {
    char broken[sizeof path + 8];
    om_sample_table *none = NULL;
    snprintf(broken, sizeof broken, "%s.broken", path);
    if (om_context_is_root(ctx)) {
        tiny_write(broken);
        shorten(broken, name, 7);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(om_sample_table_read(&none, ctx, broken), OM_INPUT);
    assert_null(none);
    assert_message_has(message);
    if (om_context_is_root(ctx)) {
        unlink(broken);
    }
}

static void test_columns_shorter_than_x(void **state) {
    (void)state;
    expect_bad_column("obs/patient/codes", "'obs/patient/codes': found 7 values, expected 480");
    expect_bad_column("obs/hallmark/codes", "'obs/hallmark/codes': found 7 values, expected 480");
    expect_bad_column("obs/label", "'obs/label': found 7 rows");
}

static void test_missing_file(void **state) {
    (void)state;
    om_sample_table *none = NULL;
    assert_int_equal(om_sample_table_read(&none, ctx, "/nonexistent/synthetic.h5ad"), OM_INPUT);
    assert_null(none);
    assert_message_has("/nonexistent/synthetic.h5ad");
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    char folder[TEST_PATH];
    tiny_share(ctx, folder, path);
    for (int64_t row = 0; row < TINY_SAMPLES; row++) {
        tiny_counts(row, counts[row]);
    }
    if (om_sample_table_read(&table, ctx, path) != OM_OK) {
        fprintf(stderr, "%s\n", om_error_message());
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_table), cmocka_unit_test(test_features),
        cmocka_unit_test(test_training_set), cmocka_unit_test(test_columns_shorter_than_x),
        cmocka_unit_test(test_missing_file), cmocka_unit_test(test_numbers_by_first_appearance),
    };
    int failed = cmocka_run_group_tests_name("features", tests, NULL, NULL);
    om_sample_table_destroy(&table);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failed;
}
