#include "io/h5ad_text.h"

#include "oncomark/memory.h"
#include "unit_test.h"

#include "h5_files.h"
#include "text_files.h"

#include <math.h>
#include <mpi.h>

static void test_numbers_as_names(void **state) {
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {7, "7"},
        {-3, "-3"},
        {1e6, "1000000"},
        {0.1, "0.1"},
        {1.0 / 3, "0.3333333333333333"},
        {NAN, ""},
        {1e300, "1e+300"},
        {9007199254740993.0, "9007199254740992"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[OM_H5AD_NUMBER_CAPACITY];
        om_h5ad_write_number(text, cases[i].value);
        assert_string_equal(text, cases[i].text);
    }
}

static void test_texts_of_any_type(void **state) {
    (void)state;
    const char *path = test_path(test_folder, "t.h5");
    const int8_t small[] = {-5, 7};
    const int64_t large[] = {9007199254740993, 0};
    const float reals[] = {0.5F, 1e6F};
    om_h5 *file = NULL;
    om_strings *texts = NULL;
    assert_int_equal(om_h5_create(&file, path), OM_OK);
    test_h5_strings(file, "strings", 2, (const char *[]){"a", "b c"});
    assert_int_equal(om_h5_write_string(file, "one", "alone"), OM_OK);
    assert_int_equal(om_h5_write_group(file, "group"), OM_OK);
    assert_int_equal(om_h5_close(&file), OM_OK);
    test_h5_put(path, "small", H5T_NATIVE_INT8, 2, small);
    test_h5_put(path, "large", H5T_NATIVE_INT64, 2, large);
    test_h5_put(path, "reals", H5T_NATIVE_FLOAT, 2, reals);
    test_h5_put_fixed(path, "fixed", 3, 2, "abcd\0\0");
    static const char *const expected[][3] = {
        {"strings", "a", "b c"},     {"small", "-5", "7"},  {"large", "9007199254740993", "0"},
        {"reals", "0.5", "1000000"}, {"fixed", "abc", "d"},
    };
    assert_int_equal(om_h5_open(&file, path), OM_OK);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_int_equal(om_h5ad_read_text(file, expected[i][0], NULL, &texts), OM_OK);
        assert_int_equal(om_strings_count(texts), 2);
        assert_string_equal(om_strings_get(texts, 0), expected[i][1]);
        assert_string_equal(om_strings_get(texts, 1), expected[i][2]);
        om_strings_destroy(&texts);
    }
    assert_int_equal(om_h5ad_read_text(file, "one", NULL, &texts), OM_OK);
    assert_int_equal(om_strings_count(texts), 1);
    om_strings_destroy(&texts);
    assert_int_equal(om_h5ad_read_text(file, "absent", NULL, &texts), OM_INPUT);
    assert_message_has("t.h5: object 'absent': not found");
    assert_int_equal(om_h5ad_read_text(file, "group", NULL, &texts), OM_INPUT);
    assert_message_has("t.h5: object 'group': found a group, expected a data set");
    assert_int_equal(om_h5ad_read_text(file, "strings", "field", &texts), OM_INPUT);
    assert_null(texts);
    assert_int_equal(om_h5_close(&file), OM_OK);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_as_names),
        test_in_folder(test_texts_of_any_type),
    };
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests_name("texts of frames", tests, NULL, NULL);
    MPI_Finalize();
    return failed != 0;
}
