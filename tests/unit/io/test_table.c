#include "oncomark/table.h"

#include "unit_test.h"

#include "text_files.h"

#include <math.h>

static om_table *read_text(const char *text) {
    om_table *table = NULL;
    assert_int_equal(om_table_read(&table, test_write(test_folder, "table.csv", text)), OM_OK);
    return table;
}

static void test_quotes_blank_lines_and_line_ends(void **state) {
    (void)state;
    om_table *table = read_text("\xef\xbb\xbf name , Sample,note\r\n"
                                "\r\n"
                                "a,\"x, y\",\"say \"\"no\"\"\"\r\n"
                                "  \n"
                                "K\xc3\xbcrten,,\"two\r\nlines\"\r\n"
                                "c,\"q\"tail,mid\"dle");
    assert_int_equal(om_table_columns(table), 3);
    assert_int_equal(om_table_rows(table), 3);
    assert_string_equal(om_table_header(table, 0), "name");
    assert_string_equal(om_table_header(table, 1), "Sample");
    assert_int_equal(om_table_find(table, "sAMPLE"), 1);
    assert_int_equal(om_table_find(table, "absent"), -1);
    assert_string_equal(om_table_cell(table, 0, 1), "x, y");
    assert_string_equal(om_table_cell(table, 0, 2), "say \"no\"");
    assert_string_equal(om_table_cell(table, 1, 0), "K\xc3\xbcrten");
    assert_string_equal(om_table_cell(table, 1, 1), "");
    assert_string_equal(om_table_cell(table, 1, 2), "two\nlines");
    assert_string_equal(om_table_cell(table, 2, 1), "qtail");
    assert_string_equal(om_table_cell(table, 2, 2), "mid\"dle");
    assert_int_equal(om_table_line(table, 0), 3);
    assert_int_equal(om_table_line(table, 1), 5);
    assert_int_equal(om_table_line(table, 2), 7);
    om_table_destroy(&table);
    assert_null(table);
}

static void test_tabs_and_the_missing_header_of_row_names(void **state) {
    (void)state;
    om_table *table = read_text("a b\tc\nrow 1\t1,5\t2\n\t\t\n");
    assert_int_equal(om_table_columns(table), 3);
    assert_string_equal(om_table_header(table, 0), "");
    assert_string_equal(om_table_header(table, 1), "a b");
    assert_string_equal(om_table_cell(table, 0, 1), "1,5");
    assert_int_equal(om_table_rows(table), 2); /* a line of tabs is a row of empty cells */
    om_table_destroy(&table);
}

static void test_delimiter_is_found_outside_quotes(void **state) {
    (void)state;
    om_records *records = NULL;
    char **fields = NULL;
    int64_t n = 0;
    const char *path = test_write(test_folder, "r.csv", "\"a\tb\tc\",d\n");
    assert_int_equal(om_records_open(&records, path, '\0'), OM_OK);
    assert_int_equal(om_records_next(records, &fields, &n), OM_OK);
    assert_int_equal(n, 2);
    assert_string_equal(fields[0], "a\tb\tc");
    assert_int_equal(om_records_line(records), 1);
    assert_string_equal(om_records_path(records), path);
    assert_int_equal(om_records_next(records, &fields, &n), OM_OK);
    assert_int_equal(n, 0);
    om_records_close(&records);

    path = test_write(test_folder, "r.csv", "a;b,c\n");
    assert_int_equal(om_records_open(&records, path, ';'), OM_OK);
    assert_int_equal(om_records_next(records, &fields, &n), OM_OK);
    assert_int_equal(n, 2);
    assert_string_equal(fields[1], "b,c");
    om_records_close(&records);
}

static void test_many_fields(void **state) {
    (void)state;
    char text[4000] = "0";
    for (int i = 1; i < 500; i++) {
        snprintf(text + strlen(text), 16, ",%d", i);
    }
    om_table *table = read_text(text);
    assert_int_equal(om_table_columns(table), 500);
    assert_string_equal(om_table_header(table, 499), "499");
    assert_int_equal(om_table_rows(table), 0);
    om_table_destroy(&table);
}

