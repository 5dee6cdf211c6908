#include "oncomark/memory.h"
#include "oncomark/status.h"
#include "unit_test.h"

#include <string.h>

static void test_exit_codes(void **state) {
    (void)state;
    assert_int_equal(om_status_exit_code(OM_OK), 0);
    assert_int_equal(om_status_exit_code(OM_USAGE), 2);
    assert_int_equal(om_status_exit_code(OM_INPUT), 2);
    assert_int_equal(om_status_exit_code(OM_SYSTEM), 3);
    assert_int_equal(om_status_exit_code(OM_BUG), 4);
    assert_int_equal(om_status_exit_code(OM_STOPPED), 75);
    assert_string_equal(om_status_meaning(OM_INPUT), "input error");
}

static void test_message_may_quote_the_last_one(void **state) {
    (void)state;
    assert_int_equal(om_fail(OM_INPUT, "line %d", 7), OM_INPUT);
    assert_string_equal(om_error_message(), "line 7");
    om_fail(OM_INPUT, "file.csv: %s", om_error_message());
    assert_string_equal(om_error_message(), "file.csv: line 7");
}

static void test_message_is_one_line(void **state) {
    (void)state;
    om_fail(OM_INPUT, "Cells.csv:3: found %s", "\x1b[31ma\nb\tK\xc3\xbcr\x7f");
    assert_string_equal(om_error_message(), "Cells.csv:3: found  [31ma b K\xc3\xbcr ");
}

static void test_overlong_message_is_cut(void **state) {
    (void)state;
    char *text = om_calloc(10001, 1);
    memset(text, 'x', 10000);
    om_fail(OM_INPUT, "%s", text);
    size_t length = strlen(om_error_message());
    assert_true(length > 1000 && length < 10000);
    om_free(text);
}

static void test_sizes_that_overflow_are_refused(void **state) {
    (void)state;
    assert_null(om_malloc(INT64_MAX, 8));
    assert_null(om_calloc(-1, 1));
    assert_message_has("-1 elements");
    void *none = om_calloc(0, 8);
    assert_non_null(none);
    om_free(none);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_message_may_quote_the_last_one),
        cmocka_unit_test(test_message_is_one_line),
        cmocka_unit_test(test_overlong_message_is_cut),
        cmocka_unit_test(test_sizes_that_overflow_are_refused),
    };
    return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
