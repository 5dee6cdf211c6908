/* AnnData files of all versions as studies. */
#include "cells/study_place.h"

#include "oncomark/h5ad.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "h5_files.h"
#include "study_test.h"
#include "text_files.h"

#include <math.h>
#include <mpi.h>

static const char *const cell_names[] = {"c1", "c2", "c3"};
static const char *const symbols[] = {" TP53", "MYC"};
static const char *const identifiers[] = {"ENSG1", "ENSG2"};

static om_h5 *create(char path[2 * TEST_PATH]) {
    om_h5 *file = NULL;
    strcpy(path, test_path(test_folder, "a.h5ad"));
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    return file;
}

static void finish(om_h5 *file) {
    assert_int_equal(om_h5_close(&file), OM_OK);
}

/* Three entries of three cells x two genes, by cell or by gene. */
static void write_sparse(om_h5 *file, const char *path, const char *type, bool old) {
    bool by_gene = strncmp(type, "csc", 3) == 0;
    const int32_t indices[] = {0, 1, 1};
    const float data[] = {1, 2, 3};
    const int32_t by_cell_offsets[] = {0, 1, 3, 3};
    const int32_t by_gene_offsets[] = {0, 1, 3};
    const int64_t shape[] = {3, 2};
    char part[64];
    snprintf(part, sizeof part, "%s/indices", path);
    test_h5_numbers(file, part, OM_I32, 3, indices);
    snprintf(part, sizeof part, "%s/data", path);
    test_h5_numbers(file, part, OM_F32, 3, data);
    snprintf(part, sizeof part, "%s/indptr", path);
    test_h5_numbers(file, part, OM_I32, by_gene ? 3 : 4,
                    by_gene ? by_gene_offsets : by_cell_offsets);
    assert_int_equal(
        om_h5_write_attribute_string(file, path, old ? "h5sparse_format" : "encoding-type", type),
        OM_OK);
    assert_int_equal(
        om_h5_write_attribute_i64(file, path, old ? "h5sparse_shape" : "shape", 2, shape), OM_OK);
}

static void begin_frame(om_h5 *file, const char *frame, const char *index, int64_t n,
                        const char *const *names) {
    om_strings *strings = test_strings(n, names);
    assert_int_equal(om_h5ad_frame_begin(file, frame, index, strings), OM_OK);
    om_strings_destroy(&strings);
}

static void end_frame(om_h5 *file, const char *frame, int64_t n, const char *const *columns) {
    om_strings *strings = test_strings(n, columns);
    assert_int_equal(om_h5ad_frame_end(file, frame, strings), OM_OK);
    om_strings_destroy(&strings);
}

static void write_plain_var(om_h5 *file, const char *frame) {
    begin_frame(file, frame, "_index", 2, symbols);
    end_frame(file, frame, 0, NULL);
}

static void write_plain_obs(om_h5 *file) {
    begin_frame(file, "obs", "_index", 3, cell_names);
    end_frame(file, "obs", 0, NULL);
}

/* Puts in genes and matrix as they mostly are. */
static void finish_plainly(om_h5 *file) {
    write_plain_var(file, "var");
    write_sparse(file, "X", "csr_matrix", false);
    finish(file);
}

static void put_categories(om_h5 *file, const char *column, const int32_t *codes, int64_t n,
                           const char *const *texts) {
    om_strings *categories = test_strings(n, texts);
    assert_int_equal(om_h5ad_frame_categories(file, "obs", column, 3, codes, categories), OM_OK);
    om_strings_destroy(&categories);
}

