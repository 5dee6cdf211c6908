#include "cells/study_folder.h"

#include "oncomark/memory.h"
#include "oncomark/reader.h"
#include "oncomark/string_map.h"
#include "oncomark/table.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

/* What is at hand while a study is put together. */
typedef struct study_loader {
    om_study *study;
    const om_study_files *files;
    om_log *log; /* NULL: quiet */
    om_text *scratch;
    om_table *cells;
    om_table *metadata;      /* NULL: none */
    int64_t cells_sample;    /* column of the sample in `cells` */
    int64_t metadata_sample; /* and in `metadata` */
    int64_t *metadata_rows;  /* [n_cells] row of each cell's sample, -1: none */
} study_loader;

static om_status add_gene(om_strings *genes, om_text *scratch, const char *path,
                          int64_t line_number, const char *line) {
    const char *symbol = NULL;
    OM_TRY(om_study_clean(scratch, line, &symbol));
    size_t n = strlen(symbol);
    if (n > 1 && symbol[0] == '"' && symbol[n - 1] == '"') {
        symbol++;
        n -= 2;
    }
    if (memchr(symbol, '\t', n) != NULL) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found several columns, expected one symbol a line", path,
                       line_number);
    }
    return om_strings_add_n(genes, symbol, n);
}

/* One symbol a line; blank lines only at the end, since a row's number is its line's. */
static om_status read_genes(study_loader *loading) {
    const char *path = loading->files->genes;
    om_reader *reader = NULL;
    OM_TRY(om_strings_create(&loading->study->genes));
    OM_TRY(om_reader_open(&reader, path));
    int64_t blank = 0; /* number of the first blank line */
    om_status status = OM_OK;
    while (status == OM_OK) {
        char *line = NULL;
        size_t length = 0;
        status = om_reader_line(reader, &line, &length);
        if (status != OM_OK || line == NULL) {
            break;
        }
        int64_t number = om_reader_line_number(reader);
        if (line[strspn(line, " \t")] == '\0') {
            blank = blank == 0 ? number : blank;
        } else if (blank != 0) {
            status = om_fail(OM_INPUT, "%s:%" PRId64 ": found a blank line, expected a gene symbol",
                             path, blank);
        } else {
            status = add_gene(loading->study->genes, loading->scratch, path, number, line);
        }
    }
    om_reader_close(&reader);
    return status;
}

/* First column from `first` on with this header, case ignored; -1 if absent. */
static int64_t find_column(const om_table *table, const char *header, int64_t first) {
    for (int64_t i = first; i < om_table_columns(table); i++) {
        if (strcasecmp(om_table_header(table, i), header) == 0) {
            return i;
        }
    }
    return -1;
}

