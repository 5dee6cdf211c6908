#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

#include <hdf5.h>
#include <sys/wait.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

enum { N_CELLS = 4, N_GENES = 5, N_NONZEROS = 6 };

static const int64_t indptr[N_CELLS + 1] = {0, 2, 2, 5, 6};
static const int32_t indices[N_NONZEROS] = {0, 4, 1, 2, 3, 4};
static const uint32_t values[N_NONZEROS] = {1, 4294967295U, 2, 3, 4, 5};

static void write_obs(om_h5 *file, int64_t n) {
    static const char *const names[] = {"c1", "c2", "c2", "K\xc3\xbc"};
    static const char *const samples[] = {"t4_Center", "t4_PBMC"};
    static const char *const columns[] = {"sample",   "note",   "n_genes",
                                          "pct_mito", "passed", "T/NK"};
    const int32_t codes[] = {1, -1, 0, 1};
    const int64_t n_genes[] = {2, 0, 3, 1};
    const double pct_mito[] = {0.5, 0, 1e-300, 100};
    const uint8_t passed[] = {1, 0, 1, 1};
    om_strings *index = test_strings(n, names);
    om_strings *categories = test_strings(n == 0 ? 0 : 2, samples);
    om_strings *order = test_strings(6, columns);
    assert_int_equal(om_h5ad_frame_begin(file, "obs", "cell_name", index), OM_OK);
    assert_int_equal(om_h5ad_frame_categories(file, "obs", "sample", n, codes, categories), OM_OK);
    assert_int_equal(om_h5ad_frame_strings(file, "obs", "note", index), OM_OK);
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "n_genes", OM_I64, n, n_genes), OM_OK);
    assert_int_equal(om_h5ad_frame_reserve(file, "obs", "pct_mito", OM_F64, n), OM_OK);
    assert_int_equal(om_h5_write_rows(file, "obs/pct_mito", OM_F64, 0, n, pct_mito), OM_OK);
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "passed", OM_BOOL, n, passed), OM_OK);
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "T/NK", OM_F64, n, pct_mito), OM_OK);
    assert_int_equal(om_h5ad_frame_end(file, "obs", order), OM_OK);
    om_strings_destroy(&order);
    om_strings_destroy(&categories);
    om_strings_destroy(&index);
}

static void write_var(om_h5 *file) {
    static const char *const genes[] = {"A", "MT-B", "A", "c", "D1"};
    om_strings *index = test_strings(N_GENES, genes);
    om_strings *order = test_strings(0, NULL);
    assert_int_equal(om_h5ad_frame_begin(file, "var", "gene", index), OM_OK);
    assert_int_equal(om_h5ad_frame_end(file, "var", order), OM_OK);
    om_strings_destroy(&order);
    om_strings_destroy(&index);
}

static void write_uns(om_h5 *file) {
    static const char *const missing[] = {"AIM:X", "TPI:Y"};
    om_strings *list = test_strings(2, missing);
    assert_int_equal(om_h5ad_uns_string(file, "tissue", "Head and Neck"), OM_OK);
    assert_int_equal(om_h5ad_uns_strings(file, "missing_genes", list), OM_OK);
    om_strings_destroy(&list);
}

/* A store of four cells, or of none, as the writers leave it; the sum of what they wrote. */
static om_digest write_store(const char *path, int64_t n) {
    static const int64_t nothing[1] = {0};
    om_h5 *file = NULL;
    int64_t n_nonzeros = n == 0 ? 0 : N_NONZEROS;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5ad_begin(file), OM_OK);
    write_obs(file, n);
    write_var(file);
    write_uns(file);
    assert_int_equal(om_h5ad_reserve_csr(file, "X", OM_U32, n, N_GENES, n_nonzeros), OM_OK);
    assert_int_equal(om_h5ad_write_csr_rows(file, "X", OM_U32, 0, n, n, 0,
                                            n == 0 ? nothing : indptr, indices, values),
                     OM_OK);
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    return digest;
}

