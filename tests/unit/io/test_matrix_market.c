/* The header, and the kernel that parses lines. */
#include "oncomark/matrix_market.h"

#include "io/matrix_market_parse.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include "text_files.h"

static void check_contains(const char *text, const char *part) {
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    }
}

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

static om_status parse(om_mtx_parser **parser, om_mtx_rules rules, const char *text,
                       om_mtx_fault *fault) {
    size_t length = strlen(text);
    char *copy = om_malloc((int64_t)length + 2, 1);
    memcpy(copy, text, length);
    assert_int_equal(om_mtx_parser_create(parser, rules), OM_OK);
    om_status status = om_mtx_parse(*parser, copy, length, fault);
    om_free(copy);
    return status;
}

static void test_numbers_are_exact(void **state) {
    (void)state;
    const char *const numbers[] = {"1",
                                   "007",
                                   "4294967295",
                                   "4294967296",
                                   "1.5",
                                   "+2.25",
                                   ".5",
                                   "5.",
                                   "1e3",
                                   "1.25E+02",
                                   "3e-5",
                                   "0.1",
                                   "123456789012345678901234567890",
                                   "0.30000000000000004",
                                   "9007199254740993",
                                   "1.7976931348623157e308",
                                   "2.2250738585072014e-308",
                                   "5e-324",
                                   "8.41e21",
                                   "1234567890123456789",
                                   "0.00000000000000000000000000012345",
                                   "999999999999999",
                                   "9999999999999999"};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char line[100];
        om_mtx_parser *parser = NULL;
        om_mtx_fault fault;
        snprintf(line, sizeof line, "2 3 %s\n", numbers[i]);
        assert_int_equal(parse(&parser, (om_mtx_rules){.rows = 2, .columns = 3}, line, &fault),
                         OM_OK);
        om_mtx_block *block = om_mtx_parser_take(parser);
        assert_non_null(block);
        assert_int_equal(block->count, 1);
        assert_int_equal(block->entries[0].row, 1);
        assert_int_equal(block->entries[0].column, 2);
        double expected = strtod(numbers[i], NULL);
        if (block->entries[0].value != expected) {
            fail_msg("%s is read as %.17g", numbers[i], block->entries[0].value);
        }
        assert_int_equal(parser->integer,
                         expected == (double)(int64_t)expected && expected < 4294967296.0);
        om_free(block);
        om_mtx_parser_destroy(&parser);
    }
}

static void test_lines(void **state) {
    (void)state;
    om_mtx_parser *parser = NULL;
    om_mtx_fault fault;
    const char *text = "1 1 5\r\n"
                       "  2\t3   7.0 \n"
                       "\n"
                       " \r\n"
                       "2 1 0\n"
                       "1 2 -0.0\n"
                       "1 3 1e-999\n"
                       "2 3 9";
    om_mtx_rules rules = {.rows = 2, .columns = 3, .only_integers = true};
    assert_int_equal(parse(&parser, rules, text, &fault), OM_OK);
    assert_int_equal(parser->n_entries, 6);
    assert_true(parser->integer);
    const int64_t column_counts[] = {1, 0, 2};
    assert_memory_equal(parser->column_counts, column_counts, sizeof column_counts);
    om_mtx_block *block = om_mtx_parser_take(parser);
    assert_int_equal(block->count, 3);
    assert_true(block->entries[1].row == 1 && block->entries[1].column == 2 &&
                block->entries[1].value == 7);
    assert_true(block->entries[2].value == 9);
    om_free(block);
    assert_null(om_mtx_parser_take(parser));
    om_mtx_parser_destroy(&parser);
}

static void test_more_entries_than_a_block(void **state) {
    (void)state;
    enum { N = OM_MTX_BLOCK_ENTRIES + 3 };
    char *text = om_malloc(8 * N + 2, 1);
    om_mtx_parser *parser = NULL;
    om_mtx_fault fault;
    for (int i = 0; i < N; i++) {
        memcpy(text + 8 * (size_t)i, "1 2 333\n", 8);
    }
    assert_int_equal(om_mtx_parser_create(&parser, (om_mtx_rules){.rows = 1, .columns = 2}), OM_OK);
    assert_int_equal(om_mtx_parse(parser, text, 8 * N, &fault), OM_OK);
    assert_int_equal(parser->column_counts[1], N);
    om_mtx_block *block = om_mtx_parser_take(parser);
    assert_int_equal(block->count, OM_MTX_BLOCK_ENTRIES);
    om_free(block);
    block = om_mtx_parser_take(parser);
    assert_int_equal(block->count, 3);
    om_free(block);
    om_mtx_parser_destroy(&parser);
    om_free(text);
}

