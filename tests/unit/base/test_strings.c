#include "oncomark/memory.h"
#include "oncomark/strings.h"
#include "unit_test.h"

#include <stdio.h>
#include <string.h>

static void test_list_keeps_order_and_empty_strings(void **state) {
    (void)state;
    om_strings *strings = NULL;
    assert_int_equal(om_strings_create(&strings), OM_OK);
    for (int i = 0; i < 100; i++) {
        char text[16];
        snprintf(text, sizeof text, "s%d", i);
        text[0] = i % 10 == 0 ? '\0' : 's';
        assert_int_equal(om_strings_add(strings, text), OM_OK);
    }
    assert_int_equal(om_strings_count(strings), 100);
    assert_string_equal(om_strings_get(strings, 0), "");
    assert_string_equal(om_strings_get(strings, 57), "s57");
    assert_int_equal(om_strings_find(strings, "s57"), 57);
    assert_int_equal(om_strings_find(strings, "S57"), -1);

    int64_t length = 0;
    const char *bytes = om_strings_bytes(strings, &length);
    om_strings *copy = NULL;
    assert_int_equal(om_strings_from_bytes(&copy, bytes, length), OM_OK);
    assert_int_equal(om_strings_count(copy), 100);
    assert_string_equal(om_strings_get(copy, 90), "");
    assert_string_equal(om_strings_get(copy, 99), "s99");
    om_strings_destroy(&copy);
    om_strings_destroy(&strings);
    assert_null(strings);
    om_strings_destroy(&strings);
}

static void test_text_grows(void **state) {
    (void)state;
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(om_text_add(text, "%d,", i % 10), OM_OK);
    }
    assert_int_equal(om_text_length(text), 2000);
    assert_int_equal(strlen(om_text_get(text)), 2000);
    assert_memory_equal(om_text_get(text) + 1994, "7,8,9,", 6);
    om_text_clear(text);
    assert_string_equal(om_text_get(text), "");
    om_text_destroy(&text);
}

static void test_failed_allocation_is_reported(void **state) {
    (void)state;
    om_strings *strings = NULL;
    for (int successes = 0; successes < 3; successes++) {
        om_memory_fail_after(successes);
        assert_int_equal(om_strings_create(&strings), OM_MEMORY);
        assert_null(strings);
        assert_message_has("out of memory");
    }
    om_memory_fail_after(-1);
    assert_int_equal(om_strings_create(&strings), OM_OK);
    assert_int_equal(om_strings_add(strings, "kept"), OM_OK);
    om_memory_fail_after(0);
    om_status status = OM_OK;
    for (int i = 0; i < 100 && status == OM_OK; i++) {
        status = om_strings_add(strings, "a text that makes it grow");
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_MEMORY);
    assert_string_equal(om_strings_get(strings, 0), "kept");
    om_strings_destroy(&strings);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_keeps_order_and_empty_strings),
        cmocka_unit_test(test_text_grows),
        cmocka_unit_test(test_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests_name("strings", tests, NULL, NULL);
}
