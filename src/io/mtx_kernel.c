#include "io/mtx_kernel.h"

#include "oncomark/memory.h"

#include <math.h>
#include <string.h>

enum {
    SHORTEST_ENTRY = 6, /* "1 1 1\n" */
    LONGEST_NUMBER = 400
};

void om_mtx_runs_release(om_mtx_runs *runs) {
    om_free(runs->columns);
    om_free(runs->starts);
    om_free(runs->rows);
    om_free(runs->values);
    *runs = (om_mtx_runs){0};
}

/* Room for all entries that `length` bytes can hold. */
static om_status reserve(om_mtx_runs *runs, size_t length) {
    int64_t wanted = (int64_t)(length / SHORTEST_ENTRY) + 1;
    if (wanted > runs->capacity) {
        om_mtx_runs_release(runs);
        runs->columns = om_malloc(wanted, sizeof *runs->columns);
        runs->starts = om_malloc(wanted + 1, sizeof *runs->starts);
        runs->rows = om_malloc(wanted, sizeof *runs->rows);
        runs->values = om_malloc(wanted, sizeof *runs->values);
        if (runs->columns == NULL || runs->starts == NULL || runs->rows == NULL ||
            runs->values == NULL) {
            om_mtx_runs_release(runs);
            return OM_MEMORY;
        }
        runs->capacity = wanted;
    }
    runs->n_runs = 0;
    runs->n_values = 0;
    runs->n_entries = 0;
    runs->n_lines = 0;
    runs->integer = true;
    runs->tidy = true;
    return OM_OK;
}

/* Takes away a last run without entries: those of a column of zeros. What the rows of the run
 * before it were is not known any more. */
static void drop_empty_run(om_mtx_runs *runs, int64_t n_values) {
    if (runs->n_runs > 0 && runs->starts[runs->n_runs - 1] == n_values) {
        runs->n_runs--;
        runs->next_row = UINT32_MAX;
    }
}

/* Entries from n_values on are of `column`. */
static void open_run(om_mtx_runs *runs, int32_t column, int64_t n_values) {
    drop_empty_run(runs, n_values);
    if (runs->n_runs == 0 || runs->columns[runs->n_runs - 1] != column) {
        runs->columns[runs->n_runs] = column;
        runs->starts[runs->n_runs] = n_values;
        runs->n_runs++;
        runs->next_row = 0;
    }
}

static void close_runs(om_mtx_runs *runs) {
    drop_empty_run(runs, runs->n_values);
    runs->starts[runs->n_runs] = runs->n_values;
}

/* How the text of the current run's column looks, as the fast path compares it: eight bytes from
 * the column's first digit, of which those up to and with the blank count. */
typedef struct column_text {
    uint64_t word;
    uint64_t mask;
    int64_t length; /* with the blank */
} column_text;

/* Equal to no text: (word & 0) != 1. */
static const column_text no_column = {.word = 1, .mask = 0, .length = 0};

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

static inline uint64_t load(const char *c) {
    uint64_t word;
    memcpy(&word, c, sizeof word);
    return word;
}

/* '0' .. '9' become 0 .. 9 in each byte. */
static inline uint64_t load_digits(const char *c) {
    return load(c) ^ UINT64_C(0x3030303030303030);
}

/* The high bit of the first byte that is no digit is set, and those of bytes before it are not; a
 * carry of the sum can only reach bytes behind it. */
