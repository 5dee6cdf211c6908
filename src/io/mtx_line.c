#include "io/mtx_line.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    MOST_INDEX_DIGITS = 18,   /* fit in 63 bits */
    MOST_COUNT_DIGITS = 15,   /* exact as a double */
    MOST_MANTISSA_DIGITS = 19 /* fit in 64 bits */
};

static const double largest_count = 4294967295.0; /* uint32 */

static inline unsigned digit(const char *c) {
    return (unsigned)(unsigned char)*c - '0';
}

static inline bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static inline const char *skip_blanks(const char *c) {
    while (is_blank(*c)) {
        c++;
    }
    return c;
}

/* Reads digits; NULL where there are none or too many. */
static inline const char *parse_index(const char *c, int64_t *value) {
    const char *start = c;
    uint64_t number = 0;
    for (unsigned d; (d = digit(c)) < 10; c++) {
        number = number * 10 + d;
    }
    if (c == start || c - start > MOST_INDEX_DIGITS) {
        return NULL;
    }
    *value = (int64_t)number;
    return c;
}

/* Checks the form of a decimal number; returns its end or NULL. *mantissa and *power: the number is
 * mantissa x 10^power, exact only where *exact. */
static const char *scan_decimal(const char *c, uint64_t *mantissa, int64_t *power, bool *exact) {
    int64_t n_digits = 0;
    int64_t n_significant = 0;
    *mantissa = 0;
    *power = 0;
    *exact = true;
    for (bool fraction = false;; c++) {
        unsigned d = digit(c);
        if (d < 10) {
            n_digits++;
            n_significant += n_significant > 0 || d > 0;
            *power -= fraction;
            *exact = *exact && n_significant <= MOST_MANTISSA_DIGITS;
            *mantissa = *mantissa * 10 + d;
        } else if (*c == '.' && !fraction) {
            fraction = true;
        } else {
            break;
        }
    }
    if (n_digits == 0) {
        return NULL;
    }
    if (*c == 'e' || *c == 'E') {
        c++;
        bool negative = *c == '-';
        c += *c == '-' || *c == '+';
        int64_t exponent = 0;
        const char *stop = parse_index(c, &exponent);
        if (stop == NULL) {
            return NULL;
        }
        *power += negative ? -exponent : exponent;
        c = stop;
    }
    return c;
}

/* Signed, too (doubles hold mantissas up to 2^53 and powers of ten
 * up to 22 exactly, so that one operation rounds once; all else goes to strtod). */
const char *om_mtx_number_parse(const char *start, double *value) {
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    bool negative = *start == '-';
    uint64_t mantissa = 0;
    int64_t power = 0;
    bool exact = false;
    const char *stop =
        scan_decimal(start + (*start == '-' || *start == '+'), &mantissa, &power, &exact);
    if (stop == NULL) {
        return NULL;
    }
    if (exact && mantissa <= (UINT64_C(1) << 53) && power >= -22 && power <= 22) {
        double number = (double)mantissa;
        number = power < 0 ? number / powers[-power] : number * powers[power];
        *value = negative ? -number : number;
    } else {
        *value = strtod(start, NULL);
    }
    return stop;
}

/* The value of an entry up to its end. Plain counts, by far the most, take the short way. */
static inline const char *parse_value(const char *c, double *value) {
    const char *start = c;
    uint64_t number = 0;
    for (unsigned d; (d = digit(c)) < 10; c++) {
        number = number * 10 + d;
    }
    bool ends = *c == '\n' || *c == '\r' || is_blank(*c);
    if (ends && c > start && c - start <= MOST_COUNT_DIGITS) {
        *value = (double)number;
        return c;
    }
    return om_mtx_number_parse(start, value);
}

static om_status refuse(om_mtx_fault *fault, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static om_status refuse(om_mtx_fault *fault, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fault->message, sizeof fault->message, format, arguments);
    va_end(arguments);
    return OM_INPUT;
}