static void test_faults_name_file_and_line(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"a,b\n1,2\n\n1,2,3\n", "bad.csv:4: found 3 fields, expected 2"},
        {"a,b\n1\n", "bad.csv:2: found 1 fields, expected 2"},
        {"a,b\n1,2,3\n1,2\n", "bad.csv:3: found 2 fields, expected 3"},
        {"a,b\n1,\"open\n2,3\n", "bad.csv:2: found an open quote"},
        {"", "bad.csv: found an empty file"},
        {"\n  \n", "bad.csv: found an empty file"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_table *table = NULL;
        const char *path = test_write(test_folder, "bad.csv", cases[i].text);
        assert_int_equal(om_table_read(&table, path), OM_INPUT);
        assert_null(table);
        assert_message_has(cases[i].message);
    }
    om_table *table = NULL;
    assert_int_equal(om_table_read(&table, test_path(test_folder, "none.csv")), OM_INPUT);
    assert_message_has("none.csv: found no such file");
}

static void test_numbers_are_strict(void **state) {
    (void)state;
    double value = 0;
    assert_true(om_parse_f64(" -1.5e3\t", &value));
    assert_true(value == -1500);
    assert_true(om_parse_f64("+.5", &value) && value == 0.5);
    assert_true(om_parse_f64("NaN", &value) && isnan(value));
    assert_true(om_parse_f64("-Inf", &value) && isinf(value) && value < 0);
    const char *const wrong[] = {"", " ", "1x", "0x10", "1 2", "- 1", "nan(1)", "e5", "+", "1,5"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(om_parse_f64(wrong[i], &value));
    }
    int64_t whole = 0;
    assert_true(om_parse_i64(" 9223372036854775807 ", &whole) && whole == INT64_MAX);
    assert_true(om_parse_i64("-7", &whole) && whole == -7);
    const char *const not_whole[] = {"", "9223372036854775808", "1.0", "0x1", "7 7", "+-1", "1e3"};
    for (size_t i = 0; i < sizeof not_whole / sizeof not_whole[0]; i++) {
        assert_false(om_parse_i64(not_whole[i], &whole));
    }
}

static void test_fields_come_back_as_written(void **state) {
    (void)state;
    const char *const fields[] = {"plain", "a,b", "say \"no\"", "two\nlines", "", " edge", "t\tb"};
    size_t n = sizeof fields / sizeof fields[0];
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(om_csv_field(text, fields[i]), OM_OK);
        assert_int_equal(om_text_add(text, i + 1 < n ? "," : "\n"), OM_OK);
    }
    assert_memory_equal(om_text_get(text), "plain,\"a,b\",\"say \"\"no\"\"\",", 25);
    om_table *table = read_text(om_text_get(text));
    assert_int_equal(om_table_columns(table), n);
    om_table_destroy(&table);
    om_records *records = NULL;
    char **read = NULL;
    int64_t n_read = 0;
    assert_int_equal(om_records_open(&records, test_path(test_folder, "table.csv"), ','), OM_OK);
    assert_int_equal(om_records_next(records, &read, &n_read), OM_OK);
    assert_int_equal(n_read, n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(read[i], fields[i]);
    }
    om_records_close(&records);
    om_text_destroy(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quotes_blank_lines_and_line_ends),
        cmocka_unit_test(test_tabs_and_the_missing_header_of_row_names),
        cmocka_unit_test(test_delimiter_is_found_outside_quotes),
        cmocka_unit_test(test_many_fields),
        cmocka_unit_test(test_faults_name_file_and_line),
        cmocka_unit_test(test_numbers_are_strict),
        cmocka_unit_test(test_fields_come_back_as_written),
    };
    return cmocka_run_group_tests_name("table", tests, test_folder_set_up, test_folder_tear_down);
}
