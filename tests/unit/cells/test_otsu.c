#include "oncomark/otsu.h"
#include "unit_test.h"

#include <math.h>

static om_otsu *make(double lowest, double highest, int64_t n_bins) {
    om_otsu *otsu = NULL;
    assert_int_equal(om_otsu_create(&otsu, lowest, highest, n_bins), OM_OK);
    return otsu;
}

/* Edges decide: every value lies between the edges of its bin, whatever the rounding of the place.
 * The last bin is closed on the right. */
static void bins_are_decided_by_edges(void **state) {
    (void)state;
    const double ranges[][2] = {{0, 1}, {0.1, 0.7}, {-3, 1e-3}, {1e300, 1.7e308}};
    for (int r = 0; r < 4; r++) {
        om_otsu *otsu = make(ranges[r][0], ranges[r][1], 256);
        assert_true(otsu->edges[0] == ranges[r][0]);
        assert_true(otsu->edges[256] == ranges[r][1]);
        for (int64_t edge = 0; edge <= 256; edge++) {
            double values[] = {nextafter(otsu->edges[edge], -INFINITY), otsu->edges[edge],
                               nextafter(otsu->edges[edge], INFINITY)};
            for (int i = 0; i < 3; i++) {
                if (values[i] < ranges[r][0] || values[i] > ranges[r][1]) {
                    continue;
                }
                int64_t bin = om_otsu_bin(otsu, values[i]);
                assert_true(bin >= 0 && bin < 256);
                assert_true(values[i] >= otsu->edges[bin]);
                assert_true(values[i] < otsu->edges[bin + 1] || bin == 255);
            }
        }
        om_otsu_destroy(&otsu);
    }
}

/* The smallest range there is: no place outside the bins. */
static void subnormal_range_stays_inside(void **state) {
    (void)state;
    om_otsu *otsu = make(0, 5e-324, 256);
    assert_in_range(om_otsu_bin(otsu, 0), 0, 255);
    assert_int_equal(om_otsu_bin(otsu, 5e-324), 255);
    om_otsu_destroy(&otsu);
}

/* Two peaks: all cuts between them are equally good, the first one wins. */
static void first_of_equal_cuts_wins(void **state) {
    (void)state;
    om_otsu *otsu = make(0, 8, 8);
    otsu->counts[1] = 10;
    otsu->counts[0] = 1;
    otsu->counts[6] = 10;
    otsu->counts[7] = 1;
    double threshold = 0;
    assert_int_equal(om_otsu_threshold(otsu, &threshold), OM_OK);
    assert_true(threshold == 1.5);
    om_otsu_destroy(&otsu);
}

/* By hand: counts 4 1 1 4 over [0, 4]. w1 w2 (m1 - m2)^2: cut 0: 4 x 6 x (0.5 - 3)^2 = 150; cut 1:
 * 5 x 5 x (0.7 - 3.3)^2 = 169; cut 2: 150. */
static void threshold_by_hand(void **state) {
    (void)state;
    om_otsu *otsu = make(0, 4, 4);
    const int64_t counts[] = {4, 1, 1, 4};
    for (int i = 0; i < 4; i++) {
        otsu->counts[i] = counts[i];
    }
    double threshold = 0;
    assert_int_equal(om_otsu_threshold(otsu, &threshold), OM_OK);
    assert_true(threshold == 1.5);
    om_otsu_destroy(&otsu);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_are_decided_by_edges),
        cmocka_unit_test(subnormal_range_stays_inside),
        cmocka_unit_test(first_of_equal_cuts_wins),
        cmocka_unit_test(threshold_by_hand),
    };
    return cmocka_run_group_tests_name("otsu", tests, NULL, NULL);
}
