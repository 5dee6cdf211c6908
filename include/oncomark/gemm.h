/* Dense float32 matrix products by BLAS, row-major, one thread. */
#ifndef ONCOMARK_GEMM_H
#define ONCOMARK_GEMM_H

#include "oncomark/status.h"

#include <stdint.h>

/* A matrix in row-major order: element (i, j) is values[i * stride + j]. */
typedef struct om_matrix {
    float *values;
    int64_t stride;
} om_matrix;

typedef struct om_matrix_view {
    const float *values;
    int64_t stride;
} om_matrix_view;

/* C [m x n] = A [m x k] B [n x k]^T. Sizes and strides below 2^31. Local. The bits of C depend on
 * m, n and k, so that callers who split work keep these fixed. */
void om_gemm_nt(int64_t m, int64_t n, int64_t k, om_matrix_view a, om_matrix_view b, om_matrix c);

/* C [m x n] = A [m x k] B [k x n]. */
void om_gemm_nn(int64_t m, int64_t n, int64_t k, om_matrix_view a, om_matrix_view b, om_matrix c);

/* C [m x n] = A [k x m]^T B [k x n]. */
void om_gemm_tn(int64_t m, int64_t n, int64_t k, om_matrix_view a, om_matrix_view b, om_matrix c);

/* OpenBLAS on one thread a rank from here on: a rank is a core, and the bits of a product depend on
 * the number of threads. Does nothing with another BLAS. Local. */
void om_blas_use_one_thread(void);

/* The set of kernels that BLAS chose for this processor ("SkylakeX", ...), "unknown" where BLAS
 * does not tell. Borrowed. */
const char *om_blas_core(void);

#endif
