/* The cells by a table, or by their names alone. */
#include "cells/study_loader.h"
#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <string.h>

/* A table in another order than the matrix would mix up the cells without a word. So where the
 * names are those of the matrix, they must stand at the same places. */
static om_status check_order(const om_study_loader *loader) {
    const om_strings *names = loader->study->cell_names;
    const om_strings *barcodes = loader->barcodes;
    om_string_map *places = NULL;
    if (barcodes == NULL || om_strings_count(barcodes) != om_strings_count(names)) {
        return OM_OK; /* other numbers are found out elsewhere */
    }
    int64_t n = om_strings_count(names);
    int64_t differs = 0;
    while (differs < n &&
           strcmp(om_strings_get(names, differs), om_strings_get(barcodes, differs)) == 0) {
        differs++;
    }
    if (differs == n) {
        return OM_OK;
    }
    om_status status = om_string_map_create(&places);
    for (int64_t i = 0; status == OM_OK && i < n; i++) {
        status = om_string_map_add(places, om_strings_get(barcodes, i), i, NULL);
    }
    for (int64_t i = differs; status == OM_OK && i < n; i++) {
        const char *name = om_strings_get(names, i);
        int64_t place = om_string_map_get(places, name, -1);
        if (place >= 0 && strcmp(om_strings_get(barcodes, i), name) != 0) {
            status = om_fail(OM_INPUT,
                             "%s: found %s as cell %" PRId64 ", expected it as cell %" PRId64
                             ", the order of the matrix",
                             loader->cells_from, name, i + 1, place + 1);
        }
    }
    om_string_map_destroy(&places);
    return status;
}

static om_status read_names(om_study_loader *loader, const om_table *table, int64_t sample_column) {
    const om_study_source names = {.table = table, .column = 0};
    const om_study_source samples = {.table = table, .column = sample_column};
    OM_TRY(om_strings_create(&loader->study->cell_names));
    for (int64_t cell = 0; cell < om_table_rows(table); cell++) {
        const char *text = NULL;
        OM_TRY(om_study_field(loader->scratch, &samples, cell, &text));
        if (text[0] == '\0') {
            return om_fail(OM_INPUT, "%s:%" PRId64 ": found no sample, expected its name",
                           om_table_path(table), om_table_line(table, cell));
        }
        OM_TRY(om_study_field(loader->scratch, &names, cell, &text));
        OM_TRY(om_strings_add(loader->study->cell_names, text));
    }
    return OM_OK;
}

static om_status read_columns(om_study_loader *loader, const om_table *table,
                              int64_t sample_column) {
    int64_t n_cells = om_table_rows(table);
    int64_t patient_column = om_study_find_header(table, "patient", 1);
    const om_study_source sample = {.table = table, .column = sample_column};
    const om_study_source patient = {.table = table, .column = patient_column};
    om_study_column *column = NULL;
    OM_TRY(om_study_add_column(loader, &column));
    OM_TRY(om_study_column_read_names(column, "sample", &sample, true, n_cells));
    OM_TRY(om_study_add_column(loader, &column));
    loader->has_samples = true;
    loader->has_patients = patient_column >= 0;
    if (loader->has_patients) {
        OM_TRY(om_study_column_read_names(column, "patient", &patient, false, n_cells));
    }
    return om_study_add_columns(loader, table, 1, sample_column, NULL, n_cells, NULL);
}

om_status om_study_read_cells(om_study_loader *loader) {
    om_table *table = NULL;
    int64_t sample_column = 0;
    om_free(loader->cells_from);
    loader->cells_from = om_strdup(loader->place->cells);
    om_status status =
        loader->cells_from == NULL ? OM_MEMORY : om_table_read(&table, loader->place->cells);
    if (status == OM_OK) {
        status = om_study_require_sample(table, 1, &sample_column);
    }
    if (status == OM_OK) {
        status = read_names(loader, table, sample_column);
    }
    if (status == OM_OK) {
        status = check_order(loader);
    }
    if (status == OM_OK) {
        status = read_columns(loader, table, sample_column);
    }
    om_table_destroy(&table);
    return status;
}

om_status om_study_fill_sample(om_study_loader *loader, om_study_column *column, int64_t n_cells) {
    const char *id = loader->place->data_set->id;
    column->name = om_strdup("sample");
    column->codes = om_calloc(n_cells, sizeof *column->codes);
    if (column->name == NULL || column->codes == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_strings_create(&column->categories));
    return om_strings_add(column->categories, id);
}

om_status om_study_read_one_sample(om_study_loader *loader) {
    om_study_column *column = NULL;
    loader->study->cell_names = loader->barcodes;
    loader->barcodes = NULL;
    OM_TRY(om_study_add_column(loader, &column));
    OM_TRY(om_study_fill_sample(loader, column, om_strings_count(loader->study->cell_names)));
    OM_TRY(om_study_add_column(loader, &column)); /* of the patient */
    if (loader->log != NULL) {
        om_log_warn(loader->log,
                    "%s: no table of cells; all are taken as of one sample%s, %s (the key 'cells' "
                    "names a table, as Cells.csv is one)",
                    loader->place->data_set->path,
                    loader->place->metadata == NULL ? " of one patient" : "",
                    loader->place->data_set->id);
    }
    return OM_OK;
}
