#include "cells/study_column.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at `text`, 0 where there is none (RFC 3629). */
static size_t utf8_length(const unsigned char *text) {
    if (text[0] < 0x80) {
        return 1;
    }
    size_t n = 0;
    uint32_t least = 0;
    uint32_t code = 0;
    if ((text[0] & 0xe0) == 0xc0) {
        n = 2;
        least = 0x80;
        code = text[0] & 0x1fU;
    } else if ((text[0] & 0xf0) == 0xe0) {
        n = 3;
        least = 0x800;
        code = text[0] & 0x0fU;
    } else if ((text[0] & 0xf8) == 0xf0) {
        n = 4;
        least = 0x10000;
        code = text[0] & 0x07U;
    } else {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xc0) != 0x80) {
            return 0; /* also at the closing NUL */
        }
        code = code << 6 | (text[i] & 0x3fU);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff;
    return code < least || code > 0x10ffff || surrogate ? 0 : n;
}

static bool is_utf8(const char *text, size_t length) {
    for (size_t i = 0; i < length;) {
        size_t n = utf8_length((const unsigned char *)text + i);
        if (n == 0) {
            return false;
        }
        i += n;
    }
    return true;
}

static om_status add_latin1(om_text *text, const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];
        char pair[2] = {(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))};
        if (c < 0x80) {
            OM_TRY(om_text_add_n(text, bytes + i, 1));
        } else {
            OM_TRY(om_text_add_n(text, pair, 2));
        }
    }
    return OM_OK;
}

om_status om_study_clean(om_text *scratch, const char *raw, const char **text) {
    om_text_clear(scratch);
    const char *start = raw + strspn(raw, " \t\n");
    size_t length = strlen(start);
    while (length > 0 && strchr(" \t\n", start[length - 1]) != NULL) {
        length--;
    }
    if (is_utf8(start, length)) {
        OM_TRY(om_text_add_n(scratch, start, length));
    } else {
        OM_TRY(add_latin1(scratch, start, length));
    }
    *text = om_text_get(scratch);
    return OM_OK;
}

om_status om_study_field(om_text *scratch, const om_study_source *source, int64_t cell,
                         const char **text) {
    int64_t row = source->rows == NULL ? cell : source->rows[cell];
    return om_study_clean(scratch, row < 0 ? "" : om_table_cell(source->table, row, source->column),
                          text);
}

bool om_study_is_missing(const char *text) {
    return text[0] == '\0' || strcmp(text, "NA") == 0;
}

void om_study_column_release(om_study_column *column) {
    om_free(column->name);
    om_free(column->numbers);
    om_free(column->codes);
    om_strings_destroy(&column->categories);
    *column = (om_study_column){0};
}

static bool is_missing_name(const char *text, bool na_is_a_name) {
    return na_is_a_name ? text[0] == '\0' : om_study_is_missing(text);
}

/* *numeric: the column is numbers; then they are read. */
static om_status read_numbers(om_study_column *column, const om_study_source *source,
                              int64_t n_cells, om_text *scratch, bool *numeric) {
    int64_t n_numbers = 0;
    *numeric = false;
    column->numbers = om_malloc(n_cells, sizeof *column->numbers);
    if (column->numbers == NULL) {
        return OM_MEMORY;
    }
    for (int64_t cell = 0; cell < n_cells; cell++) {
        const char *text = NULL;
        OM_TRY(om_study_field(scratch, source, cell, &text));
        if (om_study_is_missing(text)) {
            column->numbers[cell] = NAN;
        } else if (om_parse_f64(text, &column->numbers[cell])) {
            n_numbers++;
        } else {
            return OM_OK;
        }
    }
    *numeric = n_numbers > 0;
    return OM_OK;
}

typedef struct value_coder {
    om_study_column *column;
    om_string_map *map;
} value_coder;

static om_status code_of(value_coder *coder, const char *text, int32_t *code) {
    int64_t next = om_strings_count(coder->column->categories);
    bool inserted = false;
    OM_TRY(om_string_map_add(coder->map, text, next, &inserted));
    if (inserted) {
        if (next == INT32_MAX) {
            return om_fail(OM_INPUT, "column %s: found more than %" PRId32 " different values",
                           coder->column->name, INT32_MAX);
        }
        OM_TRY(om_strings_add(coder->column->categories, text));
    }
    *code = (int32_t)om_string_map_get(coder->map, text, -1);
    return OM_OK;
}

static om_status read_codes(value_coder *coder, const om_study_source *source, bool na_is_a_name,
                            int64_t n_cells, om_text *scratch) {
    om_study_column *column = coder->column;
    OM_TRY(om_strings_create(&column->categories));
    column->codes = om_malloc(n_cells, sizeof *column->codes);
    if (column->codes == NULL) {
        return OM_MEMORY;
    }
    for (int64_t cell = 0; cell < n_cells; cell++) {
        const char *text = NULL;
        OM_TRY(om_study_field(scratch, source, cell, &text));
        column->codes[cell] = -1;
        if (!is_missing_name(text, na_is_a_name)) {
            OM_TRY(code_of(coder, text, &column->codes[cell]));
        }
    }
    return OM_OK;
}

om_status om_study_column_read_names(om_study_column *column, const char *name,
                                     const om_study_source *source, bool na_is_a_name,
                                     int64_t n_cells) {
    om_text *scratch = NULL;
    value_coder coder = {.column = column};
    om_status status = om_text_create(&scratch);
    if (status == OM_OK) {
        status = om_string_map_create(&coder.map);
    }
    if (status == OM_OK && column->name == NULL) {
        column->name = om_strdup(name);
        status = column->name == NULL ? OM_MEMORY : OM_OK;
    }
    if (status == OM_OK) {
        status = read_codes(&coder, source, na_is_a_name, n_cells, scratch);
    }
    om_string_map_destroy(&coder.map);
    om_text_destroy(&scratch);
    return status;
}

om_status om_study_column_read(om_study_column *column, const char *name,
                               const om_study_source *source, int64_t n_cells) {
    om_text *scratch = NULL;
    bool numeric = false;
    OM_TRY(om_text_create(&scratch));
    om_status status = read_numbers(column, source, n_cells, scratch, &numeric);
    om_text_destroy(&scratch);
    OM_TRY(status);
    if (!numeric) {
        om_free(column->numbers);
        column->numbers = NULL;
        return om_study_column_read_names(column, name, source, false, n_cells);
    }
    column->name = om_strdup(name);
    return column->name == NULL ? OM_MEMORY : OM_OK;
}
