#include "bulk_class.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "oncomark/table.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

struct om_bulk_classes {
    const om_bulk_set *set;
    om_table *table;     /* NULL: none */
    om_string_map *rows; /* of the table, by profile */
    int64_t column;
};

/* Where a profile's class comes from: `text` is its name, or what a column says of it. */
typedef struct class_source {
    const char *profile;
    const char *text; /* NULL: the table has no such profile */
    bool is_column;
    int64_t line; /* of the table; 0: of none */
} class_source;

void om_bulk_classes_destroy(om_bulk_classes **classes) {
    if (*classes == NULL) {
        return;
    }
    om_string_map_destroy(&(*classes)->rows);
    om_table_destroy(&(*classes)->table);
    om_free(*classes);
    *classes = NULL;
}

static om_status index_rows(om_bulk_classes *classes) {
    const om_table *table = classes->table;
    for (int64_t row = 0; row < om_table_rows(table); row++) {
        const char *profile = om_table_cell(table, row, 0);
        bool is_new = true;
        OM_TRY(om_string_map_add(classes->rows, profile, row, &is_new));
        if (!is_new) {
            int64_t first = om_string_map_get(classes->rows, profile, 0);
            return om_fail(OM_INPUT,
                           "%s:%" PRId64 ": found profile '%s' again, it is in line %" PRId64
                           " already",
                           om_table_path(table), om_table_line(table, row), profile,
                           om_table_line(table, first));
        }
    }
    return OM_OK;
}

static om_status read_table(om_bulk_classes *classes) {
    const om_bulk_set *set = classes->set;
    OM_TRY(om_table_read(&classes->table, set->classes));
    classes->column = om_table_find(classes->table, set->class_column);
    if (classes->column < 0) {
        return om_fail(OM_INPUT,
                       "%s: found no column '%s' in the header, expected one with the profiles' "
                       "classes",
                       set->classes, set->class_column);
    }
    OM_TRY(om_string_map_create(&classes->rows));
    return index_rows(classes);
}

om_status om_bulk_classes_create(om_bulk_classes **out, const om_bulk_set *set) {
    om_bulk_classes *made = om_calloc(1, sizeof *made);
    *out = made;
    if (made == NULL) {
        return OM_MEMORY;
    }
    made->set = set;
    om_status status = set->classes != NULL ? read_table(made) : OM_OK;
    if (status != OM_OK) {
        om_bulk_classes_destroy(out);
    }
    return status;
}

static class_source find_source(const om_bulk_classes *classes, const om_strings *profiles,
                                const om_strings *told, int64_t i) {
    class_source source = {.profile = om_strings_get(profiles, i)};
    if (classes->table != NULL) {
        int64_t row = om_string_map_get(classes->rows, source.profile, -1);
        source.is_column = true;
        source.text = row < 0 ? NULL : om_table_cell(classes->table, row, classes->column);
        source.line = row < 0 ? 0 : om_table_line(classes->table, row);
    } else if (told != NULL) {
        source.is_column = true;
        source.text = om_strings_get(told, i);
    } else {
        source.text = source.profile;
    }
    return source;
}

/* The first glob that matches, or NULL. */
static const char *match(const om_strings *globs, const char *text) {
    for (int64_t i = 0; i < om_strings_count(globs); i++) {
        if (fnmatch(om_strings_get(globs, i), text, FNM_CASEFOLD) == 0) {
            return om_strings_get(globs, i);
        }
    }
    return NULL;
}

static bool has_globs(const om_bulk_set *set) {
    return om_strings_count(set->cancer) > 0 || om_strings_count(set->normal) > 0;
}

/* The text without blanks around it, for comparison. */
static om_status trim(om_text *trimmed, const char *text) {
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && strchr(" \t", text[length - 1]) != NULL) {
        length--;
    }
    om_text_clear(trimmed);
    return om_text_add_n(trimmed, text, length);
}

static om_status fail_both(const om_bulk_set *set, const class_source *source, const char *cancer,
                           const char *normal) {
    return om_fail(OM_INPUT,
                   "%s: profile '%s'%s%s matches both cancer '%s' and normal '%s', expected one of "
                   "them",
                   set->path, source->profile, source->is_column ? ", which is " : "",
                   source->is_column ? source->text : "", cancer, normal);
}

