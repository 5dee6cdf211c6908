#include "io/matrix_market_parse.h"

#include "oncomark/memory.h"

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

om_status om_mtx_parser_create(om_mtx_parser **out, om_mtx_rules rules) {
    *out = NULL;
    om_mtx_parser *parser = om_calloc(1, sizeof *parser);
    if (parser == NULL) {
        return OM_MEMORY;
    }
    parser->rules = rules;
    parser->integer = true;
    parser->column_counts = om_calloc(rules.columns, sizeof *parser->column_counts);
    if (parser->column_counts == NULL) {
        om_mtx_parser_destroy(&parser);
        return OM_MEMORY;
    }
    *out = parser;
    return OM_OK;
}

om_mtx_block *om_mtx_parser_take(om_mtx_parser *parser) {
    om_mtx_block *block = parser->first;
    if (block != NULL) {
        parser->first = block->next;
        if (parser->first == NULL) {
            parser->last = NULL;
        }
    }
    return block;
}

void om_mtx_parser_destroy(om_mtx_parser **parser) {
    if (parser == NULL || *parser == NULL) {
        return;
    }
    for (om_mtx_block *block; (block = om_mtx_parser_take(*parser)) != NULL;) {
        om_free(block);
    }
    om_free((*parser)->column_counts);
    om_free(*parser);
    *parser = NULL;
}

static om_mtx_block *add_block(om_mtx_parser *parser) {
    om_mtx_block *block =
        om_malloc(1, sizeof *block + OM_MTX_BLOCK_ENTRIES * sizeof block->entries[0]);
    if (block == NULL) {
        return NULL;
    }
    block->next = NULL;
    block->count = 0;
    if (parser->last == NULL) {
        parser->first = block;
    } else {
        parser->last->next = block;
    }
    parser->last = block;
    return block;
}

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

/* A signed decimal number, correctly rounded (doubles hold mantissas up to 2^53 and powers of ten
 * up to 22 exactly, so that one operation rounds once; all else goes to strtod). */
static const char *parse_decimal(const char *start, double *value) {
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
    return parse_decimal(start, value);
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

/* A value that is no count: an error, or the end of `integer`. */
static om_status check_value(om_mtx_parser *parser, double value, om_mtx_fault *fault) {
    bool must_count = parser->rules.integer_field || parser->rules.only_integers;
    if (value >= 0 && isfinite(value) && !must_count) {
        parser->integer = false;
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
    if (parser->rules.integer_field) {
        return refuse(fault,
                      "found value %.17g, expected a whole number as the banner says \"integer\"",
                      value);
    }
    return refuse(fault,
                  "found value %.17g, expected a whole number, since the data set's values are "
                  "counts (other choices: values: tpm, values: log)",
                  value);
}

/* Reads one line. *next: start of the next one; *blank: it holds no entry. */
static inline om_status parse_line(const om_mtx_rules *rules, const char *line, const char **next,
                                   om_mtx_entry *entry, bool *blank, om_mtx_fault *fault) {
    int64_t row = 0;
    int64_t column = 0;
    const char *value_start = NULL;
    const char *c = skip_blanks(line);
    *blank = *c == '\n' || *c == '\r';
    if (!*blank) {
        if ((c = parse_index(c, &row)) == NULL || !is_blank(*c) ||
            (c = parse_index(skip_blanks(c), &column)) == NULL || !is_blank(*c)) {
            return refuse_form(fault, line, NULL);
        }
        value_start = skip_blanks(c);
        if ((c = parse_value(value_start, &entry->value)) == NULL) {
            return refuse_form(fault, line, value_start);
        }
        c = skip_blanks(c);
    }
    c += *c == '\r';
    if (*c != '\n' || c - line > OM_MTX_LONGEST_LINE) {
        return refuse_form(fault, line, value_start);
    }
    *next = c + 1;
    if (!*blank && (row < 1 || row > rules->rows || column < 1 || column > rules->columns)) {
        return refuse_index(fault, rules, line, row, column);
    }
    entry->row = (int32_t)(row - 1);
    entry->column = (int32_t)(column - 1);
    return OM_OK;
}

static inline om_status add_entry(om_mtx_parser *parser, const om_mtx_entry *entry) {
    om_mtx_block *block = parser->last;
    if (block == NULL || block->count == OM_MTX_BLOCK_ENTRIES) {
        block = add_block(parser);
        if (block == NULL) {
            return OM_MEMORY;
        }
    }
    block->entries[block->count++] = *entry;
    parser->column_counts[entry->column]++;
    return OM_OK;
}

om_status om_mtx_parse(om_mtx_parser *parser, char *text, size_t length, om_mtx_fault *fault) {
    const om_mtx_rules rules = parser->rules;
    const char *end = text + length;
    text[length] = '\n'; /* every loop stops at a line end */
    text[length + 1] = '\0';
    for (const char *line = text, *next = text; line < end; line = next) {
        om_mtx_entry entry = {0};
        bool blank = false;
        fault->offset = (size_t)(line - text);
        OM_TRY(parse_line(&rules, line, &next, &entry, &blank, fault));
        if (blank) {
            continue;
        }
        double value = entry.value;
        if (!(value >= 0 && value <= largest_count && value == (double)(uint32_t)value)) {
            OM_TRY(check_value(parser, value, fault));
        }
        parser->n_entries++;
        if (value > 0) {
            OM_TRY(add_entry(parser, &entry));
        }
    }
    return OM_OK;
}
