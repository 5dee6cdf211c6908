/* The kernel and the careful parser of lines, against a naive one. */
#include "io/mtx_kernel.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check_contains(const char *text, const char *part) {
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", part, text);
    }
}

/* Runs the kernel on a copy that ends where its allocation ends. */
static om_status parse_bytes(om_mtx_runs *runs, om_mtx_rules rules, const char *text, size_t length,
                             om_mtx_fault *fault) {
    char *copy = om_malloc((int64_t)length + OM_MTX_PAD, 1);
    memcpy(copy, text, length);
    memset(copy + length, '5', OM_MTX_PAD); /* what follows must not matter */
    om_status status = om_mtx_kernel(runs, &rules, copy, length, fault);
    om_free(copy);
    return status;
}

static om_status parse(om_mtx_runs *runs, om_mtx_rules rules, const char *text,
                       om_mtx_fault *fault) {
    return parse_bytes(runs, rules, text, strlen(text), fault);
}

/* The naive twin. */
typedef struct naive_entry {
    int64_t row;
    int64_t column;
    double value;
} naive_entry;

typedef enum verdict { ENTRY, BLANK, REFUSED } verdict;

static regex_t number_form;

static bool read_naive_index(const char *word, int64_t most, int64_t *index) {
    size_t n = strlen(word);
    if (n > 18 || strspn(word, "0123456789") != n) {
        return false;
    }
    *index = strtoll(word, NULL, 10) - 1;
    return *index >= 0 && *index < most;
}

static verdict read_naive_line(const om_mtx_rules *rules, const char *line, naive_entry *entry) {
    char copy[500];
    char *words[4];
    int n_words = 0;
    size_t n = strlen(line);
    assert_true(n < sizeof copy);
    strcpy(copy, line);
    if (n > 0 && copy[n - 1] == '\r') {
        copy[n - 1] = '\0';
    }
    for (char *rest = copy, *word; n_words < 4 && (word = strtok_r(rest, " \t", &rest)) != NULL;) {
        words[n_words++] = word;
    }
    if (n_words == 0) {
        return BLANK;
    }
    if (n_words != 3 || !read_naive_index(words[0], rules->rows, &entry->row) ||
        !read_naive_index(words[1], rules->columns, &entry->column) ||
        regexec(&number_form, words[2], 0, NULL, 0) != 0) {
        return REFUSED;
    }
    entry->value = strtod(words[2], NULL);
    bool count = entry->value == floor(entry->value) && entry->value <= 4294967295.0;
    bool must_count = rules->only_counts || rules->integer_field;
    return isfinite(entry->value) && entry->value >= 0 && (count || !must_count) ? ENTRY : REFUSED;
}

