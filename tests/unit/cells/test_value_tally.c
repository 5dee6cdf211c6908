#include "cells/value_tally.h"
#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

enum { LONGEST = 1500 };

/* The n-th kind of values. */
static double draw(om_random *random, int kind) {
    switch (kind) {
    case 0:
        return 1;
    case 1:
        return 1 + (double)om_random_below(random, 6);
    case 2:
        return 1 + (double)om_random_below(random, 300);
    case 3:
        return 4294967295.0 - (double)om_random_below(random, 3);
    default: /* looks small in its low bits */
        return 256 * (double)om_random_below(random, 1 << 24) + 2;
    }
}

/* One room for all cells, in turn short and long. */
static void counts_as_a_plain_loop(void **state) {
    (void)state;
    static const int64_t lengths[] = {0, 1, 63, 64, 65, LONGEST, 128, 5};
    static double values[LONGEST];
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 1);
    om_value_tally *tally = NULL;
    assert_int_equal(om_value_tally_create(&tally, LONGEST), OM_OK);
    for (int kind = 0; kind < 5; kind++) {
        for (size_t l = 0; l < sizeof lengths / sizeof lengths[0]; l++) {
            uint32_t expected[OM_TALLY_LARGE + 1] = {0};
            uint32_t counts[OM_TALLY_LARGE + 1];
            for (int64_t i = 0; i < lengths[l]; i++) {
                values[i] = draw(&random, kind);
                expected[values[i] < OM_TALLY_LARGE ? (int)values[i] : OM_TALLY_LARGE]++;
            }
            const uint8_t *as = om_value_tally_count(tally, values, lengths[l], counts);
            assert_memory_equal(counts + 1, expected + 1, OM_TALLY_LARGE * sizeof *counts);
            for (int64_t i = 0; i < lengths[l]; i++) {
                assert_int_equal(as[i], values[i] < OM_TALLY_LARGE ? values[i] : OM_TALLY_LARGE);
            }
        }
    }
    om_value_tally_destroy(&tally);
    assert_null(tally);
}

static void memory_failure_is_reported(void **state) {
    (void)state;
    om_status status = OM_MEMORY;
    int64_t n = 0;
    for (; status == OM_MEMORY; n++) {
        om_value_tally *tally = NULL;
        om_memory_fail_after(n);
        status = om_value_tally_create(&tally, 10);
        assert_true(status == OM_OK ? tally != NULL : tally == NULL);
        om_value_tally_destroy(&tally);
    }
    om_memory_fail_after(-1);
    assert_int_equal(status, OM_OK);
    assert_int_equal(n, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_as_a_plain_loop),
        cmocka_unit_test(memory_failure_is_reported),
    };
    return cmocka_run_group_tests_name("value_tally", tests, NULL, NULL);
}
