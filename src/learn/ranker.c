#include "oncomark/transform.h"

#include "oncomark/memory.h"

#include <stdlib.h>
#include <string.h>

/* Whole numbers below this are counted. A synthetic sample's larger values are few. */
enum { N_BINS = 4096 };

typedef struct large_value {
    double value;
    int64_t feature;
} large_value;

struct om_ranker {
    int64_t n_features;
    int32_t *bin_count;  /* [N_BINS] features with this value */
    uint16_t *bin_rank;  /* [N_BINS] their doubled rank */
    large_value *larger; /* [n_features] values that are not counted */
    int64_t n_larger;
};

om_status om_ranker_create(om_ranker **out, int64_t n_features) {
    om_ranker *ranker = om_calloc(1, sizeof *ranker);
    *out = ranker;
    if (ranker == NULL) {
        return OM_MEMORY;
    }
    ranker->n_features = n_features;
    ranker->bin_count = om_calloc(N_BINS, sizeof *ranker->bin_count);
    ranker->bin_rank = om_calloc(N_BINS, sizeof *ranker->bin_rank);
    ranker->larger = om_calloc(n_features, sizeof *ranker->larger);
    if (ranker->bin_count == NULL || ranker->bin_rank == NULL || ranker->larger == NULL) {
        om_ranker_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_ranker_destroy(om_ranker **ranker) {
    if (*ranker == NULL) {
        return;
    }
    om_free((*ranker)->bin_count);
    om_free((*ranker)->bin_rank);
    om_free((*ranker)->larger);
    om_free(*ranker);
    *ranker = NULL;
}

static int by_decreasing_value(const void *left, const void *right) {
    const large_value *a = left;
    const large_value *b = right;
    return (a->value < b->value) - (a->value > b->value);
}

/* The bin of a counted value, -1 for others. */
static int bin_of(double value) {
    if (value >= N_BINS) {
        return -1;
    }
    int bin = (int)value;
    return (double)bin == value ? bin : -1;
}

static void sort_in(om_ranker *ranker, const double *values) {
    memset(ranker->bin_count, 0, N_BINS * sizeof *ranker->bin_count);
    ranker->n_larger = 0;
    for (int64_t f = 0; f < ranker->n_features; f++) {
        int bin = bin_of(values[f]);
        if (bin >= 0) {
            ranker->bin_count[bin]++;
        } else {
            ranker->larger[ranker->n_larger++] = (large_value){values[f], f};
        }
    }
    qsort(ranker->larger, (size_t)ranker->n_larger, sizeof *ranker->larger, by_decreasing_value);
}

/* `count` values tie after `before` larger ones: ranks before+1 .. before+count, on average
 * before + (count + 1) / 2. */
static uint16_t doubled_rank(int64_t before, int64_t count) {
    return (uint16_t)(2 * before + count + 1);
}

/* Ranks the run of equal values that starts at larger[first]; returns its length. */
static int64_t rank_larger(const om_ranker *ranker, int64_t first, int64_t before,
                           uint16_t *doubled_ranks) {
    int64_t end = first + 1;
    while (end < ranker->n_larger && ranker->larger[end].value == ranker->larger[first].value) {
        end++;
    }
    for (int64_t i = first; i < end; i++) {
        doubled_ranks[ranker->larger[i].feature] = doubled_rank(before, end - first);
    }
    return end - first;
}

void om_ranker_rank(om_ranker *ranker, const double *values, uint16_t *doubled_ranks) {
    sort_in(ranker, values);
    int64_t before = 0;
    int64_t next = 0;
    for (int bin = N_BINS - 1; bin >= 0; bin--) {
        while (next < ranker->n_larger && ranker->larger[next].value > bin) {
            int64_t length = rank_larger(ranker, next, before, doubled_ranks);
            next += length;
            before += length;
        }
        ranker->bin_rank[bin] = doubled_rank(before, ranker->bin_count[bin]);
        before += ranker->bin_count[bin];
    }
    for (int64_t f = 0; f < ranker->n_features; f++) {
        int bin = bin_of(values[f]);
        if (bin >= 0) {
            doubled_ranks[f] = ranker->bin_rank[bin];
        }
    }
}