/* Compares the kernel's outcome with the twin's, line by line. */
static void check_text(const om_mtx_rules *rules, const char *text) {
    om_mtx_runs runs = {0};
    om_mtx_fault fault = {0};
    om_status status = parse(&runs, *rules, text, &fault);
    char *copy = om_strdup(text);
    int64_t run = 0;
    int64_t n = 0;
    int64_t n_entries = 0;
    int64_t n_lines = 0;
    bool integer = true;
    for (char *rest = copy, *line; (line = strsep(&rest, "\n")) != NULL;) {
        naive_entry entry = {0};
        verdict found = read_naive_line(rules, line, &entry);
        if (found == REFUSED) {
            if (status != OM_INPUT || fault.offset != (size_t)(line - copy)) {
                fail_msg("accepted \"%s\", or refused another line (%zu: %s)", line, fault.offset,
                         fault.message);
            }
            assert_int_equal(strncmp(fault.message, "found ", 6), 0);
            break;
        }
        n_lines += line[0] != '\0' || rest != NULL; /* not behind the last line end */
        n_entries += found == ENTRY;
        if (found == BLANK || entry.value == 0) {
            continue;
        }
        if (status != OM_OK && fault.offset <= (size_t)(line - copy)) {
            fail_msg("refused \"%s\": %s", line, fault.message);
        }
        integer = integer && entry.value == floor(entry.value) && entry.value <= 4294967295.0;
        if (status == OM_OK) {
            while (run < runs.n_runs && n == runs.starts[run + 1]) {
                run++;
            }
            assert_true(n < runs.n_values && run < runs.n_runs);
            if (runs.rows[n] != entry.row || runs.columns[run] != entry.column ||
                runs.values[n] != entry.value) {
                fail_msg("\"%s\" is read as %d %d %.17g", line, runs.rows[n] + 1,
                         runs.columns[run] + 1, runs.values[n]);
            }
        }
        n++;
        assert_true(rest != NULL || status == OM_OK);
    }
    if (status == OM_OK) {
        assert_int_equal(runs.n_values, n);
        assert_int_equal(runs.n_entries, n_entries);
        assert_int_equal(runs.n_lines, n_lines);
        assert_int_equal(runs.integer, integer);
        assert_int_equal(runs.starts[runs.n_runs], n);
        for (int64_t i = 0; i < runs.n_runs; i++) {
            assert_true(runs.starts[i] < runs.starts[i + 1]);
            assert_true(i == 0 || runs.columns[i] != runs.columns[i - 1]);
            for (int64_t k = runs.starts[i] + 1; k < runs.starts[i + 1]; k++) {
                assert_true(!runs.tidy || runs.rows[k] > runs.rows[k - 1]);
            }
        }
    }
    om_free(copy);
    om_mtx_runs_release(&runs);
}

static const char *pick(om_random *random, const char *const *words, size_t n) {
    return words[om_random_below(random, n)];
}
#define PICK(random, words) pick(random, words, sizeof(words) / sizeof(words)[0])

/* A line as files have them, or with one of many oddities. */
static void make_line(om_random *random, unsigned oddity, int64_t column, char line[200]) {
    static const char *const blanks[] = {" ", " ", "  ", "\t", " \t "};
    static const char *const edges[] = {"", "", " ", "\t"};
    static const char *const rows[] = {"0",
                                       "00000001",
                                       "0000003",
                                       "12345678",
                                       "+1",
                                       "-1",
                                       "1234567",
                                       "123456",
                                       "99999999",
                                       "1.0",
                                       "x",
                                       "",
                                       "000000000000000000",
                                       "0000000000000000001"};
    static const char *const values[] = {"0",          "00",
                                         "1.5",        "2.",
                                         ".25",        "1e2",
                                         "3E-1",       "+4",
                                         "-4",         "-0",
                                         "4294967295", "4294967296",
                                         "12345678",   "1234567",
                                         "9999999",    "0000001",
                                         "1e400",      "nan",
                                         "inf",        "",
                                         "x",          "5x",
                                         "1 1",        ":",
                                         "/",          "1:",
                                         "0.1e1",      "123456789012345678901",
                                         "1e-400",     "0.30000000000000004"};
    char row[40];
    char column_text[40];
    char value[40];
    snprintf(row, sizeof row, "%d", (int)(1 + om_random_below(random, 40)));
    snprintf(column_text, sizeof column_text, "%" PRId64, column);
    uint64_t most = om_random_below(random, 3) == 0 ? 20000 : 12;
    snprintf(value, sizeof value, "%d", (int)(1 + om_random_below(random, most)));
    const char *first = "";
    const char *second = " ";
    const char *third = " ";
    const char *last = "";
    switch (oddity) {
    case 1:
        first = PICK(random, edges);
        second = PICK(random, blanks);
        third = PICK(random, blanks);
        last = PICK(random, edges);
        break;
    case 2:
        snprintf(row, sizeof row, "%s", PICK(random, rows));
        break;
    case 3:
        snprintf(column_text, sizeof column_text, "%s", PICK(random, rows));
        break;
    case 4:
        snprintf(value, sizeof value, "%s", PICK(random, values));
        break;
    case 5:
        last = "\r";
        break;
    case 6: /* a blank line */
        strcpy(line, PICK(random, edges));
        return;
    case 7: /* any byte anywhere */
        snprintf(line, 200, "%s %s %s", row, column_text, value);
        line[om_random_below(random, strlen(line))] = (char)(1 + om_random_below(random, 255));
        for (char *c = line; *c != '\0'; c++) {
            *c = *c == '\n' ? '_' : *c;
        }
        return;
    default:
        break;
    }
    snprintf(line, 200, "%s%s%s%s%s%s%s", first, row, second, column_text, third, value, last);
}

