#include "oncomark/memory.h"
#include "oncomark/status.h"
#include "unit_test.h"

static void test_arrays_start_with_a_cache_line(void **state) {
    (void)state;
    for (int64_t n = 0; n < 100; n++) {
        float *values = om_calloc_aligned(n, sizeof *values);
        assert_non_null(values);
        assert_int_equal((uintptr_t)values % 64, 0);
        for (int64_t i = 0; i < n; i++) {
            assert_true(values[i] == 0);
            values[i] = 1; /* for the next one to find, if it were not zeroed */
        }
        om_free(values);
    }
}

static void test_too_much_is_recorded(void **state) {
    (void)state;
    const int64_t counts[] = {-1, INT64_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        om_fail(OM_BUG, "another message");
        assert_null(om_calloc_aligned(counts[i], sizeof(float)));
        assert_non_null(strstr(om_error_message(), "out of memory"));
        om_fail(OM_BUG, "another message");
        assert_null(om_malloc(counts[i], sizeof(double)));
        assert_non_null(strstr(om_error_message(), "out of memory"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays_start_with_a_cache_line),
        cmocka_unit_test(test_too_much_is_recorded),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
