/* Tables of predictions. */
#include "bulk_profiles.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "oncomark/table.h"
#include "profiles.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* Where everything stands in the table. */
typedef struct table_columns {
    int64_t hallmark[OM_N_HALLMARKS];
    int64_t class; /* -1: none */
} table_columns;

void om_bulk_profiles_release(om_bulk_profiles *profiles) {
    om_strings_destroy(&profiles->names);
    om_strings_destroy(&profiles->told);
    om_free(profiles->probabilities);
    om_free(profiles->classes);
    *profiles = (om_bulk_profiles){0};
}

/* Whether at least half of the hallmarks are in the first line. What is wrong with it is said by
 * whoever reads the file. */
static om_status look_at_header(const char *path, bool *answer) {
    om_records *records = NULL;
    char **fields = NULL;
    int64_t n_fields = 0;
    bool seen[OM_N_HALLMARKS] = {false};
    int n_seen = 0;
    OM_TRY(om_records_open(&records, path, '\0'));
    om_status status = om_records_next(records, &fields, &n_fields);
    for (int64_t i = 0; status == OM_OK && i < n_fields; i++) {
        int hallmark = om_hallmark_find(fields[i] + strspn(fields[i], " \t"));
        if (hallmark >= 0 && !seen[hallmark]) {
            seen[hallmark] = true;
            n_seen++;
        }
    }
    om_records_close(&records);
    *answer = 2 * n_seen >= OM_N_HALLMARKS;
    return status == OM_INPUT ? OM_OK : status;
}

om_status om_bulk_table_is_one(const char *path, bool *answer) {
    bool is_hdf5 = false;
    *answer = false;
    OM_TRY(om_profiles_is_hdf5(path, &is_hdf5));
    return is_hdf5 ? OM_OK : look_at_header(path, answer);
}

static om_status fail_header(const om_table *table, const char *found, const char *name) {
    return om_fail(OM_INPUT,
                   "%s: found %s '%s' in the header of predictions, expected the profiles' names "
                   "and one column for each of the ten hallmarks",
                   om_table_path(table), found, name);
}

static om_status find_columns(table_columns *columns, const om_table *table,
                              const char *class_column) {
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        columns->hallmark[k] = -1;
    }
    columns->class = -1;
    for (int64_t c = 1; c < om_table_columns(table); c++) {
        const char *name = om_table_header(table, c);
        bool is_class = class_column != NULL && strcasecmp(name, class_column) == 0;
        int hallmark = om_hallmark_find(name);
        if (!is_class && hallmark < 0) {
            return fail_header(table, "column", name);
        }
        int64_t *column = is_class ? &columns->class : &columns->hallmark[hallmark];
        if (*column >= 0) {
            return fail_header(table, "twice the column", name);
        }
        *column = c;
    }
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        if (columns->hallmark[k] < 0) {
            return fail_header(table, "no column", om_hallmark_code(k));
        }
    }
    return class_column == NULL || columns->class >= 0
               ? OM_OK
               : fail_header(table, "no column", class_column);
}

static om_status add_row(om_bulk_profiles *profiles, const om_table *table,
                         const table_columns *columns, int64_t row) {
    OM_TRY(om_strings_add(profiles->names, om_table_cell(table, row, 0)));
    if (profiles->told != NULL) {
        OM_TRY(om_strings_add(profiles->told, om_table_cell(table, row, columns->class)));
    }
    for (int k = 0; k < OM_N_HALLMARKS; k++) {
        const char *text = om_table_cell(table, row, columns->hallmark[k]);
        double value = 0;
        if (!om_parse_f64(text, &value) || !(value >= 0 && value <= 1)) {
            return om_fail(
                OM_INPUT,
                "%s:%" PRId64 ": column '%s': found '%.40s', expected a probability from 0 to 1",
                om_table_path(table), om_table_line(table, row), om_hallmark_code(k), text);
        }
        profiles->probabilities[row * OM_N_HALLMARKS + k] = value;
    }
    return OM_OK;
}

static om_status note_name(om_string_map *seen, const om_table *table, int64_t row) {
    const char *name = om_table_cell(table, row, 0);
    bool is_new = true;
    OM_TRY(om_string_map_add(seen, name, row, &is_new));
    if (is_new) {
        return OM_OK;
    }
    int64_t first = om_string_map_get(seen, name, 0);
    return om_fail(OM_INPUT,
                   "%s:%" PRId64 ": found the profile name '%s' again, it is in line %" PRId64
                   " already; expected different names",
                   om_table_path(table), om_table_line(table, row), name,
                   om_table_line(table, first));
}

static om_status fill(om_bulk_profiles *profiles, const om_table *table,
                      const table_columns *columns) {
    om_string_map *seen = NULL;
    profiles->n = om_table_rows(table);
    profiles->probabilities =
        om_malloc(profiles->n * OM_N_HALLMARKS, sizeof *profiles->probabilities);
    if (profiles->probabilities == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_strings_create(&profiles->names));
    if (columns->class >= 0) {
        OM_TRY(om_strings_create(&profiles->told));
    }
    OM_TRY(om_string_map_create(&seen));
    om_status status = OM_OK;
    for (int64_t row = 0; row < profiles->n && status == OM_OK; row++) {
        status = note_name(seen, table, row);
        status = status == OM_OK ? add_row(profiles, table, columns, row) : status;
    }
    om_string_map_destroy(&seen);
    return status;
}

om_status om_bulk_table_read(om_bulk_profiles *profiles, const char *path,
                             const char *class_column) {
    om_table *table = NULL;
    table_columns columns;
    OM_TRY(om_table_read(&table, path));
    om_status status = find_columns(&columns, table, class_column);
    if (status == OM_OK && om_table_rows(table) == 0) {
        status =
            om_fail(OM_INPUT, "%s: found a header only, expected a row for each profile", path);
    }
    status = status == OM_OK ? fill(profiles, table, &columns) : status;
    om_table_destroy(&table);
    return status;
}
