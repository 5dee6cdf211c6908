/* 10x data as folders and as HDF5 files, version 2 and 3. */
#include "cells/study_place.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "h5_files.h"
#include "study_test.h"
#include "text_files.h"

#include <mpi.h>

/* Four features (of which the third is no gene) x three cells. */
#define MTX                                                                                        \
    "%%MatrixMarket matrix coordinate integer general\n%metadata_json: {\"format_version\": 2}\n"  \
    "4 3 3\n1 1 5\n3 2 6\n4 3 7\n"
#define FEATURES                                                                                   \
    "E1\t TP53 \tGene Expression\nE2\tMYC\tGene Expression\nC1\tCD3\tAntibody Capture\n"           \
    "E3\tMYC\tGene Expression\n"
#define GENES "E1\tTP53\nE2\tMYC\nE4\tCD3\nE3\tMYC\n"
#define BARCODES "AA-1\nCC-1\nGG-1\n"

static const char *const barcodes[] = {"AA-1", "CC-1", "GG-1"};
static const char *const kept[] = {"TP53", "MYC", "MYC"};
static const char *const all[] = {"TP53", "MYC", "CD3", "MYC"};

static void check_kept(const om_study *study) {
    test_strings_are(study->genes, 3, kept);
    assert_int_equal(study->matrix->n_genes, 4);
    assert_int_equal(study->matrix->n_kept, 3);
    const int32_t expected[] = {0, 1, -1, 2};
    assert_memory_equal(study->matrix->gene_of, expected, sizeof expected);
}

static void check_all(const om_study *study) {
    test_strings_are(study->genes, 4, all);
    assert_int_equal(study->matrix->n_kept, 4);
    assert_null(study->matrix->gene_of);
}

/* One sample of one patient. */
static void check_bare_cells(const om_study *study, long warnings) {
    assert_int_equal(warnings, 1);
    test_strings_are(study->cell_names, 3, barcodes);
    test_column_names(study, 2, (const char *[]){"sample", "patient"});
    for (int cell = 0; cell < 3; cell++) {
        assert_string_equal(test_category(study, "sample", cell), "Some2024_Lung");
        assert_string_equal(test_category(study, "patient", cell), "Some2024_Lung");
    }
}

static void test_folder_of_version_3(void **state) {
    (void)state;
    om_study *study = NULL;
    long warnings = 0;
    test_write_gzip(test_folder, "matrix.mtx.gz", MTX);
    test_write_gzip(test_folder, "features.tsv.gz", FEATURES);
    test_write_gzip(test_folder, "barcodes.tsv.gz", BARCODES);
    om_data_set data_set = test_data_set(test_folder);
    study = test_study(&data_set, &warnings);
    check_kept(study);
    check_bare_cells(study, warnings);
    assert_int_equal(study->matrix->layout, OM_MATRIX_MTX);
    assert_true(study->matrix->n_cells == 3 && study->matrix->n_nonzeros == 3);
    assert_non_null(strstr(study->matrix->file, "/matrix.mtx.gz"));
    om_study_destroy(&study);
}

static void test_folder_of_version_2(void **state) {
    (void)state;
    om_study *study = NULL;
    long warnings = 0;
    test_write(test_folder, "GSM1_matrix.mtx", MTX);
    test_write(test_folder, "GSM1_genes.tsv", GENES);
    test_write(test_folder, "GSM1_barcodes.tsv", BARCODES);
    om_data_set data_set = test_data_set(test_folder);
    study = test_study(&data_set, &warnings);
    check_all(study);
    check_bare_cells(study, warnings);
    om_study_destroy(&study);

    test_write(test_folder, "GSM2_genes.tsv", GENES);
    test_study_is_refused(&data_set,
                          "found several genes.tsv (GSM1_genes.tsv, GSM2_genes.tsv), expected one");
    test_write(test_folder, "genes.tsv", GENES); /* the name itself goes before */
    study = test_study(&data_set, &warnings);
    om_study_destroy(&study);
}

