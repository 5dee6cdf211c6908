#include "z_score.h"

#include "oncomark/processor.h"

#include <string.h>

/* Compiled with contraction, as linalg/product.c. */

enum { LANES = 16 };

typedef float lanes
    __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));
typedef int32_t bits
    __attribute__((vector_size(LANES * sizeof(int32_t)), aligned(sizeof(int32_t)), may_alias));
typedef uint16_t shorts
    __attribute__((vector_size(LANES * sizeof(uint16_t)), aligned(sizeof(uint16_t)), may_alias));

/* log2(1 + f) / f for 1 + f in [sqrt(1/2), sqrt(2)]: least largest error of f times it, 7e-9. */
static const float coefficient[] = {0x1.715472p+0F,  -0x1.7155bap-1F, 0x1.ec7b64p-2F,
                                    -0x1.70bab4p-2F, 0x1.2596a4p-2F,  -0x1.00121ap-2F,
                                    0x1.e526c2p-3F,  -0x1.2a7c06p-3F};
enum { DEGREE = sizeof coefficient / sizeof coefficient[0] - 1 };

/* Bits of sqrt(1/2), and of a float's fraction. */
enum { ROOT_OF_HALF = 0x3f3504f3, FRACTION = 0x7fffff, FRACTION_BITS = 23 };

static inline __attribute__((always_inline)) void
score(float *z, const uint16_t *ranks, const float *mean, const float *inverse_sd) {
    /* By way of 32 bits, as processors do it. */
    bits whole = __builtin_convertvector(*(const shorts *)ranks, bits);
    bits above = (bits) __builtin_convertvector(whole, lanes) - ROOT_OF_HALF - (1 << FRACTION_BITS);
    lanes exponent = __builtin_convertvector(above >> FRACTION_BITS, lanes); /* of rank / 2 */
    lanes f = (lanes)((above & FRACTION) + ROOT_OF_HALF) - 1;
    lanes p = f * coefficient[DEGREE] + coefficient[DEGREE - 1];
    for (int i = DEGREE - 2; i >= 0; i--) {
        p = p * f + coefficient[i];
    }
    *(lanes *)z = (p * f + exponent - *(const lanes *)mean) * *(const lanes *)inverse_sd;
}

static inline __attribute__((always_inline)) void
score_all(float *z, const uint16_t *ranks, const float *mean, const float *inverse_sd, int64_t n) {
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        score(z + i, ranks + i, mean + i, inverse_sd + i);
    }
    if (i < n) {
        uint16_t rest_ranks[LANES] = {0};
        float rest[3][LANES] = {{0}};
        size_t count = (size_t)(n - i);
        memcpy(rest_ranks, ranks + i, count * sizeof *ranks);
        memcpy(rest[0], mean + i, count * sizeof *mean);
        memcpy(rest[1], inverse_sd + i, count * sizeof *inverse_sd);
        score(rest[2], rest_ranks, rest[0], rest[1]);
        memcpy(z + i, rest[2], count * sizeof *z);
    }
}

#ifdef OM_TARGET_AVX512
OM_TARGET_AVX512 static void score_by_avx512(float *z, const uint16_t *ranks, const float *mean,
                                             const float *inverse_sd, int64_t n) {
    score_all(z, ranks, mean, inverse_sd, n);
}

OM_TARGET_AVX2 static void score_by_avx2(float *z, const uint16_t *ranks, const float *mean,
                                         const float *inverse_sd, int64_t n) {
    score_all(z, ranks, mean, inverse_sd, n);
}
#endif

void om_z_scores(float *z, const uint16_t *doubled_ranks, const float *mean,
                 const float *inverse_sd, int64_t n) {
#ifdef OM_TARGET_AVX512
    if (om_processor_has_avx512()) {
        score_by_avx512(z, doubled_ranks, mean, inverse_sd, n);
        return;
    }
    if (om_processor_has_avx2()) {
        score_by_avx2(z, doubled_ranks, mean, inverse_sd, n);
        return;
    }
#endif
    score_all(z, doubled_ranks, mean, inverse_sd, n);
}
