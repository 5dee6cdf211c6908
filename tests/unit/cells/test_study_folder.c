#include "cells/study_folder.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

#include <math.h>

static om_log *log_;

#define MTX "%%MatrixMarket matrix coordinate integer general\n3 2 1\n1 1 1\n"

static void remove_file(const char *name) {
    remove(test_path(test_folder, name));
}

/* A folder of three genes and two cells; NULL leaves a file out. */
static void write_study(const char *genes, const char *cells, const char *metadata) {
    test_write(test_folder, "Exp_data_UMIcounts.mtx", MTX);
    test_write(test_folder, "Genes.txt", genes);
    test_write(test_folder, "Cells.csv", cells);
    remove_file("Meta-data.csv");
    if (metadata != NULL) {
        test_write(test_folder, "Meta-data.csv", metadata);
    }
}

static om_status load(om_study **study, long *warnings) {
    om_study_files *files = NULL;
    long before = om_log_warnings(log_);
    om_status status = om_study_files_find(&files, test_folder);
    if (status == OM_OK) {
        status = om_study_load(study, files, log_);
    }
    om_study_files_destroy(&files);
    *warnings = om_log_warnings(log_) - before;
    return status;
}

static const om_study_column *column_of(const om_study *study, const char *name) {
    for (int64_t i = 0; i < study->n_columns; i++) {
        if (strcmp(study->columns[i].name, name) == 0) {
            return &study->columns[i];
        }
    }
    fail_msg("no column %s", name);
    return NULL;
}

/* The category of a cell, "-" where it is missing. */
static const char *category(const om_study *study, const char *name, int64_t cell) {
    const om_study_column *column = column_of(study, name);
    assert_non_null(column->codes);
    int32_t code = column->codes[cell];
    return code < 0 ? "-" : om_strings_get(column->categories, code);
}

static void test_oddities_of_real_folders(void **state) {
    (void)state;
    write_study("\xef\xbb\xbf TP53 \r\nMYC\r\n\"MYC\"\r\n\r\n",
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
    assert_string_equal(category(study, "sample", 0), "s 2");
    assert_string_equal(category(study, "sample", 1), "s1");
    assert_int_equal(column_of(study, "sample")->codes[0], 0); /* by first appearance */
    assert_int_equal(column_of(study, "sample")->codes[2], 0);
    assert_string_equal(category(study, "patient", 2), "p");
    assert_string_equal(category(study, "cell_type", 0), "T cell, CD8");
    assert_string_equal(category(study, "cell_type", 1), "K\xc3\xbcrten");
    assert_string_equal(category(study, "cell_type", 2), "-");
    assert_string_equal(category(study, "NA_type", 0), "-");
    assert_string_equal(category(study, "NA_type", 1), "x");
    assert_string_equal(category(study, "empty", 0), "-");
    assert_int_equal(om_strings_count(column_of(study, "empty")->categories), 0);
    assert_string_equal(category(study, "cancer_type", 0), "Normal");
    assert_string_equal(category(study, "cancer_type", 1), "AML");
    const om_study_column *complexity = column_of(study, "complexity");
    assert_null(complexity->codes);
    assert_true(complexity->numbers[0] == 5 && isnan(complexity->numbers[1]) &&
                complexity->numbers[2] == -25);
    assert_true(column_of(study, "n_cells")->numbers[0] == 20);
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
        write_study("A\nB\nC\n", cases[i].cells, cases[i].metadata);
        om_study *study = NULL;
        long warnings = 0;
        assert_int_equal(load(&study, &warnings), OM_OK);
        assert_string_equal(category(study, "patient", 0), cases[i].first);
        assert_string_equal(category(study, "patient", 1), cases[i].second);
        assert_int_equal(warnings, cases[i].warnings);
        om_study_destroy(&study);
    }
}