static void test_tables_beside_the_matrix(void **state) {
    (void)state;
    om_study *study = NULL;
    long warnings = 0;
    test_write(test_folder, "matrix.mtx", MTX);
    test_write(test_folder, "features.tsv", FEATURES);
    test_write(test_folder, "barcodes.tsv", BARCODES);
    test_write_gzip(test_folder, "Cells.csv.gz", "c,sample,n\nx,S,1\ny,T,2\nz,S,3\n");
    test_write(test_folder, "Samples.csv", "sample,patient,kind\nT,p,b\nS,q,a\n");
    om_data_set data_set = test_data_set(test_folder);
    study = test_study(&data_set, &warnings);
    assert_int_equal(warnings, 0);
    test_strings_are(study->cell_names, 3, (const char *[]){"x", "y", "z"});
    test_column_names(study, 4, (const char *[]){"sample", "patient", "n", "kind"});
    assert_string_equal(test_category(study, "patient", 2), "q");
    assert_string_equal(test_category(study, "kind", 0), "a");
    assert_int_equal(test_column(study, "kind")->codes[0], 0); /* by first appearance of cells */
    om_study_destroy(&study);

    test_write_gzip(test_folder, "Cells.csv.gz", "c,sample\nx,S\ny,T\n");
    test_study_is_refused(&data_set, "Cells.csv.gz: found 2 cells, expected 3, the columns of ");
    test_write_gzip(test_folder, "Cells.csv.gz", "c,sample\nAA-1,S\nGG-1,T\nCC-1,T\n");
    test_study_is_refused(&data_set,
                          "Cells.csv.gz: found GG-1 as cell 2, expected it as cell 3, the order");
    test_write_gzip(test_folder, "Cells.csv.gz", "c,sample\nAA-1,S\nCC-1,T\nGG-1,T\n");
    study = test_study(&data_set, &warnings);
    om_study_destroy(&study);
}

static void test_faults_of_folders(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *content;
        const char *message;
    } cases[] = {
        {"matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n5 3 1\n1 1 1\n",
         "features.tsv: found 4 genes, expected 5, the rows of "},
        {"matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n4 4 1\n1 1 1\n",
         "barcodes.tsv: found 3 cells, expected 4, the columns of "},
        {"matrix.mtx", "%%MatrixMarket matrix coordinate integer general\n3 4 1\n1 1 1\n",
         "found a matrix of cells x genes (3 x 4), expected genes x cells, by "},
        {"features.tsv", "E1\n", "features.tsv:1: found one column, expected two or more"},
        {"features.tsv", "E1\tA\tGene Expression\n\nE3\tB\n",
         "features.tsv:2: found a blank line, expected a gene's id and symbol"},
        {"features.tsv", "E1\tA\tPeaks\nE2\tB\tPeaks\nE3\tC\tPeaks\nE4\tD\tPeaks\n",
         "found no row of type 'Gene Expression' among 4"},
        {"features.tsv", "E1\tA\nE2\t \nE3\tC\nE4\tD\n",
         "features.tsv: row 2: found no symbol, expected a gene's"},
        {"barcodes.tsv", "AA-1\n\nCC-1\n", "barcodes.tsv:2: found a blank line"},
        {"barcodes.tsv", NULL, "found no barcodes.tsv, expected one (or barcodes.tsv.gz)"},
        {"features.tsv", NULL, "found no features.tsv, expected one (or genes.tsv, or .gz)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        test_write(test_folder, "matrix.mtx", MTX);
        test_write(test_folder, "features.tsv", FEATURES);
        test_write(test_folder, "barcodes.tsv", BARCODES);
        if (cases[i].content == NULL) {
            remove(test_path(test_folder, cases[i].name));
        } else {
            test_write(test_folder, cases[i].name, cases[i].content);
        }
        om_data_set data_set = test_data_set(test_folder);
        test_study_is_refused(&data_set, cases[i].message);
    }
}

/* --- HDF5 --- */

