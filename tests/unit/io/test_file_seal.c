#include "oncomark/file_seal.h"
#include "oncomark/reader.h"
#include "unit_test.h"

#include "text_files.h"

static const char *write_pattern(size_t length) {
    static char bytes[3 << 20];
    for (size_t i = 0; i < length; i++) {
        bytes[i] = (char)(i * i % 251);
    }
    return test_write_bytes(test_folder, "file", bytes, length);
}

static void flip(const char *path, long offset) {
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_int_equal(fseek(file, offset, SEEK_SET), 0);
    assert_true(fputc(byte ^ 4, file) != EOF);
    assert_int_equal(fclose(file), 0);
}

static void assert_broken(const char *path) {
    assert_int_equal(om_file_check_seal(path), OM_INPUT);
    assert_message_has(path);
}

static void test_files_of_many_lengths(void **state) {
    (void)state;
    const size_t lengths[] = {0, 1, 7, 8, 9, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 3, 3 << 20};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        long length = (long)lengths[i];
        const char *path = write_pattern(lengths[i]);
        assert_broken(path);
        assert_int_equal(om_file_seal(path), OM_OK);
        assert_int_equal(om_file_check_seal(path), OM_OK);
        const long places[] = {0, length / 2, length - 1, length, length + 20, length + 48};
        for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
            if (places[p] >= 0) {
                flip(path, places[p]);
                assert_broken(path);
                flip(path, places[p]);
            }
        }
        assert_int_equal(om_file_check_seal(path), OM_OK);
        test_cut(path, length + 48);
        assert_broken(path);
        test_cut(path, length / 2);
        assert_broken(path);
    }
}

/* Zeros at the end count. */
static void test_longer_by_zeros(void **state) {
    (void)state;
    const char *path = test_write_bytes(test_folder, "file", "ab\0\0", 3);
    char sealed[64];
    assert_int_equal(om_file_seal(path), OM_OK);
    int64_t length = 0;
    assert_int_equal(om_file_size(path, &length), OM_OK);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(sealed, 1, sizeof sealed, file), length);
    assert_int_equal(fclose(file), 0);
    memmove(sealed + 4, sealed + 3, (size_t)length - 3);
    test_write_bytes(test_folder, "file", sealed, (size_t)length + 1);
    assert_broken(path);
}

static void test_no_file(void **state) {
    (void)state;
    assert_broken(test_path(test_folder, "none"));
    assert_broken(test_folder);
    assert_int_equal(om_file_seal(test_path(test_folder, "none")), OM_INPUT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_files_of_many_lengths),
        test_in_folder(test_longer_by_zeros),
        test_in_folder(test_no_file),
    };
    return cmocka_run_group_tests_name("file_seal", tests, NULL, NULL);
}
