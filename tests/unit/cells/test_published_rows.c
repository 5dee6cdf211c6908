/* Rows of a published table of expression. */
#include "cells/published_rows.h"

#include "oncomark/line_feed.h"
#include "oncomark/memory.h"
#include "unit_test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIELDS = 4 };

static om_published_rows *rows;
static om_published_fault fault;

/* Four fields; the third is left out, the others go to columns 2, 0 and 1. */
static om_status parse_with(char delimiter, const char *text) {
    static int32_t column_of[FIELDS] = {2, 0, 3, 1};
    const om_published_layout layout = {delimiter, FIELDS, column_of, 3};
    size_t length = strlen(text);
    char *padded = malloc(length + OM_LINES_SLACK);
    memcpy(padded, text, length);
    memset(padded + length, '7', OM_LINES_SLACK);
    fault = (om_published_fault){.offset = -1, .field = -2};
    om_status status = om_published_rows_parse(rows, &layout, padded, (int64_t)length, &fault);
    free(padded);
    return status;
}

static om_status parse(const char *text) {
    return parse_with(',', text);
}

static void assert_row(int64_t row, const char *name, uint32_t a, uint32_t b, uint32_t c) {
    uint32_t found[3] = {0, 0, 0};
    int32_t last = -1;
    for (int64_t i = rows->indptr[row]; i < rows->indptr[row + 1]; i++) {
        assert_true(rows->indices[i] > last);
        assert_true(rows->values[i] > 0);
        last = rows->indices[i];
        found[last] = rows->values[i];
    }
    assert_string_equal(om_strings_get(rows->names, row), name);
    assert_int_equal(found[0], a);
    assert_int_equal(found[1], b);
    assert_int_equal(found[2], c);
}

static void assert_fault(const char *text, int64_t offset, int64_t field, const char *message) {
    assert_int_equal(parse(text), OM_INPUT);
    assert_int_equal(fault.offset, offset);
    assert_int_equal(fault.field, field);
    assert_string_equal(fault.message, message);
}

static int set_up(void **state) {
    (void)state;
    return om_published_rows_create(&rows, 3) == OM_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    om_published_rows_destroy(&rows);
    return rows == NULL ? 0 : -1;
}

static void test_plain_rows(void **state) {
    (void)state;
    assert_int_equal(parse("p&AIM_UCell&1,1,2,3,4\np&AIM_UCell&2,0,0,9,0\n"
                           "p&AIM_UCell&3,10,200,5,4294967295\n"),
                     OM_OK);
    assert_int_equal(rows->n_rows, 3);
    assert_int_equal(rows->indptr[3], 6);
    assert_row(0, "p&AIM_UCell&1", 2, 4, 1);
    assert_row(1, "p&AIM_UCell&2", 0, 0, 0);
    assert_row(2, "p&AIM_UCell&3", 200, UINT32_MAX, 10);
    /* The next piece replaces them. */
    assert_int_equal(parse("q&IA&1,1234567,12345678,1,123456\n"), OM_OK);
    assert_int_equal(rows->n_rows, 1);
    assert_row(0, "q&IA&1", 12345678, 123456, 1234567);
    assert_int_equal(parse(""), OM_OK);
    assert_int_equal(rows->n_rows, 0);
    assert_int_equal(rows->indptr[0], 0);
}

static void test_other_ways_to_write_them(void **state) {
    (void)state;
    assert_int_equal(parse("\r\n\"p&AIM_UCell&1\",1.0,2e3,x,\"4\"\r\n"
                           "  \n"
                           "\"a, \"\"b\"\"&IA_UCell&2\", 7 ,1.2e+05,8,00012.000\r\n"
                           "p&IA&1,12.0,-0,+3,100000000.0\n"),
                     OM_INPUT);
    assert_int_equal(fault.field, 2);
    assert_int_equal(parse("\r\n\"p&AIM_UCell&1\",1.0,2e3,3,\"4\"\r\n"
                           "  \n"
                           "\"a, \"\"b\"\"&IA_UCell&2\", 7 ,1.2e+05,8,00012.000\r\n"
                           "p&IA&1,12.0,-0,+3,100000000.0\n"),
                     OM_OK);
    assert_int_equal(rows->n_rows, 3);
    assert_row(0, "p&AIM_UCell&1", 2000, 4, 1);
    assert_row(1, "a, \"b\"&IA_UCell&2", 120000, 12, 7);
    assert_row(2, "p&IA&1", 0, 100000000, 12);
    assert_int_equal(parse_with('\t', "a,b&IA&1\t5\t6\t7\t8\n"), OM_OK);
    assert_row(0, "a,b&IA&1", 6, 8, 5);
}