static om_status classify(uint8_t *assigned, const om_bulk_set *set, const class_source *source,
                          om_text *scratch) {
    *assigned = (uint8_t)set->class;
    if (set->class != OM_BULK_MIXED || source->text == NULL) {
        return OM_OK;
    }
    OM_TRY(trim(scratch, source->text));
    const char *text = om_text_get(scratch);
    if (!has_globs(set)) {
        bool is_cancer = strcasecmp(text, "cancer") == 0;
        bool is_normal = strcasecmp(text, "normal") == 0;
        *assigned = is_cancer ? OM_BULK_CANCER : is_normal ? OM_BULK_NORMAL : OM_BULK_MIXED;
        return OM_OK;
    }
    const char *cancer = match(set->cancer, text);
    const char *normal = match(set->normal, text);
    if (cancer != NULL && normal != NULL) {
        return fail_both(set, source, cancer, normal);
    }
    *assigned = cancer != NULL ? OM_BULK_CANCER : normal != NULL ? OM_BULK_NORMAL : OM_BULK_MIXED;
    return OM_OK;
}

static const char leave_out[] = "; validate.others: leave_out does without such profiles";

static om_status fail_neither(const om_bulk_set *set, const class_source *source) {
    if (source->text == NULL) {
        return om_fail(OM_INPUT, "%s: found no profile '%s' of %s, expected the classes of all%s",
                       set->classes, source->profile, set->path, leave_out);
    }
    const char *expected = has_globs(set) ? "what matches cancer or normal" : "cancer or normal";
    if (source->line > 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": column '%s': found '%s' for profile '%s', expected %s%s",
                       set->classes, source->line, set->class_column, source->text, source->profile,
                       expected, leave_out);
    }
    if (source->is_column) {
        return om_fail(OM_INPUT, "%s: column '%s': found '%s' for profile '%s', expected %s%s",
                       set->path, set->class_column, source->text, source->profile, expected,
                       leave_out);
    }
    return om_fail(OM_INPUT, "%s: found profile '%s', expected names that match cancer or normal%s",
                   set->path, source->profile, leave_out);
}

static om_status fail_unmatched(const om_bulk_set *set, const char *list, const om_strings *globs,
                                int64_t n) {
    return om_fail(
        OM_INPUT,
        "%s: found no profile among %" PRId64 " that matches %s: '%s'%s, expected one at least",
        set->path, n, list, om_strings_get(globs, 0), om_strings_count(globs) > 1 ? ", ..." : "");
}

static om_status check_counts(const om_bulk_set *set, const int64_t counts[3], int64_t n) {
    if (om_strings_count(set->cancer) > 0 && counts[OM_BULK_CANCER] == 0) {
        return fail_unmatched(set, "cancer", set->cancer, n);
    }
    if (om_strings_count(set->normal) > 0 && counts[OM_BULK_NORMAL] == 0) {
        return fail_unmatched(set, "normal", set->normal, n);
    }
    return counts[OM_BULK_MIXED] < n ? OM_OK
                                     : om_fail(OM_INPUT,
                                               "%s: found no profile among %" PRId64
                                               " that is cancer or normal, expected one at least",
                                               set->path, n);
}

om_status om_bulk_classes_assign(uint8_t *assigned, const om_bulk_classes *classes,
                                 const om_strings *profiles, const om_strings *told,
                                 om_bulk_others others) {
    const om_bulk_set *set = classes->set;
    int64_t n = om_strings_count(profiles);
    int64_t counts[3] = {0};
    int64_t n_told = 0;
    om_text *scratch = NULL;
    OM_TRY(om_text_create(&scratch));
    om_status status = OM_OK;
    class_source other = {.profile = NULL}; /* the first one that is neither */
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        class_source source = find_source(classes, profiles, told, i);
        status = classify(&assigned[i], set, &source, scratch);
        counts[assigned[i]]++;
        n_told += source.text != NULL;
        other = assigned[i] == OM_BULK_MIXED && other.profile == NULL ? source : other;
    }
    om_text_destroy(&scratch);
    if (status == OM_OK && n > 0 && n_told == 0) {
        return om_fail(OM_INPUT,
                       "%s: found none of the %" PRId64 " profiles of %s, such as '%s', expected "
                       "them in the first column",
                       set->classes, n, set->path, om_strings_get(profiles, 0));
    }
    /* A list that nothing matches is the likelier slip than each profile that it does not match. */
    status = status == OM_OK ? check_counts(set, counts, n) : status;
    if (status == OM_OK && counts[OM_BULK_MIXED] > 0 && others == OM_OTHERS_ERROR) {
        status = fail_neither(set, &other);
    }
    return status;
}
