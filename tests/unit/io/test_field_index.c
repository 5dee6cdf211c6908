#include "oncomark/field_index.h"

#include "oncomark/random.h"
#include "unit_test.h"

#include <stdio.h>
#include <stdlib.h>

static om_field field_of(const char *text) {
    return (om_field){text, (int64_t)strlen(text)};
}

/* Fields of a line, joined by '|', in their raw form and without quotes. */
static void check(const char *line, char delimiter, int64_t most, const char *raw,
                  const char *plain) {
    om_field_index index = {.line = NULL};
    om_text *found_raw = NULL;
    om_text *found_plain = NULL;
    om_text *text = NULL;
    assert_int_equal(om_text_create(&found_raw), OM_OK);
    assert_int_equal(om_text_create(&found_plain), OM_OK);
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_field_index_line(&index, field_of(line), delimiter, most), OM_OK);
    for (int64_t i = 0; i < index.n_fields; i++) {
        om_field field = om_field_get(&index, i);
        om_text_add(found_raw, "%s%.*s", i > 0 ? "|" : "", (int)field.length, field.at);
        assert_int_equal(om_field_copy(text, field), OM_OK);
        om_text_add(found_plain, "%s%s", i > 0 ? "|" : "", om_text_get(text));
    }
    assert_string_equal(om_text_get(found_raw), raw);
    assert_string_equal(om_text_get(found_plain), plain);
    om_text_destroy(&found_raw);
    om_text_destroy(&found_plain);
    om_text_destroy(&text);
    om_field_index_release(&index);
}

static void test_by_hand(void **state) {
    (void)state;
    check("", ',', INT64_MAX, "", "");
    check("a", ',', INT64_MAX, "a", "a");
    check("a,b,c", ',', INT64_MAX, "a|b|c", "a|b|c");
    check("a,b,c", '\t', INT64_MAX, "a,b,c", "a,b,c");
    check(",,", ',', INT64_MAX, "||", "||");
    check("a,", ',', INT64_MAX, "a|", "a|");
    check("\"a,b\",c", ',', INT64_MAX, "\"a,b\"|c", "a,b|c");
    check("x,\"a \"\"b\"\", c\"", ',', INT64_MAX, "x|\"a \"\"b\"\", c\"", "x|a \"b\", c");
    check("\"\",\"\"\"\"", ',', INT64_MAX, "\"\"|\"\"\"\"", "|\"");
    check("5\" pipe,b", ',', INT64_MAX, "5\" pipe|b", "5\" pipe|b");
    check("\"a\"b,c", ',', INT64_MAX, "\"a\"b|c", "ab|c");
    check("a,b,c", ',', 1, "a", "a");
    check("a,b,c", ',', 2, "a|b", "a|b");
    check("a,b,c", ',', 3, "a|b|c", "a|b|c");
    check("\"a,b\",c", ',', 1, "\"a,b\"", "a,b");
    check("a,\"b,c", ',', 1, "a", "a");
}

static void test_open_quotes(void **state) {
    (void)state;
    static const char *const lines[] = {"\"", "\"a", "a,\"b", "a,\"b\"\"", "\"a\",\"b"};
    om_field_index index = {.line = NULL};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(om_field_index_line(&index, field_of(lines[i]), ',', INT64_MAX), OM_INPUT);
    }
    om_field_index_release(&index);
}

/* Every place of delimiters and quotes with regard to the blocks in which they are found. */
static void test_against_plain_search(void **state) {
    (void)state;
    enum { LONGEST = 300 };
    om_random random = om_random_stream(2, OM_PURPOSE_TEST, 1);
    om_field_index index = {.line = NULL};
    for (int i = 0; i < 20000; i++) {
        char *line = malloc(LONGEST);
        int length = (int)om_random_below(&random, LONGEST);
        bool quotes = i % 3 == 0;
        uint32_t ends[LONGEST + 1];
        int64_t n = 0;
        bool open = false;
        for (int c = 0; c < length; c++) {
            line[c] = "a,1.\x2d\xac,"[om_random_below(&random, 7)];
            bool starts = c == 0 || (line[c - 1] == ',' && !open);
            if (quotes && (starts || open) && om_random_below(&random, 4) == 0) {
                line[c] = '"';
                open = !open;
                if (!open && c + 1 < length) {
                    line[++c] = ','; /* behind a closing quote */
                }
            }
            if (line[c] == ',' && !open) {
                ends[n++] = (uint32_t)c;
            }
        }
        ends[n++] = (uint32_t)length;
        char *exact = realloc(line, (size_t)length + 1); /* no byte too many */
        om_status status = om_field_index_line(&index, (om_field){exact, length}, ',', INT64_MAX);
        assert_int_equal(status, open ? OM_INPUT : OM_OK);
        if (!open) {
            assert_int_equal(index.n_fields, n);
            assert_memory_equal(index.ends, ends, (size_t)n * sizeof *ends);
        }
        free(exact);
    }
    om_field_index_release(&index);
}

static void test_lines(void **state) {
    (void)state;
    const char text[] = "one\r\n\n \t \n\r\ntwo\t\n\t\nthree \r\n";
    const char *at = text;
    om_field line;
    assert_true(om_field_next_line(&at, text + strlen(text), ',', &line));
    assert_int_equal(line.length, 3);
    assert_memory_equal(line.at, "one", 3);
    assert_true(om_field_next_line(&at, text + strlen(text), ',', &line));
    assert_int_equal(line.length, 4);
    assert_true(om_field_next_line(&at, text + strlen(text), ',', &line));
    assert_int_equal(line.length, 6);
    assert_false(om_field_next_line(&at, text + strlen(text), ',', &line));
    /* Where the tab is the delimiter, a line of tabs has empty fields. */
    int n = 0;
    for (at = text; om_field_next_line(&at, text + strlen(text), '\t', &line); n++) {
    }
    assert_int_equal(n, 5);
}

static void test_delimiter(void **state) {
    (void)state;
    assert_int_equal(om_field_delimiter(field_of("a,b\tc")), ',');
    assert_int_equal(om_field_delimiter(field_of("a\tb\tc,d")), '\t');
    assert_int_equal(om_field_delimiter(field_of("\"a,b,c\"\td")), '\t');
    assert_int_equal(om_field_delimiter(field_of("a")), ',');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_open_quotes),
        cmocka_unit_test(test_against_plain_search),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_delimiter),
    };
    return cmocka_run_group_tests_name("field_index", tests, NULL, NULL);
}
