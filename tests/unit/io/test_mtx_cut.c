#include "io/mtx_cut.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <stdio.h>

/* Cut places of a text, by hand: lines begin at 0, 6, 12, 18, 19, 26 and 34. */
static const char sample[] = "1 1 5\n2 1 5\n3 2 5\n\n4 2 5\r\n  5 3 5\n6 3 5";

static void check_cut(om_mtx_cuts cuts, size_t from, size_t expected) {
    size_t cut = 0;
    assert_true(om_mtx_cut(cuts, sample, sizeof sample - 1, from, &cut));
    assert_int_equal(cut, expected);
}

static void test_lines_and_columns(void **state) {
    (void)state;
    check_cut(OM_MTX_CUT_LINES, 1, 6);
    check_cut(OM_MTX_CUT_LINES, 6, 6);
    check_cut(OM_MTX_CUT_LINES, 7, 12);
    check_cut(OM_MTX_CUT_LINES, 18, 18);
    check_cut(OM_MTX_CUT_LINES, 19, 19);
    check_cut(OM_MTX_CUT_LINES, 20, 26);
    check_cut(OM_MTX_CUT_COLUMNS, 1, 12);
    check_cut(OM_MTX_CUT_COLUMNS, 6, 12);
    check_cut(OM_MTX_CUT_COLUMNS, 7, 26);
    check_cut(OM_MTX_CUT_COLUMNS, 19, 26);
    size_t cut = 99;
    assert_false(om_mtx_cut(OM_MTX_CUT_COLUMNS, sample, sizeof sample - 1, 20, &cut));
    assert_false(om_mtx_cut(OM_MTX_CUT_COLUMNS, sample, sizeof sample - 1, 26, &cut));
    assert_false(om_mtx_cut(OM_MTX_CUT_LINES, sample, sizeof sample - 1, 35, &cut));
    assert_int_equal(cut, 99);
}

/* Less text gives the same cut or none; cuts ascend with their places. */
static void test_a_cut_depends_on_its_place_only(void **state) {
    (void)state;
    om_random random = om_random_stream(2, 1, 1);
    for (int i = 0; i < 300; i++) {
        char text[400] = "";
        size_t n = 0;
        int column = 1;
        while (n < 300) {
            column += om_random_below(&random, 4) == 0;
            n += (size_t)snprintf(text + n, sizeof text - n, "%d %d %d%s",
                                  (int)om_random_below(&random, 2000),
                                  i % 3 == 0 ? (int)om_random_below(&random, 3) : column,
                                  (int)om_random_below(&random, 20),
                                  om_random_below(&random, 9) == 0 ? "\n \n" : "\n");
        }
        for (int cuts = OM_MTX_CUT_COLUMNS; cuts <= OM_MTX_CUT_LINES; cuts++) {
            size_t before = 0;
            for (size_t from = 1; from < n; from++) {
                size_t cut = n;
                bool found = om_mtx_cut((om_mtx_cuts)cuts, text, n, from, &cut);
                assert_true(cut >= before && cut >= from);
                assert_true(!found || cut == 0 || text[cut - 1] == '\n');
                before = cut;
                for (size_t length = from; length < n; length += 7) {
                    size_t other = cut;
                    if (om_mtx_cut((om_mtx_cuts)cuts, text, length, from, &other)) {
                        assert_true(found);
                    }
                    assert_int_equal(other, cut);
                }
            }
        }
    }
}

static void test_line_ends(void **state) {
    (void)state;
    om_random random = om_random_stream(2, 2, 1);
    enum { N = 9000 };
    char *text = om_malloc(N, 1);
    for (int kind = 0; kind < 3; kind++) {
        int64_t expected = 0;
        for (size_t i = 0; i < N; i++) {
            text[i] = (char)(kind == 0 ? '\n' : om_random_below(&random, kind == 1 ? 256 : 12));
        }
        for (size_t first = 0; first < 20; first++) {
            expected = 0;
            for (size_t i = first; i < N - 3; i++) {
                expected += text[i] == '\n';
            }
            assert_int_equal(om_mtx_line_ends(text + first, N - 3 - first), expected);
        }
    }
    assert_int_equal(om_mtx_line_ends(text, 0), 0);
    om_free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_and_columns),
        cmocka_unit_test(test_a_cut_depends_on_its_place_only),
        cmocka_unit_test(test_line_ends),
    };
    return cmocka_run_group_tests_name("mtx cut", tests, NULL, NULL);
}
