/* The sum of one block, dense while it grows, and its packed form. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_BLOCK_H
#define ONCOMARK_CELLS_SYNTHETIC_BLOCK_H

#include "synthetic_window.h"

typedef struct om_synthetic_block om_synthetic_block;

/* All zero. Takes 19 bytes a gene. `layout` is borrowed and must have its hot genes. Local. */
om_status om_synthetic_block_create(om_synthetic_block **out, const om_synthetic_layout *layout);
void om_synthetic_block_destroy(om_synthetic_block **block);

/* Adds cells own[0] .. own[n - 1] of the window. */
void om_synthetic_block_add_cells(om_synthetic_block *block, const om_synthetic_window *window,
                                  int64_t n, const int32_t *own);

/* Adds a packed sum of the same columns. OM_BUG where it is none. */
om_status om_synthetic_block_add_packed(om_synthetic_block *block, const void *packed,
                                        int64_t length);

/* Packs the sum (synthetic_packed.h) and makes it zero again: *packed, borrowed until the next
 * call, has *length bytes and *n_values sums. OM_INPUT where a sum is beyond 32 bits. */
om_status om_synthetic_block_pack(om_synthetic_block *block, const void **packed, int64_t *length,
                                  int64_t *n_values);

#endif
