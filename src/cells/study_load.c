/* A study from its files. */
#include "cells/study_loader.h"
#include "oncomark/h5ad_import.h"
#include "oncomark/matrix_market.h"
#include "oncomark/memory.h"

#include <inttypes.h>

static bool is_h5(const om_study_place *place) {
    return place->format != OM_STUDY_3CA && place->format != OM_STUDY_TENX_FOLDER;
}

static om_status read_mtx(om_matrix_place *matrix, const om_study_place *place, int64_t *line) {
    om_mtx_header header;
    OM_TRY(om_mtx_header_read(place->matrix, &header));
    matrix->layout = OM_MATRIX_MTX;
    matrix->n_genes = header.rows;
    matrix->n_kept = header.rows;
    matrix->n_cells = header.columns;
    matrix->n_nonzeros = header.entries;
    *line = header.lines;
    return OM_OK;
}

/* 10x: "shape" is genes x cells, and indptr goes by cells. */
static om_status read_tenx(om_matrix_place *matrix, const om_study_place *place,
                           const om_h5 *file) {
    int64_t shape[2];
    char *path = om_format("%s/shape", place->object);
    om_status status = path == NULL ? OM_MEMORY : om_h5_read_rows(file, path, OM_I64, 0, 2, shape);
    om_free(path);
    OM_TRY(status);
    return om_h5_import_sparse(matrix, file, place->object, false, shape[0], shape[1]);
}

/* `file` is open where the matrix is in HDF5. *line: of a Matrix Market file's sizes. */
static om_status read_matrix(om_matrix_place **out, const om_study_place *place, const om_h5 *file,
                             int64_t *line) {
    *out = NULL;
    om_matrix_place *matrix = om_calloc(1, sizeof *matrix);
    if (matrix == NULL) {
        return OM_MEMORY;
    }
    matrix->file = om_strdup(place->matrix);
    om_status status = matrix->file == NULL ? OM_MEMORY : OM_OK;
    if (status == OM_OK) {
        status = !is_h5(place) ? read_mtx(matrix, place, line)
                 : place->format == OM_STUDY_ANNDATA
                     ? om_h5ad_import_matrix(matrix, file, place->object)
                     : read_tenx(matrix, place, file);
    }
    if (status != OM_OK) {
        om_study_matrix_destroy(&matrix);
    }
    *out = matrix;
    return status;
}

om_status om_study_read_matrix(om_matrix_place **out, const om_study_place *place) {
    om_h5 *file = NULL;
    int64_t line = 0;
    *out = NULL;
    OM_TRY(is_h5(place) ? om_h5_open(&file, place->matrix) : OM_OK);
    om_status status = read_matrix(out, place, file, &line);
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}

/* Numbers of genes and cells against the matrix, which is at hand before any table is read. */
static om_status compare(const om_study_loader *loader, int64_t line) {
    const om_matrix_place *matrix = loader->study->matrix;
    int64_t n_cells = om_strings_count(loader->study->cell_names);
    if (loader->n_rows == matrix->n_genes && n_cells == matrix->n_cells) {
        return OM_OK;
    }
    if (loader->n_rows == matrix->n_cells && n_cells == matrix->n_genes && line > 0) {
        return om_fail(OM_INPUT,
                       "%s:%" PRId64 ": found a matrix of cells x genes (%" PRId64 " x %" PRId64
                       "), expected genes x cells, by %s and %s",
                       matrix->file, line, matrix->n_genes, matrix->n_cells, loader->genes_from,
                       loader->cells_from);
    }
    if (loader->n_rows != matrix->n_genes) {
        return om_fail(OM_INPUT, "%s: found %" PRId64 " genes, expected %" PRId64 ", the %s of %s",
                       loader->genes_from, loader->n_rows, matrix->n_genes,
                       line > 0 ? "rows" : "genes", loader->matrix_from);
    }
    return om_fail(OM_INPUT, "%s: found %" PRId64 " cells, expected %" PRId64 ", the %s of %s",
                   loader->cells_from, n_cells, matrix->n_cells, line > 0 ? "columns" : "cells",
                   loader->matrix_from);
}

static om_status read_genes(om_study_loader *loader) {
    switch (loader->place->format) {
    case OM_STUDY_3CA:
        return om_study_read_genes(loader);
    case OM_STUDY_ANNDATA:
        return om_annotated_read_genes(loader);
    default:
        return om_tenx_read_features(loader);
    }
}

static om_status read_barcodes(om_study_loader *loader) {
    switch (loader->place->format) {
    case OM_STUDY_3CA:
        return OM_OK;
    case OM_STUDY_ANNDATA:
        return om_annotated_read_barcodes(loader);
    default:
        return om_tenx_read_barcodes(loader);
    }
}

static om_status read_cells(om_study_loader *loader) {
    if (loader->place->cells != NULL) {
        return om_study_read_cells(loader);
    }
    return loader->place->format == OM_STUDY_ANNDATA ? om_annotated_read_cells(loader)
                                                     : om_study_read_one_sample(loader);
}

static om_status name_matrix(om_study_loader *loader) {
    const om_study_place *place = loader->place;
    loader->matrix_from = is_h5(place) ? om_format("%s: object '%s'", place->matrix, place->object)
                                       : om_strdup(place->matrix);
    return loader->matrix_from == NULL ? OM_MEMORY : OM_OK;
}

static om_status load(om_study_loader *loader) {
    int64_t line = 0;
    OM_TRY(om_text_create(&loader->scratch));
    if (is_h5(loader->place)) {
        OM_TRY(om_h5_open(&loader->file, loader->place->matrix));
    }
    OM_TRY(name_matrix(loader));
    OM_TRY(read_matrix(&loader->study->matrix, loader->place, loader->file, &line));
    OM_TRY(read_genes(loader));
    OM_TRY(read_barcodes(loader));
    OM_TRY(read_cells(loader));
    OM_TRY(compare(loader, line));
    OM_TRY(om_study_join_metadata(loader));
    loader->study->matrix->n_kept = om_strings_count(loader->study->genes);
    return OM_OK;
}

om_status om_study_load(om_study **out, const om_study_place *place, om_log *log) {
    *out = NULL;
    om_study_loader loader = {.place = place, .log = log};
    loader.study = om_calloc(1, sizeof *loader.study);
    om_status status = loader.study == NULL ? OM_MEMORY : load(&loader);
    om_status closed = om_h5_close(&loader.file);
    status = status != OM_OK ? status : closed;
    om_text_destroy(&loader.scratch);
    om_strings_destroy(&loader.barcodes);
    om_free(loader.genes_from);
    om_free(loader.cells_from);
    om_free(loader.matrix_from);
    if (status != OM_OK) {
        om_study_destroy(&loader.study);
        return status;
    }
    *out = loader.study;
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
    om_study_matrix_destroy(&(*study)->matrix);
    om_free(*study);
    *study = NULL;
}
