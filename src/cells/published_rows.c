#include "published_rows.h"

#include "oncomark/line_feed.h"
#include "oncomark/memory.h"
#include "oncomark/published.h"
#include "oncomark/table.h"

#include <endian.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Bytes that are looked at together. */
enum { BLOCK = 64 };

_Static_assert((int)OM_LINES_SLACK >= (int)BLOCK, "a block may reach over the end of the text");

om_status om_published_rows_create(om_published_rows **out, int64_t n_columns) {
    om_published_rows *rows = om_calloc(1, sizeof *rows);
    *out = rows;
    if (rows == NULL) {
        return OM_MEMORY;
    }
    rows->dense = om_calloc(n_columns + 1, sizeof *rows->dense);
    om_status status = rows->dense != NULL ? om_text_create(&rows->text) : OM_MEMORY;
    if (status != OM_OK) {
        om_published_rows_destroy(out);
    }
    return status;
}

void om_published_rows_destroy(om_published_rows **rows) {
    if (*rows == NULL) {
        return;
    }
    om_free((*rows)->indptr);
    om_free((*rows)->indices);
    om_free((*rows)->values);
    om_strings_destroy(&(*rows)->names);
    om_free((*rows)->dense);
    om_text_destroy(&(*rows)->text);
    om_free(*rows);
    *rows = NULL;
}

static om_status grow_rows(om_published_rows *rows, int64_t capacity) {
    int64_t *indptr = om_realloc(rows->indptr, capacity, sizeof *indptr);
    if (indptr == NULL) {
        return OM_MEMORY;
    }
    indptr[0] = 0;
    rows->indptr = indptr;
    rows->row_capacity = capacity;
    return OM_OK;
}

static om_status grow_values(om_published_rows *rows, int64_t capacity) {
    int32_t *indices = om_realloc(rows->indices, capacity, sizeof *indices);
    if (indices == NULL) {
        return OM_MEMORY;
    }
    rows->indices = indices;
    uint32_t *values = om_realloc(rows->values, capacity, sizeof *values);
    if (values == NULL) {
        return OM_MEMORY;
    }
    rows->values = values;
    rows->value_capacity = capacity;
    return OM_OK;
}

om_status om_published_rows_reserve(om_published_rows *rows, int64_t n_rows, int64_t n_values) {
    if (n_rows + 1 > rows->row_capacity) {
        OM_TRY(grow_rows(rows, n_rows + n_rows / 2 + 64));
    }
    return n_values <= rows->value_capacity ? OM_OK : grow_values(rows, n_values + n_values / 2);
}

/* Eight bytes of each: 0x30 is '0', and 0x76 + 10 has the highest bit. */
static const uint64_t zeros = 0x3030303030303030U;
static const uint64_t above_nine = 0x7676767676767676U;
static const uint64_t highest_bits = 0x8080808080808080U;
/* Times this, bit 0 of byte k becomes bit 56 + k. */
static const uint64_t gather = 0x0102040810204080U;

static inline uint64_t load_digits(const char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return le64toh(word) ^ zeros;
}

/* Which of the next BLOCK bytes are no digits, bit by bit. Fields are found without waiting for the
 * end of the one before. */
static inline uint64_t mark_others(const char *at) {
    uint64_t marks = 0;
    for (int i = 0; i < BLOCK / 8; i++) {
        uint64_t word = load_digits(at + 8 * (ptrdiff_t)i);
        uint64_t others = (((word & ~highest_bits) + above_nine) | word) & highest_bits;
        marks |= (others >> 7) * gather >> 56 << (8 * i);
    }
    return marks;
}

/* The value of the n digits at `at`, 1 <= n <= 7. They go to the upper end, zeros before them; then
 * neighbours are joined: bytes to pairs, pairs to fours, fours to eight. */
