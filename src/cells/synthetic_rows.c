#include "oncomark/memory.h"
#include "oncomark/synthetic.h"

om_status om_synthetic_rows_create(om_synthetic_rows **out) {
    om_synthetic_rows *rows = om_calloc(1, sizeof *rows);
    *out = rows;
    if (rows == NULL) {
        return OM_MEMORY;
    }
    rows->indptr = om_calloc(1, sizeof *rows->indptr);
    if (rows->indptr == NULL) {
        om_synthetic_rows_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_synthetic_rows_destroy(om_synthetic_rows **rows) {
    if (*rows == NULL) {
        return;
    }
    om_free((*rows)->indptr);
    om_free((*rows)->indices);
    om_free((*rows)->values);
    om_free(*rows);
    *rows = NULL;
}

om_status om_synthetic_rows_reserve(om_synthetic_rows *rows, int64_t n_values) {
    if (rows->n_rows == rows->row_capacity) {
        int64_t capacity = rows->row_capacity > 0 ? 2 * rows->row_capacity : 16;
        int64_t *indptr = om_realloc(rows->indptr, capacity + 1, sizeof *indptr);
        if (indptr == NULL) {
            return OM_MEMORY;
        }
        rows->indptr = indptr;
        rows->row_capacity = capacity;
    }
    int64_t needed = rows->indptr[rows->n_rows] + n_values;
    if (needed <= rows->value_capacity) {
        return OM_OK;
    }
    int64_t capacity = rows->value_capacity + rows->value_capacity / 2;
    capacity = capacity > needed ? capacity : needed;
    int32_t *indices = om_realloc(rows->indices, capacity, sizeof *indices);
    if (indices == NULL) {
        return OM_MEMORY;
    }
    rows->indices = indices;
    uint32_t *values = om_realloc(rows->values, capacity, sizeof *values);
    if (values == NULL) {
        return OM_MEMORY;
    }
    rows->values = values;
    rows->value_capacity = capacity;
    return OM_OK;
}