/* Columns of every kind. */
static void write_obs(om_h5 *file) {
    const int32_t samples[] = {2, 0, 2};
    const int32_t cell_types[] = {1, -1, 0};
    const int32_t blanks[] = {0, 0, 1};
    const int64_t counts[] = {7, -1, 1000000};
    const float shares[] = {0.5F, NAN, INFINITY};
    const double nothing[] = {NAN, NAN, NAN};
    const uint8_t bools[] = {1, 0, 1};
    const uint8_t mask[] = {0, 1, 0};
    const int64_t several[] = {1, 2, 3, 4, 5, 6};
    begin_frame(file, "obs", "barcode", 3, cell_names);
    put_categories(file, "n_cells", cell_types, 2, (const char *[]){"some", "many"});
    put_categories(file, "Sample", samples, 3, (const char *[]){"A", "unused", "B"});
    put_categories(file, "blanks", blanks, 2, (const char *[]){" ", "NA"});
    test_h5_strings(file, "obs/text", 3, (const char *[]){"x", "y ", "x"});
    test_h5_numbers(file, "obs/counts", OM_I64, 3, counts);
    test_h5_numbers(file, "obs/Patient", OM_I64, 3, counts);
    test_h5_numbers(file, "obs/shares", OM_F32, 3, shares);
    test_h5_numbers(file, "obs/nothing", OM_F64, 3, nothing);
    test_h5_numbers(file, "obs/bools", OM_BOOL, 3, bools);
    test_h5_numbers(file, "obs/gaps/values", OM_I64, 3, counts);
    test_h5_numbers(file, "obs/gaps/mask", OM_BOOL, 3, mask);
    test_h5_numbers(file, "obs/bool_gaps/values", OM_BOOL, 3, bools);
    test_h5_numbers(file, "obs/bool_gaps/mask", OM_BOOL, 3, mask);
    assert_int_equal(om_h5_write(file, "obs/several", OM_I64, 2, (const int64_t[]){3, 2}, several),
                     OM_OK);
    end_frame(file, "obs", 12,
              (const char *[]){"n_cells", "counts", "Sample", "Patient", "blanks", "text", "shares",
                               "nothing", "bools", "gaps", "bool_gaps", "several"});
}

static void check_obs(const om_study *study) {
    test_strings_are(study->cell_names, 3, cell_names);
    test_column_names(study, 11,
                      (const char *[]){"sample", "patient", "n_cells", "counts", "blanks", "text",
                                       "shares", "nothing", "bools", "gaps", "bool_gaps"});
    assert_string_equal(test_category(study, "sample", 0), "B");
    assert_string_equal(test_category(study, "sample", 1), "A");
    assert_int_equal(test_column(study, "sample")->codes[0], 0); /* by first appearance */
    assert_int_equal(om_strings_count(test_column(study, "sample")->categories), 2);
    assert_string_equal(test_category(study, "patient", 1), "-1"); /* names that are numbers */
    assert_string_equal(test_category(study, "patient", 2), "1000000");
    assert_string_equal(test_category(study, "n_cells", 0), "many");
    assert_string_equal(test_category(study, "n_cells", 1), "-");
    assert_string_equal(test_category(study, "blanks", 0), "-");
    assert_string_equal(test_category(study, "blanks", 2), "-");
    assert_int_equal(om_strings_count(test_column(study, "blanks")->categories), 0);
    assert_string_equal(test_category(study, "text", 1), "y");
    assert_true(test_column(study, "counts")->numbers[2] == 1000000);
    assert_true(isnan(test_column(study, "shares")->numbers[1]) &&
                test_column(study, "shares")->numbers[0] == 0.5);
    assert_string_equal(test_category(study, "nothing", 0),
                        "-"); /* as an empty column of a table */
    assert_string_equal(test_category(study, "bools", 0), "True");
    assert_string_equal(test_category(study, "bools", 1), "False");
    assert_true(test_column(study, "gaps")->numbers[0] == 7 &&
                isnan(test_column(study, "gaps")->numbers[1]));
    assert_string_equal(test_category(study, "bool_gaps", 1), "-");
    assert_string_equal(test_category(study, "bool_gaps", 2), "True");
}

static void test_columns_of_every_kind(void **state) {
    (void)state;
    char path[2 * TEST_PATH];
    om_study *study = NULL;
    long warnings = 0;
    om_h5 *file = create(path);
    write_obs(file);
    finish_plainly(file);
    om_data_set data_set = test_data_set(path);
    study = test_study(&data_set, &warnings);
    assert_int_equal(warnings, 1); /* several values a row */
    check_obs(study);
    test_strings_are(study->genes, 2, (const char *[]){"TP53", "MYC"});
    assert_int_equal(study->matrix->layout, OM_MATRIX_CELLS);
    assert_string_equal(study->matrix->indptr, "X/indptr");
    assert_true(study->matrix->n_cells == 3 && study->matrix->n_genes == 2 &&
                study->matrix->n_nonzeros == 3 && study->matrix->n_kept == 2);
    om_study_destroy(&study);
}