static inline uint32_t join_digits(const char *at, ptrdiff_t n) {
    const uint64_t low = 0x000000FF000000FFU;
    uint64_t word = load_digits(at) << (64 - 8 * n);
    word = word * 10 + (word >> 8);
    word = (word & low) * (100 + (1000000ULL << 32)) + (word >> 16 & low) * (1 + (10000ULL << 32));
    return (uint32_t)(word >> 32);
}

const char *om_published_field_end(const char *at, char delimiter) {
    bool quoted = false;
    while (*at != '\n' && *at != '\0' && (quoted || *at != delimiter)) {
        quoted = quoted != (*at == '"');
        at++;
    }
    return at;
}

om_status om_published_unquote(om_text *plain, const char *at, const char *end) {
    om_text_clear(plain);
    if (at == end || *at != '"') {
        return om_text_add_n(plain, at, (size_t)(end - at));
    }
    for (at++; at < end && !(at[0] == '"' && at[1] != '"'); at++) {
        at += *at == '"' ? 1 : 0; /* of a doubled quote the second */
        OM_TRY(om_text_add_n(plain, at, 1));
    }
    return OM_OK;
}

/* A field as any program may write a whole number. */
static bool parse_slowly(const char *at, size_t length, uint32_t *value) {
    char text[64];
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\r')) {
        length--;
    }
    while (length > 0 && *at == ' ') {
        at++;
        length--;
    }
    if (length >= 2 && *at == '"' && at[length - 1] == '"') {
        at++;
        length -= 2;
    }
    if (length >= sizeof text) {
        return false;
    }
    memcpy(text, at, length);
    text[length] = '\0';
    double number = 0;
    if (strlen(text) != length || !om_parse_f64(text, &number) || !(number >= 0) ||
        number >= 0x1p32 || floor(number) != number) {
        return false;
    }
    *value = (uint32_t)number;
    return true;
}

static om_status fail_fields(om_published_fault *fault, const om_published_layout *layout,
                             const char *line) {
    int64_t n = 0;
    const char *at = om_published_field_end(line, layout->delimiter);
    for (; *at != '\n'; n++) {
        at = om_published_field_end(at + 1, layout->delimiter);
    }
    fault->field = -1;
    snprintf(fault->message, sizeof fault->message,
             "found %" PRId64 " values behind the row's name, expected %" PRId64
             " as in the header",
             n, layout->n_fields);
    return OM_INPUT;
}

static om_status fail_value(om_published_fault *fault, int64_t field, const char *at,
                            const char *end) {
    size_t length = (size_t)(end - at);
    length -= length > 0 && at[length - 1] == '\r' ? 1 : 0;
    fault->field = field;
    snprintf(
        fault->message, sizeof fault->message,
        "found '%.*s%s', expected a whole number from 0 to 4294967295: counts summed over cells",
        (int)(length < 40 ? length : 40), at, length < 40 ? "" : "...");
    return OM_INPUT;
}

/* A line's values on their way into the dense row. */
typedef struct value_cursor {
    const char *at; /* where the next value starts */
    int64_t field;  /* which it is */
} value_cursor;

/* Reads as many values as follow one another in the plainest form, up to the last one but one. */
static inline void read_plain(value_cursor *cursor, uint32_t *dense,
                              const om_published_layout *layout) {
    const char delimiter = layout->delimiter;
    const int32_t *column_of = layout->column_of;
    const char *at = cursor->at;
    int64_t field = cursor->field;
    const int64_t last = layout->n_fields - 1;
    for (const char *block = NULL; block != at && field < last;) {
        block = at;
        for (uint64_t marks = mark_others(block); marks != 0 && field < last; marks &= marks - 1) {
            const char *end = block + __builtin_ctzll(marks);
            ptrdiff_t n = end - at;
            if (*end == '.' && end[1] == '0') {
                end += 2; /* pandas writes 12.0 */
                marks &= marks - 1;
            }
            if (n < 1 || n > 7 || *end != delimiter) {
                cursor->at = at;
                cursor->field = field;
                return;
            }
            dense[column_of[field++]] = join_digits(at, n);
            at = end + 1;
        }
    }
    cursor->at = at;
    cursor->field = field;
}