static void test_random_texts_against_the_twin(void **state) {
    (void)state;
    om_random random = om_random_stream(5, 1, 1);
    for (int i = 0; i < 30000; i++) {
        om_mtx_rules rules = {.rows = i % 3 == 0 ? 2147483647 : 35,
                              .columns = i % 5 == 0 ? 2147483647 : 1000,
                              .integer_field = i % 7 == 0,
                              .only_counts = i % 2 == 0};
        char text[4000] = "";
        size_t length = 0;
        int64_t n_lines = (int64_t)om_random_below(&random, 15);
        int64_t column = 2 + (int64_t)om_random_below(&random, i % 5 == 0 ? 3000000 : 900);
        for (int64_t l = 0; l < n_lines; l++) {
            char line[200];
            uint64_t drawn = om_random_below(&random, 60);
            if (om_random_below(&random, 5) == 0) { /* the next column, or back again */
                column ^= 1;
            }
            make_line(&random, drawn < 8 ? (unsigned)drawn : 0, column, line);
            length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", line,
                                       l + 1 < n_lines || i % 4 > 0 ? "\n" : "");
        }
        check_text(&rules, text);
    }
}

/* Every oddity on its own, between two plain lines. */
static void test_odd_lines_against_the_twin(void **state) {
    (void)state;
    om_random random = om_random_stream(6, 1, 1);
    om_mtx_rules rules = {.rows = 35, .columns = 1000};
    for (int i = 0; i < 40000; i++) {
        char line[200];
        char text[400];
        make_line(&random, (unsigned)i % 8, 7, line);
        snprintf(text, sizeof text, "3 7 1\n%s\n4 7 23\n", line);
        check_text(&rules, text);
    }
}

static void test_numbers_are_exact(void **state) {
    (void)state;
    const char *const numbers[] = {"1",
                                   "007",
                                   "4294967295",
                                   "4294967296",
                                   "1.5",
                                   "+2.25",
                                   ".5",
                                   "5.",
                                   "1e3",
                                   "1.25E+02",
                                   "3e-5",
                                   "0.1",
                                   "123456789012345678901234567890",
                                   "0.30000000000000004",
                                   "9007199254740993",
                                   "1.7976931348623157e308",
                                   "2.2250738585072014e-308",
                                   "5e-324",
                                   "8.41e21",
                                   "1234567890123456789",
                                   "0.00000000000000000000000000012345",
                                   "999999999999999",
                                   "9999999999999999"};
    om_mtx_rules rules = {.rows = 2, .columns = 3};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char line[100];
        snprintf(line, sizeof line, "2 3 %s\n", numbers[i]);
        check_text(&rules, line);
    }
}

static void test_lines(void **state) {
    (void)state;
    om_mtx_runs runs = {0};
    om_mtx_fault fault;
    const char *text = "1 1 5\r\n"
                       "  2\t3   7.0 \n"
                       "\n"
                       " \r\n"
                       "2 1 0\n"
                       "1 2 -0.0\n"
                       "1 3 1e-999\n"
                       "2 3 9";
    om_mtx_rules rules = {.rows = 2, .columns = 3, .only_counts = true};
    assert_int_equal(parse(&runs, rules, text, &fault), OM_OK);
    assert_int_equal(runs.n_entries, 6);
    assert_true(runs.integer);
    assert_true(runs.tidy == false); /* row 2 twice */
    assert_int_equal(runs.n_runs, 2);
    assert_int_equal(runs.columns[0], 0);
    assert_int_equal(runs.columns[1], 2);
    const int64_t starts[] = {0, 1, 3};
    assert_memory_equal(runs.starts, starts, sizeof starts);
    const int32_t rows[] = {0, 1, 1};
    assert_memory_equal(runs.rows, rows, sizeof rows);
    assert_true(runs.values[0] == 5 && runs.values[1] == 7 && runs.values[2] == 9);
    om_mtx_runs_release(&runs);
}