static void test_layouts(void **state) {
    (void)state;
    static const struct {
        const char *type;
        bool old;
        om_matrix_layout layout;
        int64_t n_nonzeros;
    } cases[] = {
        {"csr_matrix", false, OM_MATRIX_CELLS, 3}, {"csc_matrix", false, OM_MATRIX_GENES, 3},
        {"csr", true, OM_MATRIX_CELLS, 3},         {"csc", true, OM_MATRIX_GENES, 3},
        {NULL, false, OM_MATRIX_DENSE, 6},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[2 * TEST_PATH];
        om_study *study = NULL;
        om_h5 *file = create(path);
        const float dense[6] = {0};
        const int64_t shape[] = {3, 2};
        write_plain_obs(file);
        write_plain_var(file, "var");
        if (cases[i].type != NULL) {
            write_sparse(file, "X", cases[i].type, cases[i].old);
        } else {
            assert_int_equal(om_h5_write(file, "X", OM_F32, 2, shape, dense), OM_OK);
        }
        finish(file);
        om_data_set data_set = test_data_set(path);
        long warnings = 0;
        study = test_study(&data_set, &warnings);
        assert_int_equal(warnings, 1); /* no sample, and so no patient */
        assert_string_equal(test_category(study, "sample", 2), "Some2024_Lung");
        assert_string_equal(test_category(study, "patient", 2), "Some2024_Lung");
        assert_int_equal(study->matrix->layout, cases[i].layout);
        assert_int_equal(study->matrix->n_nonzeros, cases[i].n_nonzeros);
        om_study_destroy(&study);
    }
}

