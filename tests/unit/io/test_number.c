#include "oncomark/number.h"

#include "oncomark/random.h"
#include "oncomark/table.h"
#include "unit_test.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { SLACK = 8 };

/* Parses `text` with all kinds of bytes behind it. */
static bool parse(const char *text, double *value) {
    static const char behind[] = "\n\t,7.e-\"9";
    char padded[512];
    size_t length = strlen(text);
    bool first = false;
    assert_true(length + SLACK < sizeof padded);
    for (int i = 0; behind[i] != '\0'; i++) {
        double found = 0;
        memcpy(padded, text, length);
        memset(padded + length, behind[i], SLACK);
        bool is_number = om_number_parse(padded, (int64_t)length, &found);
        assert_true(i == 0 || is_number == first);
        first = is_number;
        if (is_number && (i == 0 || !isnan(found))) {
            assert_true(i == 0 || memcmp(value, &found, sizeof found) == 0);
            *value = found;
        }
    }
    return first;
}

/* As strtod has it, to the last bit; what is no number to om_parse_f64 is none. */
static void check(const char *text) {
    double found = 0;
    double expected = 0;
    bool is_number = om_parse_f64(text, &expected);
    if (parse(text, &found) != is_number) {
        fail_msg("'%s' is %s number", text, is_number ? "a" : "no");
    }
    if (is_number && !(isnan(found) && isnan(expected)) &&
        memcmp(&found, &expected, sizeof found) != 0) {
        fail_msg("'%s': found %a, expected %a", text, found, expected);
    }
}

static void test_by_hand(void **state) {
    (void)state;
    static const char *const texts[] = {"0",
                                        "7",
                                        "12345678",
                                        "123456789",
                                        "12345678901234567890",
                                        "0.5",
                                        ".5",
                                        "5.",
                                        "1234.5678",
                                        "12345678.",
                                        "1234567.8",
                                        ".12345678",
                                        "0.000012",
                                        "00012.50",
                                        "+3",
                                        "-2.5",
                                        "-0",
                                        "1e5",
                                        "1.5E-7",
                                        "1e400",
                                        "1e-400",
                                        "4.9e-324",
                                        "inf",
                                        "-inf",
                                        "NaN",
                                        "nan",
                                        " 12 ",
                                        "\t3.5",
                                        "9007199254740993",
                                        "9007199254740993.0",
                                        "0.1234567890123456789",
                                        "1844674407370955161.6",
                                        "9999999999999999999",
                                        "999999999999999999.9",
                                        "12.345678901234567890123",
                                        "",
                                        ".",
                                        "-",
                                        "+",
                                        "e5",
                                        "1e",
                                        "1e+",
                                        "1.2.3",
                                        "1..2",
                                        "..",
                                        "12a",
                                        "a12",
                                        "1 2",
                                        "0x10",
                                        "nan(1)",
                                        "--1",
                                        "1,5",
                                        "NA",
                                        "12345678x",
                                        "1234567.x",
                                        "123456789.12x4",
                                        "12345678..",
                                        "infinit",
                                        "1e5.0",
                                        "\xc2\xb2",
                                        "\xb2.\xb3",
                                        "/",
                                        ":",
                                        "1/2",
                                        "1:2",
                                        "1.:",
                                        "1./"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        check(texts[i]);
    }
}

static void test_quotes(void **state) {
    (void)state;
    double value = 0;
    assert_true(parse("\"12.5\"", &value));
    assert_true(value == 12.5);
    assert_false(parse("\"\"", &value));
    assert_false(parse("\"", &value));
    assert_false(parse("\"12", &value));
    assert_false(parse("\"1\"2\"", &value));
    char with_nul[3 + SLACK] = "1";
    assert_false(om_number_parse(with_nul, 3, &value));
    assert_true(om_number_parse(with_nul, 1, &value));
}

static void test_long_texts(void **state) {
    (void)state;
    char text[480];
    double value = 0;
    memset(text, '1', sizeof text);
    text[400] = '\0';
    check(text);
    text[400] = '1';
    text[401] = '\0';
    assert_false(parse(text, &value));
}

/* Ties and near ties of rounding: the middle between two doubles, written out, and its neighbours.
 */
static void test_half_ways(void **state) {
    (void)state;
    om_random random = om_random_stream(1, OM_PURPOSE_TEST, 1);
    for (int i = 0; i < 100000; i++) {
        /* An odd number of 54 bits lies between two doubles; over 8 it has three decimals. */
        uint64_t odd = (UINT64_C(1) << 53) | (om_random_u64(&random) >> 11) | 1;
        int shift = (int)om_random_below(&random, 4);
        char text[64];
        uint64_t fraction = (odd & ((UINT64_C(1) << shift) - 1)) * 1000 >> shift;
        snprintf(text, sizeof text, "%" PRIu64 ".%03" PRIu64, odd >> shift, fraction);
        check(text);
        text[strlen(text) - 1]++;
        check(text);
    }
}

static void print(char text[64], double value, int kind) {
    static const int decimals[] = {0, 1, 2, 4, 6, 12};
    if (kind < 6) {
        snprintf(text, 64, "%.*f", decimals[kind], value);
    } else if (kind < 9) {
        snprintf(text, 64, "%.*g", kind == 6 ? 6 : kind == 7 ? 15 : 17, value);
    } else {
        snprintf(text, 64, "%.9e", value);
    }
}

static void test_printed_numbers(void **state) {
    (void)state;
    om_random random = om_random_stream(1, OM_PURPOSE_TEST, 2);
    for (int i = 0; i < 300000; i++) {
        char text[64];
        print(text, exp(50 * om_random_uniform(&random) - 25), i % 10);
        check(text);
    }
}

/* All kinds of nonsense, and what is none. */
static void test_random_texts(void **state) {
    (void)state;
    static const char letters[] = "0123456789012345678901234567890...eE+- ";
    om_random random = om_random_stream(1, OM_PURPOSE_TEST, 3);
    for (int i = 0; i < 500000; i++) {
        char text[32];
        int length = (int)om_random_below(&random, 24);
        for (int c = 0; c < length; c++) {
            text[c] = letters[om_random_below(&random, sizeof letters - 1)];
        }
        text[length] = '\0';
        check(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),         cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_long_texts),      cmocka_unit_test(test_half_ways),
        cmocka_unit_test(test_printed_numbers), cmocka_unit_test(test_random_texts),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
