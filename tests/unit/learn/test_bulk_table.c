/* Tables of predictions: how they are told from matrices, and what is wrong with them. */
#include "learn/bulk_profiles.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

static const char codes[] = "AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI,TPI";

static const char *write_table(const char *header, const char *rows) {
    char text[1024];
    snprintf(text, sizeof text, "%s\n%s", header, rows);
    return test_write(test_folder, "table.csv", text);
}

static bool is_one(const char *path) {
    bool answer = false;
    assert_int_equal(om_bulk_table_is_one(path, &answer), OM_OK);
    return answer;
}

static void test_told_by_header(void **state) {
    (void)state;
    bool answer = true;
    assert_true(is_one(write_table("profile,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI,TPI", "")));
    assert_true(is_one(write_table("p\taim\tx\tEGS\tGIM\tRCD\tSPS", ""))); /* half of them */
    assert_false(is_one(write_table("gene,AIM,IA,ERI,TPI,TPI", "")));
    assert_false(is_one(write_table("gene,S1,S2", "AIM,1,2\nDCE,1,2\n")));
    assert_false(is_one(write_table("", "")));
    assert_false(is_one(test_write(test_folder, "gct.gct", "#1.2\n1\t1\nName\tAIM\tDCE\n")));
    assert_false(is_one(test_write_bytes(test_folder, "x.h5ad", "\x89HDF\r\n\x1a\n\0\0", 10)));
    char header[128];
    snprintf(header, sizeof header, "p,%s\n", codes);
    assert_true(is_one(test_write_gzip(test_folder, "table.csv.gz", header)));
    assert_int_equal(om_bulk_table_is_one("/nowhere/at.all", &answer), OM_INPUT);
    assert_message_has("/nowhere/at.all: found no such file");
}

static void test_values(void **state) {
    (void)state;
    om_bulk_profiles found = {0};
    /* Another order, quotes, CRLF, a class. */
    const char *path = write_table("Name,TPI,type,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI",
                                   "\"A, 1\",1,Tumour,0,0.25,1e-3,0.5,1,1,1,1,.75\r\n"
                                   "B,0.99999976,Normal,1,1,1,1,1,1,1,1,1\n\n");
    if (om_bulk_table_read(&found, path, "TYPE") != OM_OK) {
        fail_msg("%s", om_error_message());
    }
    assert_int_equal(found.n, 2);
    assert_string_equal(om_strings_get(found.names, 0), "A, 1");
    assert_string_equal(om_strings_get(found.told, 0), "Tumour");
    assert_string_equal(om_strings_get(found.told, 1), "Normal");
    assert_true(found.probabilities[OM_HALLMARK_DCE] == 0.25);
    assert_true(found.probabilities[OM_HALLMARK_EGS] == 1e-3);
    assert_true(found.probabilities[OM_HALLMARK_ERI] == 0.75);
    assert_true(found.probabilities[OM_HALLMARK_TPI] == 1);
    assert_true(found.probabilities[OM_N_HALLMARKS + OM_HALLMARK_TPI] == 0.99999976);
    om_bulk_profiles_release(&found);
    assert_null(found.names);
}

static void expect_error(const char *header, const char *rows, const char *class_column,
                         const char *message) {
    om_bulk_profiles found = {0};
    const char *path = write_table(header, rows);
    assert_int_equal(om_bulk_table_read(&found, path, class_column), OM_INPUT);
    assert_message_has(message);
    om_bulk_profiles_release(&found);
}

static void test_bad_tables(void **state) {
    (void)state;
    char header[128];
    char row[256];
    static const char rest[] = ",0,0,0,0,0,0,0,0,0\n";
    snprintf(header, sizeof header, "profile,%s", codes);
    expect_error("profile,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI", "A,0,0,0,0,0,0,0,0,0\n", NULL,
                 "table.csv: found no column 'TPI' in the header of predictions, expected");
    expect_error("profile,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI,TPI,note", "A,0,0,0,0,0,0,0,0,0,0,x\n",
                 NULL, "found column 'note' in the header");
    expect_error("profile,AIM,DCE,EGS,GIM,RCD,SPS,AID,IA,ERI,AIM", "A,0,0,0,0,0,0,0,0,0,0\n", NULL,
                 "found twice the column 'AIM'");
    expect_error(header, "A,0,0,0,0,0,0,0,0,0,0\n", "type", "found no column 'type'");
    expect_error(header, "", NULL, "found a header only");
    expect_error(header, "A,0,0\n", NULL, "table.csv:2: found 3 fields, expected 11");
    static const char *const bad[] = {"1.5", "-0.1", "nan", "high", "", "inf", "1e400"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char message[128];
        snprintf(row, sizeof row, "A,0%sB,%s%s", rest, bad[i], rest);
        snprintf(message, sizeof message,
                 "table.csv:3: column 'AIM': found '%s', expected a probability from 0 to 1",
                 bad[i]);
        expect_error(header, row, NULL, message);
    }
    snprintf(row, sizeof row, "A,0%sB,0%sA,1%s", rest, rest, rest);
    expect_error(header, row, NULL,
                 "table.csv:4: found the profile name 'A' again, it is in line 2 already");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_told_by_header),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_bad_tables),
    };
    return cmocka_run_group_tests_name("bulk_table", tests, test_folder_set_up,
                                       test_folder_tear_down);
}
