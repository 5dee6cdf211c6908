/* Records of CSV and TSV files. */
#include "oncomark/memory.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <string.h>

struct om_records {
    om_reader *reader;
    char delimiter;
    int64_t line;   /* where the last record starts */
    om_text *text;  /* fields of the record one after another, each with its NUL */
    size_t *starts; /* [capacity] of the fields in text */
    char **fields;  /* [capacity] */
    int64_t n_fields;
    int64_t capacity;
};

om_status om_records_open(om_records **out, const char *path, char delimiter) {
    *out = NULL;
    om_records *records = om_calloc(1, sizeof *records);
    if (records == NULL) {
        return OM_MEMORY;
    }
    records->delimiter = delimiter;
    om_status status = om_text_create(&records->text);
    if (status == OM_OK) {
        status = om_reader_open(&records->reader, path);
    }
    if (status != OM_OK) {
        om_records_close(&records);
        return status;
    }
    *out = records;
    return OM_OK;
}

void om_records_close(om_records **records) {
    if (records == NULL || *records == NULL) {
        return;
    }
    om_reader_close(&(*records)->reader);
    om_text_destroy(&(*records)->text);
    om_free((*records)->starts);
    om_free((*records)->fields);
    om_free(*records);
    *records = NULL;
}

static char delimiter_of(const char *line) {
    int64_t commas = 0;
    int64_t tabs = 0;
    bool quoted = false;
    for (const char *c = line; *c != '\0'; c++) {
        if (*c == '"') {
            quoted = !quoted;
        } else if (!quoted) {
            commas += *c == ',';
            tabs += *c == '\t';
        }
    }
    return tabs > commas ? '\t' : ',';
}

/* A line of tabs is a record of empty fields where the tab is the delimiter. */
static bool is_blank(const char *line, char delimiter) {
    return line[strspn(line, delimiter == '\t' ? " " : " \t")] == '\0';
}

static om_status start_field(om_records *records) {
    if (records->n_fields == records->capacity) {
        int64_t wanted = records->capacity == 0 ? 32 : 2 * records->capacity;
        size_t *starts = om_realloc(records->starts, wanted, sizeof *starts);
        if (starts == NULL) {
            return OM_MEMORY;
        }
        records->starts = starts;
        char **fields = om_realloc(records->fields, wanted, sizeof *fields);
        if (fields == NULL) {
            return OM_MEMORY;
        }
        records->fields = fields;
        records->capacity = wanted;
    }
    records->starts[records->n_fields++] = om_text_length(records->text);
    return OM_OK;
}

/* Appends a quoted field's content; *cursor stands behind the opening quote, and afterwards behind
 * the closing one. Goes on to further lines. */
static om_status read_quoted(om_records *records, const char **cursor) {
    const char *c = *cursor;
    for (;;) {
        const char *quote = strchr(c, '"');
        size_t n = quote == NULL ? strlen(c) : (size_t)(quote - c);
        OM_TRY(om_text_add_n(records->text, c, n));
        if (quote == NULL) {
            char *line = NULL;
            size_t length = 0;
            OM_TRY(om_reader_line(records->reader, &line, &length));
            if (line == NULL) {
                return om_fail(OM_INPUT,
                               "%s:%" PRId64 ": found an open quote up to the end of the file, "
                               "expected a closing one",
                               om_reader_path(records->reader), records->line);
            }
            OM_TRY(om_text_add_n(records->text, "\n", 1));
            c = line;
        } else if (quote[1] == '"') {
            OM_TRY(om_text_add_n(records->text, "\"", 1));
            c = quote + 2;
        } else {
            *cursor = quote + 1;
            return OM_OK;
        }
    }
}

static om_status split(om_records *records, const char *line) {
    const char stops[] = {records->delimiter, '\0'};
    const char *cursor = line;
    for (;;) {
        OM_TRY(start_field(records));
        if (*cursor == '"') {
            cursor++;
            OM_TRY(read_quoted(records, &cursor));
        }
        size_t n = strcspn(cursor, stops);
        OM_TRY(om_text_add_n(records->text, cursor, n));
        OM_TRY(om_text_add_n(records->text, "", 1));
        cursor += n;
        if (*cursor == '\0') {
            return OM_OK;
        }
        cursor++;
    }
}

om_status om_records_next(om_records *records, char ***fields, int64_t *n_fields) {
    *fields = NULL;
    *n_fields = 0;
    om_text_clear(records->text);
    records->n_fields = 0;
    char *line = NULL;
    size_t length = 0;
    do {
        OM_TRY(om_reader_line(records->reader, &line, &length));
        if (line == NULL) {
            return OM_OK;
        }
    } while (is_blank(line, records->delimiter));
    records->line = om_reader_line_number(records->reader);
    if (records->delimiter == '\0') {
        records->delimiter = delimiter_of(line);
    }
    OM_TRY(split(records, line));
    /* The text is complete now and moves no more. */
    char *text = (char *)om_text_get(records->text);
    for (int64_t i = 0; i < records->n_fields; i++) {
        records->fields[i] = text + records->starts[i];
    }
    *fields = records->fields;
    *n_fields = records->n_fields;
    return OM_OK;
}

int64_t om_records_line(const om_records *records) {
    return records->line;
}

const char *om_records_path(const om_records *records) {
    return om_reader_path(records->reader);
}
