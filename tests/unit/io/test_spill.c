#include "oncomark/memory.h"
#include "oncomark/spill.h"
#include "unit_test.h"

#include "text_files.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

enum { MIB = 1 << 20, TOTAL = 5 * MIB + 12345 };

static unsigned char byte_at(int64_t position) {
    uint64_t mixed = (uint64_t)position * UINT64_C(0x9E3779B97F4A7C15);
    return (unsigned char)(mixed >> 56);
}

static om_spill *make_spill(int64_t memory) {
    om_spill *spill = NULL;
    assert_int_equal(om_spill_create(&spill, test_path(test_folder, "aside"), memory), OM_OK);
    assert_int_equal(om_spill_length(spill), 0);
    return spill;
}

/* Appends bytes until there are `total`, in pieces of growing length. */
static void fill(om_spill *spill, int64_t total) {
    unsigned char *piece = malloc(3 * MIB);
    assert_non_null(piece);
    for (int64_t length = 1; om_spill_length(spill) < total; length = length * 3 + 1) {
        int64_t begin = om_spill_length(spill);
        int64_t n = length < 3 * MIB ? length : 3 * MIB;
        n = n < total - begin ? n : total - begin;
        for (int64_t i = 0; i < n; i++) {
            piece[i] = byte_at(begin + i);
        }
        assert_int_equal(om_spill_append(spill, piece, n), OM_OK);
        assert_int_equal(om_spill_length(spill), begin + n);
    }
    free(piece);
}

static void check(const om_spill *spill, int64_t position, int64_t length) {
    unsigned char *bytes = malloc((size_t)length + 1);
    assert_non_null(bytes);
    bytes[length] = 77;
    assert_int_equal(om_spill_read(spill, position, length, bytes), OM_OK);
    for (int64_t i = 0; i < length; i++) {
        assert_int_equal(bytes[i], byte_at(position + i));
    }
    assert_int_equal(bytes[length], 77);
    free(bytes);
}

static int count_entries(void) {
    DIR *folder = opendir(test_folder);
    assert_non_null(folder);
    int n = 0;
    while (readdir(folder) != NULL) {
        n++;
    }
    closedir(folder);
    return n - 2;
}

/* In memory, in a file, and both, with the last bytes in neither yet. */
static void bytes_come_back(void **state) {
    (void)state;
    const int64_t memory[] = {0, MIB - 1, MIB, 3 * MIB + 5, 100 * MIB};
    for (int i = 0; i < 5; i++) {
        om_spill *spill = make_spill(memory[i]);
        fill(spill, TOTAL);
        check(spill, 0, TOTAL);
        check(spill, TOTAL, 0);
        check(spill, TOTAL - 1, 1);
        for (int64_t chunk = 1; chunk <= 5; chunk++) {
            check(spill, chunk * MIB - 3, 7);
            check(spill, chunk * MIB, 1);
        }
        check(spill, 5, 3 * MIB);
        fill(spill, TOTAL + 2 * MIB);
        check(spill, TOTAL - 9, 2 * MIB + 9);
        assert_int_equal(count_entries(), 0);
        om_spill_destroy(&spill);
        assert_null(spill);
    }
}

static void reading_beyond_is_a_bug(void **state) {
    (void)state;
    om_spill *spill = make_spill(MIB);
    unsigned char byte = 0;
    assert_int_equal(om_spill_read(spill, 0, 1, &byte), OM_BUG);
    fill(spill, 10);
    assert_int_equal(om_spill_read(spill, 9, 2, &byte), OM_BUG);
    assert_int_equal(om_spill_read(spill, -1, 1, &byte), OM_BUG);
    assert_int_equal(om_spill_read(spill, 10, 0, &byte), OM_OK);
    om_spill_destroy(&spill);
}

static void missing_folder_is_named(void **state) {
    (void)state;
    om_spill *spill = NULL;
    assert_int_equal(om_spill_create(&spill, test_path(test_folder, "none/aside"), 0), OM_OK);
    assert_int_equal(om_spill_append(spill, "x", 1), OM_SYSTEM);
    assert_message_has("none/aside-");
    assert_message_has("cannot make a temporary file: No such file");
    om_spill_destroy(&spill);
}

/* As on a full disk. */
static void failed_write_is_told(void **state) {
    (void)state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit limit = {.rlim_cur = 2 * MIB, .rlim_max = before.rlim_max};
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    om_spill *spill = make_spill(MIB);
    unsigned char *bytes = calloc(MIB, 1);
    assert_non_null(bytes);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    om_status status = OM_OK;
    int n = 0;
    for (; n < 10 && status == OM_OK; n++) {
        status = om_spill_append(spill, bytes, MIB);
    }
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, OM_SYSTEM);
    assert_in_range(n, 4, 6);
    assert_message_has("/aside-");
    assert_message_has(": cannot write ");
    assert_message_has("File too large");
    free(bytes);
    om_spill_destroy(&spill);
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    om_status status = OM_MEMORY;
    unsigned char *bytes = calloc(3, MIB);
    assert_non_null(bytes);
    for (int64_t n = 0; status == OM_MEMORY; n++) {
        om_spill *spill = NULL;
        om_memory_fail_after(n);
        status = om_spill_create(&spill, test_path(test_folder, "aside"), 2 * MIB);
        assert_true((status == OM_OK) == (spill != NULL));
        if (status == OM_OK) {
            status = om_spill_append(spill, bytes, 3 * MIB);
        }
        om_spill_destroy(&spill);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(bytes_come_back),
        test_in_folder(reading_beyond_is_a_bug),
        test_in_folder(missing_folder_is_named),
        test_in_folder(failed_write_is_told),
        test_in_folder(memory_failure_is_reported),
    };
    return cmocka_run_group_tests_name("spill", tests, NULL, NULL);
}