static void test_gene_symbols(void **state) {
    (void)state;
    static const struct {
        const char *column;
        const char *key;
        bool takes_column;
        const char *message;
    } cases[] = {
        {"feature_name", NULL, true, NULL},
        {"gene_symbols", NULL, true, NULL},
        {"feature_name", "index", false, NULL},
        {"feature_name", "feature_name", true, NULL},
        {"names", NULL, false, NULL},
        {"names", "names", true, NULL},
        {"names", "symbol", false,
         "a.h5ad: object 'var': found the columns names, expected the column 'symbol', which the "
         "key 'gene_symbols' names"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[2 * TEST_PATH];
        char column[64];
        char key[64];
        om_study *study = NULL;
        om_h5 *file = create(path);
        write_plain_obs(file);
        begin_frame(file, "var", "_index", 2, identifiers);
        snprintf(column, sizeof column, "var/%s", cases[i].column);
        test_h5_strings(file, column, 2, symbols);
        end_frame(file, "var", 1, &cases[i].column);
        write_sparse(file, "X", "csr_matrix", false);
        finish(file);
        om_data_set data_set = test_data_set(path);
        if (cases[i].key != NULL) {
            strcpy(key, cases[i].key);
            data_set.gene_symbols = key;
        }
        if (cases[i].message != NULL) {
            test_study_is_refused(&data_set, cases[i].message);
            continue;
        }
        study = test_study(&data_set, NULL);
        assert_string_equal(om_strings_get(study->genes, 0),
                            cases[i].takes_column ? "TP53" : "ENSG1");
        om_study_destroy(&study);
    }
}

/* A categorical column of symbols, one of them missing. */
static void test_genes_without_symbols(void **state) {
    (void)state;
    char path[2 * TEST_PATH];
    om_study *study = NULL;
    long warnings = 0;
    const int32_t codes[] = {-1, 0};
    om_h5 *file = create(path);
    const char *const columns[] = {"feature_name"};
    om_strings *categories = test_strings(1, (const char *[]){"MYC"});
    write_plain_obs(file);
    begin_frame(file, "var", "_index", 2, identifiers);
    assert_int_equal(om_h5ad_frame_categories(file, "var", "feature_name", 2, codes, categories),
                     OM_OK);
    end_frame(file, "var", 1, columns);
    write_sparse(file, "X", "csr_matrix", false);
    finish(file);
    om_data_set data_set = test_data_set(path);
    study = test_study(&data_set, &warnings);
    assert_int_equal(warnings, 2); /* no sample */
    test_strings_are(study->genes, 2, (const char *[]){"ENSG1", "MYC"});
    om_study_destroy(&study);
    om_strings_destroy(&categories);
}

static void test_raw(void **state) {
    (void)state;
    for (int old = 0; old < 2; old++) {
        char path[2 * TEST_PATH];
        om_study *study = NULL;
        const float dense[] = {0, -1, 2};
        om_h5 *file = create(path);
        write_plain_obs(file);
        begin_frame(file, "var", "_index", 1, (const char *[]){"MYC"});
        end_frame(file, "var", 0, NULL);
        assert_int_equal(om_h5_write(file, "X", OM_F32, 2, (const int64_t[]){3, 1}, dense), OM_OK);
        write_sparse(file, old ? "raw.X" : "raw/X", old ? "csr" : "csr_matrix", old);
        write_plain_var(file, old ? "raw.var" : "raw/var");
        finish(file);
        om_data_set data_set = test_data_set(path);
        study = test_study(&data_set, NULL);
        assert_int_equal(study->matrix->n_genes, 1);
        om_study_destroy(&study);
        data_set.raw = true;
        study = test_study(&data_set, NULL);
        assert_int_equal(study->matrix->n_genes, 2);
        assert_string_equal(study->matrix->data, old ? "raw.X/data" : "raw/X/data");
        om_study_destroy(&study);
    }
    char path[2 * TEST_PATH];
    om_h5 *file = create(path);
    write_plain_obs(file);
    finish_plainly(file);
    om_data_set data_set = test_data_set(path);
    char text[] = "x";
    data_set.raw = true;
    test_study_is_refused(&data_set,
                          "a.h5ad: found no objects 'raw/X' and 'raw/var', expected them, by the");
    data_set.raw = false;
    data_set.genome = text;
    test_study_is_refused(&data_set,
                          "a.h5ad: found an .h5ad file, for which the key 'genome' has no meaning");
}

static void test_tables_by_key(void **state) {
    (void)state;
    char path[2 * TEST_PATH];
    char cells[2 * TEST_PATH];
    char metadata[2 * TEST_PATH];
    om_study *study = NULL;
    long warnings = 0;
    om_h5 *file = create(path);
    write_obs(file);
    finish_plainly(file);
    om_data_set data_set = test_data_set(path);
    strcpy(metadata, test_write(test_folder, "m.csv", "sample,patient,kind\nA,p,1\nB,q,2\n"));
    data_set.metadata = metadata;
    study = test_study(&data_set, &warnings);
    assert_string_equal(test_category(study, "patient", 0), "q"); /* goes before that of obs */
    assert_true(test_column(study, "kind")->numbers[1] == 1);
    assert_int_equal(study->n_columns, 12);
    om_study_destroy(&study);

    strcpy(cells, test_write(test_folder, "c.csv", "n,sample\nx,B\ny,B\nz,A\n"));
    data_set.cells = cells;
    study = test_study(&data_set, &warnings);
    assert_int_equal(warnings, 0);
    test_strings_are(study->cell_names, 3, (const char *[]){"x", "y", "z"});
    test_column_names(study, 3, (const char *[]){"sample", "patient", "kind"});
    assert_string_equal(test_category(study, "patient", 2), "p");
    om_study_destroy(&study);
    test_write(test_folder, "c.csv", "n,sample\nc1,B\nc3,B\nc2,A\n");
    test_study_is_refused(&data_set,
                          "c.csv: found c3 as cell 2, expected it as cell 3, the order of the");
    test_write(test_folder, "c.csv", "n,sample\nc1,B\n");
    test_study_is_refused(&data_set, "c.csv: found 1 cells, expected 3, the cells of ");
}

/* AnnData 0.7: codes whose attribute refers to the categories. */
static void test_categories_by_reference(void **state) {
    (void)state;
    char path[2 * TEST_PATH];
    om_study *study = NULL;
    om_h5 *file = create(path);
    begin_frame(file, "obs", "_index", 3, cell_names);
    test_h5_strings(file, "obs/__categories/sample", 2, (const char *[]){"A", "B"});
    end_frame(file, "obs", 1, (const char *[]){"sample"});
    finish_plainly(file);
    const int8_t codes[] = {1, 1, 0};
    const int8_t beyond[] = {1, 2, 0};
    test_h5_put(path, "obs/sample", H5T_NATIVE_INT8, 3, codes);
    test_h5_refer(path, "obs/sample", "categories", "obs/__categories/sample");
    om_data_set data_set = test_data_set(path);
    study = test_study(&data_set, NULL);
    assert_string_equal(test_category(study, "sample", 1), "B");
    assert_string_equal(test_category(study, "sample", 2), "A");
    om_study_destroy(&study);

    test_h5_remove(path, "obs/sample");
    test_h5_put(path, "obs/sample", H5T_NATIVE_INT8, 3, beyond);
    test_h5_refer(path, "obs/sample", "categories", "obs/__categories/sample");
    test_study_is_refused(&data_set,
                          "a.h5ad: object 'obs/sample': row 1: found code 2, expected -1 to 1");
}

/* A row of obs before AnnData 0.7. */
typedef struct old_row {
    char index[4];
    int8_t sample;
    float share;
    int8_t flag;
    char text[3];
} old_row;

static void put_old_obs(const char *path) {
    const old_row rows[3] = {{"c1", 1, 0.5F, 1, "ab"}, {"c2", 0, 2, 0, "abc"}, {"c3", 1, 3, 1, ""}};
    hid_t index = H5Tcopy(H5T_C_S1);
    hid_t text = H5Tcopy(H5T_C_S1);
    hid_t flag = H5Tenum_create(H5T_NATIVE_INT8);
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof rows[0]);
    const int8_t no = 0;
    const int8_t yes = 1;
    H5Tset_size(index, sizeof rows[0].index);
    H5Tset_size(text, sizeof rows[0].text);
    H5Tset_strpad(index, H5T_STR_NULLPAD);
    H5Tset_strpad(text, H5T_STR_NULLPAD);
    H5Tenum_insert(flag, "FALSE", &no);
    H5Tenum_insert(flag, "TRUE", &yes);
    H5Tinsert(type, "index", HOFFSET(old_row, index), index);
    H5Tinsert(type, "sample", HOFFSET(old_row, sample), H5T_NATIVE_INT8);
    H5Tinsert(type, "share", HOFFSET(old_row, share), H5T_NATIVE_FLOAT);
    H5Tinsert(type, "flag", HOFFSET(old_row, flag), flag);
    H5Tinsert(type, "text", HOFFSET(old_row, text), text);
    test_h5_put(path, "obs", type, 3, rows);
    H5Tclose(type);
    H5Tclose(flag);
    H5Tclose(text);
    H5Tclose(index);
}

