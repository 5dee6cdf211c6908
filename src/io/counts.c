#include "oncomark/counts.h"

#include "oncomark/memory.h"

#include <stdlib.h>
#include <string.h>

enum { SHORT_CELL = 24, RADIX = 256 };

om_status om_counts_create(om_counts **out, int64_t n_cells, int64_t n_nonzeros) {
    *out = NULL;
    om_counts *counts = om_calloc(1, sizeof *counts);
    if (counts == NULL) {
        return OM_MEMORY;
    }
    counts->n_cells = n_cells;
    counts->indptr = om_calloc(n_cells + 1, sizeof *counts->indptr);
    counts->indices = om_malloc(n_nonzeros, sizeof *counts->indices);
    counts->values = om_malloc(n_nonzeros, sizeof *counts->values);
    if (counts->indptr == NULL || counts->indices == NULL || counts->values == NULL) {
        om_counts_destroy(&counts);
        return OM_MEMORY;
    }
    *out = counts;
    return OM_OK;
}

void om_counts_destroy(om_counts **counts) {
    if (counts == NULL || *counts == NULL) {
        return;
    }
    om_free((*counts)->indptr);
    om_free((*counts)->indices);
    om_free((*counts)->values);
    om_free(*counts);
    *counts = NULL;
}

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

static int compare_values(const void *left, const void *right) {
    double a = ((const gene_value *)left)->value;
    double b = ((const gene_value *)right)->value;
    return (a > b) - (a < b);
}

/* The sum of one gene's values, smallest first: the same whatever order they came in. */
static double sum_values(gene_value *pairs, int64_t n) {
    if (n > 2) {
        qsort(pairs, (size_t)n, sizeof *pairs, compare_values);
    }
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += pairs[i].value;
    }
    return sum;
}

/* Genes ascend, each once, and there is no zero. Without an early exit, so that compilers can
 * vectorise it. */
static bool is_tidy(const int32_t *indices, const double *values, int64_t n) {
    int untidy = n > 0 && values[0] == 0;
    for (int64_t i = 1; i < n; i++) {
        untidy |= (indices[i] <= indices[i - 1]) | (values[i] == 0);
    }
    return untidy == 0;
}

/* Room for two times n pairs. */
static om_status grow(gene_value **pairs, int64_t *capacity, int64_t n) {
    if (n <= *capacity) {
        return OM_OK;
    }
    om_free(*pairs);
    *pairs = om_malloc(2 * n, sizeof **pairs);
    *capacity = *pairs == NULL ? 0 : n;
    return *pairs == NULL ? OM_MEMORY : OM_OK;
}

/* Tidies entries start .. start + n and puts them at `kept`, which is not behind `start`. Returns
 * where the next ones go. */
static int64_t tidy_cell(om_counts *counts, int64_t start, int64_t n, int64_t kept,
                         gene_value *pairs, gene_value *scratch, int64_t *n_duplicates) {
    int64_t n_pairs = 0;
    for (int64_t i = start; i < start + n; i++) {
        pairs[n_pairs] = (gene_value){counts->indices[i], counts->values[i]};
        n_pairs += counts->values[i] != 0;
    }
    if (n_pairs <= SHORT_CELL) {
        sort_short(pairs, n_pairs);
    } else {
        sort_long(pairs, scratch, n_pairs, counts->n_genes);
    }
    for (int64_t i = 0, same; i < n_pairs; i += same) {
        same = 1;
        while (i + same < n_pairs && pairs[i + same].gene == pairs[i].gene) {
            same++;
        }
        counts->indices[kept] = pairs[i].gene;
        counts->values[kept] = sum_values(pairs + i, same);
        *n_duplicates += same - 1;
        kept++;
    }
    return kept;
}

om_status om_counts_tidy(om_counts *counts, int64_t *n_duplicates) {
    *n_duplicates = 0;
    gene_value *pairs = NULL; /* and as many of scratch */
    int64_t capacity = 0;
    int64_t start = 0;
    int64_t kept = 0;
    for (int64_t cell = 0; cell < counts->n_cells; cell++) {
        int64_t n = counts->indptr[cell + 1] - start;
        if (is_tidy(counts->indices + start, counts->values + start, n)) {
            if (kept != start) {
                memmove(counts->indices + kept, counts->indices + start,
                        (size_t)n * sizeof *counts->indices);
                memmove(counts->values + kept, counts->values + start,
                        (size_t)n * sizeof *counts->values);
            }
            kept += n;
        } else {
            om_status status = grow(&pairs, &capacity, n);
            if (status != OM_OK) {
                return status;
            }
            kept = tidy_cell(counts, start, n, kept, pairs, pairs + capacity, n_duplicates);
        }
        start += n;
        counts->indptr[cell + 1] = kept;
    }
    om_free(pairs);
    return OM_OK;
}
