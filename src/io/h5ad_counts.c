/* Reading the CSR matrix of an AnnData file. */
#include "oncomark/h5ad.h"

#include "h5ad_private.h"
#include "oncomark/memory.h"
#include "oncomark/partition.h"
#include "oncomark/wide.h"

#include <inttypes.h>
#include <math.h>
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

/* The matrix starts and ends where its offsets say. */
static om_status check_ends(const om_h5 *file, const char *path, int64_t first, int64_t last,
                            int64_t n_nonzeros) {
    if (first == 0 && last == n_nonzeros) {
        return OM_OK;
    }
    return om_fail(OM_INPUT,
                   "%s: object '%s/indptr': found offsets %" PRId64 " to %" PRId64
                   ", expected 0 to %" PRId64,
                   om_h5_path(file), path, first, last, n_nonzeros);
}

static om_status check_offset(const om_h5 *file, const char *part, int64_t row, int64_t offset,
                              int64_t least, int64_t most) {
    if (offset >= least && offset <= most) {
        return OM_OK;
    }
    return om_fail(OM_INPUT,
                   "%s: object '%s': row %" PRId64 ": found offset %" PRId64 ", expected %" PRId64
                   " to %" PRId64,
                   om_h5_path(file), part, row, offset, least, most);
}

om_status om_h5ad_read_offsets(const om_h5 *file, const char *path, int64_t first_row,
                               int64_t n_rows, int64_t n_nonzeros, int64_t **offsets) {
    char part[OM_H5AD_PATH_CAPACITY];
    *offsets = NULL;
    OM_TRY(om_h5ad_join(part, file, path, "indptr"));
    int64_t *read = om_malloc(n_rows + 1, sizeof *read);
    if (read == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_h5_read_rows(file, part, OM_I64, first_row, n_rows + 1, read);
    for (int64_t row = 0; status == OM_OK && row <= n_rows; row++) {
        status = check_offset(file, part, first_row + row, read[row], row == 0 ? 0 : read[row - 1],
                              n_nonzeros);
    }
    if (status != OM_OK) {
        om_free(read);
        return status;
    }
    *offsets = read;
    return OM_OK;
}

om_status om_h5ad_read_indptr(const om_h5 *file, const char *path, int64_t **indptr) {
    int64_t n_rows = 0;
    int64_t n_columns = 0;
    int64_t n_nonzeros = 0;
    *indptr = NULL;
    OM_TRY(om_h5ad_csr_shape(file, path, &n_rows, &n_columns, &n_nonzeros));
    OM_TRY(om_h5ad_read_offsets(file, path, 0, n_rows, n_nonzeros, indptr));
    om_status status = check_ends(file, path, (*indptr)[0], (*indptr)[n_rows], n_nonzeros);
    if (status != OM_OK) {
        om_free(*indptr);
        *indptr = NULL;
    }
    return status;
}

/* Offsets of a matrix that are looked up one by one. */
typedef struct offset_search {
    const om_h5 *file;
    const char *path;
    char part[OM_H5AD_PATH_CAPACITY];
    int64_t n_rows;
    int64_t n_nonzeros;
} offset_search;

/* Offsets `row` and `row` + 1. */
static om_status read_pair(const offset_search *search, int64_t row, int64_t pair[2]) {
    OM_TRY(om_h5_read_rows(search->file, search->part, OM_I64, row, 2, pair));
    OM_TRY(check_offset(search->file, search->part, row, pair[0], 0, search->n_nonzeros));
    return check_offset(search->file, search->part, row + 1, pair[1], pair[0], search->n_nonzeros);
}

/* The first row of part `part`, as in om_range_by_weight. */
static om_status find_cut(const offset_search *search, int parts, int part, int64_t *row) {
    om_wide target = 2 * (om_wide)search->n_nonzeros * part;
    int64_t low = 0;
    int64_t high = part == 0 ? 0 : search->n_rows;
    while (low < high && part < parts) {
        int64_t middle = low + (high - low) / 2;
        int64_t pair[2];
        OM_TRY(read_pair(search, middle, pair));
        if (((om_wide)pair[0] + pair[1]) * parts < target) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *row = part == parts ? search->n_rows : low;
    return OM_OK;
}

om_status om_h5ad_range_by_weight(const om_h5 *file, const char *path, int parts, int part,
                                  int64_t *first, int64_t *count) {
    offset_search search = {.file = file, .path = path};
    int64_t n_columns = 0;
    int64_t ends[2];
    int64_t end = 0;
    OM_TRY(om_h5ad_csr_shape(file, path, &search.n_rows, &n_columns, &search.n_nonzeros));
    OM_TRY(om_h5ad_join(search.part, file, path, "indptr"));
    OM_TRY(om_h5_read_rows(file, search.part, OM_I64, 0, 1, &ends[0]));
    OM_TRY(om_h5_read_rows(file, search.part, OM_I64, search.n_rows, 1, &ends[1]));
    OM_TRY(check_ends(file, path, ends[0], ends[1], search.n_nonzeros));
    if (search.n_nonzeros == 0) {
        om_range_even(search.n_rows, parts, part, first, count);
        return OM_OK;
    }
    OM_TRY(find_cut(&search, parts, part, first));
    OM_TRY(find_cut(&search, parts, part + 1, &end));
    *count = end - *first;
    return OM_OK;
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

om_status om_h5ad_tidy_rows(om_counts *rows, const om_h5 *file, const char *path) {
    int64_t n_duplicates = 0;
    for (int64_t row = 0; row < rows->n_cells; row++) {
        int64_t first = rows->indptr[row];
        OM_TRY(check_cell(file, path, rows->first_cell + row, rows->n_genes, rows->indices + first,
                          rows->values + first, rows->indptr[row + 1] - first));
    }
    return om_counts_tidy(rows, &n_duplicates);
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
    OM_TRY(om_h5ad_read_offsets(file, path, first_cell, n_cells, n_nonzeros, &offsets));
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
        status = om_h5ad_tidy_rows(counts, file, path);
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
