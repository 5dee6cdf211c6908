#include "oncomark/transform.h"

#include "oncomark/memory.h"
#include "value_sort.h"

#include <stdbool.h>
#include <string.h>

/* Whole numbers below this are counted. A synthetic sample's larger values are few. */
enum { N_BINS = 4096 };

struct om_ranker {
    int64_t n_features;
    int32_t *bin_count; /* [N_BINS] features with this value */
    uint16_t *bin_rank; /* [N_BINS] their doubled rank */
    uint64_t *larger;   /* [n_features] features with values that are not counted */
    uint64_t *scratch;  /* [n_features] */
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
    ranker->scratch = om_calloc(n_features, sizeof *ranker->scratch);
    if (ranker->bin_count == NULL || ranker->bin_rank == NULL || ranker->larger == NULL ||
        ranker->scratch == NULL) {
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
    om_free((*ranker)->scratch);
    om_free(*ranker);
    *ranker = NULL;
}

/* Where a value is counted. */
typedef struct bin_place {
    int bin; /* in 0 .. N_BINS-1 in any case */
    bool is_counted;
} bin_place;

/* Without a branch: which values are counted has no order. */
static inline bin_place place_of(double value) {
    double bounded = value < N_BINS ? value : 0.5;
    int bin = (int)bounded;
    return (bin_place){bin, (double)bin == bounded};
}

static void sort_in(om_ranker *ranker, const double *values) {
    int64_t n_larger = 0;
    memset(ranker->bin_count, 0, N_BINS * sizeof *ranker->bin_count);
    for (int64_t f = 0; f < ranker->n_features; f++) {
        bin_place place = place_of(values[f]);
        ranker->bin_count[place.bin] += place.is_counted;
        ranker->larger[n_larger] = (uint64_t)f;
        n_larger += !place.is_counted;
    }
    ranker->n_larger = n_larger;
    om_value_sort(ranker->larger, ranker->scratch, n_larger, values);
}

/* `count` values tie after `before` larger ones: ranks before+1 .. before+count, on average
 * before + (count + 1) / 2. */
static uint16_t doubled_rank(int64_t before, int64_t count) {
    return (uint16_t)(2 * before + count + 1);
}

/* Ranks the run of equal values that starts at larger[first], in `scratch`; returns its length. */
static int64_t rank_larger(om_ranker *ranker, const double *values, int64_t first, int64_t before) {
    const uint64_t *larger = ranker->larger;
    int64_t end = first + 1;
    while (end < ranker->n_larger && values[larger[end]] == values[larger[first]]) {
        end++;
    }
    for (int64_t i = first; i < end; i++) {
        ranker->scratch[i] = doubled_rank(before, end - first);
    }
    return end - first;
}

void om_ranker_rank(om_ranker *ranker, const double *values, uint16_t *doubled_ranks) {
    sort_in(ranker, values);
    int64_t before = 0;
    int64_t next = 0;
    for (int bin = N_BINS - 1; bin >= 0; bin--) {
        while (next < ranker->n_larger && values[ranker->larger[next]] > bin) {
            int64_t length = rank_larger(ranker, values, next, before);
            next += length;
            before += length;
        }
        ranker->bin_rank[bin] = doubled_rank(before, ranker->bin_count[bin]);
        before += ranker->bin_count[bin];
    }
    for (int64_t f = 0; f < ranker->n_features; f++) {
        doubled_ranks[f] = ranker->bin_rank[place_of(values[f]).bin];
    }
    for (int64_t i = 0; i < ranker->n_larger; i++) {
        doubled_ranks[ranker->larger[i]] = (uint16_t)ranker->scratch[i];
    }
}
