#include "oncomark/gemm.h"

#include <cblas.h>

/* OpenBLAS only: weak, so that any other BLAS links too. */
extern char *openblas_get_corename(void) __attribute__((weak));
extern void openblas_set_num_threads(int threads) __attribute__((weak));

static void multiply(CBLAS_TRANSPOSE transpose_a, CBLAS_TRANSPOSE transpose_b, int64_t m, int64_t n,
                     int64_t k, om_matrix_view a, om_matrix_view b, om_matrix c) {
    cblas_sgemm(CblasRowMajor, transpose_a, transpose_b, (int)m, (int)n, (int)k, 1.0F, a.values,
                (int)a.stride, b.values, (int)b.stride, 0.0F, c.values, (int)c.stride);
}

void om_gemm_nt(int64_t m, int64_t n, int64_t k, om_matrix_view a, om_matrix_view b, om_matrix c) {
    multiply(CblasNoTrans, CblasTrans, m, n, k, a, b, c);
}

void om_gemm_nn(int64_t m, int64_t n, int64_t k, om_matrix_view a, om_matrix_view b, om_matrix c) {
    multiply(CblasNoTrans, CblasNoTrans, m, n, k, a, b, c);
}

void om_gemm_tn(int64_t m, int64_t n, int64_t k, om_matrix_view a, om_matrix_view b, om_matrix c) {
    multiply(CblasTrans, CblasNoTrans, m, n, k, a, b, c);
}

void om_blas_use_one_thread(void) {
    if (openblas_set_num_threads != NULL) {
        openblas_set_num_threads(1);
    }
}

const char *om_blas_core(void) {
    return openblas_get_corename != NULL ? openblas_get_corename() : "unknown";
}
