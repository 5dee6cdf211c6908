/* Genes and cells of an AnnData file. */
#include "cells/study_loader.h"
#include "oncomark/h5ad_import.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* --- genes --- */

static om_status refuse_column(const om_study_loader *loader, const om_strings *columns,
                               const char *wanted) {
    om_text *list = NULL;
    OM_TRY(om_text_create(&list));
    om_status status = om_study_list(list, columns);
    if (status == OM_OK) {
        status = om_fail(OM_INPUT,
                         "%s: object '%s': found %s%s, expected the column '%s', which the key "
                         "'gene_symbols' names ('index' is the index)",
                         loader->place->matrix, loader->place->var,
                         om_strings_count(columns) == 0 ? "no columns" : "the columns ",
                         om_text_get(list), wanted);
    }
    om_text_destroy(&list);
    return status;
}

/* The column of the symbols; -1: the index. By itself a column whose name says that it has symbols
 * goes before the index, which then has identifiers. */
static om_status choose_column(const om_study_loader *loader, const om_strings *columns,
                               int64_t *column) {
    const char *wanted = loader->place->data_set->gene_symbols;
    if (wanted == NULL) {
        *column = om_strings_find(columns, "feature_name");
        *column = *column >= 0 ? *column : om_strings_find(columns, "gene_symbols");
        return OM_OK;
    }
    *column = om_strings_find(columns, wanted);
    return *column >= 0 || strcmp(wanted, "index") == 0 ? OM_OK
                                                        : refuse_column(loader, columns, wanted);
}

/* A gene without a symbol takes its name in the index. */
static om_status add_symbols(om_study_loader *loader, const om_strings *index,
                             const om_h5ad_column *column) {
    int64_t n_missing = 0;
    for (int64_t row = 0; row < loader->n_rows; row++) {
        int32_t code = column->codes == NULL ? -1 : column->codes[row];
        const char *text = "";
        if (code >= 0) {
            OM_TRY(
                om_study_clean(loader->scratch, om_strings_get(column->categories, code), &text));
        }
        if (text[0] == '\0') {
            n_missing += column->codes != NULL;
            OM_TRY(om_study_clean(loader->scratch, om_strings_get(index, row), &text));
        }
        if (text[0] == '\0') {
            return om_fail(OM_INPUT, "%s: row %" PRId64 ": found no symbol, expected a gene's",
                           loader->genes_from, row);
        }
        OM_TRY(om_strings_add(loader->study->genes, text));
    }
    if (n_missing > 0 && loader->log != NULL) {
        om_log_warn(loader->log,
                    "%s: no symbol for %" PRId64 " genes; their names in the index are taken",
                    loader->genes_from, n_missing);
    }
    return OM_OK;
}

/* `name` NULL: the index. */
static om_status read_symbols(om_study_loader *loader, const om_strings *index, const char *name) {
    const om_study_place *place = loader->place;
    om_h5ad_column column = {0};
    loader->genes_from = om_format("%s: object '%s%s%s'", place->matrix, place->var,
                                   name == NULL ? "" : "/", name == NULL ? "" : name);
    if (loader->genes_from == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_strings_create(&loader->study->genes));
    om_status status = name == NULL ? OM_OK
                                    : om_h5ad_import_column(&column, loader->file, place->var, name,
                                                            loader->n_rows);
    if (status == OM_OK && name != NULL && column.codes == NULL) {
        status =
            om_fail(OM_INPUT, "%s: found no strings, expected gene symbols", loader->genes_from);
    }
    if (status == OM_OK) {
        status = add_symbols(loader, index, &column);
    }
    om_h5ad_column_release(&column);
    return status;
}

om_status om_annotated_read_genes(om_study_loader *loader) {
    om_strings *index = NULL;
    om_strings *columns = NULL;
    int64_t column = -1;
    om_status status = om_h5ad_import_index(loader->file, loader->place->var, &index);
    if (status == OM_OK) {
        loader->n_rows = om_strings_count(index);
        status = om_h5ad_import_columns(loader->file, loader->place->var, &columns);
    }
    if (status == OM_OK) {
        status = choose_column(loader, columns, &column);
    }
    if (status == OM_OK) {
        status = read_symbols(loader, index, column < 0 ? NULL : om_strings_get(columns, column));
    }
    om_strings_destroy(&columns);
    om_strings_destroy(&index);
    return status;
}

/* --- cells --- */

om_status om_annotated_read_barcodes(om_study_loader *loader) {
    om_strings *index = NULL;
    loader->cells_from = om_format("%s: object 'obs'", loader->place->matrix);
    if (loader->cells_from == NULL) {
        return OM_MEMORY;
    }
    OM_TRY(om_h5ad_import_index(loader->file, "obs", &index));
    om_status status = om_strings_create(&loader->barcodes);
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(index); i++) {
        const char *text = NULL;
        status = om_study_clean(loader->scratch, om_strings_get(index, i), &text);
        if (status == OM_OK) {
            status = om_strings_add(loader->barcodes, text);
        }
    }
    om_strings_destroy(&index);
    return status;
}

