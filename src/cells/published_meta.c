#include "published_meta.h"

#include "oncomark/published.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <string.h>

struct om_published_meta {
    om_table *table;
    int64_t name_column;
    int64_t tissue_column;
    int64_t hallmark_column;
    om_string_map *rows; /* name -> row */
    uint8_t *given;      /* [rows] */
};

static om_status find_columns(om_published_meta *meta) {
    static const char *const tissue_names[] = {"Cancer", "cancer_type", "tissue"};
    const om_table *table = meta->table;
    const char *path = om_table_path(table);
    meta->tissue_column = -1;
    for (size_t i = 0; i < sizeof tissue_names / sizeof tissue_names[0]; i++) {
        if (meta->tissue_column < 0) {
            meta->tissue_column = om_table_find(table, tissue_names[i]);
        }
    }
    meta->hallmark_column = om_table_find(table, "Hallmark");
    if (meta->tissue_column < 0 || meta->hallmark_column < 0) {
        return om_fail(OM_INPUT, "%s: found no column %s, expected the columns Cancer and Hallmark",
                       path, meta->tissue_column < 0 ? "Cancer" : "Hallmark");
    }
    meta->name_column = 0;
    while (meta->name_column == meta->tissue_column || meta->name_column == meta->hallmark_column) {
        meta->name_column++;
    }
    if (meta->name_column >= om_table_columns(table)) {
        return om_fail(OM_INPUT,
                       "%s: found no column beside Cancer and Hallmark, expected the rows' names",
                       path);
    }
    return OM_OK;
}

static om_status index_rows(om_published_meta *meta) {
    int64_t n = om_table_rows(meta->table);
    OM_TRY(om_string_map_create(&meta->rows));
    meta->given = om_calloc(n, sizeof *meta->given);
    if (meta->given == NULL) {
        return OM_MEMORY;
    }
    for (int64_t row = 0; row < n; row++) {
        const char *name = om_table_cell(meta->table, row, meta->name_column);
        OM_TRY(om_string_map_add(meta->rows, name, row, NULL));
    }
    return OM_OK;
}

om_status om_published_meta_read(om_published_meta **out, const char *path) {
    om_published_meta *meta = om_calloc(1, sizeof *meta);
    *out = meta;
    om_status status = meta != NULL ? om_table_read(&meta->table, path) : OM_MEMORY;
    if (status == OM_OK) {
        status = find_columns(meta);
    }
    if (status == OM_OK) {
        status = index_rows(meta);
    }
    if (status != OM_OK) {
        om_published_meta_destroy(out);
    }
    return status;
}

void om_published_meta_destroy(om_published_meta **meta) {
    if (*meta == NULL) {
        return;
    }
    om_table_destroy(&(*meta)->table);
    om_string_map_destroy(&(*meta)->rows);
    om_free((*meta)->given);
    om_free(*meta);
    *meta = NULL;
}

om_status om_published_meta_find(om_published_meta *meta, const char *name, int64_t place,
                                 const char **tissue, int *hallmark) {
    const om_table *table = meta->table;
    bool in_order = place < om_table_rows(table) && meta->given[place] == 0 &&
                    strcmp(om_table_cell(table, place, meta->name_column), name) == 0;
    int64_t row = in_order ? place : om_string_map_get(meta->rows, name, -1);
    if (row < 0) {
        return om_fail(OM_INPUT,
                       "%s: found no row '%s', expected one for each row of the expression table",
                       om_table_path(table), name);
    }
    int64_t line = om_table_line(table, row);
    if (meta->given[row] != 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64
                       ": found the row '%s' once, but in the expression table it stands twice",
                       om_table_path(table), line, name);
    }
    meta->given[row] = 1;
    *tissue = om_table_cell(table, row, meta->tissue_column);
    if ((*tissue)[strspn(*tissue, " ")] == '\0') {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found no value in Cancer, expected a tumour type",
                       om_table_path(table), line);
    }
    const char *text = om_table_cell(table, row, meta->hallmark_column);
    *hallmark = om_published_hallmark(text, strlen(text));
    if (*hallmark < 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64
                       ": found '%.80s' in Hallmark, expected a code (AIM .. TPI) or a name",
                       om_table_path(table), line, text);
    }
    return OM_OK;
}

om_status om_published_meta_check_all(const om_published_meta *meta, const char *data_path) {
    for (int64_t row = 0; row < om_table_rows(meta->table); row++) {
        if (meta->given[row] == 0) {
            return om_fail(OM_INPUT,
                           "%s:%" PRId64 ": found the row '%s', which %s has not: are the two of "
                           "one kind, and whole?",
                           om_table_path(meta->table), om_table_line(meta->table, row),
                           om_table_cell(meta->table, row, meta->name_column), data_path);
        }
    }
    return OM_OK;
}
