/* Which profiles are cancer and which are normal, and what is said of those that are neither. */
#include "learn/bulk_class.h"

#include "unit_test.h"

#include "text_files.h"

enum { MOST = 8 };

typedef struct fixture {
    om_bulk_set set;
    om_strings *profiles;
    om_strings *told;
    uint8_t assigned[MOST];
} fixture;

static void begin(fixture *made, int64_t n, const char *const *profiles) {
    *made = (fixture){.profiles = test_strings(n, profiles)};
    made->set.path = "bulk.csv";
    made->set.name = "bulk";
    made->set.cancer = test_strings(0, NULL);
    made->set.normal = test_strings(0, NULL);
}

static void add_glob(om_strings *list, const char *glob) {
    assert_int_equal(om_strings_add(list, glob), OM_OK);
}

static om_status assign(fixture *made, om_bulk_others others) {
    om_bulk_classes *classes = NULL;
    om_status status = om_bulk_classes_create(&classes, &made->set);
    if (status == OM_OK) {
        status =
            om_bulk_classes_assign(made->assigned, classes, made->profiles, made->told, others);
    }
    om_bulk_classes_destroy(&classes);
    assert_null(classes);
    return status;
}

static void end(fixture *made) {
    om_strings_destroy(&made->profiles);
    om_strings_destroy(&made->told);
    om_strings_destroy(&made->set.cancer);
    om_strings_destroy(&made->set.normal);
}