static om_digest write_dense(const char *path) {
    static const double scores[N_CELLS * N_GENES] = {0.25, 1, 0.5};
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5ad_begin(file), OM_OK);
    write_obs(file, N_CELLS);
    write_var(file);
    assert_int_equal(om_h5ad_reserve_dense(file, "X", OM_F64, N_CELLS, N_GENES), OM_OK);
    assert_int_equal(om_h5_write_rows(file, "X", OM_F64, 0, N_CELLS, scores), OM_OK);
    om_digest digest = om_h5_digest(file);
    assert_int_equal(om_h5_close(&file), OM_OK);
    return digest;
}

static om_digest digest_of_file(const char *path) {
    om_digest digest;
    assert_int_equal(om_h5_digest_file(path, &digest), OM_OK);
    return digest;
}

static void assert_digest_of_file(const char *path, om_digest expected) {
    om_digest found = digest_of_file(path);
    assert_memory_equal(&found, &expected, sizeof found);
}

static void test_a_store_comes_back(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5ad");
    assert_digest_of_file(path, write_store(path, N_CELLS));
    om_h5 *file = NULL;
    om_strings *strings = NULL;
    int32_t *codes = NULL;
    int64_t *offsets = NULL;
    int64_t n_rows;
    int64_t n_columns;
    int64_t n_nonzeros;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5ad_read_index(file, "obs", &strings), OM_OK);
    assert_int_equal(om_strings_count(strings), N_CELLS);
    assert_string_equal(om_strings_get(strings, 3), "K\xc3\xbc");
    om_strings_destroy(&strings);
    assert_int_equal(om_h5ad_columns(file, "obs", &strings), OM_OK);
    assert_int_equal(om_strings_count(strings), 6);
    assert_string_equal(om_strings_get(strings, 5), "T/NK");
    om_strings_destroy(&strings);
    assert_int_equal(om_h5ad_columns(file, "var", &strings), OM_OK);
    assert_int_equal(om_strings_count(strings), 0);
    om_strings_destroy(&strings);
    assert_int_equal(om_h5ad_read_categories(file, "obs", "sample", &codes, &strings), OM_OK);
    assert_int_equal(codes[0], 1);
    assert_int_equal(codes[1], -1);
    assert_string_equal(om_strings_get(strings, codes[2]), "t4_Center");
    om_free(codes);
    om_strings_destroy(&strings);
    assert_int_equal(om_h5ad_read_categories(file, "obs", "note", &codes, &strings), OM_OK);
    assert_int_equal(om_strings_count(strings), 3);
    assert_int_equal(codes[2], 1);
    assert_int_equal(codes[3], 2);
    om_free(codes);
    om_strings_destroy(&strings);
    assert_int_equal(om_h5ad_csr_shape(file, "X", &n_rows, &n_columns, &n_nonzeros), OM_OK);
    assert_int_equal(n_rows, N_CELLS);
    assert_int_equal(n_columns, N_GENES);
    assert_int_equal(n_nonzeros, N_NONZEROS);
    assert_int_equal(om_h5ad_read_indptr(file, "X", &offsets), OM_OK);
    assert_memory_equal(offsets, indptr, sizeof indptr);
    om_free(offsets);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static void test_cells_are_read_by_range(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5ad");
    write_store(path, N_CELLS);
    om_h5 *file = NULL;
    om_counts *counts = NULL;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5ad_read_counts(&counts, file, "X", 1, 2), OM_OK);
    assert_int_equal(counts->n_genes, N_GENES);
    assert_int_equal(counts->n_cells_total, N_CELLS);
    assert_int_equal(counts->first_cell, 1);
    assert_int_equal(counts->n_cells, 2);
    assert_true(counts->integer);
    assert_int_equal(counts->indptr[0], 0);
    assert_int_equal(counts->indptr[1], 0);
    assert_int_equal(counts->indptr[2], 3);
    assert_int_equal(counts->indices[0], 1);
    assert_true(counts->values[2] == 4.0);
    om_counts_destroy(&counts);
    assert_int_equal(om_h5ad_read_counts(&counts, file, "X", 4, 0), OM_OK);
    assert_int_equal(counts->indptr[0], 0);
    om_counts_destroy(&counts);
    assert_int_equal(om_h5ad_read_counts(&counts, file, "X", 0, N_CELLS), OM_OK);
    assert_true(counts->values[1] == 4294967295.0);
    om_counts_destroy(&counts);
    assert_int_equal(om_h5ad_read_counts(&counts, file, "X", 3, 2), OM_INPUT);
    assert_null(counts);
    assert_message_has("object 'X': found 4 rows, expected rows 3 to 5");
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static void test_a_store_without_cells_works(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5ad");
    assert_digest_of_file(path, write_store(path, 0));
    om_h5 *file = NULL;
    om_counts *counts = NULL;
    int64_t *offsets = NULL;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5ad_read_counts(&counts, file, "X", 0, 0), OM_OK);
    assert_int_equal(counts->n_genes, N_GENES);
    om_counts_destroy(&counts);
    assert_int_equal(om_h5ad_read_indptr(file, "X", &offsets), OM_OK);
    assert_int_equal(offsets[0], 0);
    om_free(offsets);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

