/* Names in the published tables. */
#include "oncomark/published.h"

#include "oncomark/hallmark.h"
#include "oncomark/memory.h"
#include "unit_test.h"

static int hallmark_of(const char *text) {
    return om_published_hallmark(text, strlen(text));
}

static void test_hallmarks(void **state) {
    (void)state;
    assert_int_equal(hallmark_of("AIM"), OM_HALLMARK_AIM);
    assert_int_equal(hallmark_of("tpi_ucell"), OM_HALLMARK_TPI);
    assert_int_equal(hallmark_of(" IA "), OM_HALLMARK_IA);
    assert_int_equal(hallmark_of("Tumor-Promoting Inflammation"), OM_HALLMARK_TPI);
    assert_int_equal(hallmark_of("activating.invasion.and.metastasis"), OM_HALLMARK_AIM);
    assert_int_equal(hallmark_of("Inducing_Angiogenesis_UCell"), OM_HALLMARK_IA);
    assert_int_equal(hallmark_of(""), -1);
    assert_int_equal(hallmark_of("_UCell"), -1);
    assert_int_equal(hallmark_of("AI"), -1);
    assert_int_equal(hallmark_of("AIMS"), -1);
    assert_int_equal(hallmark_of("1"), -1);
}

static void assert_name(const char *text, const char *data_set, const char *sample, int hallmark) {
    om_published_name name;
    assert_true(om_published_name_parse(&name, text));
    assert_int_equal(name.hallmark, hallmark);
    assert_int_equal(name.sample_length, strlen(sample));
    assert_memory_equal(name.sample, sample, strlen(sample));
    if (data_set == NULL) {
        assert_null(name.data_set);
    } else {
        assert_int_equal(name.data_set_length, strlen(data_set));
        assert_memory_equal(name.data_set, data_set, strlen(data_set));
    }
}

static void test_names_are_taken_apart_from_their_end(void **state) {
    (void)state;
    assert_name("P1&AIM_UCell&1", NULL, "P1", OM_HALLMARK_AIM);
    assert_name("P1&ERI_UCell&12.1", NULL, "P1", OM_HALLMARK_ERI);
    assert_name("P1&ERI", NULL, "P1", OM_HALLMARK_ERI);
    assert_name("a&b&IA_UCell&3", NULL, "a&b", OM_HALLMARK_IA);
    assert_name("a&AIM_UCell&1&IA_UCell&3", NULL, "a&AIM_UCell&1", OM_HALLMARK_IA);
    assert_name("Qian2020_Breast|P 1&TPI_UCell&2", "Qian2020_Breast", "P 1", OM_HALLMARK_TPI);
    assert_name("D|a|b&TPI_UCell&2", "D", "a|b", OM_HALLMARK_TPI);
    assert_name("|a&TPI_UCell&2", NULL, "|a", OM_HALLMARK_TPI);
    assert_name("D|&TPI_UCell&2", NULL, "D|", OM_HALLMARK_TPI);
}

static void test_other_texts_are_no_names(void **state) {
    (void)state;
    static const char *const others[] = {"",          "TP53",       "P1&1",
                                         "P1&AIMS&1", "&AIM&1",     "AIM_UCell",
                                         "P1&&AIM",   "P1&AIM&1&1", "P1_AIM_1"};
    om_published_name name;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        bool expected = strcmp(others[i], "P1&&AIM") == 0; /* sample "P1&" */
        assert_int_equal(om_published_name_parse(&name, others[i]), expected);
    }
}

static void test_written_names_are_read_back(void **state) {
    (void)state;
    om_text *text = NULL;
    assert_int_equal(om_text_create(&text), OM_OK);
    assert_int_equal(om_published_name_add(text, "A_B", "s&1", OM_HALLMARK_GIM, 7), OM_OK);
    assert_string_equal(om_text_get(text), "A_B|s&1&GIM_UCell&7");
    assert_name(om_text_get(text), "A_B", "s&1", OM_HALLMARK_GIM);
    om_text_clear(text);
    assert_int_equal(om_published_name_add(text, OM_PUBLISHED_UNKNOWN, "s", OM_HALLMARK_IA, 1),
                     OM_OK);
    assert_string_equal(om_text_get(text), "s&IA_UCell&1");
    om_text_destroy(&text);
    char *file = om_published_file_name("meta", 0);
    assert_string_equal(file, "meta_neg_sep_hallmark.csv");
    om_free(file);
    file = om_published_file_name("data", 1);
    assert_string_equal(file, "data_pos_sep_hallmark.csv");
    om_free(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hallmarks),
        cmocka_unit_test(test_names_are_taken_apart_from_their_end),
        cmocka_unit_test(test_other_texts_are_no_names),
        cmocka_unit_test(test_written_names_are_read_back),
    };
    return cmocka_run_group_tests_name("published", tests, NULL, NULL);
}
