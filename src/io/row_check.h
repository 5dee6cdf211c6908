/* Fast looks at rows read from a file. They have no early exits, so that compilers can vectorise
 * them; what is wrong is found by a second, slow look. */
#ifndef OM_IO_ROW_CHECK_H
#define OM_IO_ROW_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t om_rows_bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Has the sign bit where a value is not above 0 and finite: it is set for negative numbers, by one
 * less for 0, and by the next exponent for infinity and NaN. On bits, since compilers make no
 * vector code of comparisons that may raise exceptions. */
static inline uint64_t om_rows_sign(double value) {
    const uint64_t exponent_step = (uint64_t)1 << 52;
    uint64_t bits = om_rows_bits(value);
    return bits | (bits - 1) | (bits + exponent_step);
}

/* Genes of one cell ascend, from 0 to n_genes - 1. */
bool om_rows_genes_ascend(const int32_t *indices, int64_t n, int64_t n_genes);

/* All are above 0 and finite. */
bool om_rows_values_positive(const double *values, int64_t n);

/* All, being positive, are whole numbers below 2^32. */
bool om_rows_values_whole(const double *values, int64_t n);

#endif
