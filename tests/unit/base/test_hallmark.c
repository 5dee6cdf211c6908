#include "oncomark/hallmark.h"
#include "unit_test.h"

/* The order of the published outputs, written out again: the enum must not drift from it. */
static void order_is_the_published_one(void **state) {
    (void)state;
    static const char *const expected[] = {"AIM", "DCE", "EGS", "GIM", "RCD",
                                           "SPS", "AID", "IA",  "ERI", "TPI"};
    assert_int_equal(OM_N_HALLMARKS, 10);
    for (int hallmark = 0; hallmark < 10; hallmark++) {
        assert_string_equal(om_hallmark_code(hallmark), expected[hallmark]);
        assert_int_equal(om_hallmark_find(expected[hallmark]), hallmark);
    }
    assert_int_equal(OM_HALLMARK_IA, 7);
    assert_string_equal(om_hallmark_name(0), "Activating Invasion and Metastasis");
    assert_string_equal(om_hallmark_name(9), "Tumor-Promoting Inflammation");
}

static void find_ignores_case_only(void **state) {
    (void)state;
    assert_int_equal(om_hallmark_find("aim"), 0);
    assert_int_equal(om_hallmark_find("eRi"), 8);
    assert_int_equal(om_hallmark_find("AI"), -1);
    assert_int_equal(om_hallmark_find("AIMS"), -1);
    assert_int_equal(om_hallmark_find(" IA"), -1);
    assert_int_equal(om_hallmark_find(""), -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_is_the_published_one),
        cmocka_unit_test(find_ignores_case_only),
    };
    return cmocka_run_group_tests_name("hallmark", tests, NULL, NULL);
}
