#include "ranking.h"

#include "order.h"
#include "value_tally.h"

#include "oncomark/memory.h"

#include <string.h>

enum {
    SMALL = OM_TALLY_LARGE, /* whole numbers below this are counted, other values placed */
    AT_ONCE = 8,            /* values, in a word */
    FEW = 24,               /* values that are looked through faster than sorted */
    LEAST_BUCKET_BITS = 6,
    MOST_BUCKET_BITS = 12
};

/* What is known of the values in a bucket. */
enum { BUCKET_UNKNOWN, BUCKET_SORTED, BUCKET_OF_EQUALS };

struct om_ranking {
    int32_t *marked; /* places of the values that need a second look */
    int32_t *rows;   /* asked for */
    double *asked;   /* their values */
    int64_t *doubled_ranks;
    om_value_tally *tally;
    int64_t small_rank[SMALL]; /* doubled rank of this value */
    int64_t n_large;
    uint64_t *large; /* the other values as integers of the same order */
    /* The same, bucket by bucket, ascending: bucket b is start[b] .. start[b + 1] - 1. */
    uint64_t *placed;
    uint64_t *scratch;
    uint64_t least;
    int shift; /* bucket of a value: (value - least) >> shift */
    int32_t start[(1 << MOST_BUCKET_BITS) + 1];
    uint8_t state[1 << MOST_BUCKET_BITS];
};

