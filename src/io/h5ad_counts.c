/* Reading the CSR matrix of an AnnData file. */
#include "oncomark/h5ad.h"

#include "h5ad_private.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Length of one of the three arrays. */
static om_status read_part_length(const om_h5 *file, const char *path, const char *name,
                                  int64_t *length) {
    char part[OM_H5AD_PATH_CAPACITY];
    OM_TRY(om_h5ad_join(part, file, path, name));
    return om_h5ad_length(file, part, length);
}

om_status om_h5ad_csr_shape(const om_h5 *file, const char *path, int64_t *n_rows,
                            int64_t *n_columns, int64_t *n_nonzeros) {
    int64_t shape[2];
    int64_t n_indices = 0;
    int64_t n_offsets = 0;
    OM_TRY(om_h5ad_expect_encoding(file, path, "csr_matrix"));
    OM_TRY(om_h5_read_attribute_i64(file, path, "shape", 2, shape));
    OM_TRY(read_part_length(file, path, "data", n_nonzeros));
    OM_TRY(read_part_length(file, path, "indices", &n_indices));
    OM_TRY(read_part_length(file, path, "indptr", &n_offsets));
    if (shape[0] < 0 || shape[1] < 0 || shape[1] > INT32_MAX) {
        return om_fail(OM_INPUT, "%s: object '%s': found the shape %" PRId64 " x %" PRId64,
                       om_h5_path(file), path, shape[0], shape[1]);
    }
    if (n_indices != *n_nonzeros || n_offsets != shape[0] + 1) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found %" PRId64 " values, %" PRId64 " indices and %" PRId64
                       " offsets, expected as many indices as values and %" PRId64 " offsets",
                       om_h5_path(file), path, *n_nonzeros, n_indices, n_offsets, shape[0] + 1);
    }
    if (strcmp(path, "X") == 0) {
        OM_TRY(om_h5ad_expect_frame(file, "obs", shape[0]));
        OM_TRY(om_h5ad_expect_frame(file, "var", shape[1]));
    }
    *n_rows = shape[0];
    *n_columns = shape[1];
    return OM_OK;
}

/* Reads offsets first_row .. first_row + n_rows and checks them. Owned by the caller. */
static om_status read_offsets(const om_h5 *file, const char *path, int64_t first_row,
                              int64_t n_rows, int64_t n_nonzeros, int64_t **offsets) {
    char part[OM_H5AD_PATH_CAPACITY];
    OM_TRY(om_h5ad_join(part, file, path, "indptr"));
    int64_t *read = om_malloc(n_rows + 1, sizeof *read);
    if (read == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_h5_read_rows(file, part, OM_I64, first_row, n_rows + 1, read);
    for (int64_t row = 0; status == OM_OK && row <= n_rows; row++) {
        int64_t least = row == 0 ? 0 : read[row - 1];
        if (read[row] < least || read[row] > n_nonzeros) {
            status = om_fail(OM_INPUT,
                             "%s: object '%s': row %" PRId64 ": found offset %" PRId64
                             ", expected %" PRId64 " to %" PRId64,
                             om_h5_path(file), part, first_row + row, read[row], least, n_nonzeros);
        }
    }
    if (status != OM_OK) {
        om_free(read);
        read = NULL;
    }
    *offsets = read;
    return status;
}

om_status om_h5ad_read_indptr(const om_h5 *file, const char *path, int64_t **indptr) {
    int64_t n_rows = 0;
    int64_t n_columns = 0;
    int64_t n_nonzeros = 0;
    *indptr = NULL;
    OM_TRY(om_h5ad_csr_shape(file, path, &n_rows, &n_columns, &n_nonzeros));
    OM_TRY(read_offsets(file, path, 0, n_rows, n_nonzeros, indptr));
    if ((*indptr)[0] == 0 && (*indptr)[n_rows] == n_nonzeros) {
        return OM_OK;
    }
    om_status status = om_fail(OM_INPUT,
                               "%s: object '%s/indptr': found offsets %" PRId64 " to %" PRId64
                               ", expected 0 to %" PRId64,
                               om_h5_path(file), path, (*indptr)[0], (*indptr)[n_rows], n_nonzeros);
    om_free(*indptr);
    *indptr = NULL;
    return status;
}

typedef struct entry {
    int32_t gene;
    double value;
} entry;

static int compare_genes(const void *a, const void *b) {
    int32_t left = ((const entry *)a)->gene;
    int32_t right = ((const entry *)b)->gene;
    return (left > right) - (left < right);
}

static bool is_ascending(const int32_t *indices, int64_t n) {
    for (int64_t i = 1; i < n; i++) {
        if (indices[i] <= indices[i - 1]) {
            return false;
        }
    }
    return true;
}

/* Sorts a cell's entries and adds up repeated ones, as SciPy's readers may leave them. Returns the
 * number that remain, -1 without memory. */
static int64_t sort_cell(int32_t *indices, double *values, int64_t n) {
    entry *entries = om_malloc(n, sizeof *entries);
    if (entries == NULL) {
        return -1;
    }
    for (int64_t i = 0; i < n; i++) {
        entries[i] = (entry){indices[i], values[i]};
    }
    qsort(entries, (size_t)n, sizeof *entries, compare_genes);
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        if (kept > 0 && indices[kept - 1] == entries[i].gene) {
            values[kept - 1] += entries[i].value;
        } else {
            indices[kept] = entries[i].gene;
            values[kept++] = entries[i].value;
        }
    }
    om_free(entries);
    return kept;
}