static void test_order_of_rows(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool tidy;
    } cases[] = {
        {"", true},
        {"1 1 5\n2 1 5\n1 2 5\n3 2 1.5\n4 2 5\n", true},
        {"2 1 5\n1 1 5\n", false},
        {"1 1 5\n1 1 5\n", false},
        {"1 1 5\n2 1 5.5\n2 1 5\n", false},
        {"2 1 5.5\n1 1 5\n", false},
        {"3 1 5\n2 01 5\n", false},
        {"3 1 5\n1 2 0\n2 1 5\n", false},
        {"3 1 5\n1 2 0\n4 2 5\n5 2 5\n", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_mtx_runs runs = {0};
        om_mtx_fault fault;
        om_mtx_rules rules = {.rows = 9, .columns = 9};
        assert_int_equal(parse(&runs, rules, cases[i].text, &fault), OM_OK);
        assert_int_equal(runs.tidy, cases[i].tidy);
        om_mtx_runs_release(&runs);
    }
}

/* A text after a shorter one, and nothing at all. */
static void test_runs_are_used_again(void **state) {
    (void)state;
    om_mtx_runs runs = {0};
    om_mtx_fault fault;
    om_mtx_rules rules = {.rows = 9, .columns = 9};
    assert_int_equal(parse(&runs, rules, "1 2 3\n", &fault), OM_OK);
    assert_int_equal(runs.n_values, 1);
    assert_int_equal(parse(&runs, rules, "1 2 3\n2 2 3\n1 3 2.5\n1 4 1\n", &fault), OM_OK);
    assert_int_equal(runs.n_values, 4);
    assert_int_equal(runs.n_runs, 3);
    assert_false(runs.integer);
    assert_int_equal(parse(&runs, rules, "", &fault), OM_OK);
    assert_int_equal(runs.n_values + runs.n_runs + runs.n_entries + runs.starts[0], 0);
    assert_true(runs.integer);
    om_mtx_runs_release(&runs);
}

static void test_nul_bytes_and_long_lines(void **state) {
    (void)state;
    om_mtx_runs runs = {0};
    om_mtx_fault fault;
    om_mtx_rules rules = {.rows = 9, .columns = 9};
    const char text[] = "1 2 3\n1 2\0 3\n";
    assert_int_equal(parse_bytes(&runs, rules, text, sizeof text - 1, &fault), OM_INPUT);
    assert_int_equal(fault.offset, 6);
    static char line[OM_MTX_LONGEST_LINE + 10];
    memset(line, ' ', sizeof line);
    memcpy(line, "1 2 3", 5);
    line[OM_MTX_LONGEST_LINE] = '\n';
    assert_int_equal(parse_bytes(&runs, rules, line, OM_MTX_LONGEST_LINE + 1, &fault), OM_OK);
    line[OM_MTX_LONGEST_LINE] = ' ';
    assert_int_equal(parse_bytes(&runs, rules, line, OM_MTX_LONGEST_LINE + 1, &fault), OM_INPUT);
    om_mtx_runs_release(&runs);
}

