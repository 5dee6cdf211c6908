#include "synthetic_window.h"

#include "oncomark/memory.h"

#include <inttypes.h>
#include <string.h>

enum { WORD = 4, LARGEST_BYTE = 255, NARROW_BITS = 16 };

static const double too_wide = 0x1p16;
static const double too_large = 0x1p32;

om_status om_synthetic_window_create(om_synthetic_window **out, int64_t memory) {
    om_synthetic_window *window = om_calloc(1, sizeof *window);
    *out = window;
    if (window == NULL) {
        return OM_MEMORY;
    }
    window->memory = memory;
    window->bytes = om_calloc(1 << NARROW_BITS, 1);
    if (window->bytes == NULL) {
        om_synthetic_window_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_synthetic_window_destroy(om_synthetic_window **window) {
    if (*window == NULL) {
        return;
    }
    om_free((*window)->cells);
    om_free((*window)->words);
    om_free((*window)->bytes);
    om_free(*window);
    *window = NULL;
}

void om_synthetic_window_clear(om_synthetic_window *window, int64_t first) {
    window->first = first;
    window->n = 0;
    window->n_words = 0;
}

/* While a cell is packed, room for all its values as cold ones and as wide ones. */
static int64_t most_words(const om_synthetic_layout *layout, int64_t n_values) {
    return layout->n_hot / WORD + (n_values + 1) + 2 * (n_values + 1);
}

static int64_t bytes_taken(int64_t n_words, int64_t n_cells) {
    return n_words * WORD + n_cells * (int64_t)sizeof(om_synthetic_cell);
}

bool om_synthetic_window_has_room(const om_synthetic_window *window,
                                  const om_synthetic_layout *layout, int64_t n_skipped,
                                  int64_t n_values) {
    return bytes_taken(window->n_words + most_words(layout, n_values), window->n + n_skipped + 1) <=
           window->memory;
}

bool om_synthetic_window_is_half_full(const om_synthetic_window *window) {
    return bytes_taken(window->n_words, window->n) > window->memory / 2;
}

/* Grows by half at least, so that pages are not copied often; memory that is not touched does not
 * count. */
static om_status reserve(om_synthetic_window *window, int64_t n_cells, int64_t n_words) {
    if (n_cells > window->cell_capacity) {
        int64_t capacity = n_cells + n_cells / 2;
        om_synthetic_cell *cells = om_realloc(window->cells, capacity, sizeof *cells);
        if (cells == NULL) {
            return OM_MEMORY;
        }
        window->cells = cells;
        window->cell_capacity = capacity;
    }
    if (n_words > window->word_capacity) {
        int64_t capacity = window->memory / WORD;
        capacity = capacity > n_words ? capacity : n_words;
        uint32_t *words = om_realloc(window->words, capacity, sizeof *words);
        if (words == NULL) {
            return OM_MEMORY;
        }
        window->words = words;
        window->word_capacity = capacity;
    }
    return OM_OK;
}

/* Where a cell's counts go. */
typedef struct packing {
    const om_synthetic_layout *layout;
    unsigned char *bytes; /* [2^16] by slot; only those of hot slots are of use */
    uint32_t *cold;
    uint32_t *wide;
    int64_t n_cold;
    int64_t n_wide;
} packing;

/* Counts and slots below 2^16; false where there is another count. Without a branch on the data:
 * which genes are hot cannot be predicted. */
static bool pack_narrow(packing *to, int64_t n, const int32_t *restrict genes,
                        const double *restrict values) {
    const uint16_t *restrict slot_of_gene = to->layout->narrow_slot_of_gene;
    unsigned char *restrict bytes = to->bytes;
    uint32_t *restrict cold = to->cold;
    uint32_t n_hot = (uint32_t)to->layout->n_hot;
    uint32_t all = 0;
    int64_t n_cold = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t slot = slot_of_gene[genes[i]];
        uint32_t count = (uint32_t)(int32_t)(values[i] < too_wide ? values[i] : too_wide);
        uint32_t byte = count < LARGEST_BYTE ? count : LARGEST_BYTE;
        all |= count;
        bytes[slot] = (unsigned char)byte;
        count -= byte & (0U - (uint32_t)(slot < n_hot));
        cold[n_cold] = slot | count << NARROW_BITS;
        n_cold += count != 0;
    }
    to->n_cold = n_cold;
    return all >> NARROW_BITS == 0;
}

/* Any counts and slots; returns the first value beyond 32 bits, 0 if there is none. */
static double pack_any(packing *to, int64_t n, const int32_t *genes, const double *values) {
    double misfit = 0;
    memset(to->bytes, 0, (size_t)to->layout->n_hot);
    to->n_cold = 0;
    for (int64_t i = 0; i < n; i++) {
        uint32_t slot = to->layout->slot_of_gene[genes[i]];
        if (slot == to->layout->n_columns || values[i] < 1) {
            continue;
        }
        if (values[i] >= too_large) {
            misfit = misfit == 0 ? values[i] : misfit;
            continue;
        }
        uint32_t count = (uint32_t)values[i];
        if ((slot | count) >> NARROW_BITS != 0) {
            to->wide[2 * to->n_wide] = slot;
            to->wide[2 * to->n_wide++ + 1] = count;
        } else {
            uint32_t byte = count < LARGEST_BYTE ? count : LARGEST_BYTE;
            byte = slot < to->layout->n_hot ? byte : 0;
            to->bytes[slot] = (unsigned char)byte;
            to->cold[to->n_cold] = slot | (count - byte) << NARROW_BITS;
            to->n_cold += count > byte;
        }
    }
    return misfit;
}

om_status om_synthetic_window_add(om_synthetic_window *window, const om_synthetic_layout *layout,
                                  const om_counts *counts, int64_t cell, int64_t own) {
    int64_t begin = counts->indptr[cell];
    int64_t n = counts->indptr[cell + 1] - begin;
    int64_t n_cells = own - window->first + 1;
    int64_t n_hot_words = layout->n_hot / WORD;
    OM_TRY(reserve(window, n_cells, window->n_words + most_words(layout, n)));
    memset(window->cells + window->n, 0, (size_t)(n_cells - window->n) * sizeof *window->cells);
    window->n = n_cells;
    om_synthetic_cell *packed = &window->cells[n_cells - 1];
    uint32_t *words = window->words + window->n_words;
    packing to = {.layout = layout, .bytes = window->bytes, .cold = words + n_hot_words};
    /* Wide values are collected behind the longest list of cold ones and moved up to its end. */
    to.wide = to.cold + n + 1;
    const int32_t *genes = counts->indices + begin;
    const double *values = counts->values + begin;
    double misfit = 0;
    /* Cold slots of cells before are of no use to them, but may be hot in this data set. */
    memset(window->bytes, 0, (size_t)layout->n_hot);
    if (layout->n_columns >> NARROW_BITS != 0 || !pack_narrow(&to, n, genes, values)) {
        misfit = pack_any(&to, n, genes, values);
    }
    if (misfit != 0) {
        return om_fail(OM_INPUT, "cell %" PRId64 ": found the value %.17g, expected one below 2^32",
                       counts->first_cell + cell, misfit);
    }
    memcpy(words, window->bytes, (size_t)layout->n_hot);
    memmove(to.cold + to.n_cold, to.wide, (size_t)to.n_wide * 2 * sizeof *to.wide);
    *packed = (om_synthetic_cell){
        .start = window->n_words, .n_cold = (int32_t)to.n_cold, .n_wide = (int32_t)to.n_wide};
    window->n_words += n_hot_words + to.n_cold + 2 * to.n_wide;
    return OM_OK;
}
