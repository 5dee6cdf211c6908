#include "curate_gmt.h"

#include "curate_symbol.h"

#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/string_map.h"
#include "oncomark/symbol.h"

#include <inttypes.h>
#include <string.h>

/* A named set while its line is read. */
typedef struct named_set {
    const char *name;
    int64_t row; /* first row of the map */
    int64_t gmt;
    om_string_map *genes; /* as written */
} named_set;

/* Ends the text at its last character that is no blank; returns where it starts. */
static char *trim(char *text) {
    size_t length = 0;
    const char *start = om_symbol_trim(text, &length);
    char *begin = text + (start - text);
    begin[length] = '\0';
    return begin;
}

static om_status vote(om_curate_gmt *reading, const named_set *set, const char *symbol) {
    bool ambiguous = false;
    int64_t number = 0;
    const char *gene = om_curate_symbol(reading->aliases, symbol, &ambiguous);
    if (ambiguous) {
        OM_TRY(om_name_list_number(reading->ambiguous, symbol, &number));
    }
    for (int64_t row = set->row; row >= 0; row = om_curate_map_next(reading->map, row)) {
        OM_TRY(om_curate_databases_find(reading->databases, set->gmt, set->name,
                                        om_curate_map_database(reading->map, row), &number));
        OM_TRY(om_curate_votes_add(reading->votes, om_curate_map_hallmark(reading->map, row), gene,
                                   number, symbol));
    }
    return OM_OK;
}

static om_status add_gene(om_curate_gmt *reading, const named_set *set, char *field,
                          const om_reader *file) {
    const char *symbol = trim(field);
    size_t length = strlen(symbol);
    bool is_new = false;
    if (length == 0) {
        return OM_OK;
    }
    if (symbol[length - 1] == '+' || symbol[length - 1] == '-') {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found gene %s in set %s, expected symbols without a sign: "
                       "what is curated has positive genes only",
                       om_reader_path(file), om_reader_line_number(file), symbol, set->name);
    }
    OM_TRY(om_string_map_add(set->genes, symbol, 0, &is_new));
    if (!is_new) {
        reading->n_again++;
        return OM_OK;
    }
    return vote(reading, set, symbol);
}

/* `genes`: what follows the description, NULL: nothing. */
static om_status read_genes(om_curate_gmt *reading, const named_set *set, char *genes,
                            const om_reader *file) {
    while (genes != NULL) {
        char *tab = strchr(genes, '\t');
        if (tab != NULL) {
            *tab = '\0';
        }
        OM_TRY(add_gene(reading, set, genes, file));
        genes = tab != NULL ? tab + 1 : NULL;
    }
    if (om_string_map_count(set->genes) == 0) {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found no gene in set %s, expected at least one",
                       om_reader_path(file), om_reader_line_number(file), set->name);
    }
    return OM_OK;
}

/* `seen`: sets of this file and their lines. */
static om_status read_named_set(om_curate_gmt *reading, named_set *set, char *genes,
                                const om_reader *file, om_string_map *seen) {
    int64_t line = om_reader_line_number(file);
    bool is_new = false;
    OM_TRY(om_string_map_add(seen, set->name, line, &is_new));
    if (!is_new) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found gene set %s again (first on line %" PRId64
                       "), expected each set once",
                       om_reader_path(file), line, set->name,
                       om_string_map_get(seen, set->name, 0));
    }
    for (int64_t row = set->row; row >= 0; row = om_curate_map_next(reading->map, row)) {
        om_curate_map_mark(reading->map, row);
    }
    reading->n_sets++;
    OM_TRY(om_string_map_create(&set->genes));
    om_status status = read_genes(reading, set, genes, file);
    om_string_map_destroy(&set->genes);
    return status;
}

static om_status read_line(om_curate_gmt *reading, char *line, int64_t gmt, const om_reader *file,
                           om_string_map *seen) {
    size_t length = 0;
    const char *start = om_symbol_trim(line, &length);
    if (length == 0 || *start == '#') {
        return OM_OK;
    }
    char *tab = strchr(line, '\t');
    if (tab == NULL) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found \"%.80s\" without a tab, expected GMT: a set's name, "
                       "its description and genes, with tabs between them",
                       om_reader_path(file), om_reader_line_number(file), line);
    }
    *tab = '\0';
    named_set set = {.name = trim(line), .gmt = gmt};
    set.row = om_curate_map_first(reading->map, set.name);
    if (set.row < 0) {
        reading->n_left_out++;
        return OM_OK;
    }
    char *genes = strchr(tab + 1, '\t');
    return read_named_set(reading, &set, genes != NULL ? genes + 1 : NULL, file, seen);
}

static om_status read_lines(om_curate_gmt *reading, om_reader *file, int64_t gmt,
                            om_string_map *seen) {
    for (;;) {
        char *line = NULL;
        size_t length = 0;
        OM_TRY(om_reader_line(file, &line, &length));
        if (line == NULL) {
            return OM_OK;
        }
        OM_TRY(read_line(reading, line, gmt, file, seen));
    }
}

om_status om_curate_gmt_read(om_curate_gmt *reading, const char *path, int64_t gmt) {
    om_reader *file = NULL;
    om_string_map *seen = NULL;
    OM_TRY(om_reader_open(&file, path));
    om_status status = om_string_map_create(&seen);
    status = status == OM_OK ? read_lines(reading, file, gmt, seen) : status;
    if (status == OM_OK && om_string_map_count(seen) == 0) {
        om_log_warn(reading->log, "%s: the map names none of its sets", path);
    }
    om_string_map_destroy(&seen);
    om_reader_close(&file);
    return status;
}