static inline uint64_t mark_others(uint64_t digits) {
    return (digits | (digits + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080);
}

/* The number of digits before the first other byte, 8 if there is none. */
static inline int count_digits(uint64_t digits) {
    uint64_t others = mark_others(digits);
    return others == 0 ? 8 : __builtin_ctzll(others) >> 3;
}

/* The number that the first n (1 to 7) digits spell: moved behind leading zeros, then added up in
 * pairs, fours and eights. */
static inline uint32_t number_of(uint64_t digits, int n) {
    digits <<= 64 - 8 * n;
    digits = digits * 10 + (digits >> 8);
    uint64_t fours = (digits & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064);
    uint64_t twos = ((digits >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001);
    return (uint32_t)((fours + twos) >> 32);
}

static inline bool ends_with(uint64_t digits, int n, char c) {
    return (unsigned char)(digits >> (8 * n)) == (unsigned char)(c ^ '0');
}

/* The column that begins at c: its number from 0, and *text; negative, and *text as it was, if it
 * is not plain or out of range. */
static inline int64_t read_column(const char *c, int64_t columns, column_text *text) {
    uint64_t digits = load_digits(c);
    int n = count_digits(digits);
    if (n < 1 || n > 7 || !ends_with(digits, n, ' ')) {
        return -1;
    }
    int64_t column = (int64_t)number_of(digits, n) - 1;
    if (column >= columns) {
        return -1;
    }
    uint64_t mask = UINT64_MAX >> (56 - 8 * n);
    *text = (column_text){.word = load(c) & mask, .mask = mask, .length = n + 1};
    return column;
}

/* How wide rows are at present. Where a line begins depends on the width of the row before; taking
 * it from here and not from the text lets the processor begin lines before it is done with those
 * ahead of them, and it seldom changes, since rows ascend within a cell. */
typedef struct row_form {
    int width;
    uint64_t digits_mask; /* marks of bytes before the blank */
    uint64_t blank_mask;
    uint64_t blank;
} row_form;

static const row_form no_row = {.blank = 1}; /* fits nothing: (digits & 0) != 1 */

static inline bool has_form(uint64_t digits, const row_form *form) {
    return (mark_others(digits) & form->digits_mask) == 0 &&
           (digits & form->blank_mask) == form->blank;
}

static row_form form_of(uint64_t digits) {
    int width = count_digits(digits);
    if (width < 1 || width > 7) {
        return no_row;
    }
    return (row_form){.width = width,
                      .digits_mask = UINT64_MAX >> (64 - 8 * width),
                      .blank_mask = UINT64_C(0xFF) << (8 * width),
                      .blank = (uint64_t)(' ' ^ '0') << (8 * width)};
}

/* A plain value: 1 to 7 digits and a line end. Returns what follows the line; NULL: it is not
 * plain. */
static inline const char *read_count(const char *c, uint32_t *value) {
    uint64_t digits = load_digits(c);
    *value = (uint32_t)(digits & 0xFF);
    if (ends_with(digits, 1, '\n') && *value <= 9) {
        return c + 2;
    }
    int width = count_digits(digits);
    if (width < 1 || width > 7) {
        return NULL;
    }
    *value = number_of(digits, width);
    c += width;
    c += c[0] == '\r';
    return c[0] == '\n' ? c + 1 : NULL;
}

/* Any other positive number and a line end, where values need not be counts. */
static const char *read_number(om_mtx_runs *runs, const char *c, double *value) {
    const char *stop = om_mtx_number_parse(c, value);
    if (stop == NULL || stop - c > LONGEST_NUMBER || !(*value > 0 && *value < HUGE_VAL)) {
        return NULL;
    }
    stop += *stop == '\r';
    if (*stop != '\n') {
        return NULL;
    }
    bool whole = *value <= UINT32_MAX && *value == (double)(uint32_t)*value;
    runs->integer = runs->integer && whole;
    return stop + 1;
}

/* Takes lines "row column value" of single blanks and indices of 1 to 7 digits in range, without
 * zeros, from `line` up to the first other one, whose start it returns. *text is that of the last
 * run's column. Reads up to 8 bytes behind the last line's end. */
static const char *take_plain_lines(om_mtx_runs *runs, const om_mtx_rules *rules, column_text *text,
                                    const char *line, const char *end) {
    const uint32_t rows = (uint32_t)rules->rows;
    const bool takes_numbers = !rules->integer_field && !rules->only_counts;
    int32_t *const row_out = runs->rows;
    double *const value_out = runs->values;
    column_text column = *text;
    row_form form = no_row;
    uint32_t next_row = runs->next_row;
    uint32_t untidy = 0;
    int64_t n = runs->n_values;
    while (line < end) {
        uint64_t digits = load_digits(line);
        if (!has_form(digits, &form)) {
            form = form_of(digits);
            if (!has_form(digits, &form)) {
                break;
            }
        }
        uint32_t row = number_of(digits, form.width) - 1;
        const char *c = line + form.width + 1;
        if ((load(c) & column.mask) != column.word) {
            int64_t number = read_column(c, rules->columns, &column);
            if (number < 0) {
                break;
            }
            runs->next_row = next_row;
            open_run(runs, (int32_t)number, n);
            next_row = runs->next_row;
        }
        uint32_t count = 0;
        const char *next = read_count(c + column.length, &count);
        value_out[n] = count;
        if (next == NULL && takes_numbers && row < rows) {
            next = read_number(runs, c + column.length, &value_out[n]);
        }
        if (next == NULL || value_out[n] == 0 || row >= rows) {
            break;
        }
        row_out[n] = (int32_t)row;
        n++;
        untidy |= row < next_row;
        next_row = row + 1;
        line = next;
    }
    runs->n_entries += n - runs->n_values;
    runs->n_lines += n - runs->n_values;
    runs->n_values = n;
    runs->next_row = next_row;
    runs->tidy = runs->tidy && untidy == 0;
    *text = column;
    return line;
}

#else

static const char *take_plain_lines(om_mtx_runs *runs, const om_mtx_rules *rules, column_text *text,
                                    const char *line, const char *end) {
    (void)runs;
    (void)rules;
    (void)text;
    (void)end;
    return line;
}

#endif

static om_status take_line(om_mtx_runs *runs, const om_mtx_rules *rules, column_text *text,
                           const char **line, om_mtx_fault *fault) {
    om_mtx_line parsed;
    OM_TRY(om_mtx_line_parse(rules, *line, line, &parsed, fault));
    runs->integer = runs->integer && parsed.whole;
    runs->n_entries += parsed.blank ? 0 : 1;
    runs->n_lines++;
    if (parsed.value > 0) {
        if (runs->n_runs == 0 || runs->columns[runs->n_runs - 1] != parsed.column) {
            open_run(runs, parsed.column, runs->n_values);
            *text = no_column;
        }
        runs->tidy = runs->tidy && (uint32_t)parsed.row >= runs->next_row;
        runs->next_row = (uint32_t)parsed.row + 1;
        runs->rows[runs->n_values] = parsed.row;
        runs->values[runs->n_values] = parsed.value;
        runs->n_values++;
    }
    return OM_OK;
}

om_status om_mtx_kernel(om_mtx_runs *runs, const om_mtx_rules *rules, char *text, size_t length,
                        om_mtx_fault *fault) {
    OM_TRY(reserve(runs, length));
    if (length == 0) {
        close_runs(runs);
        return OM_OK;
    }
    if (text[length - 1] != '\n') {
        text[length] = '\n'; /* every loop stops at a line end */
    }
    column_text column = no_column;
    const char *end = text + length;
    for (const char *line = text; line < end;) {
        line = take_plain_lines(runs, rules, &column, line, end);
        if (line < end) {
            fault->offset = (size_t)(line - text);
            OM_TRY(take_line(runs, rules, &column, &line, fault));
        }
    }
    close_runs(runs);
    return OM_OK;
}
