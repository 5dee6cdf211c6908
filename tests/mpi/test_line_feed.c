/* Lines of a text file, shared out over the ranks: none lost, none twice, in order. */
#include "oncomark/line_feed.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include "test_ranks.h"

static om_ctx *ctx;
static char folder[TEST_PATH];

static char *write_shared(const char *text, bool gzip) {
    const char *path = test_path(folder, "lines.txt");
    MPI_Barrier(om_context_comm(ctx));
    if (om_context_is_root(ctx)) {
        (void)(gzip ? test_write_gzip(folder, "lines.txt", text)
                    : test_write(folder, "lines.txt", text));
    }
    MPI_Barrier(om_context_comm(ctx));
    return om_strdup(path);
}

static int64_t count_lines(const char *text, int64_t length) {
    int64_t n = 0;
    for (int64_t i = 0; i < length; i++) {
        n += text[i] == '\n';
    }
    return n;
}

/* Checks this rank's piece against its place in the text; *done: bytes that all ranks had so far.
 */
static void check_piece(const om_line_feed *feed, const om_lines *lines, const char *text,
                        int64_t skipped, int64_t *done) {
    int64_t before = 0;
    int64_t all = lines->length;
    MPI_Exscan(&lines->length, &before, 1, MPI_INT64_T, MPI_SUM, om_context_comm(ctx));
    before = om_context_is_root(ctx) ? 0 : before;
    assert_int_equal(om_sum_i64(ctx, &all, 1), OM_OK);
    if (lines->length > 0) {
        int64_t at = *done + before;
        int64_t left = (int64_t)strlen(text) - at;
        int64_t same = lines->length < left ? lines->length : left; /* but an added '\n' */
        assert_true(at == 0 || text[at - 1] == '\n');
        assert_memory_equal(lines->text, text + at, (size_t)same);
        assert_int_equal(lines->text[lines->length - 1], '\n');
        assert_true(lines->length - same <= 1);
        int64_t line = 0;
        assert_int_equal(om_line_feed_number(feed, 0, &line), OM_OK);
        assert_int_equal(line, skipped + 1 + count_lines(text, at));
        assert_int_equal(om_line_feed_number(feed, lines->length - 1, &line), OM_OK);
        assert_int_equal(line,
                         skipped + count_lines(text, at) + count_lines(lines->text, lines->length));
    }
    *done += all;
}

static void check_text(const char *head, const char *text, int64_t piece_bytes, bool gzip) {
    om_line_feed *feed = NULL;
    char *whole = om_format("%s%s", head, text);
    char *path = write_shared(whole, gzip);
    int64_t skipped = count_lines(head, (int64_t)strlen(head));
    int64_t done = 0;
    assert_int_equal(
        om_line_feed_open(&feed, ctx, path, (int64_t)strlen(head), skipped, piece_bytes), OM_OK);
    for (bool more = true; more;) {
        om_lines lines;
        assert_int_equal(om_line_feed_next(feed, &lines, &more), OM_OK);
        assert_true(more || lines.length == 0);
        check_piece(feed, &lines, text, skipped, &done);
    }
    int64_t length = (int64_t)strlen(text);
    bool adds_end = length > 0 && text[length - 1] != '\n';
    assert_int_equal(done, length + (adds_end ? 1 : 0));
    om_line_feed_close(&feed);
    assert_null(feed);
    om_free(path);
    om_free(whole);
}

static void check_all(const char *head, const char *text) {
    static const int64_t pieces[] = {1, 7, 64, 1000, 1 << 20};
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        check_text(head, text, pieces[i], false);
        check_text(head, text, pieces[i], true);
    }
}

static void test_small_texts(void **state) {
    (void)state;
    check_all("", "");
    check_all("head\n", "");
    check_all("", "a");
    check_all("", "a\n");
    check_all("head\nmore\n", "\n\na\n\n");
    check_all("head\n", "one long line without an end");
}

/* Lines of 0 to 80 bytes, some much longer than a piece. */
static void test_many_lines(void **state) {
    (void)state;
    enum { BYTES = 6000 };
    static char text[BYTES + 1];
    om_random random = om_random_stream(11, OM_PURPOSE_TEST, 0);
    for (int i = 0; i < BYTES; i++) {
        bool ends = om_random_below(&random, 40) == 0 && (i < 2000 || i > 4500);
        text[i] = (char)(ends ? '\n' : 'a' + i % 26);
    }
    text[BYTES] = '\0';
    check_all("", text);
    text[BYTES - 1] = '\n';
    check_all("skipped\n", text);
}

static void test_files_that_fail(void **state) {
    (void)state;
    om_line_feed *feed = NULL;
    assert_int_equal(om_line_feed_open(&feed, ctx, test_path(folder, "absent"), 0, 0, 100),
                     OM_INPUT);
    assert_null(feed);
    assert_message_has("absent: found no such file");
    enum { BYTES = 200000 };
    char *text = om_calloc(BYTES + 1, 1);
    om_random random = om_random_stream(12, OM_PURPOSE_TEST, 0);
    for (int i = 0; i < BYTES; i++) {
        text[i] = i % 50 == 49 ? '\n' : (char)('0' + om_random_below(&random, 60));
    }
    char *path = write_shared(text, true);
    if (om_context_is_root(ctx)) {
        test_cut(path, 50000);
    }
    MPI_Barrier(om_context_comm(ctx));
    assert_int_equal(om_line_feed_open(&feed, ctx, path, 0, 0, 5000), OM_OK);
    om_status status = OM_OK;
    for (bool more = true; more && status == OM_OK;) {
        om_lines lines;
        status = om_line_feed_next(feed, &lines, &more);
    }
    assert_int_equal(status, OM_INPUT);
    assert_message_has("found a truncated or damaged gzip stream");
    om_line_feed_close(&feed);
    om_free(path);
    om_free(text);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    test_context_create(&ctx);
    test_folder_share(ctx, folder);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_texts),
        cmocka_unit_test(test_many_lines),
        cmocka_unit_test(test_files_that_fail),
    };
    int failures = cmocka_run_group_tests_name("line_feed", tests, NULL, NULL);
    test_folder_unshare(ctx, folder);
    test_context_destroy(&ctx);
    MPI_Finalize();
    return failures;
}
