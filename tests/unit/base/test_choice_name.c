#include "oncomark/choice_name.h"

#include "unit_test.h"

static void test_names_are_those_of_job_files(void **state) {
    (void)state;
    assert_string_equal(om_group_name(OM_GROUP_PATIENT), "patient");
    assert_string_equal(om_group_name(OM_GROUP_SAMPLE), "sample");
    assert_string_equal(om_group_name(OM_GROUP_STUDY), "study");
    assert_string_equal(om_group_name(OM_GROUP_TISSUE), "tissue");
    assert_string_equal(om_group_name(OM_GROUP_NONE), "none");
    assert_string_equal(om_loss_name(OM_LOSS_MASKED), "masked");
    assert_string_equal(om_loss_name(OM_LOSS_PUBLISHED), "published");
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_are_those_of_job_files)};
    return cmocka_run_group_tests_name("choice_name", tests, NULL, NULL);
}
