#include "oncomark/table.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

struct om_table {
    char *path;
    om_strings *headers;
    om_strings *cells; /* row by row */
    int64_t *lines;    /* [rows] */
    int64_t rows;
    int64_t columns;
    int64_t capacity; /* of lines */
};

static om_status add_header(om_table *table, const char *text) {
    text += strspn(text, " \t");
    size_t n = strlen(text);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t')) {
        n--;
    }
    OM_TRY(om_strings_add_n(table->headers, text, n));
    table->columns++;
    return OM_OK;
}

/* R's write.table leaves out the header of the row names: puts "" in front of the headers. */
static om_status add_row_name_header(om_table *table) {
    om_strings *old = table->headers;
    table->headers = NULL;
    om_status status = om_strings_create(&table->headers);
    if (status == OM_OK) {
        status = om_strings_add(table->headers, "");
    }
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(old); i++) {
        status = om_strings_add(table->headers, om_strings_get(old, i));
    }
    om_strings_destroy(&old);
    table->columns++;
    return status;
}

static om_status add_row(om_table *table, const om_records *records, char **fields,
                         int64_t n_fields) {
    int64_t line = om_records_line(records);
    if (table->rows == 0 && n_fields == table->columns + 1) {
        OM_TRY(add_row_name_header(table));
    }
    if (n_fields != table->columns) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64 " fields, expected %" PRId64
                       " as in the header",
                       table->path, line, n_fields, table->columns);
    }
    if (table->rows == table->capacity) {
        int64_t wanted = table->capacity == 0 ? 256 : 2 * table->capacity;
        int64_t *lines = om_realloc(table->lines, wanted, sizeof *lines);
        if (lines == NULL) {
            return OM_MEMORY;
        }
        table->lines = lines;
        table->capacity = wanted;
    }
    for (int64_t i = 0; i < n_fields; i++) {
        OM_TRY(om_strings_add(table->cells, fields[i]));
    }
    table->lines[table->rows++] = line;
    return OM_OK;
}

static om_status read_table(om_table *table, om_records *records) {
    char **fields = NULL;
    int64_t n_fields = 0;
    OM_TRY(om_records_next(records, &fields, &n_fields));
    if (n_fields == 0) {
        return om_fail(OM_INPUT, "%s: found an empty file, expected a header line", table->path);
    }
    for (int64_t i = 0; i < n_fields; i++) {
        OM_TRY(add_header(table, fields[i]));
    }
    for (;;) {
        OM_TRY(om_records_next(records, &fields, &n_fields));
        if (n_fields == 0) {
            return OM_OK;
        }
        OM_TRY(add_row(table, records, fields, n_fields));
    }
}

om_status om_table_read(om_table **out, const char *path) {
    *out = NULL;
    om_records *records = NULL;
    om_table *table = om_calloc(1, sizeof *table);
    if (table == NULL) {
        return OM_MEMORY;
    }
    om_status status = OM_MEMORY;
    table->path = om_strdup(path);
    if (table->path != NULL) {
        status = om_strings_create(&table->headers);
    }
    if (status == OM_OK) {
        status = om_strings_create(&table->cells);
    }
    if (status == OM_OK) {
        status = om_records_open(&records, path, '\0');
    }
    if (status == OM_OK) {
        status = read_table(table, records);
    }
    om_records_close(&records);
    if (status != OM_OK) {
        om_table_destroy(&table);
        return status;
    }
    *out = table;
    return OM_OK;
}

void om_table_destroy(om_table **table) {
    if (table == NULL || *table == NULL) {
        return;
    }
    om_strings_destroy(&(*table)->headers);
    om_strings_destroy(&(*table)->cells);
    om_free((*table)->lines);
    om_free((*table)->path);
    om_free(*table);
    *table = NULL;
}

int64_t om_table_rows(const om_table *table) {
    return table->rows;
}

int64_t om_table_columns(const om_table *table) {
    return table->columns;
}

const char *om_table_header(const om_table *table, int64_t column) {
    return om_strings_get(table->headers, column);
}

const char *om_table_cell(const om_table *table, int64_t row, int64_t column) {
    return om_strings_get(table->cells, row * table->columns + column);
}

int64_t om_table_line(const om_table *table, int64_t row) {
    return table->lines[row];
}

const char *om_table_path(const om_table *table) {
    return table->path;
}

int64_t om_table_find(const om_table *table, const char *header) {
    for (int64_t i = 0; i < table->columns; i++) {
        if (strcasecmp(om_strings_get(table->headers, i), header) == 0) {
            return i;
        }
    }
    return -1;
}