static void test_faults_of_lines(void **state) {
    (void)state;
    static const struct {
        const char *line;
        const char *message;
    } cases[] = {
        {"1 1", "found \"1 1\", expected \"<row> <column> <value>\""},
        {"1", "found \"1\""},
        {"1 1 ", "found \"1 1 \""},
        {"1 1 1 1", "found \"1 1 1 1\""},
        {"1,1,1", "found \"1,1,1\""},
        {"a 1 1", "found \"a 1 1\""},
        {"1 b 1", "found \"1 b 1\""},
        {"1 1 c", "found \"1 1 c\""},
        {"1.5 1 1", "found \"1.5 1 1\""},
        {"-1 1 1", "found \"-1 1 1\""},
        {"1 1 1e", "found \"1 1 1e\""},
        {"1 1 1e+", "found \"1 1 1e+\""},
        {"1 1 .", "found \"1 1 .\""},
        {"1 1 1.2.3", "found \"1 1 1.2.3\""},
        {"1 1 0x5", "found \"1 1 0x5\""},
        {"1 1 +-5", "found \"1 1 +-5\""},
        {"% comment", "found \"% comment\""},
        {"1 1 5\r5", "found \"1 1 5\""},
        {"0 1 5", "found row 0 in \"0 1 5\", expected 1 to 4"},
        {"5 1 5", "found row 5 in \"5 1 5\", expected 1 to 4"},
        {"1 0 5", "found column 0 in \"1 0 5\", expected 1 to 6"},
        {"1 7 5", "found column 7 in \"1 7 5\", expected 1 to 6"},
        {"4294967297 1 5", "found row 4294967297"},
        {"99999999999999999999999 1 5", "found \"99999999999999999999999 1 5\""},
        {"1 1 -3", "found value -3, expected none below 0"},
        {"1 1 nan", "found \"1 1 nan\", expected a finite value"},
        {"1 1 -Inf", "found \"1 1 -Inf\", expected a finite value"},
        {"1 1 1e400", "expected a finite value"},
        {"1 1 \x01\xff", "found \"1 1 ?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        om_mtx_parser *parser = NULL;
        om_mtx_fault fault = {0};
        snprintf(text, sizeof text, "1 1 1\n\n2 2 2.5\n%s\n3 3 3\n", cases[i].line);
        assert_int_equal(parse(&parser, (om_mtx_rules){.rows = 4, .columns = 6}, text, &fault),
                         OM_INPUT);
        check_contains(fault.message, cases[i].message);
        assert_int_equal(fault.offset, strlen("1 1 1\n\n2 2 2.5\n"));
        om_mtx_parser_destroy(&parser);
    }
}

static void test_values_that_are_no_counts(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool integer_field;
        bool only_integers;
        const char *message;
    } cases[] = {
        {"1 1 1.5", true, false, "found value 1.5, expected a whole number as the banner says"},
        {"1 1 1.5", false, true, "found value 1.5, expected a whole number, since the data set's "},
        {"1 1 1.5", false, true, "values: tpm, values: log"},
        {"1 1 4294967296", true, false, "found value 4294967296, expected a count of at most"},
        {"1 1 4294967296", false, true, "found value 4294967296, expected a count of at most"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_mtx_parser *parser = NULL;
        om_mtx_fault fault = {0};
        om_mtx_rules rules = {1, 1, cases[i].integer_field, cases[i].only_integers};
        assert_int_equal(parse(&parser, rules, cases[i].line, &fault), OM_INPUT);
        check_contains(fault.message, cases[i].message);
        om_mtx_parser_destroy(&parser);
    }
}

static void test_memory_that_fails(void **state) {
    (void)state;
    for (int64_t successes = 0; successes < 3; successes++) {
        om_mtx_parser *parser = NULL;
        om_mtx_fault fault = {0};
        char text[] = "1 1 1\n\0";
        om_memory_fail_after(successes);
        om_status status = om_mtx_parser_create(&parser, (om_mtx_rules){.rows = 1, .columns = 1});
        if (status == OM_OK) {
            status = om_mtx_parse(parser, text, 6, &fault);
        }
        om_memory_fail_after(-1);
        assert_int_equal(status, OM_MEMORY);
        om_mtx_parser_destroy(&parser);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_headers_that_are_refused),
        cmocka_unit_test(test_numbers_are_exact),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_more_entries_than_a_block),
        cmocka_unit_test(test_faults_of_lines),
        cmocka_unit_test(test_values_that_are_no_counts),
        cmocka_unit_test(test_memory_that_fails),
    };
    return cmocka_run_group_tests_name("matrix market", tests, test_folder_set_up,
                                       test_folder_tear_down);
}