om_status om_ranking_create(om_ranking **out, int64_t longest) {
    om_ranking *ranking = om_calloc(1, sizeof *ranking);
    *out = ranking;
    if (ranking == NULL) {
        return OM_MEMORY;
    }
    /* One more: a place is written before it is known to be taken. */
    ranking->marked = om_malloc(longest + 1, sizeof *ranking->marked);
    ranking->rows = om_malloc(longest, sizeof *ranking->rows);
    ranking->asked = om_malloc(longest, sizeof *ranking->asked);
    ranking->doubled_ranks = om_malloc(longest, sizeof *ranking->doubled_ranks);
    ranking->large = om_malloc(longest + 1, sizeof *ranking->large);
    ranking->placed = om_malloc(longest, sizeof *ranking->placed);
    ranking->scratch = om_malloc(longest, sizeof *ranking->scratch);
    if (ranking->marked == NULL || ranking->rows == NULL || ranking->asked == NULL ||
        ranking->doubled_ranks == NULL || ranking->large == NULL || ranking->placed == NULL ||
        ranking->scratch == NULL || om_value_tally_create(&ranking->tally, longest) != OM_OK) {
        om_ranking_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_ranking_destroy(om_ranking **ranking) {
    if (*ranking == NULL) {
        return;
    }
    om_free((*ranking)->marked);
    om_free((*ranking)->rows);
    om_free((*ranking)->asked);
    om_free((*ranking)->doubled_ranks);
    om_free((*ranking)->large);
    om_free((*ranking)->placed);
    om_free((*ranking)->scratch);
    om_value_tally_destroy(&(*ranking)->tally);
    om_free(*ranking);
    *ranking = NULL;
}

/* Positive doubles are ordered as their images are. */
static uint64_t image(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* --- whole numbers -----------------------------------------------------------------------------
 */

/* Places of the rows that are not plain. Without a branch: which these are cannot be predicted. */
static int64_t mark_rows(int32_t *restrict marked, const uint8_t *restrict kinds,
                         const int32_t *restrict indices, int64_t n) {
    int64_t n_marked = 0;
    int64_t i = 0;
    for (; i + AT_ONCE <= n; i += AT_ONCE) {
        for (int k = 0; k < AT_ONCE; k++) {
            marked[n_marked] = (int32_t)(i + k);
            n_marked += kinds[indices[i + k]] != OM_ROW_COUNTS;
        }
    }
    for (; i < n; i++) {
        marked[n_marked] = (int32_t)i;
        n_marked += kinds[indices[i]] != OM_ROW_COUNTS;
    }
    return n_marked;
}

/* The large values of genes; mostly there are few. */
static void collect_large(om_ranking *ranking, const uint8_t *kinds, const int32_t *indices,
                          const double *values, const uint8_t *clipped, int64_t n) {
    const uint64_t any_large = SMALL * (UINT64_MAX / UINT8_MAX); /* in any of the bytes */
    int64_t n_large = 0;
    for (int64_t i = 0; i < n; i += AT_ONCE) {
        int64_t end = i + AT_ONCE < n ? i + AT_ONCE : n;
        uint64_t several = any_large;
        memcpy(&several, clipped + i, (size_t)(end - i));
        for (int64_t k = i; k < end && (several & any_large) != 0; k++) {
            ranking->large[n_large] = image(values[k]);
            n_large += clipped[k] == SMALL && kinds[indices[k]] != OM_ROW_NO_GENE;
        }
    }
    ranking->n_large = n_large;
}

/* Turns counts into doubled ranks. */
static void rank_small(om_ranking *ranking, const uint32_t ties[SMALL]) {
    int64_t above = ranking->n_large;
    for (int value = SMALL - 1; value > 0; value--) {
        ranking->small_rank[value] = 2 * above + ties[value] + 1;
        above += ties[value];
    }
}

static void collect_whole(om_ranking *ranking, om_ranked *out, const uint8_t *kinds,
                          const int32_t *indices, const double *values, int64_t n) {
    uint32_t counts[SMALL + 1];
    const uint8_t *clipped = om_value_tally_count(ranking->tally, values, n, counts);
    if (counts[SMALL] > 0) {
        collect_large(ranking, kinds, indices, values, clipped, n);
    }
    int64_t n_marked = mark_rows(ranking->marked, kinds, indices, n);
    int64_t n_asked = 0;
    for (int64_t i = 0; i < n_marked; i++) {
        int64_t place = ranking->marked[i];
        int32_t row = indices[place];
        if (kinds[row] == OM_ROW_NO_GENE) {
            counts[clipped[place]]--;
            continue;
        }
        ranking->rows[n_asked] = row;
        ranking->asked[n_asked++] = values[place];
    }
    out->n_genes = n - (n_marked - n_asked);
    out->n_asked = n_asked;
    rank_small(ranking, counts);
}

/* --- any numbers -------------------------------------------------------------------------------
 */

static void collect_real(om_ranking *ranking, om_ranked *out, const uint8_t *restrict kinds,
                         const int32_t *restrict indices, const double *restrict values,
                         int64_t n) {
    uint64_t *restrict large = ranking->large;
    int32_t *restrict marked = ranking->marked;
    int64_t n_large = 0;
    int64_t n_asked = 0;
    for (int64_t i = 0; i < n; i++) {
        int kind = kinds[indices[i]];
        large[n_large] = image(values[i]);
        n_large += kind != OM_ROW_NO_GENE;
        marked[n_asked] = (int32_t)i;
        n_asked += kind == OM_ROW_ASKED;
    }
    for (int64_t i = 0; i < n_asked; i++) {
        ranking->rows[i] = indices[marked[i]];
        ranking->asked[i] = values[marked[i]];
    }
    ranking->n_large = n_large;
    out->n_genes = n_large;
    out->n_asked = n_asked;
}

static int bits_of(uint64_t value) {
    return value == 0 ? 0 : 64 - __builtin_clzll(value);
}

/* A bucket for a few values each, over the range of the values. */
static int choose_buckets(om_ranking *ranking) {
    uint64_t least = UINT64_MAX;
    uint64_t most = 0;
    for (int64_t i = 0; i < ranking->n_large; i++) {
        uint64_t value = ranking->large[i];
        least = value < least ? value : least;
        most = value > most ? value : most;
    }
    int bucket_bits = bits_of((uint64_t)ranking->n_large / 4);
    bucket_bits = bucket_bits < LEAST_BUCKET_BITS ? LEAST_BUCKET_BITS : bucket_bits;
    bucket_bits = bucket_bits > MOST_BUCKET_BITS ? MOST_BUCKET_BITS : bucket_bits;
    int range_bits = bits_of(most - least);
    ranking->least = least;
    ranking->shift = range_bits > bucket_bits ? range_bits - bucket_bits : 0;
    return 1 << bucket_bits;
}

/* Sorts the large values into buckets, without order within a bucket. */
static void place_large(om_ranking *ranking) {
    int n_buckets = choose_buckets(ranking);
    int64_t n = ranking->n_large;
    uint64_t least = ranking->least;
    int shift = ranking->shift;
    const uint64_t *restrict large = ranking->large;
    uint64_t *restrict placed = ranking->placed;
    int32_t *restrict start = ranking->start;
    memset(start, 0, ((size_t)n_buckets + 1) * sizeof *start);
    memset(ranking->state, BUCKET_UNKNOWN, (size_t)n_buckets);
    for (int64_t i = 0; i < n; i++) {
        start[(large[i] - least) >> shift]++;
    }
    int32_t end = 0;
    for (int b = 0; b <= n_buckets; b++) {
        end += start[b];
        start[b] = end;
    }
    for (int64_t i = 0; i < n; i++) {
        placed[--start[(large[i] - least) >> shift]] = large[i];
    }
}

/* Sorts a bucket, unless it is sorted as it stands: ties of log-transformed counts fill buckets
 * with one value. */
static uint8_t sort_bucket(om_ranking *ranking, uint64_t *values, int64_t n) {
    bool ascending = true;
    for (int64_t i = 1; i < n; i++) {
        ascending = ascending && values[i - 1] <= values[i];
    }
    if (!ascending) {
        om_order_sort(values, ranking->scratch, n);
    }
    return values[0] == values[n - 1] ? BUCKET_OF_EQUALS : BUCKET_SORTED;
}

/* First place in the sorted values whose value is >= `value`. */
static int64_t lower_bound(const uint64_t *values, int64_t count, uint64_t value) {
    int64_t low = 0;
    while (count > 0) {
        int64_t half = count / 2;
        if (values[low + half] < value) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

/* Of n values in a bucket: *above are larger than `value`, *ties equal. */
static void look_up(om_ranking *ranking, int64_t bucket, uint64_t value, int64_t *above,
                    int64_t *ties) {
    uint64_t *values = ranking->placed + ranking->start[bucket];
    int64_t n = ranking->start[bucket + 1] - ranking->start[bucket];
    *above = 0;
    *ties = 0;
    if (n <= FEW) {
        for (int64_t i = 0; i < n; i++) {
            *above += values[i] > value;
            *ties += values[i] == value;
        }
        return;
    }
    if (ranking->state[bucket] == BUCKET_UNKNOWN) {
        ranking->state[bucket] = sort_bucket(ranking, values, n);
    }
    if (ranking->state[bucket] == BUCKET_OF_EQUALS) {
        *ties = n;
        return;
    }
    int64_t first = lower_bound(values, n, value);
    int64_t end = first + lower_bound(values + first, n - first, value + 1);
    *above = n - end;
    *ties = end - first;
}

static int64_t rank_large(om_ranking *ranking, double value, int64_t last_rank) {
    uint64_t wanted = image(value);
    int64_t bucket = (int64_t)((wanted - ranking->least) >> ranking->shift);
    int64_t beyond = ranking->n_large - ranking->start[bucket + 1];
    if (beyond >= last_rank) {
        return 2 * beyond + 2;
    }
    int64_t above;
    int64_t ties;
    look_up(ranking, bucket, wanted, &above, &ties);
    return 2 * (beyond + above) + ties + 1;
}

void om_ranking_cell(om_ranking *ranking, om_ranked *out, const uint8_t *kinds,
                     const int32_t *indices, const double *values, int64_t n, bool whole,
                     int64_t last_rank) {
    *out = (om_ranked){.rows = ranking->rows, .doubled_ranks = ranking->doubled_ranks};
    ranking->n_large = 0;
    if (whole) {
        collect_whole(ranking, out, kinds, indices, values, n);
    } else {
        collect_real(ranking, out, kinds, indices, values, n);
    }
    if (ranking->n_large > 0) {
        place_large(ranking);
    }
    int64_t n_asked = out->n_asked;
    for (int64_t i = 0; i < n_asked; i++) {
        double value = ranking->asked[i];
        ranking->doubled_ranks[i] = whole && value < SMALL ? ranking->small_rank[(int)value]
                                                           : rank_large(ranking, value, last_rank);
    }
}
