/* A tile of C in registers. Included by product.c for each set of instructions, with TILE_ROWS and
 * TILE_VECTORS, as many as its registers hold, TILE_TARGET, its attribute, and TILE(name), the name
 * of its functions. */

/* acc += the chain over columns first .. end - 1 of A. */
static inline __attribute__((always_inline)) TILE_TARGET void
TILE(chain)(lanes acc[TILE_ROWS][TILE_VECTORS], const om_product *p, int64_t row, int64_t column,
            int64_t first, int64_t end, int rows, int vectors) {
    /* Two pointers, of three rows each: as much as addresses can be scaled without more registers.
     */
    const int64_t a_row = p->a_row;
    const float *low = p->a + row * a_row + first * p->a_column;
    const float *high = low + 3 * a_row;
    const float *b = p->b + first * p->b_row + column;
    for (int64_t i = first; i < end; i++) {
        lanes of_b[TILE_VECTORS];
        UNROLL for (int64_t v = 0; v < vectors; v++) {
            of_b[v] = *(const lanes *)(b + v * OM_LANES);
        }
        UNROLL for (int r = 0; r < rows; r++) {
            float of_a = r < 3 ? low[r * a_row] : high[(r - 3) * a_row];
            UNROLL for (int64_t v = 0; v < vectors; v++) {
                acc[r][v] += of_a * of_b[v];
            }
        }
        low += p->a_column;
        high += p->a_column;
        b += p->b_row;
    }
}

/* Rows of `row` floats in memory; `adds`: to what acc holds. */
static inline __attribute__((always_inline)) TILE_TARGET void
TILE(load)(lanes acc[TILE_ROWS][TILE_VECTORS], const float *from, int64_t row, int rows,
           int vectors, bool adds) {
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int64_t v = 0; v < vectors; v++) {
            const lanes *values = (const lanes *)(from + r * row + v * OM_LANES);
            if (adds) {
                acc[r][v] += *values;
            } else {
                acc[r][v] = *values;
            }
        }
    }
}

static inline __attribute__((always_inline)) TILE_TARGET void
TILE(store)(float *to, int64_t row, lanes acc[TILE_ROWS][TILE_VECTORS], int rows, int vectors) {
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int64_t v = 0; v < vectors; v++) {
            *(lanes *)(to + r * row + v * OM_LANES) = acc[r][v];
        }
    }
}

static inline __attribute__((always_inline)) TILE_TARGET void
TILE(add_tile)(const om_product *p, int64_t row, int64_t column, int rows, int vectors) {
    lanes acc[TILE_ROWS][TILE_VECTORS];
    float *c = p->c + row * p->c_row + column;
    TILE(load)(acc, c, p->c_row, rows, vectors, false);
    TILE(chain)(acc, p, row, column, 0, p->k, rows, vectors);
    TILE(store)(c, p->c_row, acc, rows, vectors);
}

/* The tree is walked as a binary counter: the sum of 2^l leaves waits at level l for its sibling.
 */
static inline __attribute__((always_inline)) TILE_TARGET void
TILE(tree_tile)(const om_product *p, int64_t leaf, int64_t n_leaves, int64_t row, int64_t column,
                int rows, int vectors) {
    _Alignas(OM_LANES *
             sizeof(float)) float waiting[MOST_LEVELS][TILE_ROWS * TILE_VECTORS * OM_LANES];
    const int64_t width = (int64_t)TILE_VECTORS * OM_LANES;
    for (int64_t i = 0; i < n_leaves; i++) {
        lanes acc[TILE_ROWS][TILE_VECTORS] = {0};
        int64_t first = i * leaf < p->k ? i * leaf : p->k;
        int64_t end = first + leaf < p->k ? first + leaf : p->k;
        TILE(chain)(acc, p, row, column, first, end, rows, vectors);
        int level = 0;
        for (int64_t carry = i; (carry & 1) != 0; carry /= 2) {
            TILE(load)(acc, waiting[level++], width, rows, vectors, true);
        }
        if (i + 1 < n_leaves) {
            TILE(store)(waiting[level], width, acc, rows, vectors);
        } else {
            TILE(store)(p->c + row * p->c_row + column, p->c_row, acc, rows, vectors);
        }
    }
}

/* A strip of as many columns as a tile has, or of one vector. */
static inline __attribute__((always_inline)) TILE_TARGET void
TILE(strip)(const om_product *p, int64_t leaf, int64_t n_leaves, int64_t column, int vectors) {
    int64_t row = 0;
    for (; row + TILE_ROWS <= p->m; row += TILE_ROWS) {
        if (n_leaves == 0) {
            TILE(add_tile)(p, row, column, TILE_ROWS, vectors);
        } else {
            TILE(tree_tile)(p, leaf, n_leaves, row, column, TILE_ROWS, vectors);
        }
    }
    for (; row < p->m; row++) {
        if (n_leaves == 0) {
            TILE(add_tile)(p, row, column, 1, vectors);
        } else {
            TILE(tree_tile)(p, leaf, n_leaves, row, column, 1, vectors);
        }
    }
}

/* n_leaves 0: C += A B. */
TILE_TARGET static void TILE(multiply)(const om_product *p, int64_t leaf, int64_t n_leaves) {
    const int64_t width = (int64_t)TILE_VECTORS * OM_LANES;
    int64_t column = 0;
    for (; column + width <= p->n; column += width) {
        TILE(strip)(p, leaf, n_leaves, column, TILE_VECTORS);
    }
    for (; column < p->n; column += OM_LANES) {
        TILE(strip)(p, leaf, n_leaves, column, 1);
    }
}

#undef TILE_ROWS
#undef TILE_VECTORS
#undef TILE_TARGET
#undef TILE
