#include "row_check.h"

#include <string.h>

bool om_rows_genes_ascend(const int32_t *indices, int64_t n, int64_t n_genes) {
    int untidy = n > 0 && (indices[0] < 0 || indices[n - 1] >= n_genes);
    for (int64_t i = 1; i < n; i++) {
        untidy |= indices[i] <= indices[i - 1];
    }
    return untidy == 0;
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* On bits, since compilers make no vector code of comparisons that may raise exceptions: the sign
 * bit is set for negative numbers, by one less for 0, and by the next exponent for infinity and
 * NaN. */
bool om_rows_values_positive(const double *values, int64_t n) {
    const uint64_t exponent_step = (uint64_t)1 << 52;
    uint64_t signs = 0;
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = bits_of(values[i]);
        signs |= bits | (bits - 1) | (bits + exponent_step);
    }
    return signs >> 63 == 0;
}

/* Adding 2^52 rounds what is below to a whole number, which then stands in the low bits. */
bool om_rows_values_whole(const double *values, int64_t n) {
    const double shift = 0x1p52;
    uint64_t others = 0;
    for (int64_t i = 0; i < n; i++) {
        double shifted = values[i] + shift;
        others |= (bits_of(shifted) ^ bits_of(shift)) >> 32;
        others |= bits_of(shifted - shift) ^ bits_of(values[i]);
    }
    return others == 0;
}
