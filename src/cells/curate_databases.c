#include "curate_databases.h"

#include "name_list.h"

#include "oncomark/memory.h"
#include "oncomark/symbol.h"

#include <string.h>
#include <strings.h>

/* What names of sets begin with in MSigDB, and names of files elsewhere; the three parts of the
 * Gene Ontology rest on the same annotations. */
static const struct {
    const char *prefix;
    const char *database;
} known[] = {{"BIOCARTA", "BIOCARTA"},
             {"GO", "GO"},
             {"GOBP", "GO"},
             {"GOCC", "GO"},
             {"GOMF", "GO"},
             {"HALLMARK", "HALLMARK"},
             {"HP", "HP"},
             {"KEGG", "KEGG"},
             {"NABA", "NABA"},
             {"PID", "PID"},
             {"REACTOME", "REACTOME"},
             {"WIKIPATHWAY", "WP"},
             {"WIKIPATHWAYS", "WP"},
             {"WP", "WP"}};

struct om_curate_databases {
    const om_strings *gmts; /* borrowed */
    om_strings *stems;      /* [gmts] names without folder and ending */
    char **assigned;        /* [gmts] NULL: not assigned */
    om_name_list *keys;     /* names in capitals */
    om_strings *names;      /* as first spelled */
};

void om_curate_databases_destroy(om_curate_databases **databases) {
    om_curate_databases *all = *databases;
    if (all == NULL) {
        return;
    }
    for (int64_t i = 0; all->assigned != NULL && i < om_strings_count(all->gmts); i++) {
        om_free(all->assigned[i]);
    }
    om_free(all->assigned);
    om_strings_destroy(&all->stems);
    om_strings_destroy(&all->names);
    om_name_list_destroy(&all->keys);
    om_free(all);
    *databases = NULL;
}

static const char *without_folder(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static om_status add_stem(om_strings *stems, const char *path) {
    static const char *const endings[] = {".gz", ".gmt", ".txt"};
    const char *name = without_folder(path);
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t n = strlen(endings[i]);
        if (length > n && strncasecmp(name + length - n, endings[i], n) == 0) {
            length -= n;
        }
    }
    return om_strings_add_n(stems, name, length);
}

/* The file that `text` [length] names, -1 if none: its path, or its name where no other file has
 * the same. */
static int64_t find_gmt(const om_strings *gmts, const char *text, size_t length) {
    int64_t found = -1;
    for (int64_t i = 0; i < om_strings_count(gmts); i++) {
        const char *path = om_strings_get(gmts, i);
        const char *name = without_folder(path);
        if (strlen(path) == length && strncmp(path, text, length) == 0) {
            return i;
        }
        if (strlen(name) == length && strncmp(name, text, length) == 0) {
            found = found == -1 ? i : -2;
        }
    }
    return found < 0 ? -1 : found;
}

static om_status assign_file(om_curate_databases *all, const char *entry, const char *file,
                             size_t length) {
    int name_length = (int)strcspn(entry, "=");
    int64_t gmt = find_gmt(all->gmts, file, length);
    if (gmt < 0) {
        return om_fail(OM_USAGE,
                       "curate: found file '%.*s' in --database %s, expected one of the GMT files",
                       (int)length, file, entry);
    }
    if (all->assigned[gmt] != NULL) {
        return om_fail(OM_USAGE,
                       "curate: found %s in database %.*s and in %s, expected each file in one "
                       "database",
                       om_strings_get(all->gmts, gmt), name_length, entry, all->assigned[gmt]);
    }
    all->assigned[gmt] = om_format("%.*s", name_length, entry);
    return all->assigned[gmt] != NULL ? OM_OK : OM_MEMORY;
}

static om_status assign(om_curate_databases *all, const char *entry) {
    const char *equals = strchr(entry, '=');
    if (equals == NULL || equals == entry || equals[1] == '\0') {
        return om_fail(OM_USAGE,
                       "curate: found --database %s, expected NAME=FILE or "
                       "NAME=FILE,FILE",
                       entry);
    }
    for (const char *file = equals + 1; file != NULL;) {
        size_t length = strcspn(file, ",");
        OM_TRY(assign_file(all, entry, file, length));
        file = file[length] == ',' ? file + length + 1 : NULL;
    }
    return OM_OK;
}

static om_status fill(om_curate_databases *all, const om_strings *assigned) {
    OM_TRY(om_strings_create(&all->stems));
    OM_TRY(om_strings_create(&all->names));
    OM_TRY(om_name_list_create(&all->keys));
    for (int64_t i = 0; i < om_strings_count(all->gmts); i++) {
        OM_TRY(add_stem(all->stems, om_strings_get(all->gmts, i)));
    }
    all->assigned = om_calloc(om_strings_count(all->gmts), sizeof *all->assigned);
    if (all->assigned == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; assigned != NULL && i < om_strings_count(assigned); i++) {
        OM_TRY(assign(all, om_strings_get(assigned, i)));
    }
    return OM_OK;
}

om_status om_curate_databases_create(om_curate_databases **out, const om_strings *gmts,
                                     const om_strings *assigned) {
    om_curate_databases *all = om_calloc(1, sizeof *all);
    *out = all;
    if (all == NULL) {
        return OM_MEMORY;
    }
    all->gmts = gmts;
    om_status status = fill(all, assigned);
    if (status != OM_OK) {
        om_curate_databases_destroy(out);
    }
    return status;
}

/* The known database that a name begins with, NULL if none. */
static const char *by_prefix(const char *name) {
    size_t length = strcspn(name, "_");
    for (size_t i = 0; i < sizeof known / sizeof known[0] && name[length] == '_'; i++) {
        if (strlen(known[i].prefix) == length && strncasecmp(known[i].prefix, name, length) == 0) {
            return known[i].database;
        }
    }
    return NULL;
}

om_status om_curate_databases_find(om_curate_databases *databases, int64_t gmt, const char *set,
                                   const char *told, int64_t *number) {
    const char *stem = om_strings_get(databases->stems, gmt);
    const char *name = told[0] != '\0' ? told : databases->assigned[gmt];
    name = name != NULL ? name : by_prefix(set);
    name = name != NULL ? name : by_prefix(stem);
    name = name != NULL ? name : stem;
    char *key = om_symbol_upper(name);
    om_status status = OM_MEMORY;
    if (key != NULL) {
        status = om_name_list_number(databases->keys, key, number);
    }
    if (status == OM_OK && *number == om_strings_count(databases->names)) {
        status = om_strings_add(databases->names, name);
    }
    om_free(key);
    return status;
}

const char *om_curate_databases_name(const om_curate_databases *databases, int64_t number) {
    return om_strings_get(databases->names, number);
}

int64_t om_curate_databases_count(const om_curate_databases *databases) {
    return om_strings_count(databases->names);
}