static int64_t find_name(const om_strings *names, const char *wanted) {
    for (int64_t i = 0; i < om_strings_count(names); i++) {
        if (strcasecmp(om_strings_get(names, i), wanted) == 0) {
            return i;
        }
    }
    return -1;
}

/* Takes over what was read, in the form of a study. *usable: it is a column. */
static om_status take_column(om_study_column *column, om_h5ad_column *read, const char *name,
                             bool na_is_a_name, int64_t n_cells, bool *usable) {
    column->numbers = read->numbers;
    column->codes = read->codes;
    column->categories = read->categories;
    *read = (om_h5ad_column){0};
    *usable = column->numbers != NULL || column->codes != NULL;
    column->name = om_strdup(name);
    if (column->name == NULL) {
        return OM_MEMORY;
    }
    if (column->codes != NULL) {
        return om_study_column_tidy(column, na_is_a_name, n_cells);
    }
    return column->numbers == NULL ? OM_OK : om_study_column_drop_empty(column, n_cells);
}

/* Sample or patient. */
static om_status read_names(om_study_loader *loader, const char *column_name, const char *name,
                            om_study_column *column) {
    om_h5ad_column read = {0};
    bool usable = false;
    int64_t n_cells = om_strings_count(loader->study->cell_names);
    OM_TRY(om_h5ad_import_names(&read, loader->file, "obs", column_name, n_cells));
    OM_TRY(take_column(column, &read, name, strcmp(name, "sample") == 0, n_cells, &usable));
    return usable ? OM_OK
                  : om_fail(OM_INPUT, "%s: object 'obs/%s': found neither names nor numbers",
                            loader->place->matrix, column_name);
}

static om_status read_sample(om_study_loader *loader, const om_strings *columns, int64_t at) {
    om_study_column *sample = NULL;
    int64_t n_cells = om_strings_count(loader->study->cell_names);
    OM_TRY(om_study_add_column(loader, &sample));
    loader->has_samples = at >= 0;
    if (at < 0) {
        if (loader->log != NULL) {
            om_log_warn(loader->log,
                        "%s: no column \"sample\"; all cells are taken as of one sample, %s (the "
                        "key 'cells' names a table that tells them, as Cells.csv does)",
                        loader->cells_from, loader->place->data_set->id);
        }
        return om_study_fill_sample(loader, sample, n_cells);
    }
    OM_TRY(read_names(loader, om_strings_get(columns, at), "sample", sample));
    for (int64_t cell = 0; cell < n_cells; cell++) {
        if (sample->codes[cell] < 0) {
            return om_fail(OM_INPUT,
                           "%s: object 'obs/%s': row %" PRId64
                           ": found no sample, expected its name",
                           loader->place->matrix, om_strings_get(columns, at), cell);
        }
    }
    return OM_OK;
}

static om_status read_patient(om_study_loader *loader, const om_strings *columns, int64_t at) {
    om_study_column *patient = NULL;
    OM_TRY(om_study_add_column(loader, &patient));
    loader->has_patients = at >= 0;
    return at < 0 ? OM_OK : read_names(loader, om_strings_get(columns, at), "patient", patient);
}

static om_status read_other(om_study_loader *loader, const char *header, int64_t number) {
    om_h5ad_column read = {0};
    bool usable = false;
    char *name = NULL;
    om_study_column *column = NULL;
    int64_t n_cells = om_strings_count(loader->study->cell_names);
    OM_TRY(om_study_name_column(loader, header, number, loader->cells_from, &name));
    if (name == NULL) {
        return OM_OK;
    }
    om_status status = om_h5ad_import_column(&read, loader->file, "obs", header, n_cells);
    if (status == OM_OK) {
        status = om_study_add_column(loader, &column);
    }
    if (status == OM_OK) {
        status = take_column(column, &read, name, false, n_cells, &usable);
    }
    if (status == OM_OK && !usable) {
        om_study_column_release(column);
        loader->study->n_columns--;
        if (loader->log != NULL) {
            om_log_warn(loader->log,
                        "%s: column %s is left out, since it has neither names nor numbers",
                        loader->cells_from, name);
        }
    }
    om_h5ad_column_release(&read);
    om_free(name);
    return status;
}

om_status om_annotated_read_cells(om_study_loader *loader) {
    om_strings *columns = NULL;
    loader->study->cell_names = loader->barcodes;
    loader->barcodes = NULL;
    OM_TRY(om_h5ad_import_columns(loader->file, "obs", &columns));
    int64_t sample = find_name(columns, "sample");
    int64_t patient = find_name(columns, "patient");
    om_status status = read_sample(loader, columns, sample);
    if (status == OM_OK) {
        status = read_patient(loader, columns, patient);
    }
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(columns); i++) {
        if (i != sample && i != patient) {
            status = read_other(loader, om_strings_get(columns, i), i);
        }
    }
    om_strings_destroy(&columns);
    return status;
}
