/* Tables about cells and samples: their columns as those of a study. */
#include "cells/study_loader.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

int64_t om_study_find_header(const om_table *table, const char *header, int64_t first) {
    for (int64_t i = first; i < om_table_columns(table); i++) {
        if (strcasecmp(om_table_header(table, i), header) == 0) {
            return i;
        }
    }
    return -1;
}

om_status om_study_require_sample(const om_table *table, int64_t first, int64_t *column) {
    *column = om_study_find_header(table, "sample", first);
    if (*column >= 0) {
        return OM_OK;
    }
    om_text *headers = NULL;
    OM_TRY(om_text_create(&headers));
    om_status status = OM_OK;
    for (int64_t i = 0; status == OM_OK && i < om_table_columns(table); i++) {
        status = om_text_add(headers, "%s%s", i > 0 ? ", " : "", om_table_header(table, i));
    }
    if (status == OM_OK) {
        status = om_fail(OM_INPUT, "%s:1: found columns %.300s, expected a column \"sample\"%s",
                         om_table_path(table), om_text_get(headers),
                         first > 0 ? " behind the cell names" : "");
    }
    om_text_destroy(&headers);
    return status;
}

om_status om_study_add_column(om_study_loader *loader, om_study_column **column) {
    om_study *study = loader->study;
    if (study->n_columns == loader->n_space) {
        int64_t wanted = loader->n_space == 0 ? 16 : 2 * loader->n_space;
        om_study_column *columns = om_realloc(study->columns, wanted, sizeof *columns);
        if (columns == NULL) {
            return OM_MEMORY;
        }
        study->columns = columns;
        loader->n_space = wanted;
    }
    *column = &study->columns[study->n_columns++];
    **column = (om_study_column){0};
    return OM_OK;
}

/* The names of sample and patient are taken in any case. */
static bool name_is_taken(const om_study *study, const char *name) {
    bool taken = strcasecmp(name, "cell_name") == 0 || strcasecmp(name, "sample") == 0 ||
                 strcasecmp(name, "patient") == 0;
    for (int64_t i = OM_STUDY_FIRST_OTHER; i < study->n_columns; i++) {
        taken = taken || strcasecmp(name, study->columns[i].name) == 0;
    }
    return taken;
}

om_status om_study_name_column(om_study_loader *loader, const char *header, int64_t number,
                               const char *table, char **name) {
    const char *text = NULL;
    OM_TRY(om_study_clean(loader->scratch, header, &text));
    bool unusable = text[0] == '\0' || text[0] == '.' || strcmp(text, "_index") == 0;
    *name = unusable ? om_format("column_%" PRId64 "%s", number + 1, text) : om_strdup(text);
    if (*name == NULL) {
        return OM_MEMORY;
    }
    for (char *slash = *name; (slash = strchr(slash, '/')) != NULL;) {
        *slash = '_';
    }
    if (!name_is_taken(loader->study, *name)) {
        return OM_OK;
    }
    if (loader->log != NULL) {
        om_log_warn(loader->log, "%s: column %s is left out, since its name is taken", table,
                    *name);
    }
    om_free(*name);
    *name = NULL;
    return OM_OK;
}

om_status om_study_add_columns(om_study_loader *loader, const om_table *table, int64_t first,
                               int64_t key, const int64_t *rows, int64_t n, const int32_t *groups) {
    for (int64_t i = first; i < om_table_columns(table); i++) {
        const char *header = om_table_header(table, i);
        char *name = NULL;
        if (i == key || strcasecmp(header, "patient") == 0) {
            continue;
        }
        OM_TRY(om_study_name_column(loader, header, i, om_table_path(table), &name));
        if (name == NULL) {
            continue;
        }
        const om_study_source source = {table, i, rows};
        om_study_column *column = NULL;
        om_status status = om_study_add_column(loader, &column);
        if (status == OM_OK) {
            status = om_study_column_read(column, name, &source, n);
        }
        if (status == OM_OK && groups != NULL) {
            status =
                om_study_column_spread(column, groups, om_strings_count(loader->study->cell_names));
        }
        om_free(name);
        OM_TRY(status);
    }
    return OM_OK;
}