/* A line for a message: at most 80 bytes, control characters replaced. */
static void quote_line(const char *line, char shown[84]) {
    size_t n = strcspn(line, "\r\n");
    size_t kept = n < 80 ? n : 80;
    for (size_t i = 0; i < kept; i++) {
        unsigned char c = (unsigned char)line[i];
        shown[i] = c < 32 || c == 127 ? '?' : line[i];
    }
    snprintf(shown + kept, 4, "%s", n > kept ? "..." : "");
}

/* Says what is wrong with a line that is no "row column value". */
static om_status refuse_form(om_mtx_fault *fault, const char *line, const char *value) {
    char shown[84];
    quote_line(line, shown);
    if (value != NULL) {
        const char *word = value + (*value == '-' || *value == '+');
        if (strncasecmp(word, "nan", 3) == 0 || strncasecmp(word, "inf", 3) == 0) {
            return refuse(fault, "found \"%s\", expected a finite value", shown);
        }
    }
    return refuse(fault, "found \"%s\", expected \"<row> <column> <value>\"", shown);
}

static om_status refuse_index(om_mtx_fault *fault, const om_mtx_rules *rules, const char *line,
                              int64_t row, int64_t column) {
    char shown[84];
    quote_line(line, shown);
    bool wrong_row = row < 1 || row > rules->rows;
    return refuse(fault, "found %s %" PRId64 " in \"%s\", expected 1 to %" PRId64,
                  wrong_row ? "row" : "column", wrong_row ? row : column, shown,
                  wrong_row ? rules->rows : rules->columns);
}

/* What is wrong with a value that is no count, if it has to be one or is none at all. */
static om_status check_value(const om_mtx_rules *rules, double value, om_mtx_fault *fault) {
    bool must_count = rules->integer_field || rules->only_counts;
    if (value >= 0 && isfinite(value) && !must_count) {
        return OM_OK;
    }
    if (!isfinite(value)) {
        return refuse(fault, "found a value beyond 1.8e308, expected a finite value");
    }
    if (value < 0) {
        return refuse(fault, "found value %.17g, expected none below 0", value);
    }
    if (value == floor(value)) {
        return refuse(fault, "found value %.17g, expected a count of at most 4294967295", value);
    }
    if (rules->integer_field) {
        return refuse(fault,
                      "found value %.17g, expected a whole number as the banner says \"integer\"",
                      value);
    }
    return refuse(fault,
                  "found value %.17g, expected a whole number, since the data set's values are "
                  "counts (other choices: values: tpm, values: log)",
                  value);
}

om_status om_mtx_line_parse(const om_mtx_rules *rules, const char *line, const char **next,
                            om_mtx_line *parsed, om_mtx_fault *fault) {
    int64_t row = 0;
    int64_t column = 0;
    double value = 0;
    const char *value_start = NULL;
    const char *c = skip_blanks(line);
    bool blank = *c == '\n' || *c == '\r';
    if (!blank) {
        if ((c = parse_index(c, &row)) == NULL || !is_blank(*c) ||
            (c = parse_index(skip_blanks(c), &column)) == NULL || !is_blank(*c)) {
            return refuse_form(fault, line, NULL);
        }
        value_start = skip_blanks(c);
        if ((c = parse_value(value_start, &value)) == NULL) {
            return refuse_form(fault, line, value_start);
        }
        c = skip_blanks(c);
    }
    c += *c == '\r';
    if (*c != '\n' || c - line > OM_MTX_LONGEST_LINE) {
        return refuse_form(fault, line, value_start);
    }
    *next = c + 1;
    *parsed = (om_mtx_line){.blank = blank, .whole = true};
    if (blank) {
        return OM_OK;
    }
    if (row < 1 || row > rules->rows || column < 1 || column > rules->columns) {
        return refuse_index(fault, rules, line, row, column);
    }
    parsed->row = (int32_t)(row - 1);
    parsed->column = (int32_t)(column - 1);
    parsed->value = value;
    parsed->whole = value >= 0 && value <= largest_count && value == (double)(uint32_t)value;
    return parsed->whole ? OM_OK : check_value(rules, value, fault);
}
