#include "value_sort.h"

#include <string.h>

/* A key has half of a value's bits above its place. The bits of values >= 0 are ordered as the
 * values are; turned over, the largest comes first. */
enum { DIGIT_BITS = 11, N_DIGITS = 3, BUCKETS = 1 << DIGIT_BITS, FEW = 32 };

static const uint64_t place_mask = UINT64_C(0xFFFFFFFF);

static inline uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return ~bits;
}

static inline unsigned digit_of(uint64_t key, int digit) {
    return (unsigned)(key >> (32 + digit * DIGIT_BITS)) & (BUCKETS - 1);
}

/* One pass over a digit; `counts` [BUCKETS] of it. Returns where the keys are afterwards. */
static uint64_t *pass(uint64_t *from, uint64_t *to, int64_t n, int digit, const uint32_t *counts) {
    if (counts[digit_of(from[0], digit)] == n) {
        return from; /* all alike */
    }
    uint32_t starts[BUCKETS];
    uint32_t start = 0;
    for (int b = 0; b < BUCKETS; b++) {
        starts[b] = start;
        start += counts[b];
    }
    for (int64_t i = 0; i < n; i++) {
        to[starts[digit_of(from[i], digit)]++] = from[i];
    }
    return to;
}

static void sort_keys(uint64_t *keys, uint64_t *scratch, int64_t n) {
    uint32_t counts[N_DIGITS][BUCKETS] = {{0}};
    uint64_t *from = keys;
    for (int64_t i = 0; i < n; i++) {
        for (int d = 0; d < N_DIGITS; d++) {
            counts[d][digit_of(keys[i], d)]++;
        }
    }
    for (int d = 0; d < N_DIGITS; d++) {
        from = pass(from, from == keys ? scratch : keys, n, d, counts[d]);
    }
    if (from != keys) {
        memcpy(keys, from, (size_t)n * sizeof *keys);
    }
}

static void insertion_sort(uint64_t *places, int64_t n, const double *values) {
    for (int64_t i = 1; i < n; i++) {
        uint64_t place = places[i];
        int64_t at = i;
        for (; at > 0 && values[places[at - 1]] < values[place]; at--) {
            places[at] = places[at - 1];
        }
        places[at] = place;
    }
}

/* A run of values whose upper halves are equal: by their lower halves. */
static void sort_run(uint64_t *keys, uint64_t *scratch, int64_t n, const double *values) {
    for (int64_t i = 0; i < n; i++) {
        keys[i] &= place_mask;
    }
    if (n <= FEW) {
        insertion_sort(keys, n, values);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        keys[i] |= bits_of(values[keys[i]]) << 32;
    }
    sort_keys(keys, scratch, n);
    for (int64_t i = 0; i < n; i++) {
        keys[i] &= place_mask;
    }
}

void om_value_sort(uint64_t *places, uint64_t *scratch, int64_t n, const double *values) {
    if (n <= FEW) {
        insertion_sort(places, n, values);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        places[i] |= bits_of(values[places[i]]) & ~place_mask;
    }
    sort_keys(places, scratch, n);
    for (int64_t first = 0; first < n;) {
        int64_t end = first + 1;
        while (end < n && places[end] >> 32 == places[first] >> 32) {
            end++;
        }
        sort_run(places + first, scratch, end - first, values);
        first = end;
    }
}