static void put_old_var(const char *path) {
    hid_t index = H5Tcopy(H5T_C_S1);
    hid_t type = H5Tcreate(H5T_COMPOUND, 5);
    H5Tset_size(index, 5);
    H5Tset_strpad(index, H5T_STR_NULLPAD);
    H5Tinsert(type, "index", 0, index);
    test_h5_put(path, "var", type, 2, "TP53\0MYC\0\0");
    H5Tclose(type);
    H5Tclose(index);
}

static void test_compound_frames(void **state) {
    (void)state;
    char path[2 * TEST_PATH];
    om_study *study = NULL;
    om_h5 *file = create(path);
    assert_int_equal(om_h5_write_group(file, "uns"), OM_OK);
    write_sparse(file, "X", "csr", true);
    finish(file);
    put_old_obs(path);
    put_old_var(path);
    test_h5_put_fixed(path, "uns/sample_categories", 5, 2, "firstlast\0");
    om_data_set data_set = test_data_set(path);
    study = test_study(&data_set, NULL);
    test_strings_are(study->genes, 2, (const char *[]){"TP53", "MYC"});
    test_strings_are(study->cell_names, 3, cell_names);
    test_column_names(study, 5, (const char *[]){"sample", "patient", "share", "flag", "text"});
    assert_string_equal(test_category(study, "sample", 0), "last");
    assert_string_equal(test_category(study, "sample", 1), "first");
    assert_true(test_column(study, "share")->numbers[2] == 3);
    assert_string_equal(test_category(study, "flag", 1), "False");
    assert_string_equal(test_category(study, "text", 1), "abc");
    assert_string_equal(test_category(study, "text", 2), "-");
    om_study_destroy(&study);
}

