/* Genes in order, each once. */
#include "io/matrix_market_gather.h"
#include "oncomark/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SHORT_CELL = 24, RADIX = 256 };

typedef struct gene_value {
    int32_t gene;
    double value;
} gene_value;

static void sort_short(gene_value *pairs, int64_t n) {
    for (int64_t i = 1; i < n; i++) {
        gene_value moved = pairs[i];
        int64_t j = i;
        for (; j > 0 && pairs[j - 1].gene > moved.gene; j--) {
            pairs[j] = pairs[j - 1];
        }
        pairs[j] = moved;
    }
}

/* Least significant digit first; `scratch` as long as `pairs`. The result is in `pairs`. */
static void sort_long(gene_value *pairs, gene_value *scratch, int64_t n, int64_t n_genes) {
    gene_value *from = pairs;
    gene_value *to = scratch;
    for (int shift = 0; shift < 32 && (n_genes - 1) >> shift > 0; shift += 8) {
        int64_t starts[RADIX] = {0};
        for (int64_t i = 0; i < n; i++) {
            starts[((uint32_t)from[i].gene >> shift) % RADIX]++;
        }
        int64_t total = 0;
        for (int d = 0; d < RADIX; d++) {
            int64_t count = starts[d];
            starts[d] = total;
            total += count;
        }
        for (int64_t i = 0; i < n; i++) {
            to[starts[((uint32_t)from[i].gene >> shift) % RADIX]++] = from[i];
        }
        gene_value *other = from;
        from = to;
        to = other;
    }
    if (from != pairs) {
        memcpy(pairs, from, (size_t)n * sizeof *pairs);
    }
}

static void sort_cell(const om_counts *counts, int64_t start, int64_t n, gene_value *pairs,
                      gene_value *scratch) {
    for (int64_t i = 0; i < n; i++) {
        pairs[i] = (gene_value){counts->indices[start + i], counts->values[start + i]};
    }
    if (n <= SHORT_CELL) {
        sort_short(pairs, n);
    } else {
        sort_long(pairs, scratch, n, counts->n_genes);
    }
    for (int64_t i = 0; i < n; i++) {
        counts->indices[start + i] = pairs[i].gene;
        counts->values[start + i] = pairs[i].value;
    }
}

static bool ascends(const int32_t *indices, int64_t n, bool strictly) {
    for (int64_t i = 1; i < n; i++) {
        if (indices[i] < indices[i - 1] + (strictly ? 1 : 0)) {
            return false;
        }
    }
    return true;
}

static int compare_values(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The sum of one gene's values, smallest first: the same whatever order they arrived in. */
static double sum_values(double *values, int64_t n) {
    if (n > 2) {
        qsort(values, (size_t)n, sizeof *values, compare_values);
    }
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += values[i];
    }
    return sum;
}

static om_status grow(gene_value **pairs, int64_t *capacity, int64_t n) {
    if (n <= *capacity) {
        return OM_OK;
    }
    om_free(*pairs);
    *pairs = om_malloc(2 * n, sizeof **pairs);
    *capacity = *pairs == NULL ? 0 : n;
    return *pairs == NULL ? OM_MEMORY : OM_OK;
}

om_status om_mtx_tidy(om_counts *counts, int64_t *n_duplicates) {
    *n_duplicates = 0;
    gene_value *pairs = NULL; /* and as many of scratch */
    int64_t capacity = 0;
    int64_t start = 0;
    int64_t kept = 0;
    for (int64_t cell = 0; cell < counts->n_cells; cell++) {
        int64_t n = counts->indptr[cell + 1] - start;
        if (!ascends(counts->indices + start, n, false)) {
            om_status status = grow(&pairs, &capacity, n);
            if (status != OM_OK) {
                return status;
            }
            sort_cell(counts, start, n, pairs, pairs + capacity);
        }
        bool unique = ascends(counts->indices + start, n, true);
        if (unique && kept == start) {
            kept += n;
        } else {
            for (int64_t i = 0; i < n;) {
                int64_t same = 1;
                while (i + same < n &&
                       counts->indices[start + i + same] == counts->indices[start + i]) {
                    same++;
                }
                counts->indices[kept] = counts->indices[start + i];
                counts->values[kept] = sum_values(counts->values + start + i, same);
                *n_duplicates += same - 1;
                kept++;
                i += same;
            }
        }
        start += n;
        counts->indptr[cell + 1] = kept;
    }
    om_free(pairs);
    return OM_OK;
}