static void test_faults_of_lines(void **state) {
    (void)state;
    static const struct {
        const char *line;
        const char *message;
    } cases[] = {
        {"1 1", "found \"1 1\", expected \"<row> <column> <value>\""},
        {"1", "found \"1\""},
        {"1 1 ", "found \"1 1 \""},
        {"1 1 1 1", "found \"1 1 1 1\""},
        {"1,1,1", "found \"1,1,1\""},
        {"a 1 1", "found \"a 1 1\""},
        {"1 b 1", "found \"1 b 1\""},
        {"1 1 c", "found \"1 1 c\""},
        {"1.5 1 1", "found \"1.5 1 1\""},
        {"-1 1 1", "found \"-1 1 1\""},
        {"1 1 1e", "found \"1 1 1e\""},
        {"1 1 1e+", "found \"1 1 1e+\""},
        {"1 1 .", "found \"1 1 .\""},
        {"1 1 1.2.3", "found \"1 1 1.2.3\""},
        {"1 1 0x5", "found \"1 1 0x5\""},
        {"1 1 +-5", "found \"1 1 +-5\""},
        {"% comment", "found \"% comment\""},
        {"1 1 5\r5", "found \"1 1 5\""},
        {"0 1 5", "found row 0 in \"0 1 5\", expected 1 to 4"},
        {"5 1 5", "found row 5 in \"5 1 5\", expected 1 to 4"},
        {"1 0 5", "found column 0 in \"1 0 5\", expected 1 to 6"},
        {"1 7 5", "found column 7 in \"1 7 5\", expected 1 to 6"},
        {"4294967297 1 5", "found row 4294967297"},
        {"99999999999999999999999 1 5", "found \"99999999999999999999999 1 5\""},
        {"1 1 -3", "found value -3, expected none below 0"},
        {"1 1 nan", "found \"1 1 nan\", expected a finite value"},
        {"1 1 -Inf", "found \"1 1 -Inf\", expected a finite value"},
        {"1 1 1e400", "expected a finite value"},
        {"1 1 \x01\xff", "found \"1 1 ?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[200];
        om_mtx_runs runs = {0};
        om_mtx_fault fault = {0};
        snprintf(text, sizeof text, "1 1 1\n\n2 2 2.5\n%s\n3 3 3\n", cases[i].line);
        assert_int_equal(parse(&runs, (om_mtx_rules){.rows = 4, .columns = 6}, text, &fault),
                         OM_INPUT);
        check_contains(fault.message, cases[i].message);
        assert_int_equal(fault.offset, strlen("1 1 1\n\n2 2 2.5\n"));
        om_mtx_runs_release(&runs);
    }
}

static void test_values_that_are_no_counts(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool integer_field;
        bool only_counts;
        const char *message;
    } cases[] = {
        {"1 1 1.5", true, false, "found value 1.5, expected a whole number as the banner says"},
        {"1 1 1.5", false, true, "found value 1.5, expected a whole number, since the data set's "},
        {"1 1 1.5", false, true, "values: tpm, values: log"},
        {"1 1 4294967296", true, false, "found value 4294967296, expected a count of at most"},
        {"1 1 4294967296", false, true, "found value 4294967296, expected a count of at most"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        om_mtx_runs runs = {0};
        om_mtx_fault fault = {0};
        om_mtx_rules rules = {1, 1, cases[i].integer_field, cases[i].only_counts};
        assert_int_equal(parse(&runs, rules, cases[i].line, &fault), OM_INPUT);
        check_contains(fault.message, cases[i].message);
        om_mtx_runs_release(&runs);
    }
}

static void test_memory_that_fails(void **state) {
    (void)state;
    for (int64_t successes = 0; successes < 4; successes++) {
        om_mtx_runs runs = {0};
        om_mtx_fault fault = {0};
        char text[6 + OM_MTX_PAD] = "1 1 1\n";
        om_mtx_rules rules = {.rows = 1, .columns = 1};
        om_memory_fail_after(successes);
        assert_int_equal(om_mtx_kernel(&runs, &rules, text, 6, &fault), OM_MEMORY);
        om_memory_fail_after(-1);
        assert_null(runs.rows);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_texts_against_the_twin),
        cmocka_unit_test(test_odd_lines_against_the_twin),
        cmocka_unit_test(test_numbers_are_exact),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_order_of_rows),
        cmocka_unit_test(test_runs_are_used_again),
        cmocka_unit_test(test_nul_bytes_and_long_lines),
        cmocka_unit_test(test_faults_of_lines),
        cmocka_unit_test(test_values_that_are_no_counts),
        cmocka_unit_test(test_memory_that_fails),
    };
    if (regcomp(&number_form, "^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,18})?$",
                REG_EXTENDED) != 0) {
        return 1;
    }
    int failed = cmocka_run_group_tests_name("mtx kernel", tests, NULL, NULL);
    regfree(&number_form);
    return failed;
}