/* Categories of the same name that are too few belong to var: the codes are numbers then. */
static void test_categories_of_another_frame(void **state) {
    (void)state;
    char path[2 * TEST_PATH];
    om_study *study = NULL;
    om_h5 *file = create(path);
    assert_int_equal(om_h5_write_string(file, "uns/sample_categories", "one"), OM_OK);
    write_sparse(file, "X", "csr", true);
    finish(file);
    put_old_obs(path);
    put_old_var(path);
    om_data_set data_set = test_data_set(path);
    study = test_study(&data_set, NULL);
    assert_string_equal(test_category(study, "sample", 0), "1");
    assert_string_equal(test_category(study, "sample", 1), "0");
    om_study_destroy(&study);
}

static void test_faults(void **state) {
    (void)state;
    static const struct {
        const char *object; /* replaced by three numbers, or by none */
        int64_t n;
        const char *message;
    } cases[] = {
        {"obs/text", 2, "a.h5ad: object 'obs/text': found 2 values, expected 3, one for each row"},
        {"obs/bools", 0, "a.h5ad: object 'obs/bools': not found"},
        {"obs/barcode", 2, "found 3 values, expected 2, one for each row"},
        {"X/indptr", 2, "a.h5ad: object 'X/indptr': found 2 offsets, expected 4"},
        {"obs", 3, "a.h5ad: object 'obs': found neither a group nor a compound data set"},
        {"X", 3, "a.h5ad: object 'X': found 1 dimensions, expected 2 (cells x genes)"},
        {"var/_index", 3, "a.h5ad: object 'var': found 3 genes, expected 2, the genes of "},
        {"var", 0, "a.h5ad: found an HDF5 file with X, obs; expected a folder in 3CA layout"},
        {"X", 0, "a.h5ad: found no objects 'X' and 'var', expected them"},
    };
    const int64_t numbers[] = {0, 1, 2};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[2 * TEST_PATH];
        om_h5 *file = create(path);
        write_obs(file);
        finish_plainly(file);
        test_h5_remove(path, cases[i].object);
        if (cases[i].n > 0) {
            test_h5_put(path, cases[i].object, H5T_NATIVE_INT64, cases[i].n, numbers);
        }
        om_data_set data_set = test_data_set(path);
        test_study_is_refused(&data_set, cases[i].message);
    }
}

static void test_samples_without_names(void **state) {
    (void)state;
    char path[2 * TEST_PATH];
    const int32_t codes[] = {0, 1, 0};
    om_h5 *file = create(path);
    begin_frame(file, "obs", "_index", 3, cell_names);
    put_categories(file, "sample", codes, 2, (const char *[]){"NA", " "});
    end_frame(file, "obs", 1, (const char *[]){"sample"});
    write_plain_var(file, "var");
    write_sparse(file, "X", "coo_matrix", false);
    finish(file);
    om_data_set data_set = test_data_set(path);
    test_study_is_refused(&data_set,
                          "a.h5ad: object 'X': found a matrix of type 'coo_matrix', expected csr_");
    file = create(path);
    begin_frame(file, "obs", "_index", 3, cell_names);
    put_categories(file, "sample", codes, 2, (const char *[]){"NA", " "});
    end_frame(file, "obs", 1, (const char *[]){"sample"});
    finish_plainly(file);
    test_study_is_refused(&data_set,
                          "a.h5ad: object 'obs/sample': row 1: found no sample, expected its name");
}

static void test_memory_that_fails(void **state) {
    (void)state;
    char path[2 * TEST_PATH];
    om_h5 *file = create(path);
    write_obs(file);
    finish_plainly(file);
    om_data_set data_set = test_data_set(path);
    test_study_without_memory(&data_set, 100);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_columns_of_every_kind),
        test_in_folder(test_layouts),
        test_in_folder(test_gene_symbols),
        test_in_folder(test_genes_without_symbols),
        test_in_folder(test_raw),
        test_in_folder(test_tables_by_key),
        test_in_folder(test_categories_by_reference),
        test_in_folder(test_compound_frames),
        test_in_folder(test_categories_of_another_frame),
        test_in_folder(test_faults),
        test_in_folder(test_samples_without_names),
        test_in_folder(test_memory_that_fails),
    };
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests_name("AnnData", tests, test_log_set_up, test_log_tear_down);
    MPI_Finalize();
    return failed;
}
