/* A block of cells as Matrix Market text, plain or as one gzip member. */
#ifndef ONCOMARK_CELLS_SIMULATE_BLOCK_H
#define ONCOMARK_CELLS_SIMULATE_BLOCK_H

#include "simulate_cell.h"

enum { OM_BLOCK_CELLS = 64 };

/* What a rank needs to make blocks. */
typedef struct om_simulate_block om_simulate_block;

/* `model` and `strengths` [OM_N_HALLMARKS] are borrowed, and so is `bulk` [samples x rows of the
 * model], to which the counts of all cells made are added. Local. */
om_status om_simulate_block_create(om_simulate_block **out, om_simulate_model *model,
                                   const double *strengths, int64_t *bulk);
void om_simulate_block_destroy(om_simulate_block **block);

/* Makes cells first .. first+count-1 (count <= OM_BLOCK_CELLS). Local. */
om_status om_simulate_block_make(om_simulate_block *block, int64_t first, int64_t count);

/* The text of the last block made. Borrowed. */
const unsigned char *om_simulate_block_bytes(const om_simulate_block *block, int64_t *length);

/* Entries of all blocks made so far. */
int64_t om_simulate_block_entries(const om_simulate_block *block);

/* `length` bytes as one gzip member, without name and time; level 0 makes its size depend on
 * `length` only. *out grows as needed (owned by the caller). */
om_status om_simulate_block_gzip(const unsigned char *bytes, int64_t length, int level,
                                 unsigned char **out, int64_t *capacity, int64_t *out_length);

#endif
