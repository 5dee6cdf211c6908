#include "symmetric_private.h"

#include "oncomark/memory.h"

#include <math.h>

/* Up to here, and where more than one in four is wanted, all eigenvectors are found at once. */
enum { SMALL = 768, FEW_OF = 4 };

/* Entries this much smaller than the largest are as large. */
static const double alike = 1e-9;

static void settle_sign(double *vector, int64_t n) {
    double largest = 0;
    for (int64_t i = 0; i < n; i++) {
        largest = fmax(largest, fabs(vector[i]));
    }
    int64_t first = 0;
    while (first < n && fabs(vector[first]) < largest * (1 - alike)) {
        first++;
    }
    if (first < n && vector[first] < 0) {
        for (int64_t i = 0; i < n; i++) {
            vector[i] = -vector[i];
        }
    }
}

static bool is_for_dense(int64_t n, int64_t count) {
    return n <= SMALL || count * FEW_OF > n;
}

int64_t om_symmetric_leading_bytes(int64_t n, int64_t count) {
    return is_for_dense(n, count) ? om_symmetric_dense_bytes(n, count)
                                  : om_symmetric_lanczos_bytes(n, count);
}

om_status om_symmetric_leading(double *values, double *vectors, om_symmetric *matrix,
                               int64_t count) {
    if (count < 1 || count > matrix->n) {
        return om_fail(OM_BUG, "%s: %d eigenvectors of %d", matrix->what, (int)count, matrix->n);
    }
    OM_TRY(is_for_dense(matrix->n, count)
               ? om_symmetric_leading_dense(values, vectors, matrix, count)
               : om_symmetric_leading_lanczos(values, vectors, matrix, count));
    for (int64_t i = 0; i < count; i++) {
        settle_sign(vectors + i * matrix->n, matrix->n);
    }
    return OM_OK;
}
