#include "oncomark/reader.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

static void check_line(om_reader *reader, const char *expected, int64_t number, int64_t offset) {
    char *line = NULL;
    size_t length = 0;
    assert_int_equal(om_reader_line(reader, &line, &length), OM_OK);
    assert_non_null(line);
    assert_string_equal(line, expected);
    assert_int_equal(length, strlen(expected));
    assert_int_equal(om_reader_line_number(reader), number);
    assert_int_equal(om_reader_offset(reader), offset);
}

static void check_end(om_reader *reader) {
    char *line = NULL;
    size_t length = 0;
    assert_int_equal(om_reader_line(reader, &line, &length), OM_OK);
    assert_null(line);
}

static void test_lines_of_plain_and_gzip_files(void **state) {
    (void)state;
    const char *text = "one\r\n\ntwo words \nlast";
    for (int gzip = 0; gzip < 2; gzip++) {
        const char *path = gzip ? test_write_gzip(test_folder, "lines.gz", text)
                                : test_write(test_folder, "lines", text);
        om_reader *reader = NULL;
        assert_int_equal(om_reader_open(&reader, path), OM_OK);
        assert_int_equal(om_reader_is_gzip(reader), gzip);
        assert_string_equal(om_reader_path(reader), path);
        check_line(reader, "one", 1, 5);
        check_line(reader, "", 2, 6);
        check_line(reader, "two words ", 3, 17);
        check_line(reader, "last", 4, 21);
        check_end(reader);
        check_end(reader);
        om_reader_close(&reader);
        assert_null(reader);
    }
}

static void test_line_longer_than_the_buffer(void **state) {
    (void)state;
    size_t length = 3000000;
    char *text = om_malloc((int64_t)length + 1, 1);
    memset(text, 'x', length);
    text[length] = '\0';
    text[length - 3] = '\n'; /* a long line, then "xx" */
    om_reader *reader = NULL;
    assert_int_equal(om_reader_open(&reader, test_write_gzip(test_folder, "long.gz", text)), OM_OK);
    char *line = NULL;
    size_t got = 0;
    assert_int_equal(om_reader_line(reader, &line, &got), OM_OK);
    assert_int_equal(got, length - 3);
    assert_int_equal(line[0], 'x');
    assert_int_equal(line[got - 1], 'x');
    check_line(reader, "xx", 2, (int64_t)length);
    om_reader_close(&reader);
    om_free(text);
}

static void test_empty_file_has_no_line(void **state) {
    (void)state;
    om_reader *reader = NULL;
    assert_int_equal(om_reader_open(&reader, test_write(test_folder, "empty", "")), OM_OK);
    check_end(reader);
    om_reader_close(&reader);
    assert_int_equal(om_reader_open(&reader, test_write_gzip(test_folder, "empty.gz", "")), OM_OK);
    check_end(reader);
    om_reader_close(&reader);
}

static void test_files_that_cannot_be_opened(void **state) {
    (void)state;
    om_reader *reader = NULL;
    assert_int_equal(om_reader_open(&reader, test_path(test_folder, "nothing")), OM_INPUT);
    assert_null(reader);
    assert_message_has("/nothing: found no such file");
    assert_int_equal(om_reader_open(&reader, test_folder), OM_INPUT);
    assert_message_has("found a folder, expected a file");
    om_reader_close(&reader);
}

static void test_damaged_gzip(void **state) {
    (void)state;
    char text[4000];
    unsigned noise = 1;
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        noise = noise * 1664525u + 1013904223u;
        text[i] = (char)('a' + (noise >> 24) % 26);
    }
    text[sizeof text - 1] = '\0';
    const long lengths[] = {2, 11, 1000, -1};
    for (int i = 0; i < 4; i++) {
        const char *path = test_write_gzip(test_folder, "damaged.gz", text);
        if (lengths[i] >= 0) {
            test_cut(path, lengths[i]);
        } else { /* a byte in the middle changed */
            FILE *file = fopen(path, "r+b");
            fseek(file, 1200, SEEK_SET);
            int c = fgetc(file);
            fseek(file, 1200, SEEK_SET);
            fputc(c ^ 0xff, file);
            fclose(file);
        }
        char *bytes = NULL;
        int64_t length = 0;
        assert_int_equal(om_file_read_all(path, &bytes, &length), OM_INPUT);
        assert_null(bytes);
        assert_message_has("damaged.gz: found a truncated or damaged gzip stream");
    }
}

static void test_nul_byte_is_refused(void **state) {
    (void)state;
    om_reader *reader = NULL;
    const char bytes[] = "good\nb\0d\n";
    const char *path = test_write_bytes(test_folder, "nul", bytes, sizeof bytes - 1);
    assert_int_equal(om_reader_open(&reader, path), OM_OK);
    check_line(reader, "good", 1, 5);
    char *line = NULL;
    size_t length = 0;
    assert_int_equal(om_reader_line(reader, &line, &length), OM_INPUT);
    assert_message_has("/nul:2: found a NUL byte");
    om_reader_close(&reader);
}

static void test_bytes_and_sizes(void **state) {
    (void)state;
    const char *path = test_write_gzip(test_folder, "bytes.gz", "0123456789");
    om_reader *reader = NULL;
    char bytes[8];
    size_t length = 0;
    assert_int_equal(om_reader_open(&reader, path), OM_OK);
    assert_int_equal(om_reader_bytes(reader, bytes, 7, &length), OM_OK);
    assert_int_equal(length, 7);
    assert_memory_equal(bytes, "0123456", 7);
    assert_int_equal(om_reader_bytes(reader, bytes, 7, &length), OM_OK);
    assert_int_equal(length, 3);
    assert_int_equal(om_reader_bytes(reader, bytes, 7, &length), OM_OK);
    assert_int_equal(length, 0);
    assert_int_equal(om_reader_offset(reader), 10);
    om_reader_close(&reader);

    char *all = NULL;
    int64_t n = 0;
    assert_int_equal(om_file_read_all(path, &all, &n), OM_OK);
    assert_int_equal(n, 10);
    assert_string_equal(all, "0123456789");
    om_free(all);

    path = test_write(test_folder, "plain", "12345");
    assert_int_equal(om_file_size(path, &n), OM_OK);
    assert_int_equal(n, 5);
    assert_true(om_file_exists(path));
    assert_false(om_file_exists(test_folder));
    assert_false(om_file_exists(test_path(test_folder, "nothing")));
    assert_int_equal(om_file_size(test_path(test_folder, "nothing"), &n), OM_INPUT);
}

static void test_concatenated_gzip_members(void **state) {
    (void)state;
    const char *path = test_write_gzip(test_folder, "two.gz", "one\nt");
    gzFile file = gzopen(path, "ab");
    assert_int_equal(gzputs(file, "wo\n"), 3);
    gzclose(file);
    om_reader *reader = NULL;
    assert_int_equal(om_reader_open(&reader, path), OM_OK);
    check_line(reader, "one", 1, 4);
    check_line(reader, "two", 2, 8);
    check_end(reader);
    om_reader_close(&reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_of_plain_and_gzip_files),
        cmocka_unit_test(test_line_longer_than_the_buffer),
        cmocka_unit_test(test_empty_file_has_no_line),
        cmocka_unit_test(test_files_that_cannot_be_opened),
        cmocka_unit_test(test_damaged_gzip),
        cmocka_unit_test(test_nul_byte_is_refused),
        cmocka_unit_test(test_bytes_and_sizes),
        cmocka_unit_test(test_concatenated_gzip_members),
    };
    return cmocka_run_group_tests_name("reader", tests, test_folder_set_up, test_folder_tear_down);
}