static om_status require_sample(const om_table *table, int64_t first, int64_t *column) {
    *column = find_column(table, "sample", first);
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

static om_status read_cells(study_loader *loading) {
    OM_TRY(om_table_read(&loading->cells, loading->files->cells));
    OM_TRY(require_sample(loading->cells, 1, &loading->cells_sample));
    OM_TRY(om_strings_create(&loading->study->cell_names));
    om_study_source names = {.table = loading->cells, .column = 0};
    om_study_source samples = {.table = loading->cells, .column = loading->cells_sample};
    for (int64_t cell = 0; cell < om_table_rows(loading->cells); cell++) {
        const char *text = NULL;
        OM_TRY(om_study_field(loading->scratch, &samples, cell, &text));
        if (text[0] == '\0') {
            return om_fail(OM_INPUT, "%s:%" PRId64 ": found no sample, expected its name",
                           loading->files->cells, om_table_line(loading->cells, cell));
        }
        OM_TRY(om_study_field(loading->scratch, &names, cell, &text));
        OM_TRY(om_strings_add(loading->study->cell_names, text));
    }
    return OM_OK;
}

static om_status map_samples(study_loader *loading, om_string_map *rows) {
    om_study_source source = {.table = loading->metadata, .column = loading->metadata_sample};
    for (int64_t row = 0; row < om_table_rows(loading->metadata); row++) {
        const char *text = NULL;
        bool inserted = false;
        OM_TRY(om_study_field(loading->scratch, &source, row, &text));
        OM_TRY(om_string_map_add(rows, text, row, &inserted));
        if (!inserted && loading->log != NULL) {
            om_log_warn(loading->log,
                        "%s:%" PRId64 ": sample %s stands here a second time; its first row is "
                        "used",
                        loading->files->metadata, om_table_line(loading->metadata, row), text);
        }
    }
    return OM_OK;
}

/* Finds each cell's row of the metadata. */
static om_status join_cells(study_loader *loading, om_string_map *rows, om_string_map *missing) {
    om_study_source source = {.table = loading->cells, .column = loading->cells_sample};
    for (int64_t cell = 0; cell < om_table_rows(loading->cells); cell++) {
        const char *text = NULL;
        bool inserted = false;
        OM_TRY(om_study_field(loading->scratch, &source, cell, &text));
        loading->metadata_rows[cell] = om_string_map_get(rows, text, -1);
        if (loading->metadata_rows[cell] < 0) {
            OM_TRY(om_string_map_add(missing, text, 0, &inserted));
        }
        if (inserted && loading->log != NULL) {
            om_log_warn(loading->log,
                        "%s:%" PRId64 ": sample %s is not in %s; its fields are empty",
                        loading->files->cells, om_table_line(loading->cells, cell), text,
                        loading->files->metadata);
        }
    }
    return OM_OK;
}

static om_status read_metadata(study_loader *loading) {
    if (loading->files->metadata == NULL) {
        if (loading->log != NULL) {
            om_log_warn(loading->log,
                        "%s: no Meta-data.csv or Samples.csv beside it; every sample is taken as a "
                        "patient of its own",
                        loading->files->cells);
        }
        return OM_OK;
    }
    OM_TRY(om_table_read(&loading->metadata, loading->files->metadata));
    OM_TRY(require_sample(loading->metadata, 0, &loading->metadata_sample));
    int64_t n_cells = om_table_rows(loading->cells);
    loading->metadata_rows = om_malloc(n_cells, sizeof *loading->metadata_rows);
    if (loading->metadata_rows == NULL) {
        return OM_MEMORY;
    }
    om_string_map *rows = NULL;
    om_string_map *missing = NULL;
    om_status status = om_string_map_create(&rows);
    if (status == OM_OK) {
        status = om_string_map_create(&missing);
    }
    if (status == OM_OK) {
        status = map_samples(loading, rows);
    }
    if (status == OM_OK) {
        status = join_cells(loading, rows, missing);
    }
    om_string_map_destroy(&rows);
    om_string_map_destroy(&missing);
    return status;
}

/* The metadata's patient, else that of Cells.csv, else the sample. */
static om_status add_patient(study_loader *loading, const om_study_source *sample) {
    om_study_source source = *sample;
    int64_t in_cells = find_column(loading->cells, "patient", 1);
    int64_t in_metadata =
        loading->metadata == NULL ? -1 : om_table_find(loading->metadata, "patient");
    if (in_metadata >= 0) {
        source = (om_study_source){loading->metadata, in_metadata, loading->metadata_rows};
    } else if (in_cells >= 0) {
        source.column = in_cells;
    } else if (loading->metadata != NULL && loading->log != NULL) {
        om_log_warn(loading->log,
                    "%s: no column \"patient\"; every sample is taken as a patient of its own",
                    loading->files->metadata);
    }
    int64_t n_filled = 0;
    om_study *study = loading->study;
    OM_TRY(om_study_column_read_names(&study->columns[study->n_columns++], "patient", &source,
                                      sample, om_table_rows(loading->cells), &n_filled));
    if (n_filled > 0 && loading->log != NULL) {
        om_log_warn(loading->log,
                    "%s: no patient for %" PRId64 " cells; their sample is taken as their patient",
                    loading->files->cells, n_filled);
    }
    return OM_OK;
}

static bool name_is_taken(const om_study *study, const char *name) {
    bool taken = strcasecmp(name, "cell_name") == 0;
    for (int64_t i = 0; i < study->n_columns; i++) {
        taken = taken || strcasecmp(name, study->columns[i].name) == 0;
    }
    return taken;
}

/* A header as the name of an HDF5 object. */
static om_status make_name(om_text *scratch, const char *header, int64_t column, char **name) {
    const char *text = NULL;
    OM_TRY(om_study_clean(scratch, header, &text));
    bool unusable = text[0] == '\0' || text[0] == '.' || strcmp(text, "_index") == 0;
    *name = unusable ? om_format("column_%" PRId64 "%s", column + 1, text) : om_strdup(text);
    if (*name == NULL) {
        return OM_MEMORY;
    }
    for (char *slash = *name; (slash = strchr(slash, '/')) != NULL;) {
        *slash = '_';
    }
    return OM_OK;
}

/* Adds a table's columns whose names are not taken yet; `key` is the sample's column. */
static om_status add_columns(study_loader *loading, const om_table *table, int64_t first,
                             int64_t key, const int64_t *rows) {
    om_study *study = loading->study;
    for (int64_t i = first; i < om_table_columns(table); i++) {
        if (i == key || strcasecmp(om_table_header(table, i), "patient") == 0) {
            continue;
        }
        char *name = NULL;
        OM_TRY(make_name(loading->scratch, om_table_header(table, i), i, &name));
        om_status status = OM_OK;
        if (!name_is_taken(study, name)) {
            om_study_source source = {table, i, rows};
            status = om_study_column_read(&study->columns[study->n_columns++], name, &source,
                                          om_table_rows(loading->cells));
        } else if (loading->log != NULL) {
            om_log_warn(loading->log, "%s: column %s is left out, since its name is taken",
                        om_table_path(table), name);
        }
        om_free(name);
        OM_TRY(status);
    }
    return OM_OK;
}

static om_status build_columns(study_loader *loading) {
    om_study *study = loading->study;
    int64_t most = om_table_columns(loading->cells) + 2;
    if (loading->metadata != NULL) {
        most += om_table_columns(loading->metadata);
    }
    study->columns = om_calloc(most, sizeof *study->columns);
    if (study->columns == NULL) {
        return OM_MEMORY;
    }
    om_study_source sample = {.table = loading->cells, .column = loading->cells_sample};
    /* A sample may be called NA. */
    OM_TRY(om_study_column_read_names(&study->columns[study->n_columns++], "sample", &sample,
                                      &sample, om_table_rows(loading->cells), NULL));
    OM_TRY(add_patient(loading, &sample));
    OM_TRY(add_columns(loading, loading->cells, 1, loading->cells_sample, NULL));
    if (loading->metadata != NULL) {
        OM_TRY(add_columns(loading, loading->metadata, 0, loading->metadata_sample,
                           loading->metadata_rows));
    }
    return OM_OK;
}

om_status om_study_load(om_study **out, const om_study_files *files, om_log *log) {
    *out = NULL;
    study_loader loading = {.files = files, .log = log};
    loading.study = om_calloc(1, sizeof *loading.study);
    om_status status = loading.study == NULL ? OM_MEMORY : om_text_create(&loading.scratch);
    if (status == OM_OK) {
        status = read_genes(&loading);
    }
    if (status == OM_OK) {
        status = read_cells(&loading);
    }
    if (status == OM_OK) {
        status = read_metadata(&loading);
    }
    if (status == OM_OK) {
        status = build_columns(&loading);
    }
    om_text_destroy(&loading.scratch);
    om_table_destroy(&loading.cells);
    om_table_destroy(&loading.metadata);
    om_free(loading.metadata_rows);
    if (status != OM_OK) {
        om_study_destroy(&loading.study);
        return status;
    }
    *out = loading.study;
    return OM_OK;
}

void om_study_destroy(om_study **study) {
    if (study == NULL || *study == NULL) {
        return;
    }
    om_strings_destroy(&(*study)->genes);
    om_strings_destroy(&(*study)->cell_names);
    for (int64_t i = 0; i < (*study)->n_columns; i++) {
        om_study_column_release(&(*study)->columns[i]);
    }
    om_free((*study)->columns);
    om_free(*study);
    *study = NULL;
}

om_status om_study_compare(const om_study *study, const om_study_files *files,
                           const om_mtx_header *header) {
    int64_t n_genes = om_strings_count(study->genes);
    int64_t n_cells = om_strings_count(study->cell_names);
    if (n_genes == header->rows && n_cells == header->columns) {
        return OM_OK;
    }
    if (n_genes == header->columns && n_cells == header->rows) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found a matrix of cells x genes (%" PRId64 " x %" PRId64
                       "), expected genes x cells, by %s and %s",
                       files->matrix, header->lines, header->rows, header->columns, files->genes,
                       files->cells);
    }
    if (n_genes != header->rows) {
        return om_fail(OM_INPUT,
                       "%s: found %" PRId64 " genes, expected %" PRId64 ", the rows of %s",
                       files->genes, n_genes, header->rows, files->matrix);
    }
    return om_fail(OM_INPUT, "%s: found %" PRId64 " cells, expected %" PRId64 ", the columns of %s",
                   files->cells, n_cells, header->columns, files->matrix);
}