#define EXPECTED ", expected a whole number from 0 to 4294967295: counts summed over cells"

static void test_faults(void **state) {
    (void)state;
    assert_fault("p&IA&1,1,2,3,4\np&IA&2,1,2.5,3,4\n", 15, 1, "found '2.5'" EXPECTED);
    assert_fault("p&IA&1,-3,2,3,4\n", 0, 0, "found '-3'" EXPECTED);
    assert_fault("p&IA&1,1,2,3,NA\r\n", 0, 3, "found 'NA'" EXPECTED);
    assert_fault("p&IA&1,1,,3,4\n", 0, 1, "found ''" EXPECTED);
    assert_fault("p&IA&1,4294967296,2,3,4\n", 0, 0, "found '4294967296'" EXPECTED);
    assert_fault("p&IA&1,1,2,nan,4\n", 0, 2, "found 'nan'" EXPECTED);
    assert_fault("p&IA&1,1,2,inf,4\n", 0, 2, "found 'inf'" EXPECTED);
    assert_fault("p&IA&1,1,2,1.05,4\n", 0, 2, "found '1.05'" EXPECTED);
    assert_fault("p&IA&1,1,2,0x10,4\n", 0, 2, "found '0x10'" EXPECTED);
    assert_fault("p&IA&1,1,2,12 3,4\n", 0, 2, "found '12 3'" EXPECTED);
    assert_fault("p&IA&1,1,2,abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz,4\n", 0, 2,
                 "found 'abcdefghijklmnopqrstuvwxyzabcdefghijklmn...'" EXPECTED);
    assert_fault("p&IA&1,1,2,3\n", 0, -1,
                 "found 3 values behind the row's name, expected 4 as in the header");
    assert_fault("p&IA&1,1,2,3,4,5\n", 0, -1,
                 "found 5 values behind the row's name, expected 4 as in the header");
    assert_fault("p&IA&1\n", 0, -1,
                 "found 0 values behind the row's name, expected 4 as in the header");
    assert_fault("TP53,1,2,3,4\n", 0, -1,
                 "found the row name 'TP53', expected \"sample&AIM_UCell&1\": a sample, a "
                 "hallmark, a number");
    /* An open quote ends with its line. */
    assert_fault("\"p&IA&1,1,2,3,4\np&IA&2,1,2,3,4\n", 0, -1,
                 "found 0 values behind the row's name, expected 4 as in the header");
}

/* Values of every length at every place of a block, against printf. */
static void test_wide_rows(void **state) {
    (void)state;
    enum { WIDE = 3000, REPEATS = 6 };
    static int32_t column_of[WIDE];
    static uint32_t expected[WIDE];
    static const char *const endings[] = {"", ".0", "e0"};
    om_published_rows *wide = NULL;
    char *text = malloc(WIDE * 16 + 64 + OM_LINES_SLACK);
    assert_int_equal(om_published_rows_create(&wide, WIDE), OM_OK);
    for (int32_t i = 0; i < WIDE; i++) {
        column_of[i] = WIDE - 1 - i;
    }
    const om_published_layout layout = {',', WIDE, column_of, WIDE};
    srand(3);
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        int length = sprintf(text, "p%.*s&IA&1", repeat, "abcdefgh");
        for (int i = 0; i < WIDE; i++) {
            uint32_t bits = (uint32_t)rand() << 8 ^ (uint32_t)rand();
            expected[i] = rand() % 4 == 0 ? 0 : bits >> (rand() % 32);
            int form = repeat < 2 ? 0 : repeat < 4 ? 1 : rand() % 3;
            text[length++] = ',';
            length += sprintf(text + length, "%" PRIu32 "%s", expected[i], endings[form]);
        }
        text[length++] = '\n';
        memset(text + length, ',', OM_LINES_SLACK);
        assert_int_equal(om_published_rows_parse(wide, &layout, text, length, &fault), OM_OK);
        int64_t at = 0;
        for (int32_t column = 0; column < WIDE; column++) {
            uint32_t value = expected[WIDE - 1 - column];
            if (value != 0) {
                assert_int_equal(wide->indices[at], column);
                assert_int_equal(wide->values[at++], value);
            }
        }
        assert_int_equal(wide->indptr[1], at);
    }
    free(text);
    om_published_rows_destroy(&wide);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_rows),
        cmocka_unit_test(test_other_ways_to_write_them),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_wide_rows),
    };
    return cmocka_run_group_tests_name("published_rows", tests, set_up, tear_down);
}
