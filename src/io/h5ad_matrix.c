/* Writing the matrix of an AnnData file. */
#include "oncomark/h5ad.h"

#include "h5_private.h"
#include "h5ad_private.h"
#include "oncomark/memory.h"

/* SciPy wants one type for both index arrays: a file with two types opens but cannot be sliced. So
 * both are 32 bits wide while the offsets fit, as SciPy itself chooses. */
om_type om_h5ad_index_type(int64_t n_nonzeros) {
    return n_nonzeros <= INT32_MAX ? OM_I32 : OM_I64;
}

om_status om_h5ad_begin_csr(om_h5 *file, const char *path, int64_t n_rows, int64_t n_columns) {
    const int64_t shape[2] = {n_rows, n_columns};
    OM_TRY(om_h5_write_group(file, path));
    OM_TRY(om_h5ad_encode(file, path, "csr_matrix", "0.1.0"));
    return om_h5_write_attribute_i64(file, path, "shape", 2, shape);
}

om_status om_h5ad_reserve_csr(om_h5 *file, const char *path, om_type type, int64_t n_rows,
                              int64_t n_columns, int64_t n_nonzeros) {
    char part[OM_H5AD_PATH_CAPACITY];
    const int64_t n_offsets = n_rows + 1;
    OM_TRY(om_h5ad_begin_csr(file, path, n_rows, n_columns));
    OM_TRY(om_h5ad_join(part, file, path, "data"));
    OM_TRY(om_h5_reserve(file, part, type, 1, &n_nonzeros));
    OM_TRY(om_h5ad_join(part, file, path, "indices"));
    OM_TRY(om_h5_reserve(file, part, om_h5ad_index_type(n_nonzeros), 1, &n_nonzeros));
    OM_TRY(om_h5ad_join(part, file, path, "indptr"));
    return om_h5_reserve(file, part, om_h5ad_index_type(n_nonzeros), 1, &n_offsets);
}

om_status om_h5ad_reserve_dense(om_h5 *file, const char *path, om_type type, int64_t n_rows,
                                int64_t n_columns) {
    const int64_t shape[2] = {n_rows, n_columns};
    OM_TRY(om_h5_reserve(file, path, type, 2, shape));
    return om_h5ad_encode(file, path, "array", "0.2.0");
}

/* The closing offset belongs to the writer of the last row; of a matrix without rows, to the root.
 */
static bool writes_closing(const om_h5 *file, int64_t first_row, int64_t n_rows,
                           int64_t total_rows) {
    if (total_rows == 0) {
        return file->ctx == NULL || om_context_is_root(file->ctx);
    }
    return n_rows > 0 && first_row + n_rows == total_rows;
}

/* Column indices as they are in memory, or widened where the file has 64 bits. */
static om_status write_indices(om_h5 *file, const char *path, int64_t first, int64_t count,
                               const int32_t *indices) {
    om_type type = OM_I32;
    OM_TRY(om_h5_agree(file, om_h5_type(file, path, &type)));
    if (type == OM_I32) {
        return om_h5_write_rows(file, path, OM_I32, first, count, indices);
    }
    int64_t *wide = om_malloc(count, sizeof *wide);
    OM_TRY(om_h5_agree(file, wide == NULL ? OM_MEMORY : OM_OK));
    for (int64_t i = 0; i < count; i++) {
        wide[i] = indices[i];
    }
    om_status status = om_h5_write_rows(file, path, OM_I64, first, count, wide);
    om_free(wide);
    return status;
}

/* Offsets base + indptr[0 .. count - 1], in the file's type. */
static om_status write_offsets(om_h5 *file, const char *path, int64_t first, int64_t count,
                               int64_t base, const int64_t *indptr) {
    om_type type = OM_I64;
    OM_TRY(om_h5_agree(file, om_h5_type(file, path, &type)));
    void *offsets = om_malloc(count, (size_t)om_type_size(type));
    OM_TRY(om_h5_agree(file, offsets == NULL ? OM_MEMORY : OM_OK));
    for (int64_t row = 0; row < count; row++) {
        if (type == OM_I32) {
            ((int32_t *)offsets)[row] = (int32_t)(base + indptr[row]);
        } else {
            ((int64_t *)offsets)[row] = base + indptr[row];
        }
    }
    om_status status = om_h5_write_rows(file, path, type, count == 0 ? 0 : first, count, offsets);
    om_free(offsets);
    return status;
}

om_status om_h5ad_write_csr_rows(om_h5 *file, const char *path, om_type type, int64_t first_row,
                                 int64_t n_rows, int64_t total_rows, int64_t first_nonzero,
                                 const int64_t *indptr, const int32_t *indices,
                                 const void *values) {
    char part[OM_H5AD_PATH_CAPACITY];
    OM_TRY(om_h5ad_join(part, file, path, "data"));
    OM_TRY(om_h5_write_rows(file, part, type, first_nonzero, indptr[n_rows], values));
    OM_TRY(om_h5ad_join(part, file, path, "indices"));
    OM_TRY(write_indices(file, part, first_nonzero, indptr[n_rows], indices));
    int64_t n_offsets = n_rows + (writes_closing(file, first_row, n_rows, total_rows) ? 1 : 0);
    OM_TRY(om_h5ad_join(part, file, path, "indptr"));
    return write_offsets(file, part, first_row, n_offsets, first_nonzero, indptr);
}
