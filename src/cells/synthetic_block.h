/* The sum of one block, dense while it grows. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_BLOCK_H
#define ONCOMARK_CELLS_SYNTHETIC_BLOCK_H

#include "oncomark/synthetic.h"

typedef struct om_synthetic_block om_synthetic_block;

/* All zero. */
om_status om_synthetic_block_create(om_synthetic_block **out, int64_t n_columns);
void om_synthetic_block_destroy(om_synthetic_block **block);

/* Adds a cell, its values cut to whole numbers; OM_INPUT where one is beyond 32 bits. Local. */
om_status om_synthetic_block_add_cell(om_synthetic_block *block, const om_counts *counts,
                                      int64_t cell, const int32_t *column_of);

/* Adds part of a sum. */
void om_synthetic_block_add_part(om_synthetic_block *block, int64_t n, const int32_t *columns,
                                 const uint32_t *values);

/* Appends the sum as a row and makes it zero again. OM_INPUT where a sum is beyond 32 bits. Local.
 */
om_status om_synthetic_block_finish(om_synthetic_block *block, om_synthetic_rows *rows);

#endif