static void test_names_that_cannot_be_stored_are_refused(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5ad");
    const int64_t one = 1;
    om_h5 *file = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "", OM_I64, 1, &one), OM_INPUT);
    assert_message_has("object 'obs': found the column name ''");
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "n", OM_I64, 1, &one), OM_OK);
    assert_int_equal(om_h5ad_frame_numbers(file, "obs", "n", OM_I64, 1, &one), OM_INPUT);
    assert_message_has("object 'obs': found a second column 'n'");
    assert_int_equal(om_h5_close(&file), OM_OK);
}

/* Runs a Python script of the sources on a file; its exit code. */
static int run_python(const char *script, const char *path) {
    char command[1024];
    const char *python = getenv("OM_PYTHON");
    snprintf(command, sizeof command, "%s %s/%s %s > /dev/null",
             python == NULL ? "/usr/bin/python3" : python, OM_TEST_SOURCE_DIR, script, path);
    int result = system(command);
    return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

enum { NOT_INSTALLED = 77, NO_PYTHON = 127 };

static void test_anndata_opens_our_files(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5ad");
    for (int64_t turn = 0; turn < 3; turn++) {
        if (turn < 2) {
            write_store(path, turn == 0 ? N_CELLS : 0);
        } else {
            write_dense(path);
        }
        int code = run_python("tests/e2e/check_h5ad.py", path);
        if (code == NOT_INSTALLED || code == NO_PYTHON) {
            skip();
        }
        assert_int_equal(code, 0);
    }
}

static void assert_column(const om_h5 *file, const char *column, const char *const *expected) {
    int32_t *codes = NULL;
    om_strings *categories = NULL;
    assert_int_equal(om_h5ad_read_categories(file, "obs", column, &codes, &categories), OM_OK);
    for (int i = 0; i < 3; i++) {
        if (expected[i] == NULL) {
            assert_int_equal(codes[i], -1);
        } else {
            assert_string_equal(om_strings_get(categories, codes[i]), expected[i]);
        }
    }
    om_free(codes);
    om_strings_destroy(&categories);
}

static void test_files_of_anndata_are_read(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5ad");
    const char *const samples[] = {"t4_Center", NULL, "t4_Center"};
    const char *const patients[] = {"K\xc3\xbcrten", "b", "K\xc3\xbcrten"};
    const char *const barcodes[] = {"q", "p", "r"};
    const char *const batches[] = {"3", "1", "3"};
    const char *const numbers[] = {"2", "0", "1"};
    int code = run_python("tests/unit/io/make_h5ad.py", path);
    if (code == NOT_INSTALLED || code == NO_PYTHON) {
        skip();
    }
    assert_int_equal(code, 0);
    om_h5 *file = NULL;
    om_strings *index = NULL;
    om_counts *counts = NULL;
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5ad_read_index(file, "var", &index), OM_OK);
    assert_string_equal(om_strings_get(index, 3), "z");
    om_strings_destroy(&index);
    assert_column(file, "sample", samples);
    assert_column(file, "patient", patients);
    assert_column(file, "barcode", barcodes);
    assert_column(file, "batch", batches);
    assert_column(file, "n_genes", numbers);
    assert_int_equal(om_h5ad_read_counts(&counts, file, "X", 0, 3), OM_OK);
    assert_true(counts->integer);
    const int64_t offsets[] = {0, 2, 2, 3};
    const int32_t genes[] = {0, 2, 1};
    const double counted[] = {1, 3, 4};
    assert_memory_equal(counts->indptr, offsets, sizeof offsets);
    assert_memory_equal(counts->indices, genes, sizeof genes);
    assert_memory_equal(counts->values, counted, sizeof counted);
    om_counts_destroy(&counts);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

/* --- a change of any one element changes the digest --- */

static void copy_file(const char *from, const char *to) {
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    char buffer[4096];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, in)) > 0;) {
        fwrite(buffer, 1, n, out);
    }
    fclose(in);
    fclose(out);
}

