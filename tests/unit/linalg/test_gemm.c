#include "oncomark/gemm.h"

#include "oncomark/memory.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <math.h>
#include <string.h>

enum { M = 5, N = 7, K = 300 };

/* Strides are wider than the rows, and what lies between the rows must stay as it is. */
enum { A_STRIDE = 310, B_STRIDE = 311, C_STRIDE = 9 };

static float *random_values(int64_t count, uint64_t identity) {
    float *values = om_malloc(count, sizeof *values);
    om_random random = om_random_stream(1, OM_PURPOSE_TEST, identity);
    for (int64_t i = 0; i < count; i++) {
        values[i] = (float)(om_random_uniform(&random) - 0.5);
    }
    return values;
}

/* Element (i, j) of the product by the definition, `transpose` as in the functions' names. */
static double expected(const char *transpose, const float *a, const float *b, int64_t i,
                       int64_t j) {
    double sum = 0;
    for (int64_t k = 0; k < K; k++) {
        double x = transpose[0] == 't' ? a[k * A_STRIDE + i] : a[i * A_STRIDE + k];
        double y = transpose[1] == 't' ? b[j * B_STRIDE + k] : b[k * B_STRIDE + j];
        sum += x * y;
    }
    return sum;
}

static void check(const char *transpose, void (*multiply)(int64_t, int64_t, int64_t, om_matrix_view,
                                                          om_matrix_view, om_matrix)) {
    float *a = random_values(K * A_STRIDE, 1);
    float *b = random_values(K * B_STRIDE, 2);
    float c[M * C_STRIDE];
    for (int64_t i = 0; i < M * C_STRIDE; i++) {
        c[i] = -99;
    }
    multiply(M, N, K, (om_matrix_view){a, A_STRIDE}, (om_matrix_view){b, B_STRIDE},
             (om_matrix){c, C_STRIDE});
    for (int64_t i = 0; i < M; i++) {
        for (int64_t j = 0; j < C_STRIDE; j++) {
            double want = j < N ? expected(transpose, a, b, i, j) : -99;
            assert_true(fabs((double)c[i * C_STRIDE + j] - want) < 1e-4);
        }
    }
    om_free(a);
    om_free(b);
}

static void test_products(void **state) {
    (void)state;
    check("nt", om_gemm_nt);
    check("nn", om_gemm_nn);
    check("tn", om_gemm_tn);
}

static void test_core(void **state) {
    (void)state;
    om_blas_use_one_thread();
    assert_true(strlen(om_blas_core()) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_products),
                                       cmocka_unit_test(test_core)};
    return cmocka_run_group_tests_name("gemm", tests, NULL, NULL);
}
