#include "z_source.h"

#include "oncomark/memory.h"

#include <math.h>

double *om_log2_half_create(int64_t n_features) {
    double *log2_half = om_calloc(2 * n_features + 1, sizeof *log2_half);
    for (int64_t i = 1; log2_half != NULL && i <= 2 * n_features; i++) {
        log2_half[i] = log2((double)i / 2);
    }
    return log2_half;
}

void om_z_exact(double *z, const uint16_t *doubled_ranks, const double *mean, const double *sd,
                const double *log2_half, int64_t n) {
    for (int64_t f = 0; f < n; f++) {
        z[f] = (log2_half[doubled_ranks[f]] - mean[f]) / sd[f];
    }
}
