#include "cells/study_place.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "study_test.h"
#include "text_files.h"

#include <math.h>

#define MTX "%%MatrixMarket matrix coordinate integer general\n3 2 1\n1 1 1\n"

static void remove_file(const char *name) {
    remove(test_path(test_folder, name));
}

/* A folder with a matrix of three genes; NULL leaves a file out. */
static void write_study(int n_cells, const char *genes, const char *cells, const char *metadata) {
    char matrix[100];
    snprintf(matrix, sizeof matrix,
             "%%%%MatrixMarket matrix coordinate integer general\n3 %d 1\n1 1 1\n", n_cells);
    test_write(test_folder, "Exp_data_UMIcounts.mtx", matrix);
    test_write(test_folder, "Genes.txt", genes);
    test_write(test_folder, "Cells.csv", cells);
    remove_file("Meta-data.csv");
    if (metadata != NULL) {
        test_write(test_folder, "Meta-data.csv", metadata);
    }
}

static om_status load(om_study **study, long *warnings) {
    om_data_set data_set = test_data_set(test_folder);
    return test_study_load(study, &data_set, warnings);
}

static void test_oddities_of_real_folders(void **state) {
    (void)state;
    write_study(3, "\xef\xbb\xbf TP53 \r\nMYC\r\n\"MYC\"\r\n\r\n",
                "cell_name,Sample,cell_type,complexity,empty,NA_type\r\n"
                "17,s 2,\"T cell, CD8\",5,,NA\r\n"
                "17, s1 ,K\xfcrten,NA,,x\r\n"
                "\"c\",s 2,,-2.5e1,,NA\r\n",
                "sample,cancer_type,patient,n_cells,cell_type\n"
                "s1,AML,p,10,other\n"
                "s 2,\"Normal\",p,20,other\n");
    om_study *study = NULL;
    long warnings = 0;
    assert_int_equal(load(&study, &warnings), OM_OK);
    assert_int_equal(warnings, 1); /* cell_type stands in both files */
    assert_int_equal(om_strings_count(study->genes), 3);
    assert_string_equal(om_strings_get(study->genes, 0), "TP53");
    assert_string_equal(om_strings_get(study->genes, 1), "MYC");
    assert_string_equal(om_strings_get(study->genes, 2), "MYC");
    assert_int_equal(om_strings_count(study->cell_names), 3);
    assert_string_equal(om_strings_get(study->cell_names, 0), "17");
    assert_string_equal(om_strings_get(study->cell_names, 1), "17");
    assert_string_equal(om_strings_get(study->cell_names, 2), "c");

    const char *const names[] = {"sample", "patient", "cell_type",   "complexity",
                                 "empty",  "NA_type", "cancer_type", "n_cells"};
    assert_int_equal(study->n_columns, 8);
    for (int64_t i = 0; i < 8; i++) {
        assert_string_equal(study->columns[i].name, names[i]);
    }
    assert_string_equal(test_category(study, "sample", 0), "s 2");
    assert_string_equal(test_category(study, "sample", 1), "s1");
    assert_int_equal(test_column(study, "sample")->codes[0], 0); /* by first appearance */
    assert_int_equal(test_column(study, "sample")->codes[2], 0);
    assert_string_equal(test_category(study, "patient", 2), "p");
    assert_string_equal(test_category(study, "cell_type", 0), "T cell, CD8");
    assert_string_equal(test_category(study, "cell_type", 1), "K\xc3\xbcrten");
    assert_string_equal(test_category(study, "cell_type", 2), "-");
    assert_string_equal(test_category(study, "NA_type", 0), "-");
    assert_string_equal(test_category(study, "NA_type", 1), "x");
    assert_string_equal(test_category(study, "empty", 0), "-");
    assert_int_equal(om_strings_count(test_column(study, "empty")->categories), 0);
    assert_string_equal(test_category(study, "cancer_type", 0), "Normal");
    assert_string_equal(test_category(study, "cancer_type", 1), "AML");
    const om_study_column *complexity = test_column(study, "complexity");
    assert_null(complexity->codes);
    assert_true(complexity->numbers[0] == 5 && isnan(complexity->numbers[1]) &&
                complexity->numbers[2] == -25);
    assert_true(test_column(study, "n_cells")->numbers[0] == 20);
    om_study_destroy(&study);
    assert_null(study);
}