/* Three entries by cell, as in MTX. */
static void write_matrix(om_h5 *file, const char *group) {
    char path[5][64];
    const char *const parts[] = {"data", "indices", "indptr", "shape"};
    const int32_t data[] = {5, 6, 7};
    const int64_t indices[] = {0, 2, 3};
    const int64_t indptr[] = {0, 1, 2, 3};
    const int32_t shape[] = {4, 3};
    for (int i = 0; i < 4; i++) {
        snprintf(path[i], sizeof path[i], "%s/%s", group, parts[i]);
    }
    test_h5_numbers(file, path[0], OM_I32, 3, data);
    test_h5_numbers(file, path[1], OM_I64, 3, indices);
    test_h5_numbers(file, path[2], OM_I64, 4, indptr);
    test_h5_numbers(file, path[3], OM_I32, 2, shape);
}

static const char *write_version_3(const char *const *types, const char *const *genomes) {
    om_h5 *file = NULL;
    const char *path = test_path(test_folder, "three.h5");
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    write_matrix(file, "matrix");
    test_h5_strings(file, "matrix/barcodes", 3, barcodes);
    test_h5_strings(file, "matrix/features/name", 4, all);
    test_h5_strings(file, "matrix/features/feature_type", 4, types);
    test_h5_strings(file, "matrix/features/genome", 4, genomes);
    assert_int_equal(om_h5_close(&file), OM_OK);
    return path;
}

static const char *const gene_types[] = {"Gene Expression", "Gene Expression", "Gene Expression",
                                         "Gene Expression"};
static const char *const one_genome[] = {"GRCh38", "GRCh38", "", "GRCh38"};

static void test_h5_of_version_3(void **state) {
    (void)state;
    const char *const types[] = {"Gene Expression", "Gene Expression", "Antibody Capture",
                                 "Gene Expression"};
    om_study *study = NULL;
    long warnings = 0;
    om_data_set data_set = test_data_set(write_version_3(types, one_genome));
    study = test_study(&data_set, &warnings);
    check_kept(study);
    check_bare_cells(study, warnings);
    assert_int_equal(study->matrix->layout, OM_MATRIX_CELLS);
    assert_string_equal(study->matrix->data, "matrix/data");
    assert_string_equal(study->matrix->indices, "matrix/indices");
    assert_string_equal(study->matrix->indptr, "matrix/indptr");
    assert_true(study->matrix->n_cells == 3 && study->matrix->n_nonzeros == 3);
    om_study_destroy(&study);

    /* The one sample joins metadata by the data set's id. */
    char metadata[2 * TEST_PATH];
    strcpy(metadata, test_write(test_folder, "m.csv", "sample,patient,x\nSome2024_Lung,p,7\n"));
    data_set.metadata = metadata;
    study = test_study(&data_set, &warnings);
    assert_int_equal(warnings, 1);
    assert_string_equal(test_category(study, "patient", 2), "p");
    assert_true(test_column(study, "x")->numbers[2] == 7);
    om_study_destroy(&study);
}

static void test_genomes_in_one_matrix(void **state) {
    (void)state;
    const char *const genomes[] = {"GRCh38", "GRCh38", "mm10", "GRCh38"};
    char name[] = "GRCh38";
    char other[] = "hg19";
    om_study *study = NULL;
    om_data_set data_set = test_data_set(write_version_3(gene_types, genomes));
    test_study_is_refused(&data_set,
                          "three.h5: found the genomes GRCh38, mm10; expected the key 'genome'");
    data_set.genome = other;
    test_study_is_refused(&data_set,
                          "three.h5: found the genomes GRCh38, mm10; expected the key 'genome'");
    data_set.genome = name;
    study = test_study(&data_set, NULL);
    check_kept(study);
    om_study_destroy(&study);
    data_set.raw = true;
    test_study_is_refused(&data_set,
                          "found a 10x .h5 file, for which the key 'raw' has no meaning");
}

static const char *write_version_2(int n_genomes) {
    om_h5 *file = NULL;
    const char *path = test_path(test_folder, "two.h5");
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    write_matrix(file, "hg19");
    if (n_genomes > 1) {
        write_matrix(file, "mm10");
    }
    assert_int_equal(om_h5_close(&file), OM_OK);
    for (int i = 0; i < n_genomes; i++) {
        const char *const sets[2][2] = {{"hg19/barcodes", "mm10/barcodes"},
                                        {"hg19/gene_names", "mm10/gene_names"}};
        test_h5_put_fixed(path, sets[0][i], 6, 3, "AA-1\0\0CC-1\0\0GG-1\0\0");
        /* As long as the type: there is no closing NUL. */
        test_h5_put_fixed(path, sets[1][i], 4, 4,
                          i == 0 ? "TP53MYC\0CD3\0MYC\0" : "Trp5Myc\0A\0\0\0B\0\0\0");
    }
    return path;
}