/* Reads one value in whatever form it has. */
static om_status read_any(value_cursor *cursor, uint32_t *dense, const om_published_layout *layout,
                          const char *line, om_published_fault *fault) {
    uint32_t value = 0;
    const char *end = om_published_field_end(cursor->at, layout->delimiter);
    if (!parse_slowly(cursor->at, (size_t)(end - cursor->at), &value)) {
        return fail_value(fault, cursor->field, cursor->at, end);
    }
    if ((*end == '\n') != (cursor->field == layout->n_fields - 1)) {
        return fail_fields(fault, layout, line);
    }
    dense[layout->column_of[cursor->field++]] = value;
    cursor->at = end + 1;
    return OM_OK;
}

/* *at stands behind the name's delimiter, and afterwards at the line's end. */
static om_status read_values(om_published_rows *rows, const om_published_layout *layout,
                             const char *line, const char **at, om_published_fault *fault) {
    value_cursor cursor = {.at = *at};
    while (cursor.field < layout->n_fields) {
        read_plain(&cursor, rows->dense, layout);
        OM_TRY(read_any(&cursor, rows->dense, layout, line, fault));
    }
    *at = cursor.at - 1;
    return OM_OK;
}

static void keep_nonzeros(om_published_rows *rows, int64_t n_columns) {
    int64_t n = rows->indptr[rows->n_rows];
    int32_t *indices = rows->indices;
    uint32_t *values = rows->values;
    for (int64_t column = 0; column < n_columns; column++) {
        uint32_t value = rows->dense[column];
        indices[n] = (int32_t)column;
        values[n] = value;
        n += value != 0;
    }
    rows->n_rows++;
    rows->indptr[rows->n_rows] = n;
}

/* The row's name without its quotes; *cursor goes behind its delimiter. */
static om_status read_name(om_published_rows *rows, const om_published_layout *layout,
                           const char **cursor, om_published_fault *fault) {
    const char *at = *cursor;
    const char *end = om_published_field_end(at, layout->delimiter);
    if (*end != layout->delimiter) {
        return fail_fields(fault, layout, at);
    }
    *cursor = end + 1;
    OM_TRY(om_published_unquote(rows->text, at, end));
    om_published_name name;
    if (!om_published_name_parse(&name, om_text_get(rows->text))) {
        fault->field = -1;
        snprintf(fault->message, sizeof fault->message,
                 "found the row name '%.80s', expected \"sample&AIM_UCell&1\": a sample, a "
                 "hallmark, a number",
                 om_text_get(rows->text));
        return OM_INPUT;
    }
    return om_strings_add(rows->names, om_text_get(rows->text));
}

/* Where the line holds nothing: its end; else `line`. */
static const char *skip_blank(const char *line) {
    const char *at = line;
    while (*at == ' ' || *at == '\r') {
        at++;
    }
    return *at == '\n' ? at : line;
}

om_status om_published_rows_parse(om_published_rows *rows, const om_published_layout *layout,
                                  const char *text, int64_t length, om_published_fault *fault) {
    rows->n_rows = 0;
    om_strings_destroy(&rows->names);
    OM_TRY(om_strings_create(&rows->names));
    OM_TRY(om_published_rows_reserve(rows, 0, 0));
    for (const char *at = text; at < text + length; at++) {
        const char *line = at;
        at = skip_blank(line);
        if (*at == '\n') {
            continue;
        }
        fault->offset = line - text;
        OM_TRY(om_published_rows_reserve(rows, rows->n_rows + 1,
                                         rows->indptr[rows->n_rows] + layout->n_columns + 1));
        OM_TRY(read_name(rows, layout, &at, fault));
        OM_TRY(read_values(rows, layout, line, &at, fault));
        keep_nonzeros(rows, layout->n_columns);
    }
    return OM_OK;
}
