/* Both engines, over whole, cut, damaged and joined streams. */
#include "io/inflate.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include "text_files.h"

#include <fcntl.h>

/* zlib, and the build's best one. */
static const om_inflate_engine engines[] = {OM_INFLATE_ZLIB, OM_INFLATE_ISAL};

static int n_engines(void) {
    return om_inflate_best() == OM_INFLATE_ISAL ? 2 : 1;
}

/* Everything in reads of `capacity` bytes. */
static om_status inflate_all(const char *path, om_inflate_engine engine, size_t capacity,
                             char **text, size_t *length) {
    om_inflate *inflate = NULL;
    int descriptor = open(path, O_RDONLY);
    assert_true(descriptor >= 0);
    assert_int_equal(om_inflate_create(&inflate, descriptor, path, engine), OM_OK);
    size_t room = (size_t)40 << 20;
    *text = om_malloc((int64_t)room, 1);
    *length = 0;
    om_status status = OM_OK;
    for (size_t got = 1; status == OM_OK && got > 0; *length += got) {
        assert_true(*length + capacity <= room);
        status = om_inflate_read(inflate, *text + *length, capacity, &got);
    }
    om_inflate_destroy(&inflate);
    assert_null(inflate);
    close(descriptor);
    return status;
}

static void check_text(const char *path, const char *expected, size_t n) {
    const size_t capacities[] = {1 << 20, 100003, 4099};
    for (int engine = 0; engine < n_engines(); engine++) {
        for (int i = 0; i < 3; i++) {
            char *text = NULL;
            size_t length = 0;
            om_status status = inflate_all(path, engines[engine], capacities[i], &text, &length);
            if (status != OM_OK) {
                fail_msg("engine %d: %s", engine, om_error_message());
            }
            assert_int_equal(length, n);
            assert_memory_equal(text, expected, n);
            om_free(text);
        }
    }
}

static void check_fault(const char *path, const char *cause) {
    for (int engine = 0; engine < n_engines(); engine++) {
        char *text = NULL;
        size_t length = 0;
        assert_int_equal(inflate_all(path, engines[engine], 65536, &text, &length), OM_INPUT);
        assert_message_has(": found a truncated or damaged gzip stream (");
        assert_message_has(cause);
        om_free(text);
    }
}

static char *make_text(size_t n, unsigned letters) {
    om_random random = om_random_stream(3, 1, letters);
    char *text = om_malloc((int64_t)n + 1, 1);
    for (size_t i = 0; i < n; i++) {
        text[i] = (char)('!' + om_random_below(&random, letters));
    }
    text[n] = '\0';
    return text;
}

static void append(const char *path, const char *bytes, size_t n) {
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static void test_whole_streams(void **state) {
    (void)state;
    const size_t lengths[] = {0, 1, 70000, 6000000};
    for (int i = 0; i < 4; i++) {
        for (unsigned letters = 2; letters < 90; letters += 43) {
            char *text = make_text(lengths[i], letters);
            check_text(test_write_gzip(test_folder, "whole.gz", text), text, lengths[i]);
            om_free(text);
        }
    }
}

/* Thousands of members, so that some of their heads lie over the ends of the input buffer; and an
 * empty one. */
static void test_members_in_a_row(void **state) {
    (void)state;
    char *text = make_text(3000000, 64);
    const char *path = test_path(test_folder, "many.gz");
    size_t done = 0;
    for (size_t n = 0; done < 3000000; n = (n + 37) % 1500) {
        char kept = 0;
        size_t stop = done + n < 3000000 ? done + n : 3000000;
        kept = text[stop];
        text[stop] = '\0';
        gzFile file = gzopen(path, "ab");
        assert_non_null(file);
        assert_int_equal(gzwrite(file, text + done, (unsigned)(stop - done)), stop - done);
        gzclose(file);
        text[stop] = kept;
        done = stop;
    }
    check_text(path, text, 3000000);
    om_free(text);
}

static void test_what_stands_behind_a_stream(void **state) {
    (void)state;
    char zeros[5000] = {0};
    const char *path = test_write_gzip(test_folder, "behind.gz", "a text\n");
    append(path, zeros, sizeof zeros);
    check_text(path, "a text\n", 7);
    append(path, "x", 1);
    check_fault(path, "other bytes behind its end");
    path = test_write_gzip(test_folder, "behind.gz", "a text\n");
    append(path, "\x1f", 1);
    check_fault(path, "other bytes behind its end");
    path = test_write_gzip(test_folder, "behind.gz", "a text\n");
    append(path, "\x1f\x8b\x08", 3);
    check_fault(path, "unexpected end of file) after 7 bytes");
}

static long size_of(const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long size = ftell(file);
    fclose(file);
    return size;
}

static void test_cut_anywhere(void **state) {
    (void)state;
    char *text = make_text(3000, 26);
    const char *path = test_write_gzip(test_folder, "cut.gz", text);
    long whole = size_of(path);
    for (long length = 2; length < whole; length += length < 30 || length > whole - 20 ? 1 : 131) {
        path = test_write_gzip(test_folder, "cut.gz", text);
        test_cut(path, length);
        check_fault(path, "unexpected end of file");
    }
    om_free(text);
}

static void test_changed_bytes(void **state) {
    (void)state;
    char *text = make_text(300000, 26);
    const char *path = test_write_gzip(test_folder, "changed.gz", text);
    long whole = size_of(path);
    /* The method, the data, the checksum and the length. */
    const long places[] = {2, 12, 5000, 100000, whole - 7, whole - 2};
    for (int i = 0; i < 6; i++) {
        path = test_write_gzip(test_folder, "changed.gz", text);
        FILE *file = fopen(path, "r+b");
        fseek(file, places[i], SEEK_SET);
        int c = fgetc(file);
        fseek(file, places[i], SEEK_SET);
        fputc(c ^ 0xe0, file);
        fclose(file);
        check_fault(path, "expected a whole one");
    }
    om_free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        test_in_folder(test_whole_streams),
        test_in_folder(test_members_in_a_row),
        test_in_folder(test_what_stands_behind_a_stream),
        test_in_folder(test_cut_anywhere),
        test_in_folder(test_changed_bytes),
    };
    return cmocka_run_group_tests_name("inflate", tests, NULL, NULL);
}