static void test_names_of_columns(void **state) {
    (void)state;
    write_study("A\nB\nC\n",
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
        {"A\n", "c,sample\n1,A\n", "name,patient\nA,p\n",
         "Meta-data.csv:1: found columns name, patient, expected a column \"sample\""},
        {"A\n", "c,sample\n1,A\n", "sample,patient\nA,\"p\n", "Meta-data.csv:2: found an open"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_study *study = NULL;
        long warnings = 0;
        write_study(cases[i].genes, cases[i].cells, cases[i].metadata);
        assert_int_equal(load(&study, &warnings), OM_INPUT);
        assert_null(study);
        assert_message_has(cases[i].message);
    }
}

static void test_numbers_of_genes_and_cells(void **state) {
    (void)state;
    om_study *study = NULL;
    om_study_files *files = NULL;
    long warnings = 0;
    write_study("A\nB\nC\n", "c,sample\n1,A\n2,A\n", "sample,patient\nA,p\n");
    assert_int_equal(load(&study, &warnings), OM_OK);
    assert_int_equal(om_study_files_find(&files, test_folder), OM_OK);
    om_mtx_header header = {.rows = 3, .columns = 2, .lines = 2};
    assert_int_equal(om_study_compare(study, files, &header), OM_OK);
    header.rows = 4;
    assert_int_equal(om_study_compare(study, files, &header), OM_INPUT);
    assert_message_has("Genes.txt: found 3 genes, expected 4, the rows of ");
    assert_message_has("/Exp_data_UMIcounts.mtx");
    header.rows = 3;
    header.columns = 1;
    assert_int_equal(om_study_compare(study, files, &header), OM_INPUT);
    assert_message_has("Cells.csv: found 2 cells, expected 1, the columns of ");
    header.rows = 2;
    header.columns = 3;
    assert_int_equal(om_study_compare(study, files, &header), OM_INPUT);
    assert_message_has("Exp_data_UMIcounts.mtx:2: found a matrix of cells x genes (2 x 3)");
    om_study_files_destroy(&files);
    om_study_destroy(&study);
}

static void check_files(const char *matrix, const char *genes, const char *metadata) {
    om_study_files *files = NULL;
    assert_int_equal(om_study_files_find(&files, test_folder), OM_OK);
    assert_string_equal(strrchr(files->matrix, '/') + 1, matrix);
    assert_string_equal(strrchr(files->genes, '/') + 1, genes);
    if (metadata == NULL) {
        assert_null(files->metadata);
    } else {
        assert_string_equal(strrchr(files->metadata, '/') + 1, metadata);
    }
    om_study_files_destroy(&files);
}

static void test_which_file_is_which(void **state) {
    (void)state;
    om_study_files *files = NULL;
    test_folder_remove(test_folder);
    assert_int_equal(om_study_files_find(&files, test_folder), OM_INPUT);
    assert_message_has("found no such folder");
    test_folder_make(test_folder);
    assert_int_equal(om_study_files_find(&files, test_folder), OM_INPUT);
    assert_message_has("found no matrix, expected Exp_data_UMIcounts.mtx");
    test_write(test_folder, "counts.mtx.gz", MTX);
    assert_int_equal(om_study_files_find(&files, test_folder), OM_INPUT);
    assert_message_has("found no Genes.txt, expected one (or Genes.txt.gz)");
    test_write(test_folder, "genes.TXT.gz", "A\n");
    assert_int_equal(om_study_files_find(&files, test_folder), OM_INPUT);
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
    assert_int_equal(om_study_files_find(&files, test_folder), OM_INPUT);
    assert_message_has("found several matrices (Exp_data_TPM.mtx, Exp_data_UMIcounts.mtx.gz)");
    assert_null(files);
    assert_int_equal(om_study_files_find(&files, test_path(test_folder, "Cells.csv")), OM_INPUT);
    assert_message_has("Cells.csv: found a file, expected a folder in 3CA layout");
}

static void test_key_text_changes_with_the_files(void **state) {
    (void)state;
    om_study_files *files = NULL;
    om_text *before = NULL;
    om_text *after = NULL;
    test_folder_remove(test_folder);
    test_folder_make(test_folder);
    write_study("A\nB\nC\n", "c,sample\n1,A\n2,A\n", NULL);
    assert_int_equal(om_text_create(&before), OM_OK);
    assert_int_equal(om_text_create(&after), OM_OK);
    assert_int_equal(om_study_files_find(&files, test_folder), OM_OK);
    assert_int_equal(om_study_files_describe(files, before), OM_OK);
    assert_non_null(strstr(om_text_get(before), "Genes.txt, 6 bytes, modified "));
    assert_non_null(strstr(om_text_get(before), "metadata: none\n"));
    test_write(test_folder, "Genes.txt", "A\nB\nCD\n");
    assert_int_equal(om_study_files_describe(files, after), OM_OK);
    assert_string_not_equal(om_text_get(before), om_text_get(after));
    om_text_destroy(&before);
    om_text_destroy(&after);
    om_study_files_destroy(&files);
}

static void test_memory_that_fails(void **state) {
    (void)state;
    write_study("A\nB\nC\n", "c,sample,n\n1,A,1\n2,A,x\n", "sample,patient\nA,p\n");
    om_study *study = NULL;
    om_study_files *files = NULL;
    assert_int_equal(om_study_files_find(&files, test_folder), OM_OK);
    int64_t successes = 0;
    om_status status = OM_MEMORY;
    for (; status == OM_MEMORY && successes < 1000; successes++) {
        om_memory_fail_after(successes);
        status = om_study_load(&study, files, NULL);
        om_memory_fail_after(-1);
    }
    assert_int_equal(status, OM_OK);
    assert_true(successes > 10);
    om_study_destroy(&study);
    om_study_files_destroy(&files);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oddities_of_real_folders),
        cmocka_unit_test(test_patients),
        cmocka_unit_test(test_names_of_columns),
        cmocka_unit_test(test_faults_name_file_and_line),
        cmocka_unit_test(test_numbers_of_genes_and_cells),
        cmocka_unit_test(test_which_file_is_which),
        cmocka_unit_test(test_key_text_changes_with_the_files),
        cmocka_unit_test(test_memory_that_fails),
    };
    log_ = om_log_create(false);
    int failed =
        log_ == NULL || cmocka_run_group_tests_name("study folder", tests, test_folder_set_up,
                                                    test_folder_tear_down) != 0;
    om_log_destroy(&log_);
    return failed;
}
