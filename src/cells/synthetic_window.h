/* Cells kept in memory in a form that is quickly added to sums. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_WINDOW_H
#define ONCOMARK_CELLS_SYNTHETIC_WINDOW_H

#include "synthetic_layout.h"

/* A cell: the counts of the hot slots, at most 255, a byte each; then counts below 2^16 of slots
 * below 2^16 (of hot ones what the byte does not hold) as slot + 2^16 x count, maybe with some of
 * slot n_columns, which is none; then the others as pairs slot, count. All from `start` in 4-byte
 * units. */
typedef struct om_synthetic_cell {
    int64_t start;
    int32_t n_cold;
    int32_t n_wide;
} om_synthetic_cell;

/* Cells first .. first + n - 1 of this rank. Plain data. */
typedef struct om_synthetic_window {
    int64_t first;
    int64_t n;
    int64_t n_words;
    int64_t memory; /* bytes that cells may take */
    int64_t cell_capacity;
    int64_t word_capacity;
    om_synthetic_cell *cells; /* [n] */
    uint32_t *words;          /* [n_words] */
    unsigned char *bytes;     /* [2^16] zeros; working memory */
} om_synthetic_window;

/* Takes at most `memory` bytes, or a single cell if that takes more. Local. */
om_status om_synthetic_window_create(om_synthetic_window **out, int64_t memory);
void om_synthetic_window_destroy(om_synthetic_window **window);

/* Empty; the next cell is `first`. */
void om_synthetic_window_clear(om_synthetic_window *window, int64_t first);

/* False where a cell of `n_values` values that is `n_skipped` places behind the last one has to
 * wait for an empty window. */
bool om_synthetic_window_has_room(const om_synthetic_window *window,
                                  const om_synthetic_layout *layout, int64_t n_skipped,
                                  int64_t n_values);

bool om_synthetic_window_is_half_full(const om_synthetic_window *window);

/* Puts cell `cell` of `counts` behind the others, as the rank's cell `own`; those between are
 * empty. Values are cut to whole numbers; OM_INPUT where one is beyond 32 bits. Local. */
om_status om_synthetic_window_add(om_synthetic_window *window, const om_synthetic_layout *layout,
                                  const om_counts *counts, int64_t cell, int64_t own);

#endif
