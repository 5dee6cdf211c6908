#include "gene_sets_private.h"
#include "oncomark/symbol.h"

#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <string.h>

typedef enum layout { LAYOUT_GMT, LAYOUT_TABLE } layout;

static bool is_blank_or_comment(const char *line) {
    size_t length = 0;
    const char *start = om_symbol_trim(line, &length);
    return length == 0 || *start == '#';
}

/* A tab-separated line is a table's header when its first two fields name different hallmarks: in
 * GMT the second field is a description, at most the first one's own name. Without a tab it cannot
 * be GMT. */
static layout layout_of(char *line) {
    char *tab = strchr(line, '\t');
    if (tab == NULL) {
        return LAYOUT_TABLE;
    }
    *tab = '\0';
    int first = om_gene_sets_find_hallmark(line);
    char *end = strchr(tab + 1, '\t');
    if (end != NULL) {
        *end = '\0';
    }
    int second = om_gene_sets_find_hallmark(tab + 1);
    return first >= 0 && second >= 0 && first != second ? LAYOUT_TABLE : LAYOUT_GMT;
}

static om_status find_layout(const char *path, layout *found, char *delimiter) {
    om_reader *reader = NULL;
    OM_TRY(om_reader_open(&reader, path));
    om_status status = OM_OK;
    char *line = NULL;
    size_t length = 0;
    do {
        status = om_reader_line(reader, &line, &length);
    } while (status == OM_OK && line != NULL && is_blank_or_comment(line));
    if (status == OM_OK && line == NULL) {
        status = om_fail(OM_INPUT,
                         "%s: found no gene set, expected GMT lines (hallmark, "
                         "description, genes) or a table with a column a hallmark",
                         path);
    } else if (status == OM_OK) {
        *delimiter = strchr(line, '\t') != NULL ? '\t' : ',';
        *found = layout_of(line);
    }
    om_reader_close(&reader);
    return status;
}

/* Cuts the field before the next tab off; *rest is NULL after the last one. */
static char *next_field(char **rest) {
    char *field = *rest;
    char *tab = strchr(field, '\t');
    if (tab != NULL) {
        *tab = '\0';
    }
    *rest = tab != NULL ? tab + 1 : NULL;
    return field;
}

static om_status parse_gmt_line(om_gene_sets *sets, char *line, int64_t number) {
    char *rest = line;
    char *name = next_field(&rest);
    int hallmark = -1;
    OM_TRY(om_gene_sets_open_set(sets, name, number, &hallmark));
    if (rest != NULL) {
        next_field(&rest);
    }
    while (rest != NULL) {
        OM_TRY(om_gene_sets_add_gene(sets, hallmark, next_field(&rest), number));
    }
    return OM_OK;
}

static om_status parse_gmt(om_gene_sets *sets, int64_t *last_line) {
    om_reader *reader = NULL;
    OM_TRY(om_reader_open(&reader, om_gene_sets_path(sets)));
    om_status status = OM_OK;
    while (status == OM_OK) {
        char *line = NULL;
        size_t length = 0;
        status = om_reader_line(reader, &line, &length);
        if (status != OM_OK || line == NULL) {
            break;
        }
        *last_line = om_reader_line_number(reader);
        if (!is_blank_or_comment(line)) {
            status = parse_gmt_line(sets, line, *last_line);
        }
    }
    om_reader_close(&reader);
    return status;
}

static om_status parse_header(om_gene_sets *sets, char **fields, int64_t n_fields, int64_t line,
                              int *hallmark_of) {
    for (int64_t i = 0; i < n_fields; i++) {
        OM_TRY(om_gene_sets_open_set(sets, fields[i], line, &hallmark_of[i]));
    }
    return OM_OK;
}

static om_status parse_row(om_gene_sets *sets, char **fields, int64_t n_fields, int64_t n_columns,
                           int64_t line, const int *hallmark_of) {
    if (n_fields > n_columns) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64 " fields, expected at most %" PRId64
                       " as in the header",
                       om_gene_sets_path(sets), line, n_fields, n_columns);
    }
    for (int64_t i = 0; i < n_fields; i++) {
        OM_TRY(om_gene_sets_add_gene(sets, hallmark_of[i], fields[i], line));
    }
    return OM_OK;
}

static om_status parse_table(om_gene_sets *sets, char delimiter, int64_t *last_line) {
    om_records *records = NULL;
    int *hallmark_of = NULL;
    int64_t n_columns = 0;
    OM_TRY(om_records_open(&records, om_gene_sets_path(sets), delimiter));
    om_status status = OM_OK;
    while (status == OM_OK) {
        char **fields = NULL;
        int64_t n_fields = 0;
        status = om_records_next(records, &fields, &n_fields);
        if (status != OM_OK || n_fields == 0) {
            break;
        }
        *last_line = om_records_line(records);
        if (fields[0][0] == '#') {
            continue;
        }
        if (hallmark_of != NULL) {
            status = parse_row(sets, fields, n_fields, n_columns, *last_line, hallmark_of);
            continue;
        }
        n_columns = n_fields;
        hallmark_of = om_calloc(n_columns, sizeof *hallmark_of);
        status = hallmark_of == NULL
                     ? OM_MEMORY
                     : parse_header(sets, fields, n_fields, *last_line, hallmark_of);
    }
    om_free(hallmark_of);
    om_records_close(&records);
    return status;
}

static om_status parse_file(om_gene_sets *sets, int64_t *last_line) {
    layout found = LAYOUT_GMT;
    char delimiter = '\t';
    *last_line = 0;
    OM_TRY(find_layout(om_gene_sets_path(sets), &found, &delimiter));
    return found == LAYOUT_GMT ? parse_gmt(sets, last_line)
                               : parse_table(sets, delimiter, last_line);
}

om_status om_gene_sets_read(om_gene_sets **out, const char *path) {
    OM_TRY(om_gene_sets_create(out, path));
    int64_t last_line = 0;
    om_status status = parse_file(*out, &last_line);
    if (status == OM_OK) {
        status = om_gene_sets_check_complete(*out, last_line);
    }
    if (status != OM_OK) {
        om_gene_sets_destroy(out);
    }
    return status;
}
