/* Packed sums on this rank, put aside until all are there. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_ROWS_H
#define ONCOMARK_CELLS_SYNTHETIC_ROWS_H

#include "oncomark/spill.h"

#include <stdint.h>

/* One sum, of a whole block or of some of its cells. */
typedef struct om_synthetic_packed_row {
    int64_t data; /* number of the data set in the catalog */
    int64_t block;
    int64_t n_values;
    int64_t position; /* in the spill */
    int64_t length;
} om_synthetic_packed_row;

/* Plain data. */
typedef struct om_synthetic_rows {
    om_spill *spill;
    int64_t n_rows;
    int64_t capacity;
    om_synthetic_packed_row *rows; /* [n_rows] as they came, or as they were sorted */
    int64_t buffer_capacity;
    unsigned char *buffer; /* the sum that was loaded last */
} om_synthetic_rows;

/* `path` and `memory` as for om_spill_create; 40 bytes a row come on top. Local. */
om_status om_synthetic_rows_create(om_synthetic_rows **out, const char *path, int64_t memory);
void om_synthetic_rows_destroy(om_synthetic_rows **rows);

/* Puts `row->length` bytes aside; row->position is ignored. Local. */
om_status om_synthetic_rows_add(om_synthetic_rows *rows, const om_synthetic_packed_row *row,
                                const void *packed);

/* Orders rows by data set and block, those of one block as they came. */
void om_synthetic_rows_sort(om_synthetic_rows *rows);

/* The bytes of rows->rows[index], borrowed until the next call. Local. */
om_status om_synthetic_rows_load(om_synthetic_rows *rows, int64_t index, const void **packed);

#endif
