#include "value_tally.h"

#include "oncomark/memory.h"
#include "oncomark/processor.h"

#include <string.h>
#ifdef OM_TARGET_AVX512
#include <immintrin.h>
#endif

/* Tables of counts: most values are 1, and adding to a count that was just written has to wait. */
enum { LANES = 4 };

enum { VECTOR = 64 };

struct om_value_tally {
    uint8_t *clipped;
    uint8_t *others; /* the rest, after the most frequent values; a vector more than there are */
    uint32_t lanes[LANES][OM_TALLY_LARGE + 1]; /* all zero between cells */
};

om_status om_value_tally_create(om_value_tally **out, int64_t longest) {
    om_value_tally *tally = om_calloc(1, sizeof *tally);
    *out = tally;
    if (tally == NULL) {
        return OM_MEMORY;
    }
    tally->clipped = om_malloc(longest, sizeof *tally->clipped);
    tally->others = om_malloc(longest + VECTOR, sizeof *tally->others);
    if (tally->clipped == NULL || tally->others == NULL) {
        om_value_tally_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_value_tally_destroy(om_value_tally **tally) {
    if (*tally == NULL) {
        return;
    }
    om_free((*tally)->clipped);
    om_free((*tally)->others);
    om_free(*tally);
    *tally = NULL;
}

/* Adding 2^52 leaves a whole number in the low bits: compilers can do so to several at once. */
static inline __attribute__((always_inline)) void clip(const double *restrict values, int64_t n,
                                                       uint8_t *restrict clipped) {
    for (int64_t i = 0; i < n; i++) {
        double shifted = values[i] + 0x1p52;
        uint64_t image;
        memcpy(&image, &shifted, sizeof image);
        uint32_t whole = (uint32_t)image;
        clipped[i] = (uint8_t)(whole < OM_TALLY_LARGE ? whole : OM_TALLY_LARGE);
    }
}

static void count_in_lanes(om_value_tally *tally, const uint8_t *clipped, int64_t n) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        uint32_t several;
        memcpy(&several, clipped + i, sizeof several);
        for (int lane = 0; lane < LANES; lane++) {
            tally->lanes[lane][several >> (8 * lane) & UINT8_MAX]++;
        }
    }
    for (; i < n; i++) {
        tally->lanes[0][clipped[i]]++;
    }
}

static void count_plainly(om_value_tally *tally, const double *values, int64_t n) {
    clip(values, n, tally->clipped);
    count_in_lanes(tally, tally->clipped, n);
}

#ifdef OM_TARGET_AVX512
/* Nine of ten counts are 1, 2 or 3: these are counted by comparing 64 at a time, the others put
 * together and then counted plainly. */
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,popcnt"))) static void
count_in_vectors(om_value_tally *tally, const double *values, int64_t n, uint32_t *counts) {
    enum { MOST_FREQUENT = 3 };
    int64_t n_others = 0;
    clip(values, n, tally->clipped);
    for (int64_t i = 0; i < n; i += VECTOR) {
        __mmask64 rest = n - i < VECTOR ? ((__mmask64)1 << (n - i)) - 1 : UINT64_MAX;
        __m512i vector = _mm512_maskz_loadu_epi8(rest, tally->clipped + i);
        for (int value = 1; value <= MOST_FREQUENT; value++) {
            __mmask64 equal = _mm512_cmpeq_epi8_mask(vector, _mm512_set1_epi8((char)value));
            counts[value] += (uint32_t)__builtin_popcountll(equal);
            rest &= ~equal;
        }
        _mm512_storeu_si512(tally->others + n_others, _mm512_maskz_compress_epi8(rest, vector));
        n_others += __builtin_popcountll(rest);
    }
    count_in_lanes(tally, tally->others, n_others);
}

static void count(om_value_tally *tally, const double *values, int64_t n, uint32_t *counts) {
    if (om_processor_has_avx512() && __builtin_cpu_supports("avx512vbmi2")) {
        count_in_vectors(tally, values, n, counts);
    } else {
        count_plainly(tally, values, n);
    }
}
#else
static void count(om_value_tally *tally, const double *values, int64_t n, uint32_t *counts) {
    (void)counts;
    count_plainly(tally, values, n);
}
#endif

const uint8_t *om_value_tally_count(om_value_tally *tally, const double *values, int64_t n,
                                    uint32_t *counts) {
    memset(counts, 0, (OM_TALLY_LARGE + 1) * sizeof *counts);
    count(tally, values, n, counts);
    for (int lane = 0; lane < LANES; lane++) {
        for (int value = 0; value <= OM_TALLY_LARGE; value++) {
            counts[value] += tally->lanes[lane][value];
        }
    }
    memset(tally->lanes, 0, sizeof tally->lanes);
    return tally->clipped;
}