static void test_patients(void **state) {
    (void)state;
    static const struct {
        const char *cells;
        const char *metadata;
        const char *first;
        const char *second;
        long warnings;
    } cases[] = {
        {"c,sample\n1,A\n2,B\n", "sample,Patient\nA,p1\nB,p2\n", "p1", "p2", 0},
        {"c,sample\n1,A\n2,B\n", NULL, "A", "B", 1},
        {"c,sample\n1,A\n2,B\n", "sample,x\nA,p1\nB,p2\n", "A", "B", 1},
        {"c,sample\n1,A\n2,B\n", "sample,patient\nA,p1\nB,\n", "p1", "B", 1},
        {"c,sample\n1,A\n2,B\n", "sample,patient\nB,p2\n", "A", "p2", 2},
        {"c,sample\n1,A\n2,B\n", "sample,patient\nA,p1\nA,p9\nB,p2\n", "p1", "p2", 1},
        {"c,sample,patient\n1,A,q1\n2,B,q2\n", "sample,x\nA,1\nB,2\n", "q1", "q2", 0},
        {"c,sample,patient\n1,A,q1\n2,B,q2\n", "sample,patient\nA,p1\nB,p2\n", "p1", "p2", 0},
        {"c,sample\n1,1\n2,NA\n", "sample,patient\n1,7\nNA,8\n", "7", "8", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_study(2, "A\nB\nC\n", cases[i].cells, cases[i].metadata);
        om_study *study = NULL;
        long warnings = 0;
        assert_int_equal(load(&study, &warnings), OM_OK);
        assert_string_equal(test_category(study, "patient", 0), cases[i].first);
        assert_string_equal(test_category(study, "patient", 1), cases[i].second);
        assert_int_equal(warnings, cases[i].warnings);
        om_study_destroy(&study);
    }
}

static void test_names_of_columns(void **state) {
    (void)state;
    write_study(2, "A\nB\nC\n",
                "x,sample,,a/b,_index,A_B,Cell_Name,.\n1,s,1,2,3,4,5,6\n2,s,1,2,3,4,5,6",
                "q,sample,patient\n1,s,p\n");
    om_study *study = NULL;
    long warnings = 0;
    assert_int_equal(load(&study, &warnings), OM_OK);
    const char *const names[] = {"sample",         "patient",   "column_3", "a_b",
                                 "column_5_index", "column_8.", "q"};
    assert_int_equal(study->n_columns, 7);
    for (int64_t i = 0; i < 7; i++) {
        assert_string_equal(study->columns[i].name, names[i]);
    }
    assert_int_equal(warnings, 2);
    om_study_destroy(&study);
}

static void test_faults_name_file_and_line(void **state) {
    (void)state;
    static const struct {
        const char *genes;
        const char *cells;
        const char *metadata;
        const char *message;
    } cases[] = {
        {"A\n\nC\n", "c,sample\n1,A\n", NULL, "Genes.txt:2: found a blank line, expected a gene"},
        {"A\tB\nC\n", "c,sample\n1,A\n", NULL, "Genes.txt:1: found several columns"},
        {"A\n", "c,type\n1,A\n", NULL,
         "Cells.csv:1: found columns c, type, expected a column \"sample\" behind the cell names"},
        {"A\n", "sample,type\n1,A\n", NULL, "expected a column \"sample\" behind the cell names"},
        {"A\n", "c,sample\n1,A\n2, \n", NULL, "Cells.csv:3: found no sample, expected its name"},
        {"A\n", "c,sample\n1,A,5\n2,A\n", NULL, "Cells.csv:3: found 2 fields, expected 3"},
        {"A\n", "", NULL, "Cells.csv: found an empty file"},
        {"A\nB\nC\n", "c,sample\n1,A\n", "name,patient\nA,p\n",
         "Meta-data.csv:1: found columns name, patient, expected a column \"sample\""},
        {"A\nB\nC\n", "c,sample\n1,A\n", "sample,patient\nA,\"p\n",
         "Meta-data.csv:2: found an open"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_study *study = NULL;
        long warnings = 0;
        write_study(1, cases[i].genes, cases[i].cells, cases[i].metadata);
        assert_int_equal(load(&study, &warnings), OM_INPUT);
        assert_null(study);
        assert_message_has(cases[i].message);
    }
}

static void test_numbers_of_genes_and_cells(void **state) {
    (void)state;
    static const struct {
        const char *genes;
        const char *cells;
        const char *message;
    } cases[] = {
        {"A\nB\nC\nD\n", "c,sample\n1,A\n2,A\n",
         "Genes.txt: found 4 genes, expected 3, the rows of "},
        {"A\nB\nC\n", "c,sample\n1,A\n", "Cells.csv: found 1 cells, expected 2, the columns of "},
        {"A\nB\n", "c,sample\n1,A\n2,A\n3,A\n",
         "Exp_data_UMIcounts.mtx:2: found a matrix of cells x genes (3 x 2), expected genes x "
         "cells"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_study *study = NULL;
        long warnings = 0;
        write_study(2, cases[i].genes, cases[i].cells, NULL);
        assert_int_equal(load(&study, &warnings), OM_INPUT);
        assert_message_has(cases[i].message);
        assert_message_has("/Exp_data_UMIcounts.mtx");
    }
}

static om_status find(om_study_place **place, const char *path) {
    om_data_set data_set = test_data_set(path);
    return om_study_find(place, &data_set);
}

static void check_files(const char *matrix, const char *genes, const char *metadata) {
    om_study_place *place = NULL;
    assert_int_equal(find(&place, test_folder), OM_OK);
    assert_int_equal(place->format, OM_STUDY_3CA);
    assert_string_equal(strrchr(place->matrix, '/') + 1, matrix);
    assert_string_equal(strrchr(place->genes, '/') + 1, genes);
    if (metadata == NULL) {
        assert_null(place->metadata);
    } else {
        assert_string_equal(strrchr(place->metadata, '/') + 1, metadata);
    }
    om_study_place_destroy(&place);
}

static void test_which_file_is_which(void **state) {
    (void)state;
    om_study_place *place = NULL;
    test_folder_remove(test_folder);
    assert_int_equal(find(&place, test_folder), OM_INPUT);
    assert_message_has("found no such folder or file");
    test_folder_make(test_folder);
    assert_int_equal(find(&place, test_folder), OM_INPUT);
    assert_message_has(
        "found no matrix (*.mtx or *.mtx.gz), expected a folder in 3CA layout (Exp_");
    assert_message_has("a 10x folder (matrix.mtx, ");
    assert_message_has("a 10x .h5 file or an .h5ad file");
    test_write(test_folder, "counts.mtx.gz", MTX);
    assert_int_equal(find(&place, test_folder), OM_INPUT);
    assert_message_has("found no Genes.txt, expected one (or Genes.txt.gz); for a 10x folder, ");
    test_write(test_folder, "genes.TXT.gz", "A\n");
    assert_int_equal(find(&place, test_folder), OM_INPUT);
    assert_message_has("found no Cells.csv");
    test_write(test_folder, "Cells.csv", "c,sample\n");
    check_files("counts.mtx.gz", "genes.TXT.gz", NULL);
    test_write(test_folder, "Exp_data_TPM.mtx", MTX);
    test_write(test_folder, "Genes.txt", "A\n");
    test_write(test_folder, "Samples.csv.gz", "sample\n");
    check_files("Exp_data_TPM.mtx", "Genes.txt", "Samples.csv.gz");
    test_write(test_folder, "Meta-data.csv", "sample\n");
    check_files("Exp_data_TPM.mtx", "Genes.txt", "Meta-data.csv");
    test_write(test_folder, "Exp_data_UMIcounts.mtx.gz", MTX);
    assert_int_equal(find(&place, test_folder), OM_INPUT);
    assert_message_has("found several matrices (Exp_data_TPM.mtx, Exp_data_UMIcounts.mtx.gz)");
    assert_null(place);
}

static void test_files_that_are_no_data_set(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *content;
        const char *message;
    } cases[] = {
        {"Cells.csv", "c,sample\n",
         "Cells.csv: found a file of another kind; expected a folder in"},
        {"counts.mtx", MTX, "counts.mtx: found a Matrix Market file alone; give the folder"},
        {"x.h5ad", "\x1f\x8b\x08", "x.h5ad: found a gzip file; inflate an .h5ad.gz"},
        {"empty.h5", "", "empty.h5: found an empty file; expected"},
        {"damaged.h5", "\x89HDF\r\n\x1a\n and no more", "damaged.h5: cannot open as HDF5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_study_place *place = NULL;
        const char *path = test_write(test_folder, cases[i].name, cases[i].content);
        assert_int_equal(find(&place, path), OM_INPUT);
        assert_message_has(cases[i].message);
        assert_null(place);
    }
}

static void test_tables_by_key(void **state) {
    (void)state;
    om_study *study = NULL;
    char cells[TEST_PATH * 2];
    char metadata[TEST_PATH * 2];
    strcpy(cells, test_write(test_folder, "other.csv", "x,sample\nq,S\nr,T\n"));
    strcpy(metadata, test_write(test_folder, "other.tsv", "sample\tpatient\nS\tp\nT\tp\n"));
    write_study(2, "A\nB\nC\n", "c,sample\n1,A\n2,A\n", "sample,patient\nA,z\n");
    om_data_set data_set = test_data_set(test_folder);
    data_set.cells = cells;
    data_set.metadata = metadata;
    long warnings = 0;
    assert_int_equal(test_study_load(&study, &data_set, &warnings), OM_OK);
    assert_int_equal(warnings, 0);
    test_strings_are(study->cell_names, 2, (const char *[]){"q", "r"});
    assert_string_equal(test_category(study, "sample", 1), "T");
    assert_string_equal(test_category(study, "patient", 1), "p");
    om_study_destroy(&study);

    remove_file("Cells.csv"); /* is not needed where another table is named */
    assert_int_equal(test_study_load(&study, &data_set, &warnings), OM_OK);
    om_study_destroy(&study);
    strcpy(cells, "/absent.csv");
    assert_int_equal(test_study_load(&study, &data_set, &warnings), OM_INPUT);
    assert_message_has("/absent.csv: found no such file");
}

static void test_keys_without_meaning(void **state) {
    (void)state;
    om_study_place *place = NULL;
    write_study(2, "A\nB\nC\n", "c,sample\n1,A\n2,A\n", NULL);
    char text[] = "text";
    om_data_set raw = test_data_set(test_folder);
    om_data_set symbols = raw;
    om_data_set genome = raw;
    raw.raw = true;
    symbols.gene_symbols = text;
    genome.genome = text;
    assert_int_equal(om_study_find(&place, &raw), OM_INPUT);
    assert_message_has(": found a folder in 3CA layout, for which the key 'raw' has no meaning; it "
                       "is for an .h5ad file");
    assert_int_equal(om_study_find(&place, &symbols), OM_INPUT);
    assert_message_has("the key 'gene_symbols' has no meaning");
    assert_int_equal(om_study_find(&place, &genome), OM_INPUT);
    assert_message_has("the key 'genome' has no meaning; it is for a 10x .h5 file");
}

static void test_key_text_changes_with_the_files(void **state) {
    (void)state;
    om_study_place *place = NULL;
    om_text *before = NULL;
    om_text *after = NULL;
    write_study(2, "A\nB\nC\n", "c,sample\n1,A\n2,A\n", NULL);
    assert_int_equal(om_text_create(&before), OM_OK);
    assert_int_equal(om_text_create(&after), OM_OK);
    om_data_set data_set = test_data_set(test_folder);
    assert_int_equal(om_study_find(&place, &data_set), OM_OK);
    assert_int_equal(om_study_describe(place, before), OM_OK);
    assert_non_null(strstr(om_text_get(before), "Genes.txt, 6 bytes, modified "));
    assert_non_null(strstr(om_text_get(before), "metadata: none\n"));
    test_write(test_folder, "Genes.txt", "A\nB\nCD\n");
    assert_int_equal(om_study_describe(place, after), OM_OK);
    assert_string_not_equal(om_text_get(before), om_text_get(after));
    om_text_destroy(&before);
    om_text_destroy(&after);
    om_study_place_destroy(&place);
}

static void test_sizes_alone(void **state) {
    (void)state;
    om_study_place *place = NULL;
    om_matrix_place *matrix = NULL;
    write_study(2, "one line, which is not read\n", "c,sample\n", NULL);
    om_data_set data_set = test_data_set(test_folder);
    assert_int_equal(om_study_find(&place, &data_set), OM_OK);
    assert_int_equal(om_study_read_matrix(&matrix, place), OM_OK);
    assert_int_equal(matrix->layout, OM_MATRIX_MTX);
    assert_true(matrix->n_genes == 3 && matrix->n_cells == 2 && matrix->n_nonzeros == 1);
    assert_true(matrix->n_kept == 3 && matrix->gene_of == NULL);
    om_study_matrix_destroy(&matrix);
    om_study_place_destroy(&place);
}

static void test_memory_that_fails(void **state) {
    (void)state;
    write_study(2, "A\nB\nC\n", "c,sample,n\n1,A,1\n2,A,x\n", "sample,patient\nA,p\n");
    om_study *study = NULL;
    om_study_place *place = NULL;
    om_data_set data_set = test_data_set(test_folder);
    int64_t successes = 0;
    om_status status = OM_MEMORY;
    for (; status == OM_MEMORY && successes < 1000; successes++) {
        om_memory_fail_after(successes);
        status = om_study_find(&place, &data_set);
        if (status == OM_OK) {
            status = om_study_load(&study, place, NULL);
        }
        om_memory_fail_after(-1);
        om_study_place_destroy(&place);
    }
    assert_int_equal(status, OM_OK);
    assert_true(successes > 10);
    om_study_destroy(&study);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_oddities_of_real_folders),
        test_in_folder(test_patients),
        test_in_folder(test_names_of_columns),
        test_in_folder(test_faults_name_file_and_line),
        test_in_folder(test_numbers_of_genes_and_cells),
        test_in_folder(test_which_file_is_which),
        test_in_folder(test_files_that_are_no_data_set),
        test_in_folder(test_tables_by_key),
        test_in_folder(test_keys_without_meaning),
        test_in_folder(test_sizes_alone),
        test_in_folder(test_key_text_changes_with_the_files),
        test_in_folder(test_memory_that_fails),
    };
    return cmocka_run_group_tests_name("study folder", tests, test_log_set_up, test_log_tear_down);
}
