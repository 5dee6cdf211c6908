#include "synthetic_block.h"

#include "oncomark/memory.h"

#include <inttypes.h>

enum { WORD_BITS = 64 };

struct om_synthetic_block {
    int64_t n_words;
    uint64_t *sums;    /* [columns] */
    uint64_t *touched; /* [n_words] a bit a column with a sum */
};

om_status om_synthetic_block_create(om_synthetic_block **out, int64_t n_columns) {
    om_synthetic_block *block = om_calloc(1, sizeof *block);
    *out = block;
    if (block == NULL) {
        return OM_MEMORY;
    }
    block->n_words = n_columns / WORD_BITS + 1;
    block->sums = om_calloc(n_columns, sizeof *block->sums);
    block->touched = om_calloc(block->n_words, sizeof *block->touched);
    if (block->sums == NULL || block->touched == NULL) {
        om_synthetic_block_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_synthetic_block_destroy(om_synthetic_block **block) {
    if (*block == NULL) {
        return;
    }
    om_free((*block)->sums);
    om_free((*block)->touched);
    om_free(*block);
    *block = NULL;
}

static void add(om_synthetic_block *block, int32_t column, uint64_t value) {
    block->sums[column] += value;
    block->touched[column / WORD_BITS] |= UINT64_C(1) << (column % WORD_BITS);
}

om_status om_synthetic_block_add_cell(om_synthetic_block *block, const om_counts *counts,
                                      int64_t cell, const int32_t *column_of) {
    for (int64_t i = counts->indptr[cell]; i < counts->indptr[cell + 1]; i++) {
        int32_t column = column_of[counts->indices[i]];
        double value = counts->values[i];
        if (column < 0 || value < 1) {
            continue;
        }
        if (value >= 4294967296.0) {
            return om_fail(OM_INPUT, "found the value %.17g, expected one below 2^32", value);
        }
        add(block, column, (uint64_t)value);
    }
    return OM_OK;
}

void om_synthetic_block_add_part(om_synthetic_block *block, int64_t n, const int32_t *columns,
                                 const uint32_t *values) {
    for (int64_t i = 0; i < n; i++) {
        add(block, columns[i], values[i]);
    }
}

static om_status append(om_synthetic_rows *rows, om_synthetic_block *block, int64_t column) {
    uint64_t sum = block->sums[column];
    if (sum > UINT32_MAX) {
        return om_fail(OM_INPUT, "found a sum of %" PRIu64 ", expected one below 2^32", sum);
    }
    int64_t place = rows->indptr[rows->n_rows]++;
    rows->indices[place] = (int32_t)column;
    rows->values[place] = (uint32_t)sum;
    block->sums[column] = 0;
    return OM_OK;
}

om_status om_synthetic_block_finish(om_synthetic_block *block, om_synthetic_rows *rows) {
    int64_t n_values = 0;
    for (int64_t w = 0; w < block->n_words; w++) {
        n_values += __builtin_popcountll(block->touched[w]);
    }
    OM_TRY(om_synthetic_rows_reserve(rows, n_values));
    rows->n_rows++;
    rows->indptr[rows->n_rows] = rows->indptr[rows->n_rows - 1];
    for (int64_t w = 0; w < block->n_words; w++) {
        while (block->touched[w] != 0) {
            int bit = __builtin_ctzll(block->touched[w]);
            OM_TRY(append(rows, block, w * WORD_BITS + bit));
            block->touched[w] &= block->touched[w] - 1;
        }
    }
    return OM_OK;
}
