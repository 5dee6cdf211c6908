#include "cells/order.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <float.h>
#include <math.h>

static void keys_have_the_order_of_values(void **state) {
    (void)state;
    const double values[] = {-INFINITY, -DBL_MAX, -1.5, -DBL_MIN, -5e-324, 0,
                             5e-324,    DBL_MIN,  0.1,  1,        DBL_MAX, INFINITY};
    for (int i = 0; i < 12; i++) {
        assert_true(om_order_value(om_order_key(values[i])) == values[i]);
        for (int j = 0; j < 12; j++) {
            assert_int_equal(om_order_key(values[i]) < om_order_key(values[j]), i < j);
        }
    }
    assert_true(om_order_key(-0.0) == om_order_key(0.0));
}

/* Around the length from which on another algorithm sorts, with keys that share bytes and not. */
static void sorts_any_length(void **state) {
    (void)state;
    enum { MOST = 600 };
    uint64_t keys[MOST];
    uint64_t scratch[MOST];
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 9);
    for (int shift = 0; shift < 64; shift += 21) {
        for (int64_t n = 0; n <= MOST; n += n < 60 ? 1 : 135) {
            uint64_t sum = 0;
            for (int64_t i = 0; i < n; i++) {
                keys[i] = om_random_u64(&random) >> shift << (shift / 2);
                sum += keys[i];
            }
            om_order_sort(keys, scratch, n);
            for (int64_t i = 0; i < n; i++) {
                assert_true(i == 0 || keys[i - 1] <= keys[i]);
                sum -= keys[i];
            }
            assert_true(sum == 0);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_have_the_order_of_values),
        cmocka_unit_test(sorts_any_length),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