static void test_h5_of_version_2(void **state) {
    (void)state;
    om_study *study = NULL;
    long warnings = 0;
    char genome[] = "mm10";
    om_data_set data_set = test_data_set(write_version_2(1));
    study = test_study(&data_set, &warnings);
    check_all(study);
    check_bare_cells(study, warnings);
    assert_string_equal(study->matrix->data, "hg19/data");
    om_study_destroy(&study);
    data_set.genome = genome;
    test_study_is_refused(&data_set,
                          "two.h5: found the genome hg19; expected the key 'genome' to name one");

    data_set = test_data_set(write_version_2(2));
    test_study_is_refused(&data_set,
                          "two.h5: found the genomes hg19, mm10; expected the key 'genome'");
    data_set.genome = genome;
    study = test_study(&data_set, &warnings);
    test_strings_are(study->genes, 4, (const char *[]){"Trp5", "Myc", "A", "B"});
    assert_string_equal(study->matrix->data, "mm10/data");
    om_study_destroy(&study);
}

static void test_sizes_of_h5(void **state) {
    (void)state;
    static const struct {
        const char *object;
        int64_t n;
        int64_t values[5];
        const char *message;
    } cases[] = {
        {"matrix/shape",
         2,
         {5, 3},
         "three.h5: object 'matrix/features/name': found 4 genes, "
         "expected 5, the genes of "},
        {"matrix/shape",
         2,
         {4, 4},
         "object 'matrix/indptr': found 4 offsets, expected 5, one more"},
        {"matrix/shape", 2, {-1, 3}, "found 3 cells x -1 genes, expected 1 to 2147483647 of each"},
        {"matrix/shape", 1, {4}, "object 'matrix/shape': found 1 rows, expected rows 0 to 2"},
        {"matrix/indptr", 5, {0, 1, 2, 3, 3}, "found 5 offsets, expected 4"},
        {"matrix/indices",
         2,
         {0, 1},
         "object 'matrix/indices': found 2 indices, expected 3, as "
         "many as the values of 'matrix/data'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_data_set data_set = test_data_set(write_version_3(gene_types, one_genome));
        test_h5_remove(data_set.path, cases[i].object);
        test_h5_put(data_set.path, cases[i].object, H5T_NATIVE_INT64, cases[i].n, cases[i].values);
        test_study_is_refused(&data_set, cases[i].message);
    }
}

static void test_h5_of_another_kind(void **state) {
    (void)state;
    om_h5 *file = NULL;
    om_data_set data_set = test_data_set(test_path(test_folder, "other.h5"));
    assert_int_equal(om_h5_create(&file, data_set.path), OM_OK);
    test_h5_strings(file, "layers/spliced", 1, all);
    test_h5_strings(file, "row_attrs", 1, all);
    assert_int_equal(om_h5_close(&file), OM_OK);
    test_study_is_refused(&data_set,
                          "other.h5: found an HDF5 file with layers, row_attrs; expected a folder "
                          "in 3CA layout");
}

static void test_memory_that_fails(void **state) {
    (void)state;
    const char *const types[] = {"Gene Expression", "Gene Expression", "A", "Gene Expression"};
    om_data_set data_set = test_data_set(write_version_3(types, one_genome));
    test_study_without_memory(&data_set, 50);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_folder_of_version_3),      test_in_folder(test_folder_of_version_2),
        test_in_folder(test_tables_beside_the_matrix), test_in_folder(test_faults_of_folders),
        test_in_folder(test_h5_of_version_3),          test_in_folder(test_genomes_in_one_matrix),
        test_in_folder(test_h5_of_version_2),          test_in_folder(test_sizes_of_h5),
        test_in_folder(test_h5_of_another_kind),       test_in_folder(test_memory_that_fails),
    };
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests_name("10x", tests, test_log_set_up, test_log_tear_down);
    MPI_Finalize();
    return failed;
}
