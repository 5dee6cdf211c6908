#include "h5_private.h"

/* Elements below one index of dimension `level`. */
static int64_t inner_elements(const om_h5_block *block, int level) {
    int64_t elements = 1;
    for (int d = level + 1; d < block->n_dimensions; d++) {
        elements *= block->shape[d];
    }
    return elements;
}

/* The outermost dimension along which the next block may span several indices. */
static int next_level(const om_h5_block *block) {
    int level = 0;
    while (level + 1 < block->n_dimensions) {
        int64_t inner = inner_elements(block, level);
        if (inner <= block->most && inner <= block->end - block->next && block->next % inner == 0) {
            break;
        }
        level++;
    }
    return level;
}

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

om_h5_block om_h5_block_begin(int n_dimensions, const int64_t *shape, int64_t first, int64_t count,
                              int64_t most) {
    om_h5_block block = {.n_dimensions = n_dimensions,
                         .next = first,
                         .end = first + count,
                         .most = most < 1 ? 1 : most};
    for (int d = 0; d < n_dimensions; d++) {
        block.shape[d] = shape[d];
    }
    return block;
}

bool om_h5_block_next(om_h5_block *block) {
    if (block->next >= block->end) {
        return false;
    }
    int64_t rows = 1;
    int64_t inner = 1;
    if (block->n_dimensions > 0) {
        block->level = next_level(block);
        inner = inner_elements(block, block->level);
        int64_t row = block->next / inner % block->shape[block->level];
        rows = smaller(block->most / inner, block->shape[block->level] - row);
        rows = smaller(rows, (block->end - block->next) / inner);
    }
    block->first = block->next;
    block->count = rows * inner;
    block->next += block->count;
    return true;
}

hid_t om_h5_block_select(const om_h5_block *block, hid_t file_space) {
    if (block->n_dimensions == 0) {
        return H5Screate(H5S_SCALAR);
    }
    int level = block->level;
    hsize_t start[OM_H5_MAX_DIMENSIONS];
    hsize_t count[OM_H5_MAX_DIMENSIONS];
    for (int d = 0; d < block->n_dimensions; d++) {
        int64_t inner = inner_elements(block, d);
        start[d] = (hsize_t)(block->first / inner % block->shape[d]);
        count[d] = d < level    ? 1
                   : d == level ? (hsize_t)(block->count / inner)
                                : (hsize_t)block->shape[d];
    }
    if (H5Sselect_hyperslab(file_space, H5S_SELECT_SET, start, NULL, count, NULL) < 0) {
        return -1;
    }
    hsize_t elements = (hsize_t)block->count;
    return H5Screate_simple(1, &elements, NULL);
}
