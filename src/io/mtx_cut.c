#include "io/mtx_cut.h"

#include <string.h>

/* The second word of a line; of length 0 where there is none. */
typedef struct token {
    const char *start;
    size_t length;
} token;

static inline bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

static const char *skip_blanks(const char *c, const char *end) {
    while (c < end && is_blank(*c)) {
        c++;
    }
    return c;
}

static const char *skip_word(const char *c, const char *end) {
    while (c < end && !is_blank(*c) && *c != '\n' && *c != '\r') {
        c++;
    }
    return c;
}

/* Returns the start of the next line; NULL if this one does not show its column, or its end, before
 * `end`. */
static const char *read_column(const char *line, const char *end, token *column) {
    const char *c = skip_blanks(skip_word(skip_blanks(line, end), end), end);
    column->start = c;
    c = skip_word(c, end);
    column->length = c < end ? (size_t)(c - column->start) : 0;
    c = c < end ? memchr(c, '\n', (size_t)(end - c)) : NULL;
    return c == NULL ? NULL : c + 1;
}

static bool cut_columns(const char *text, const char *line, const char *end, size_t *cut) {
    token first = {.length = 0};
    for (const char *next; line != NULL && line < end; line = next) {
        token column;
        next = read_column(line, end, &column);
        if (column.length == 0) {
            continue; /* a blank line, or one that the parser will refuse */
        }
        if (first.length == 0) {
            first = column;
        } else if (column.length != first.length ||
                   memcmp(column.start, first.start, first.length) != 0) {
            *cut = (size_t)(line - text);
            return true;
        }
    }
    return false;
}

bool om_mtx_cut(om_mtx_cuts cuts, const char *text, size_t length, size_t from, size_t *cut) {
    if (from > length) {
        return false;
    }
    const char *line_end = memchr(text + from - 1, '\n', length - from + 1);
    if (line_end == NULL) {
        return false;
    }
    if (cuts == OM_MTX_CUT_COLUMNS) {
        return cut_columns(text, line_end + 1, text + length, cut);
    }
    *cut = (size_t)(line_end + 1 - text);
    return true;
}

int64_t om_mtx_line_ends(const char *text, size_t length) {
    int64_t n = 0;
    for (size_t i = 0; i < length; i++) {
        n += text[i] == '\n';
    }
    return n;
}
