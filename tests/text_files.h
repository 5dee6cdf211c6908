/* A temporary folder and text files in it, plain or gzip. Needs unit_test.h before it. */
#ifndef ONCOMARK_TESTS_TEXT_FILES_H
#define ONCOMARK_TESTS_TEXT_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { TEST_PATH = 512 };

/* Makes a new folder under $TMPDIR or /tmp. */
static inline void test_folder_make(char folder[TEST_PATH]) {
    const char *parent = getenv("TMPDIR");
    snprintf(folder, TEST_PATH, "%.400s/oncomark-test-XXXXXX", parent != NULL ? parent : "/tmp");
    assert_non_null(mkdtemp(folder));
}

/* Removes a folder that test_folder_make made, with all that is in it. */
static inline void test_folder_remove(const char *folder) {
    char command[TEST_PATH + 32];
    assert_non_null(strstr(folder, "/oncomark-test-"));
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

/* The one folder of a program, with set-up and tear-down for its group or for each test. */
static char test_folder[TEST_PATH];

static inline int test_folder_set_up(void **state) {
    (void)state;
    test_folder_make(test_folder);
    return 0;
}

static inline int test_folder_tear_down(void **state) {
    (void)state;
    test_folder_remove(test_folder);
    return 0;
}

/* A test with a folder of its own. */
#define test_in_folder(test)                                                                       \
    cmocka_unit_test_setup_teardown(test, test_folder_set_up, test_folder_tear_down)

/* folder/name in one of a few buffers that are used in turn. */
static inline const char *test_path(const char *folder, const char *name) {
    static char paths[8][2 * TEST_PATH];
    static int next = 0;
    char joined[2 * TEST_PATH]; /* `folder` may be one of the buffers */
    int length = snprintf(joined, sizeof joined, "%s/%s", folder, name);
    assert_true(length > 0 && (size_t)length < sizeof joined);
    return strcpy(paths[next++ % 8], joined);
}

static inline const char *test_write_bytes(const char *folder, const char *name, const char *bytes,
                                           size_t length) {
    const char *path = test_path(folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline const char *test_write(const char *folder, const char *name, const char *text) {
    return test_write_bytes(folder, name, text, strlen(text));
}

static inline const char *test_write_gzip(const char *folder, const char *name, const char *text) {
    const char *path = test_path(folder, name);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    if (text[0] != '\0') {
        assert_int_equal(gzwrite(file, text, (unsigned)strlen(text)), strlen(text));
    }
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

/* Shortens a file to `length` bytes. */
static inline void test_cut(const char *path, long length) {
    assert_int_equal(truncate(path, length), 0);
}

#endif