/* `expected` has a letter a profile: c, n, or - for neither. */
static void expect_classes(fixture *made, om_bulk_others others, const char *expected) {
    static const char letters[] = {
        [OM_BULK_MIXED] = '-', [OM_BULK_CANCER] = 'c', [OM_BULK_NORMAL] = 'n'};
    if (assign(made, others) != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    for (int64_t i = 0; i < om_strings_count(made->profiles); i++) {
        assert_int_equal(letters[made->assigned[i]], expected[i]);
    }
}

static void expect_error(fixture *made, const char *first, const char *second) {
    assert_int_equal(assign(made, OM_OTHERS_ERROR), OM_INPUT);
    assert_message_has(first);
    assert_message_has(second);
}

static const char *const barcodes[] = {"TCGA-1-01A-x", "TCGA-2-11A-x", "tcga-3-01a-x", "width"};

static void test_fixed(void **state) {
    (void)state;
    fixture made;
    begin(&made, 3, barcodes);
    made.set.class = OM_BULK_NORMAL;
    expect_classes(&made, OM_OTHERS_ERROR, "nnn");
    made.set.class = OM_BULK_CANCER;
    expect_classes(&made, OM_OTHERS_ERROR, "ccc");
    end(&made);
}

static void test_globs(void **state) {
    (void)state;
    fixture made;
    begin(&made, 4, barcodes);
    add_glob(made.set.cancer, "none");
    add_glob(made.set.cancer, "*-01A-*");
    add_glob(made.set.normal, "*-11[AB]-?");
    expect_classes(&made, OM_OTHERS_LEAVE_OUT, "cnc-");
    expect_error(&made,
                 "bulk.csv: found profile 'width', expected names that match cancer or normal",
                 "validate.others: leave_out");
    add_glob(made.set.normal, "TCGA-1*");
    expect_error(&made, "bulk.csv: profile 'TCGA-1-01A-x' matches both",
                 "cancer '*-01A-*' and normal 'TCGA-1*'");
    end(&made);
}

static void test_list_without_a_profile(void **state) {
    (void)state;
    fixture made;
    begin(&made, 4, barcodes);
    add_glob(made.set.cancer, "*-01A-*");
    add_glob(made.set.normal, "*-12A-*");
    add_glob(made.set.normal, "*-13A-*");
    expect_error(&made, "bulk.csv: found no profile among 4 that matches normal: '*-12A-*', ...",
                 "");
    end(&made);
    begin(&made, 4, barcodes);
    add_glob(made.set.cancer, "TCGA");
    expect_error(&made, "found no profile among 4 that matches cancer: 'TCGA', expected", "");
    end(&made);
}

/* As R writes a data frame: the header lacks the first column. */
static const char table[] =
    "source_name\tgroup\nA\tx\tCASE\nB\tx\t CTRL \nC\tx\tother\nZ\tx\tCASE\n";
static const char *const letters[] = {"A", "B", "C", "D"};

static void test_table(void **state) {
    (void)state;
    fixture made;
    begin(&made, 2, letters);
    made.set.classes = (char *)test_write(test_folder, "classes.tsv", table);
    made.set.class_column = "Group";
    add_glob(made.set.cancer, "case");
    add_glob(made.set.normal, "C*L");
    expect_classes(&made, OM_OTHERS_ERROR, "cn");
    assert_int_equal(om_strings_add(made.profiles, "C"), OM_OK);
    expect_error(&made, "classes.tsv:4: column 'Group': found 'other' for profile 'C'",
                 "what matches cancer or normal");
    expect_classes(&made, OM_OTHERS_LEAVE_OUT, "cn-");
    end(&made);
    begin(&made, 4, letters);
    made.set.classes = (char *)test_path(test_folder, "classes.tsv");
    made.set.class_column = "group";
    add_glob(made.set.cancer, "*");
    expect_error(&made, "classes.tsv: found no profile 'D' of bulk.csv",
                 "expected the classes of all; validate.others: leave_out");
    expect_classes(&made, OM_OTHERS_LEAVE_OUT, "ccc-");
    made.set.class_column = "type";
    expect_error(&made, "classes.tsv: found no column 'type'", "");
    end(&made);
    begin(&made, 2, barcodes);
    made.set.classes = (char *)test_path(test_folder, "classes.tsv");
    made.set.class_column = "group";
    expect_error(&made, "classes.tsv: found none of the 2 profiles of bulk.csv, such as ",
                 "'TCGA-1-01A-x', expected them in the first column");
    end(&made);
}

static void test_bad_tables(void **state) {
    (void)state;
    fixture made;
    begin(&made, 1, letters);
    made.set.class_column = "c";
    made.set.classes =
        (char *)test_write(test_folder, "twice.csv", "p,c\nA,cancer\nB,x\nA,normal\n");
    expect_error(&made, "twice.csv:4: found profile 'A' again, it is in line 2 already", "");
    made.set.classes = (char *)test_write(test_folder, "ragged.csv", "p,c\nA,cancer\nB\n");
    expect_error(&made, "ragged.csv:3: found 1 fields, expected 2", "");
    made.set.classes = "/nowhere/classes.csv";
    expect_error(&made, "/nowhere/classes.csv", "no such file");
    end(&made);
}

static void test_own_column(void **state) {
    (void)state;
    static const char *const told[] = {"Cancer", " normal", "CANCER ", "benign"};
    fixture made;
    begin(&made, 4, letters);
    made.told = test_strings(4, told);
    made.set.class_column = "type";
    expect_classes(&made, OM_OTHERS_LEAVE_OUT, "cnc-");
    expect_error(&made,
                 "bulk.csv: column 'type': found 'benign' for profile 'D', expected cancer or "
                 "normal; validate.others",
                 "");
    add_glob(made.set.normal, "BENIGN");
    expect_classes(&made, OM_OTHERS_LEAVE_OUT, "---n");
    end(&made);
}

static void test_nothing_left(void **state) {
    (void)state;
    static const char *const told[] = {"x", ""};
    fixture made;
    begin(&made, 2, letters);
    made.told = test_strings(2, told);
    made.set.class_column = "type";
    assert_int_equal(assign(&made, OM_OTHERS_LEAVE_OUT), OM_INPUT);
    assert_message_has("bulk.csv: found no profile among 2 that is cancer or normal");
    end(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_globs),
        cmocka_unit_test(test_list_without_a_profile),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_bad_tables),
        cmocka_unit_test(test_own_column),
        cmocka_unit_test(test_nothing_left),
    };
    return cmocka_run_group_tests_name("bulk_class", tests, test_folder_set_up,
                                       test_folder_tear_down);
}
