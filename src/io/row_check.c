#include "row_check.h"

bool om_rows_genes_ascend(const int32_t *indices, int64_t n, int64_t n_genes) {
    int untidy = n > 0 && (indices[0] < 0 || indices[n - 1] >= n_genes);
    for (int64_t i = 1; i < n; i++) {
        untidy |= indices[i] <= indices[i - 1];
    }
    return untidy == 0;
}

bool om_rows_values_positive(const double *values, int64_t n) {
    uint64_t signs = 0;
    for (int64_t i = 0; i < n; i++) {
        signs |= om_rows_sign(values[i]);
    }
    return signs >> 63 == 0;
}

/* Adding 2^52 rounds what is below to a whole number, which then stands in the low bits. */
bool om_rows_values_whole(const double *values, int64_t n) {
    const double shift = 0x1p52;
    uint64_t others = 0;
    for (int64_t i = 0; i < n; i++) {
        double shifted = values[i] + shift;
        others |= (om_rows_bits(shifted) ^ om_rows_bits(shift)) >> 32;
        others |= om_rows_bits(shifted - shift) ^ om_rows_bits(values[i]);
    }
    return others == 0;
}
