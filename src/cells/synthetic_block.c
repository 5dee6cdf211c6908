#include "synthetic_block.h"

#include "synthetic_packed.h"

#include "oncomark/memory.h"
#include "oncomark/processor.h"

#include <inttypes.h>
#include <string.h>

/* After so many cells a dense sum may be full: bytes in 16 bits, 16-bit counts in 32 bits. */
enum { HOT_CELLS = 257, COLD_CELLS = 65536, NARROW_BITS = 16, NARROW_MASK = 0xffff };

struct om_synthetic_block {
    const om_synthetic_layout *layout;
    int64_t n_hot_cells;  /* in `hot` */
    int64_t n_cold_cells; /* in `cold` and `hot` */
    bool has_wide;        /* `wide` is not all zero */
    uint16_t *hot;        /* [n_hot] */
    uint32_t *cold;       /* [n_columns + 1] by slot, as all of them; the last one is of no use */
    uint64_t *wide;       /* [n_columns] */
    unsigned char *packed;
};

om_status om_synthetic_block_create(om_synthetic_block **out, const om_synthetic_layout *layout) {
    om_synthetic_block *block = om_calloc(1, sizeof *block);
    *out = block;
    if (block == NULL) {
        return OM_MEMORY;
    }
    block->layout = layout;
    block->hot = om_calloc(layout->n_hot, sizeof *block->hot);
    block->cold = om_calloc(layout->n_columns + 1, sizeof *block->cold);
    block->wide = om_calloc(layout->n_columns, sizeof *block->wide);
    block->packed = om_malloc(om_synthetic_packed_capacity(layout->n_columns), 1);
    if (block->hot == NULL || block->cold == NULL || block->wide == NULL || block->packed == NULL) {
        om_synthetic_block_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_synthetic_block_destroy(om_synthetic_block **block) {
    if (*block == NULL) {
        return;
    }
    om_free((*block)->hot);
    om_free((*block)->cold);
    om_free((*block)->wide);
    om_free((*block)->packed);
    om_free(*block);
    *block = NULL;
}

static inline void add_bytes_plainly(uint16_t *restrict sums, const unsigned char *restrict bytes,
                                     int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        sums[i] = (uint16_t)(sums[i] + bytes[i]);
    }
}

#ifdef OM_TARGET_AVX2
OM_TARGET_AVX2 static void add_bytes_by_avx2(uint16_t *restrict sums,
                                             const unsigned char *restrict bytes, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        sums[i] = (uint16_t)(sums[i] + bytes[i]);
    }
}

static void add_bytes(uint16_t *sums, const unsigned char *bytes, int64_t n) {
    if (om_processor_has_avx2()) {
        add_bytes_by_avx2(sums, bytes, n);
    } else {
        add_bytes_plainly(sums, bytes, n);
    }
}
#else
static void add_bytes(uint16_t *sums, const unsigned char *bytes, int64_t n) {
    add_bytes_plainly(sums, bytes, n);
}
#endif

static void fold_hot(om_synthetic_block *block) {
    for (int64_t slot = 0; slot < block->layout->n_hot; slot++) {
        block->cold[slot] += block->hot[slot];
    }
    memset(block->hot, 0, (size_t)block->layout->n_hot * sizeof *block->hot);
    block->n_hot_cells = 0;
}

static void fold_cold(om_synthetic_block *block) {
    fold_hot(block);
    for (int64_t slot = 0; slot < block->layout->n_columns; slot++) {
        block->wide[slot] += block->cold[slot];
    }
    memset(block->cold, 0, (size_t)block->layout->n_columns * sizeof *block->cold);
    block->n_cold_cells = 0;
    block->has_wide = true;
}

static void add_cell(om_synthetic_block *block, const om_synthetic_cell *cell,
                     const uint32_t *words) {
    int64_t n_hot = block->layout->n_hot;
    uint32_t *restrict sums = block->cold;
    const uint32_t *restrict cold = words + n_hot / (int64_t)sizeof *words;
    add_bytes(block->hot, (const unsigned char *)words, n_hot);
    for (int32_t i = 0; i < cell->n_cold; i++) {
        sums[cold[i] & NARROW_MASK] += cold[i] >> NARROW_BITS;
    }
    const uint32_t *wide = cold + cell->n_cold;
    for (int32_t i = 0; i < cell->n_wide; i++) {
        block->wide[wide[2 * (int64_t)i]] += wide[2 * (int64_t)i + 1];
        block->has_wide = true;
    }
}

void om_synthetic_block_add_cells(om_synthetic_block *block, const om_synthetic_window *window,
                                  int64_t n, const int32_t *own) {
    for (int64_t i = 0; i < n; i++) {
        const om_synthetic_cell *cell = &window->cells[own[i] - window->first];
        if (block->n_hot_cells == HOT_CELLS) {
            fold_hot(block);
        }
        if (block->n_cold_cells == COLD_CELLS) {
            fold_cold(block);
        }
        add_cell(block, cell, window->words + cell->start);
        block->n_hot_cells++;
        block->n_cold_cells++;
    }
}

om_status om_synthetic_block_add_packed(om_synthetic_block *block, const void *packed,
                                        int64_t length) {
    const om_synthetic_layout *layout = block->layout;
    om_synthetic_reader reader;
    int64_t n_values = 0;
    int64_t column = 0;
    uint32_t value = 0;
    OM_TRY(om_synthetic_read_begin(&reader, packed, length, layout->n_columns, &n_values));
    while (om_synthetic_read_next(&reader, &column, &value)) {
        block->wide[layout->slot_of_column[column]] += value;
    }
    block->has_wide = true;
    return OM_OK;
}

/* All sums in 32 bits, in `cold`; the others zero. */
static om_status narrow(om_synthetic_block *block) {
    const om_synthetic_layout *layout = block->layout;
    fold_cold(block);
    for (int64_t column = 0; column < layout->n_columns; column++) {
        uint32_t slot = layout->slot_of_column[column];
        if (block->wide[slot] > UINT32_MAX) {
            return om_fail(OM_INPUT, "found a sum of %" PRIu64 ", expected one below 2^32",
                           block->wide[slot]);
        }
        block->cold[slot] = (uint32_t)block->wide[slot];
        block->wide[slot] = 0;
    }
    block->has_wide = false;
    return OM_OK;
}

om_status om_synthetic_block_pack(om_synthetic_block *block, const void **packed, int64_t *length,
                                  int64_t *n_values) {
    const om_synthetic_layout *layout = block->layout;
    fold_hot(block);
    if (block->has_wide) {
        OM_TRY(narrow(block));
    }
    *length = om_synthetic_pack(block->packed, layout->n_columns, layout->slot_of_column,
                                block->cold, n_values);
    *packed = block->packed;
    memset(block->cold, 0, (size_t)layout->n_columns * sizeof *block->cold);
    block->n_cold_cells = 0;
    return OM_OK;
}
