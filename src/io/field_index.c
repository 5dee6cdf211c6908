#include "oncomark/field_index.h"

#include "oncomark/memory.h"

#include <endian.h>
#include <string.h>

/* Bytes that are looked at together. */
enum { BLOCK = 64 };

static const uint64_t lower_bits = UINT64_C(0x7F7F7F7F7F7F7F7F);
/* Times this, bit 0 of byte k becomes bit 56 + k. */
static const uint64_t gather = UINT64_C(0x0102040810204080);

static om_status reserve(om_field_index *index, int64_t n_fields) {
    if (n_fields <= index->capacity) {
        return OM_OK;
    }
    int64_t wanted = 2 * n_fields;
    uint32_t *ends = om_realloc(index->ends, wanted, sizeof *ends);
    if (ends == NULL) {
        return OM_MEMORY;
    }
    index->ends = ends;
    index->capacity = wanted;
    return OM_OK;
}

void om_field_index_release(om_field_index *index) {
    om_free(index->ends);
    *index = (om_field_index){.line = NULL};
}

/* Which of the next BLOCK bytes are the delimiter, of which `pattern` is full. */
static inline uint64_t mark_delimiters(const char *at, uint64_t pattern) {
    uint64_t marks = 0;
    for (int i = 0; i < BLOCK / 8; i++) {
        uint64_t word;
        memcpy(&word, at + 8 * (ptrdiff_t)i, sizeof word);
        word = le64toh(word) ^ pattern;
        uint64_t equal = ~(((word & lower_bits) + lower_bits) | word | lower_bits);
        marks |= (equal >> 7) * gather >> 56 << (8 * i);
    }
    return marks;
}

/* The same for what is left of a line. */
static uint64_t mark_last(om_field line, int64_t first, uint64_t pattern) {
    char block[BLOCK];
    memset(block, (int)~pattern & 0xFF, sizeof block);
    memcpy(block, line.at + first, (size_t)(line.length - first));
    return mark_delimiters(block, pattern);
}

/* The fields from byte `from` of the line on, where there is no quote. */
static om_status index_plain(om_field_index *index, om_field line, int64_t from, char delimiter,
                             int64_t most) {
    const uint64_t pattern = (unsigned char)delimiter * UINT64_C(0x0101010101010101);
    int64_t n = index->n_fields;
    for (int64_t first = from; first < line.length && n < most; first += BLOCK) {
        OM_TRY(reserve(index, n + BLOCK + 1));
        uint64_t marks = line.length - first < BLOCK ? mark_last(line, first, pattern)
                                                     : mark_delimiters(line.at + first, pattern);
        for (; marks != 0; marks &= marks - 1) {
            index->ends[n++] = (uint32_t)(first + __builtin_ctzll(marks));
        }
    }
    OM_TRY(reserve(index, n + 1));
    index->ends[n++] = (uint32_t)line.length;
    index->n_fields = n < most ? n : most;
    return OM_OK;
}

/* The next place of a byte from `from` on, the line's length where there is none. */
static int64_t find_byte(om_field line, int64_t from, char byte) {
    const char *found = memchr(line.at + from, byte, (size_t)(line.length - from));
    return found != NULL ? found - line.at : line.length;
}

/* What follows the quote that closes the one at `at`; -1 where none does. */
static int64_t skip_quoted(om_field line, int64_t at) {
    for (at = find_byte(line, at + 1, '"'); at < line.length; at = find_byte(line, at + 2, '"')) {
        if (at + 1 == line.length || line.at[at + 1] != '"') {
            return at + 1;
        }
    }
    return -1;
}

om_status om_field_index_line(om_field_index *index, om_field line, char delimiter, int64_t most) {
    int64_t quote = -1; /* none before it */
    index->line = line.at;
    index->n_fields = 0;
    for (int64_t at = 0; index->n_fields < most; at++) {
        if (quote < at && most > 1) {
            quote = find_byte(line, at, '"');
        }
        if (quote == line.length) {
            return index_plain(index, line, at, delimiter, most);
        }
        if (at < line.length && line.at[at] == '"' && (at = skip_quoted(line, at)) < 0) {
            return OM_INPUT;
        }
        OM_TRY(reserve(index, index->n_fields + 1));
        at = find_byte(line, at, delimiter);
        index->ends[index->n_fields++] = (uint32_t)at;
        if (at == line.length) {
            break;
        }
    }
    return OM_OK;
}

om_status om_field_copy(om_text *text, om_field field) {
    int64_t rest = 0;
    om_text_clear(text);
    if (field.length > 0 && *field.at == '"') {
        rest = skip_quoted(field, 0);
        rest = rest > 0 ? rest : field.length;
        for (int64_t i = 1; i < rest - 1; i++) {
            i += field.at[i] == '"' ? 1 : 0; /* of a doubled quote the second */
            OM_TRY(om_text_add_n(text, field.at + i, 1));
        }
    }
    return om_text_add_n(text, field.at + rest, (size_t)(field.length - rest));
}

static bool is_blank(om_field line, char delimiter) {
    for (int64_t i = 0; i < line.length; i++) {
        if (line.at[i] != ' ' && (line.at[i] != '\t' || delimiter == '\t')) {
            return false;
        }
    }
    return true;
}

bool om_field_next_line(const char **at, const char *end, char delimiter, om_field *line) {
    while (*at < end) {
        const char *line_end = memchr(*at, '\n', (size_t)(end - *at));
        *line = (om_field){*at, line_end - *at};
        *at = line_end + 1;
        line->length -= line->length > 0 && line_end[-1] == '\r' ? 1 : 0;
        if (!is_blank(*line, delimiter)) {
            return true;
        }
    }
    return false;
}

char om_field_delimiter(om_field line) {
    int64_t commas = 0;
    int64_t tabs = 0;
    bool quoted = false;
    for (int64_t i = 0; i < line.length; i++) {
        quoted = quoted != (line.at[i] == '"');
        commas += line.at[i] == ',' && !quoted;
        tabs += line.at[i] == '\t' && !quoted;
    }
    return tabs > commas ? '\t' : ',';
}