/* Changes one byte of the last element of a data set or an attribute; false if it has none. */
static bool change_last_element(hid_t object) {
    bool attribute = H5Iget_type(object) == H5I_ATTR;
    hid_t type = attribute ? H5Aget_type(object) : H5Dget_type(object);
    hid_t space = attribute ? H5Aget_space(object) : H5Dget_space(object);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    if (n > 0) {
        size_t size = H5Tget_size(type);
        unsigned char *buffer = calloc((size_t)n, size);
        assert_true((attribute
                         ? H5Aread(object, type, buffer)
                         : H5Dread(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer)) >= 0);
        unsigned char *last = buffer + (size_t)(n - 1) * size;
        if (H5Tget_class(type) == H5T_STRING) {
            char *text = *(char **)(void *)last;
            text[strlen(text) - 1] ^= 1;
        } else {
            last[0] ^= 1;
        }
        assert_true((attribute
                         ? H5Awrite(object, type, buffer)
                         : H5Dwrite(object, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer)) >= 0);
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, buffer);
        free(buffer);
    }
    H5Sclose(space);
    H5Tclose(type);
    return n > 0;
}

/* Changes attribute `which` of an object, or with -1 its data. False if there is nothing to change.
 */
static bool change_object(const char *path, const char *name, int which) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    bool changed = false;
    if (which >= 0) {
        hid_t attribute = H5Aopen_by_idx(object, ".", H5_INDEX_NAME, H5_ITER_INC, (hsize_t)which,
                                         H5P_DEFAULT, H5P_DEFAULT);
        changed = change_last_element(attribute);
        H5Aclose(attribute);
    } else if (H5Iget_type(object) == H5I_DATASET) {
        changed = change_last_element(object);
    }
    H5Oclose(object);
    H5Fclose(file);
    return changed;
}

typedef struct mutation {
    const char *path;
    const char *copy;
    om_digest original;
    int changes;
} mutation;

static int count_attributes(const char *path, const char *name) {
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t object = H5Oopen(file, name, H5P_DEFAULT);
    int n = H5Aget_num_attrs(object);
    H5Oclose(object);
    H5Fclose(file);
    return n;
}

static void mutate_object(mutation *test, const char *name) {
    int n = count_attributes(test->path, name);
    for (int which = -1; which < n; which++) {
        copy_file(test->path, test->copy);
        if (change_object(test->copy, name, which)) {
            om_digest changed = digest_of_file(test->copy);
            if (changed.lane[0] == test->original.lane[0] ||
                changed.lane[1] == test->original.lane[1]) {
                fail_msg("a change of %s (%d) is not seen", name, which);
            }
            test->changes++;
        }
    }
}

