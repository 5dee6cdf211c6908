#include "oncomark/gene_map.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "oncomark/symbol.h"
#include "oncomark/table.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

enum { ID_DIGITS = 11 };

struct om_gene_map {
    char *path;
    om_string_map *ids; /* place of an id's symbol, by the id in upper case without version */
    om_strings *symbols;
};

size_t om_gene_map_id_length(const char *text) {
    if (strncasecmp(text, "ENS", 3) != 0) {
        return 0;
    }
    size_t n = 3;
    while (isalpha((unsigned char)text[n])) {
        n++;
    }
    if (n == 3 || om_symbol_upper_letter(text[n - 1]) != 'G') {
        return 0;
    }
    size_t digits = 0;
    while (isdigit((unsigned char)text[n + digits])) {
        digits++;
    }
    n += digits;
    return digits == ID_DIGITS && strchr("._ \t", text[n]) != NULL ? n : 0;
}

/* Owned: an id in upper case without blanks before it and its version; NULL when out of memory. */
static char *bare_id(const char *text) {
    char *id = om_symbol_upper(text);
    if (id != NULL) {
        id[om_gene_map_id_length(id)] = '\0';
    }
    return id;
}

static om_status add_pair(om_gene_map *map, const char *id_text, const char *symbol_text) {
    char *id = bare_id(id_text);
    char *symbol = om_symbol_upper(symbol_text);
    om_status status = id != NULL && symbol != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && symbol[0] != '\0') {
        bool is_new = false;
        status = om_string_map_add(map->ids, id, om_strings_count(map->symbols), &is_new);
        if (status == OM_OK && is_new) {
            status = om_strings_add(map->symbols, symbol);
        }
    }
    om_free(id);
    om_free(symbol);
    return status;
}

static bool is_id(const char *field) {
    return om_gene_map_id_length(field + strspn(field, " \t")) > 0;
}

/* *id_column: -1 until the first id tells. */
static om_status take_record(om_gene_map *map, const om_records *records, char **fields,
                             int64_t n_fields, bool is_first, int *id_column) {
    if (n_fields != 2) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found %" PRId64
                       " fields, expected 2: an Ensembl gene id and a symbol",
                       map->path, om_records_line(records), n_fields);
    }
    if (*id_column < 0 && (is_id(fields[0]) || is_id(fields[1]))) {
        *id_column = is_id(fields[0]) ? 0 : 1;
    }
    if (*id_column >= 0 && is_id(fields[*id_column])) {
        return add_pair(map, fields[*id_column], fields[1 - *id_column]);
    }
    return is_first ? OM_OK
                    : om_fail(OM_INPUT,
                              "%s:%" PRId64 ": found '%.40s' and '%.40s', expected an Ensembl gene "
                              "id such as ENSG00000141510 and a symbol",
                              map->path, om_records_line(records), fields[0], fields[1]);
}

static om_status read_records(om_gene_map *map, om_records *records) {
    int id_column = -1;
    for (bool is_first = true;; is_first = false) {
        char **fields = NULL;
        int64_t n_fields = 0;
        OM_TRY(om_records_next(records, &fields, &n_fields));
        if (n_fields == 0) {
            break;
        }
        OM_TRY(take_record(map, records, fields, n_fields, is_first, &id_column));
    }
    return om_gene_map_count(map) > 0
               ? OM_OK
               : om_fail(OM_INPUT,
                         "%s: found no Ensembl gene id with a symbol, expected at least one",
                         map->path);
}

om_status om_gene_map_read(om_gene_map **out, const char *path) {
    om_records *records = NULL;
    om_gene_map *map = om_calloc(1, sizeof *map);
    *out = map;
    if (map == NULL) {
        return OM_MEMORY;
    }
    map->path = om_strdup(path);
    om_status status = map->path != NULL ? om_string_map_create(&map->ids) : OM_MEMORY;
    status = status == OM_OK ? om_strings_create(&map->symbols) : status;
    status = status == OM_OK ? om_records_open(&records, path, 0) : status;
    status = status == OM_OK ? read_records(map, records) : status;
    om_records_close(&records);
    if (status != OM_OK) {
        om_gene_map_destroy(out);
    }
    return status;
}

void om_gene_map_destroy(om_gene_map **map) {
    if (*map == NULL) {
        return;
    }
    om_free((*map)->path);
    om_string_map_destroy(&(*map)->ids);
    om_strings_destroy(&(*map)->symbols);
    om_free(*map);
    *map = NULL;
}

const char *om_gene_map_path(const om_gene_map *map) {
    return map->path;
}

int64_t om_gene_map_count(const om_gene_map *map) {
    return om_strings_count(map->symbols);
}

const char *om_gene_map_symbol(const om_gene_map *map, const char *id) {
    int64_t place = om_string_map_get(map->ids, id, -1);
    return place >= 0 ? om_strings_get(map->symbols, place) : NULL;
}
