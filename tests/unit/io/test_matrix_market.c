/* The header. */
#include "oncomark/matrix_market.h"

#include "unit_test.h"

#include "text_files.h"

#define BANNER "%%MatrixMarket matrix coordinate integer general\n"

static void test_header(void **state) {
    (void)state;
    const char *text = "%%MatrixMarket  MATRIX coordinate Real general\r\n"
                       "% made by\r\n"
                       "\r\n"
                       " 30 20\t2 \r\n"
                       "1 1 1\r\n"
                       "30 20 5";
    for (int gzip = 0; gzip < 2; gzip++) {
        om_mtx_header header;
        const char *path = gzip ? test_write_gzip(test_folder, "h.mtx.gz", text)
                                : test_write(test_folder, "h.mtx", text);
        assert_int_equal(om_mtx_header_read(path, &header), OM_OK);
        assert_int_equal(header.rows, 30);
        assert_int_equal(header.columns, 20);
        assert_int_equal(header.entries, 2);
        assert_false(header.integer);
        assert_int_equal(header.lines, 4);
        assert_int_equal(header.bytes, strstr(text, "1 1 1") - text);
    }
    om_mtx_header header;
    assert_int_equal(om_mtx_header_read(test_write(test_folder, "i.mtx", BANNER "1 1 0"), &header),
                     OM_OK);
    assert_true(header.integer);
    assert_int_equal(header.bytes, strlen(BANNER) + 5);
}

static void test_headers_that_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } cases[] = {
        {"", "m.mtx: found an empty file"},
        {"1 1 1\n", "m.mtx:1: found \"1 1 1\", expected \"%%MatrixMarket matrix coordinate"},
        {"%%MatrixMarket matrix coordinate pattern general\n1 1 1\n", "m.mtx:1: found"},
        {"%%MatrixMarket matrix coordinate complex general\n1 1 1\n", "(or real)"},
        {"%%MatrixMarket matrix array real general\n1 1\n", "expected \"%%MatrixMarket"},
        {"%%MatrixMarket matrix coordinate real symmetric\n1 1 1\n", "general"},
        {"%%MatrixMarket matrix coordinate real\n1 1 1\n", "m.mtx:1: found"},
        {BANNER "% only a comment\n", "m.mtx:2: found no size line"},
        {BANNER "2 3\n", "m.mtx:2: found \"2 3\", expected the size line"},
        {BANNER "2 3 4 5\n", "m.mtx:2: found \"2 3 4 5\""},
        {BANNER "2 -3 1\n", "m.mtx:2: found \"2 -3 1\""},
        {BANNER "2 x 1\n", "m.mtx:2: found \"2 x 1\""},
        {BANNER "0 3 0\n", "m.mtx:2: found 0 genes x 3 cells, expected 1 to 2147483647"},
        {BANNER "2147483648 3 0\n", "found 2147483648 genes"},
        {BANNER "3 99999999999 0\n", "found 3 genes x 99999999999 cells"},
        {BANNER "3 3 1000000000000000000\n1 1 1\n",
         "m.mtx:2: found 1000000000000000000 entries in the size line, expected at most 1,"},
        {BANNER "3 3 2\n1 1 1\n", "found 2 entries in the size line, expected at most 1,"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_mtx_header header;
        assert_int_equal(
            om_mtx_header_read(test_write(test_folder, "m.mtx", cases[i].text), &header), OM_INPUT);
        assert_message_has(cases[i].message);
    }
    om_mtx_header header;
    const char *path = test_write_gzip(test_folder, "m.mtx.gz", BANNER "3 3 1000000000000000000\n");
    assert_int_equal(om_mtx_header_read(path, &header), OM_INPUT);
    assert_message_has("m.mtx.gz:2: found 1000000000000000000 entries");
    test_cut(path, 20);
    assert_int_equal(om_mtx_header_read(path, &header), OM_INPUT);
    assert_message_has("truncated or damaged gzip");
    assert_int_equal(om_mtx_header_read(test_path(test_folder, "none.mtx"), &header), OM_INPUT);
    assert_message_has("none.mtx: found no such file");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_headers_that_are_refused),
    };
    return cmocka_run_group_tests_name("matrix market", tests, test_folder_set_up,
                                       test_folder_tear_down);
}