static void mutate_below(mutation *test, const char *group) {
    om_h5 *file = NULL;
    om_strings *names = NULL;
    assert_int_equal(om_h5_open(&file, test->path), OM_OK);
    om_status listed = om_h5_list(file, group, &names);
    assert_int_equal(om_h5_close(&file), OM_OK);
    for (int64_t i = 0; listed == OM_OK && i < om_strings_count(names); i++) {
        char path[512];
        snprintf(path, sizeof path, "%s%s%s", group, group[0] == '\0' ? "" : "/",
                 om_strings_get(names, i));
        mutate_object(test, path);
        mutate_below(test, path);
    }
    om_strings_destroy(&names);
}

static void test_a_change_of_any_object_changes_the_digest(void **state) {
    (void)state;
    mutation test = {.path = test_path(test_folder, "file.h5ad"),
                     .copy = test_path(test_folder, "copy.h5ad")};
    test.original = write_store(test.path, N_CELLS);
    mutate_object(&test, "/");
    mutate_below(&test, "");
    /* 14 data sets and 2 x 22 encodings, 2 indices, 1 column-order that is not empty, 1 ordered,
     * 1 shape; the arrays of X carry no encoding. */
    assert_int_equal(test.changes, 63);
}

static void test_damaged_matrices_are_input_errors(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5ad");
    om_h5 *file = NULL;
    om_counts *counts = NULL;
    static const struct {
        const char *object;
        int64_t element;
        double value;
        const char *message;
    } damages[] = {
        {"X/indptr", 2, 1, "object 'X/indptr': row 2: found offset 1, expected 2 to 6"},
        {"X/indptr", 4, 7, "object 'X/indptr': row 4: found offset 7, expected 5 to 6"},
        {"X/indices", 3, 5, "object 'X': row 2: found column 5, expected 0 to 4"},
        {"X/indices", 3, -1, "object 'X': row 2: found column -1, expected 0 to 4"},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        double all[8] = {0};
        write_store(path, N_CELLS);
        hid_t raw = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
        hid_t set = H5Dopen2(raw, damages[i].object, H5P_DEFAULT);
        H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all);
        all[damages[i].element] = damages[i].value;
        H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all);
        H5Dclose(set);
        H5Fclose(raw);
        assert_int_equal(om_h5_open(&file, path), OM_OK);
        assert_int_equal(om_h5ad_read_counts(&counts, file, "X", 0, N_CELLS), OM_INPUT);
        assert_null(counts);
        assert_message_has(damages[i].message);
        assert_int_equal(om_h5_close(&file), OM_OK);
    }
}

static void test_other_files_are_input_errors(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "file.h5ad");
    om_h5 *file = NULL;
    int64_t *offsets = NULL;
    om_strings *strings = NULL;
    int32_t *codes = NULL;
    write_dense(path);
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    assert_int_equal(om_h5ad_read_indptr(file, "X", &offsets), OM_INPUT);
    assert_message_has("object 'X': found encoding-type 'array', expected 'csr_matrix'");
    assert_int_equal(om_h5ad_read_index(file, "raw", &strings), OM_INPUT);
    assert_message_has("object 'raw': not found");
    assert_int_equal(om_h5ad_read_index(file, "X", &strings), OM_INPUT);
    assert_message_has("object 'X': attribute '_index' not found");
    assert_int_equal(om_h5ad_read_categories(file, "obs", "patient", &codes, &strings), OM_INPUT);
    assert_message_has("object 'obs/patient': not found");
    assert_null(codes);
    assert_null(strings);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_a_store_comes_back),
        test_in_folder(test_cells_are_read_by_range),
        test_in_folder(test_a_store_without_cells_works),
        test_in_folder(test_names_that_cannot_be_stored_are_refused),
        test_in_folder(test_anndata_opens_our_files),
        test_in_folder(test_files_of_anndata_are_read),
        test_in_folder(test_a_change_of_any_object_changes_the_digest),
        test_in_folder(test_damaged_matrices_are_input_errors),
        test_in_folder(test_other_files_are_input_errors),
    };
    return cmocka_run_group_tests_name("h5ad", tests, NULL, NULL);
}
