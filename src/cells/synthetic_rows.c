#include "synthetic_rows.h"

#include "oncomark/memory.h"

#include <stdlib.h>

om_status om_synthetic_rows_create(om_synthetic_rows **out, const char *path, int64_t memory) {
    om_synthetic_rows *rows = om_calloc(1, sizeof *rows);
    *out = rows;
    if (rows == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_spill_create(&rows->spill, path, memory);
    if (status != OM_OK) {
        om_synthetic_rows_destroy(out);
    }
    return status;
}

void om_synthetic_rows_destroy(om_synthetic_rows **rows) {
    if (*rows == NULL) {
        return;
    }
    om_spill_destroy(&(*rows)->spill);
    om_free((*rows)->rows);
    om_free((*rows)->buffer);
    om_free(*rows);
    *rows = NULL;
}

om_status om_synthetic_rows_add(om_synthetic_rows *rows, const om_synthetic_packed_row *row,
                                const void *packed) {
    if (rows->n_rows == rows->capacity) {
        int64_t capacity = rows->capacity > 0 ? 2 * rows->capacity : 64;
        om_synthetic_packed_row *grown = om_realloc(rows->rows, capacity, sizeof *grown);
        if (grown == NULL) {
            return OM_MEMORY;
        }
        rows->rows = grown;
        rows->capacity = capacity;
    }
    om_synthetic_packed_row *added = &rows->rows[rows->n_rows];
    *added = *row;
    added->position = om_spill_length(rows->spill);
    OM_TRY(om_spill_append(rows->spill, packed, row->length));
    rows->n_rows++;
    return OM_OK;
}

static int compare_i64(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int compare_rows(const void *left, const void *right) {
    const om_synthetic_packed_row *a = left;
    const om_synthetic_packed_row *b = right;
    int by_data = compare_i64(a->data, b->data);
    int by_block = by_data != 0 ? by_data : compare_i64(a->block, b->block);
    return by_block != 0 ? by_block : compare_i64(a->position, b->position);
}

void om_synthetic_rows_sort(om_synthetic_rows *rows) {
    if (rows->n_rows > 0) {
        qsort(rows->rows, (size_t)rows->n_rows, sizeof *rows->rows, compare_rows);
    }
}

om_status om_synthetic_rows_load(om_synthetic_rows *rows, int64_t index, const void **packed) {
    const om_synthetic_packed_row *row = &rows->rows[index];
    *packed = NULL;
    if (row->length > rows->buffer_capacity) {
        om_free(rows->buffer);
        rows->buffer = om_malloc(row->length, 1);
        rows->buffer_capacity = rows->buffer != NULL ? row->length : 0;
        if (rows->buffer == NULL) {
            return OM_MEMORY;
        }
    }
    OM_TRY(om_spill_read(rows->spill, row->position, row->length, rows->buffer));
    *packed = rows->buffer;
    return OM_OK;
}