static om_status check_cell(const om_h5 *file, const char *path, int64_t cell, int64_t n_genes,
                            const int32_t *indices, const double *values, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        if (indices[i] < 0 || indices[i] >= n_genes) {
            return om_fail(OM_INPUT,
                           "%s: object '%s': row %" PRId64 ": found column %" PRId32
                           ", expected 0 to %" PRId64,
                           om_h5_path(file), path, cell, indices[i], n_genes - 1);
        }
        if (!(values[i] >= 0.0) || isinf(values[i])) {
            return om_fail(OM_INPUT,
                           "%s: object '%s': row %" PRId64 ", column %" PRId32
                           ": found %.17g, expected a finite value not below 0",
                           om_h5_path(file), path, cell, indices[i], values[i]);
        }
    }
    return OM_OK;
}

/* Brings the cells into the form of om_counts: ascending, no duplicates, no explicit zeros. */
static om_status tidy_cells(om_counts *counts, const om_h5 *file, const char *path) {
    int64_t kept = 0;
    int64_t first = 0;
    for (int64_t cell = 0; cell < counts->n_cells; cell++) {
        int64_t n = counts->indptr[cell + 1] - first;
        int32_t *indices = counts->indices + first;
        double *values = counts->values + first;
        first = counts->indptr[cell + 1];
        OM_TRY(
            check_cell(file, path, counts->first_cell + cell, counts->n_genes, indices, values, n));
        if (!is_ascending(indices, n)) {
            n = sort_cell(indices, values, n);
            if (n < 0) {
                return OM_MEMORY;
            }
        }
        for (int64_t i = 0; i < n; i++) {
            if (values[i] > 0.0) {
                counts->indices[kept] = indices[i];
                counts->values[kept++] = values[i];
            }
        }
        counts->indptr[cell + 1] = kept;
    }
    return OM_OK;
}

/* By the stored type where that says it. */
static om_status find_whole_values(om_counts *counts, const om_h5 *file, const char *data_path) {
    om_type type;
    OM_TRY(om_h5_type(file, data_path, &type));
    counts->integer = true;
    if (type == OM_I64 || type == OM_F32 || type == OM_F64) {
        int64_t n = counts->indptr[counts->n_cells];
        for (int64_t i = 0; i < n && counts->integer; i++) {
            counts->integer =
                counts->values[i] < 0x1p32 && floor(counts->values[i]) == counts->values[i];
        }
    }
    return OM_OK;
}

om_status om_h5ad_read_counts(om_counts **out, const om_h5 *file, const char *path,
                              int64_t first_cell, int64_t n_cells) {
    char part[OM_H5AD_PATH_CAPACITY];
    int64_t n_rows = 0;
    int64_t n_columns = 0;
    int64_t n_nonzeros = 0;
    int64_t *offsets = NULL;
    om_counts *counts = NULL;
    *out = NULL;
    OM_TRY(om_h5ad_csr_shape(file, path, &n_rows, &n_columns, &n_nonzeros));
    if (first_cell < 0 || n_cells < 0 || first_cell > n_rows - n_cells) {
        return om_fail(OM_INPUT,
                       "%s: object '%s': found %" PRId64 " rows, expected rows %" PRId64
                       " to %" PRId64,
                       om_h5_path(file), path, n_rows, first_cell, first_cell + n_cells);
    }
    OM_TRY(read_offsets(file, path, first_cell, n_cells, n_nonzeros, &offsets));
    int64_t first = offsets[0];
    int64_t n = offsets[n_cells] - first;
    om_status status = om_counts_create(&counts, n_cells, n);
    if (status == OM_OK) {
        counts->n_genes = n_columns;
        counts->n_cells_total = n_rows;
        counts->first_cell = first_cell;
        for (int64_t cell = 0; cell <= n_cells; cell++) {
            counts->indptr[cell] = offsets[cell] - first;
        }
        status = om_h5ad_join(part, file, path, "indices");
    }
    if (status == OM_OK) {
        status = om_h5_read_rows(file, part, OM_I32, first, n, counts->indices);
    }
    if (status == OM_OK) {
        status = om_h5ad_join(part, file, path, "data");
    }
    if (status == OM_OK) {
        status = om_h5_read_rows(file, part, OM_F64, first, n, counts->values);
    }
    if (status == OM_OK) {
        status = tidy_cells(counts, file, path);
    }
    if (status == OM_OK) {
        status = find_whole_values(counts, file, part);
    }
    om_free(offsets);
    if (status != OM_OK) {
        om_counts_destroy(&counts);
    }
    *out = counts;
    return status;
}
