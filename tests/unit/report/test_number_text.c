#include "report/number_text.h"

#include "unit_test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* The text of `values` as printf writes them. */
static void assert_text(const om_number_text *numbers, const uint32_t *values, int64_t count) {
    char *expected = malloc((size_t)count * OM_NUMBER_LONGEST + 1);
    char *found = malloc((size_t)count * OM_NUMBER_LONGEST + OM_NUMBER_SLACK);
    size_t length = 0;
    for (int64_t i = 0; i < count; i++) {
        length += (size_t)sprintf(expected + length, ",%" PRIu32, values[i]);
    }
    char *end = om_number_text_write(numbers, found, values, count);
    assert_int_equal(end - found, length);
    assert_memory_equal(found, expected, length);
    free(expected);
    free(found);
}

static void test_all_small_values(void **state) {
    (void)state;
    enum { N = 120000 };
    static uint32_t values[N];
    om_number_text *numbers = NULL;
    assert_int_equal(om_number_text_create(&numbers), OM_OK);
    for (uint32_t i = 0; i < N; i++) {
        values[i] = i;
    }
    assert_text(numbers, values, N);
    assert_text(numbers, values, 0);
    om_number_text_destroy(&numbers);
    assert_null(numbers);
}

static void test_large_values(void **state) {
    (void)state;
    static const uint32_t values[] = {999,       1000,       999999,     1000000,    1000001,
                                      999999999, 1000000000, 4294967295, 4000000000, 1002003004};
    om_number_text *numbers = NULL;
    assert_int_equal(om_number_text_create(&numbers), OM_OK);
    assert_text(numbers, values, sizeof values / sizeof values[0]);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        assert_text(numbers, values + i, 1);
    }
    om_number_text_destroy(&numbers);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_small_values),
        cmocka_unit_test(test_large_values),
    };
    return cmocka_run_group_tests_name("number_text", tests, NULL, NULL);
}
