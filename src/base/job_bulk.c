#include "job_bulk.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char wanted[] = "'{path: FILE, class: cancer}' or the like";

/* Takes the first of these suffixes that the name has off it. */
static void drop_suffix(const char *name, size_t *length, const char *const *suffixes) {
    for (; *suffixes != NULL; suffixes++) {
        size_t suffix = strlen(*suffixes);
        if (*length > suffix && strncasecmp(name + *length - suffix, *suffixes, suffix) == 0) {
            *length -= suffix;
            return;
        }
    }
}

/* "data/GTEx.gct.gz" is "GTEx". */
static char *name_of_path(const char *path) {
    static const char *const packed[] = {".gz", NULL};
    static const char *const formats[] = {".csv", ".tsv", ".txt", ".gct", ".h5ad", NULL};
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    size_t length = strlen(name);
    drop_suffix(name, &length, packed);
    drop_suffix(name, &length, formats);
    return om_format("%.*s", (int)length, name);
}

/* Names of rows that are no set's. */
static bool is_taken(const char *name) {
    static const char *const taken[] = {"model", "published", "paper"};
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcasecmp(name, taken[i]) == 0) {
            return true;
        }
    }
    return false;
}

static om_status check_name(om_bulk_set *set, om_job_place place) {
    if (set->name == NULL) {
        set->name = name_of_path(set->path);
        if (set->name == NULL) {
            return OM_MEMORY;
        }
    }
    if (is_taken(set->name)) {
        return om_job_fail(place,
                           "found the name '%s' for bulk set %s, which the tables of results have "
                           "for something else; give another one by 'name:'",
                           set->name, set->path);
    }
    return OM_OK;
}

/* Exactly one way to tell the classes. */
static om_status check_classes(const om_bulk_set *set, om_job_place place) {
    bool has_globs = om_strings_count(set->cancer) > 0 || om_strings_count(set->normal) > 0;
    bool is_mixed = set->class == OM_BULK_MIXED;
    const char *other = set->class_column != NULL ? "class_column"
                        : set->classes != NULL    ? "classes"
                        : has_globs               ? "cancer or normal"
                                                  : NULL;
    if (!is_mixed && other != NULL) {
        return om_job_fail(place,
                           "found both class and %s for bulk set %s, expected one of them: what "
                           "all profiles are, or what tells it of each",
                           other, set->name);
    }
    if (set->classes != NULL && set->class_column == NULL) {
        return om_job_fail(place,
                           "found classes without class_column for bulk set %s, expected the "
                           "table's column that tells the profiles' classes",
                           set->name);
    }
    if (is_mixed && other == NULL) {
        return om_job_fail(place,
                           "found nothing that tells what the profiles of bulk set %s are, "
                           "expected class: cancer or class: normal, patterns of names by cancer "
                           "and normal, or class_column",
                           set->name);
    }
    return OM_OK;
}

static om_status walk_entry(const om_job_walk *outer, om_bulk_set *set, const char *owner,
                            const yaml_node_t *node) {
    om_job_walk walk = *outer;
    walk.owner = owner;
    walk.table = om_job_bulk_table();
    walk.base = set;
    walk.read_special = NULL;
    walk.places = om_calloc(walk.table.n, sizeof *walk.places);
    if (walk.places == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_job_value_set_defaults(set, walk.table);
    status = status == OM_OK ? om_job_walk_mapping(&walk, node) : status;
    om_free(walk.places);
    return status;
}

static om_status read_entry(const om_job_walk *outer, om_bulk_set *set, int64_t number,
                            const yaml_node_t *node) {
    om_job_place place = om_job_walk_place(outer, node);
    char owner[64];
    set->line = place.line;
    snprintf(owner, sizeof owner, " in validate.bulk entry %" PRId64, number);
    if (!om_yaml_is(node, YAML_MAPPING_NODE)) {
        char kind[80];
        return om_job_fail(place, "found %s as validate.bulk entry %" PRId64 ", expected %s",
                           om_yaml_kind(node, kind, sizeof kind), number, wanted);
    }
    OM_TRY(walk_entry(outer, set, owner, node));
    if (set->path == NULL) {
        return om_job_fail(place, "validate.bulk entry %" PRId64 " has no path", number);
    }
    if (set->cancer == NULL) {
        OM_TRY(om_strings_create(&set->cancer));
    }
    if (set->normal == NULL) {
        OM_TRY(om_strings_create(&set->normal));
    }
    OM_TRY(check_name(set, place));
    return check_classes(set, place);
}

static om_status check_unique(const om_validate_parameters *validate, const char *source) {
    om_string_map *lines = NULL;
    om_status status = om_string_map_create(&lines);
    for (int64_t i = 0; status == OM_OK && i < validate->n_bulk; i++) {
        const om_bulk_set *set = &validate->bulk[i];
        bool inserted = true;
        status = om_string_map_add(lines, set->name, set->line, &inserted);
        if (status == OM_OK && !inserted) {
            status = om_job_fail((om_job_place){source, set->line},
                                 "found the bulk set name '%s' again, it is in line %" PRId64
                                 " already; give one of them another name by 'name:'",
                                 set->name, om_string_map_get(lines, set->name, 0));
        }
    }
    om_string_map_destroy(&lines);
    return status;
}

om_status om_job_bulk_read(const om_job_walk *walk, om_job *job, const yaml_node_t *node) {
    om_validate_parameters *validate = &job->validate;
    OM_TRY(om_job_walk_require(walk, "validate.bulk", node));
    if (!om_yaml_is(node, YAML_SEQUENCE_NODE)) {
        char kind[80];
        return om_job_fail(om_job_walk_place(walk, node),
                           "found %s for validate.bulk, expected a list: lines of '- ' and %s",
                           om_yaml_kind(node, kind, sizeof kind), wanted);
    }
    const yaml_node_item_t *items = node->data.sequence.items.start;
    int64_t n = node->data.sequence.items.top - items;
    validate->bulk = om_calloc(n, sizeof *validate->bulk);
    if (validate->bulk == NULL) {
        return OM_MEMORY;
    }
    validate->n_bulk = n;
    for (int64_t i = 0; i < n; i++) {
        OM_TRY(read_entry(walk, &validate->bulk[i], i + 1, om_yaml_node(walk->yaml, items[i])));
    }
    return check_unique(validate, walk->source);
}

void om_job_bulk_destroy(om_job *job) {
    om_validate_parameters *validate = &job->validate;
    for (int64_t i = 0; i < validate->n_bulk; i++) {
        om_bulk_set *set = &validate->bulk[i];
        om_free(set->path);
        om_free(set->name);
        om_free(set->gene_map);
        om_free(set->classes);
        om_free(set->class_column);
        om_strings_destroy(&set->cancer);
        om_strings_destroy(&set->normal);
    }
    om_free(validate->bulk);
    validate->bulk = NULL;
    validate->n_bulk = 0;
}
