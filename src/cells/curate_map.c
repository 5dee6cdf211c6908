#include "curate_map.h"

#include "gene_sets_private.h"
#include "name_list.h"

#include "oncomark/memory.h"
#include "oncomark/symbol.h"
#include "oncomark/table.h"

#include <inttypes.h>

struct om_curate_map {
    om_table *table;
    int64_t database_column; /* -1: none */
    om_name_list *sets;
    om_strings *databases; /* [rows] trimmed; "": not told */
    int64_t *first;        /* [sets] row; room for one a row */
    int64_t *next;         /* [rows] -1: the last one of its set */
    int *hallmark;         /* [rows] */
    bool *marked;          /* [rows] */
};

void om_curate_map_destroy(om_curate_map **map) {
    if (*map == NULL) {
        return;
    }
    om_table_destroy(&(*map)->table);
    om_name_list_destroy(&(*map)->sets);
    om_strings_destroy(&(*map)->databases);
    om_free((*map)->first);
    om_free((*map)->next);
    om_free((*map)->hallmark);
    om_free((*map)->marked);
    om_free(*map);
    *map = NULL;
}

/* A cell without the blanks around it; owned by the caller, NULL when out of memory. */
static char *trimmed(const om_table *table, int64_t row, int64_t column) {
    size_t length = 0;
    const char *start = om_symbol_trim(om_table_cell(table, row, column), &length);
    return om_format("%.*s", (int)length, start);
}

/* Appends `row` to the rows of its set. */
static om_status chain(om_curate_map *map, int64_t row, const char *set) {
    int64_t n_known = om_name_list_count(map->sets);
    int64_t number = 0;
    map->next[row] = -1;
    OM_TRY(om_name_list_number(map->sets, set, &number));
    if (number == n_known) {
        map->first[number] = row;
        return OM_OK;
    }
    int64_t last = map->first[number];
    for (int64_t other = last; other >= 0; other = map->next[other]) {
        if (map->hallmark[other] == map->hallmark[row]) {
            return om_fail(OM_INPUT,
                           "%s:%" PRId64 ": found set %s for %s again (first on line %" PRId64
                           "), expected one row for a set and hallmark",
                           om_table_path(map->table), om_table_line(map->table, row), set,
                           om_hallmark_code(map->hallmark[row]), om_table_line(map->table, other));
        }
        last = other;
    }
    map->next[last] = row;
    return OM_OK;
}

static om_status add_row(om_curate_map *map, int64_t row, const char *set, const char *hallmark) {
    if (*set == '\0') {
        return om_fail(OM_INPUT, "%s:%" PRId64 ": found no set, expected the name of a gene set",
                       om_table_path(map->table), om_table_line(map->table, row));
    }
    map->hallmark[row] = om_gene_sets_find_hallmark(hallmark);
    if (map->hallmark[row] < 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found hallmark \"%.80s\" for set %s, expected the code or "
                       "name of a hallmark (AIM, DCE, EGS, GIM, RCD, SPS, AID, IA, ERI, TPI)",
                       om_table_path(map->table), om_table_line(map->table, row), hallmark, set);
    }
    return chain(map, row, set);
}

static om_status add_database(om_curate_map *map, int64_t row) {
    if (map->database_column < 0) {
        return om_strings_add(map->databases, "");
    }
    char *database = trimmed(map->table, row, map->database_column);
    om_status status = database != NULL ? om_strings_add(map->databases, database) : OM_MEMORY;
    om_free(database);
    return status;
}

static om_status find_column(const om_curate_map *map, const char *name, int64_t *column) {
    *column = om_table_find(map->table, name);
    if (*column >= 0) {
        return OM_OK;
    }
    return om_fail(OM_INPUT,
                   "%s: found no column \"%s\", expected a header with set, hallmark and, if need "
                   "be, database",
                   om_table_path(map->table), name);
}

static om_status read_rows(om_curate_map *map) {
    int64_t set_column = 0;
    int64_t hallmark_column = 0;
    OM_TRY(find_column(map, "set", &set_column));
    OM_TRY(find_column(map, "hallmark", &hallmark_column));
    map->database_column = om_table_find(map->table, "database");
    int64_t n = om_table_rows(map->table);
    if (n == 0) {
        return om_fail(OM_INPUT,
                       "%s: found a header only, expected a row for each set and hallmark",
                       om_table_path(map->table));
    }
    map->first = om_malloc(n, sizeof *map->first);
    map->next = om_malloc(n, sizeof *map->next);
    map->hallmark = om_malloc(n, sizeof *map->hallmark);
    map->marked = om_calloc(n, sizeof *map->marked);
    bool whole = map->first != NULL && map->next != NULL && map->hallmark != NULL;
    om_status status = whole && map->marked != NULL ? OM_OK : OM_MEMORY;
    for (int64_t row = 0; row < n && status == OM_OK; row++) {
        char *set = trimmed(map->table, row, set_column);
        status = set != NULL
                     ? add_row(map, row, set, om_table_cell(map->table, row, hallmark_column))
                     : OM_MEMORY;
        om_free(set);
        status = status == OM_OK ? add_database(map, row) : status;
    }
    return status;
}

om_status om_curate_map_read(om_curate_map **out, const char *path) {
    om_curate_map *map = om_calloc(1, sizeof *map);
    *out = map;
    if (map == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_table_read(&map->table, path);
    status = status == OM_OK ? om_name_list_create(&map->sets) : status;
    status = status == OM_OK ? om_strings_create(&map->databases) : status;
    status = status == OM_OK ? read_rows(map) : status;
    if (status != OM_OK) {
        om_curate_map_destroy(out);
    }
    return status;
}

int64_t om_curate_map_first(const om_curate_map *map, const char *set) {
    int64_t number = om_name_list_find(map->sets, set);
    return number >= 0 ? map->first[number] : -1;
}

int64_t om_curate_map_next(const om_curate_map *map, int64_t row) {
    return map->next[row];
}

int om_curate_map_hallmark(const om_curate_map *map, int64_t row) {
    return map->hallmark[row];
}

const char *om_curate_map_database(const om_curate_map *map, int64_t row) {
    return om_strings_get(map->databases, row);
}

void om_curate_map_mark(om_curate_map *map, int64_t row) {
    map->marked[row] = true;
}

om_status om_curate_map_check_all_marked(const om_curate_map *map) {
    for (int64_t row = 0; row < om_table_rows(map->table); row++) {
        if (!map->marked[row]) {
            return om_fail(OM_INPUT,
                           "%s:%" PRId64 ": found set \"%.200s\", expected one that is in the GMT "
                           "files",
                           om_table_path(map->table), om_table_line(map->table, row),
                           om_table_cell(map->table, row, om_table_find(map->table, "set")));
        }
    }
    return OM_OK;
}

int64_t om_curate_map_sets(const om_curate_map *map, int hallmark) {
    int64_t n = 0;
    for (int64_t row = 0; row < om_table_rows(map->table); row++) {
        n += map->hallmark[row] == hallmark;
    }
    return n;
}
