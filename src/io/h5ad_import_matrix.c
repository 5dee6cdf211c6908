/* Where AnnData files of all versions have their matrix. */
#include "h5_field.h"
#include "h5ad_private.h"
#include "oncomark/h5ad_import.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

static om_status part_path(char **out, const om_h5 *file, const char *group, const char *name) {
    char path[OM_H5AD_PATH_CAPACITY];
    OM_TRY(om_h5ad_join(path, file, group, name));
    *out = om_strdup(path);
    return *out == NULL ? OM_MEMORY : OM_OK;
}

static om_status check_sizes(const om_h5 *file, const char *path, int64_t n_cells,
                             int64_t n_genes) {
    if (n_cells < 1 || n_genes < 1 || n_cells > INT32_MAX || n_genes > INT32_MAX) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found %" PRId64 " cells x %" PRId64
                       " genes, expected 1 to %" PRId32 " of each",
                       om_h5_path(file), path, n_cells, n_genes, INT32_MAX);
    }
    return OM_OK;
}

om_status om_h5_import_sparse(om_matrix_place *place, const om_h5 *file, const char *group,
                              bool by_gene, int64_t n_genes, int64_t n_cells) {
    int64_t n_indices = 0;
    int64_t n_offsets = 0;
    int64_t n_lines = by_gene ? n_genes : n_cells;
    OM_TRY(check_sizes(file, group, n_cells, n_genes));
    place->layout = by_gene ? OM_MATRIX_GENES : OM_MATRIX_CELLS;
    place->n_genes = n_genes;
    place->n_kept = n_genes;
    place->n_cells = n_cells;
    OM_TRY(part_path(&place->data, file, group, "data"));
    OM_TRY(part_path(&place->indices, file, group, "indices"));
    OM_TRY(part_path(&place->indptr, file, group, "indptr"));
    OM_TRY(om_h5ad_length(file, place->data, &place->n_nonzeros));
    OM_TRY(om_h5ad_length(file, place->indices, &n_indices));
    OM_TRY(om_h5ad_length(file, place->indptr, &n_offsets));
    if (n_indices != place->n_nonzeros) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found %" PRId64 " indices, expected %" PRId64
                       ", as many as the values of '%s'",
                       om_h5_path(file), place->indices, n_indices, place->n_nonzeros, place->data);
    }
    if (n_offsets != n_lines + 1) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found %" PRId64 " offsets, expected %" PRId64
                       ", one more than there are %s",
                       om_h5_path(file), place->indptr, n_offsets, n_lines + 1,
                       by_gene ? "genes" : "cells");
    }
    return OM_OK;
}

static om_status import_dense(om_matrix_place *place, const om_h5 *file, const char *path) {
    int n_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS];
    OM_TRY(om_h5_shape(file, path, &n_dimensions, shape));
    if (n_dimensions != 2) {
        return om_fail(OM_INPUT, "%s: object '%s': found %d dimensions, expected 2 (cells x genes)",
                       om_h5_path(file), path, n_dimensions);
    }
    OM_TRY(check_sizes(file, path, shape[0], shape[1]));
    place->layout = OM_MATRIX_DENSE;
    place->n_cells = shape[0];
    place->n_genes = shape[1];
    place->n_kept = shape[1];
    place->n_nonzeros = shape[0] * shape[1];
    place->data = om_strdup(path);
    return place->data == NULL ? OM_MEMORY : OM_OK;
}

om_status om_h5ad_import_matrix(om_matrix_place *place, const om_h5 *file, const char *path) {
    om_h5_class class = OM_H5_OTHER;
    int64_t shape[2];
    char *kind = NULL;
    OM_TRY(om_h5_class_of(file, path, NULL, &class));
    if (class != OM_H5_GROUP) {
        return import_dense(place, file, path);
    }
    /* Before AnnData 0.7 the attributes had other names. */
    bool old = om_h5_has_attribute(file, path, "h5sparse_format");
    OM_TRY(
        om_h5_read_attribute_string(file, path, old ? "h5sparse_format" : "encoding-type", &kind));
    bool by_cell = strncmp(kind, "csr", 3) == 0;
    bool by_gene = strncmp(kind, "csc", 3) == 0;
    om_status status = OM_OK;
    if (!by_cell && !by_gene) {
        status = om_fail(OM_INPUT,
                         "%s: object '%s': found a matrix of type '%s', expected csr_matrix, "
                         "csc_matrix or a dense array",
                         om_h5_path(file), path, kind);
    }
    om_free(kind);
    OM_TRY(status);
    OM_TRY(om_h5_read_attribute_i64(file, path, old ? "h5sparse_shape" : "shape", 2, shape));
    return om_h5_import_sparse(place, file, path, by_gene, shape[1], shape[0]);
}
