#include "oncomark/product.h"
#include "oncomark/random.h"
#include "unit_test.h"

#include <math.h>
#include <stdlib.h>

/* Sizes around those of a tile, and more columns than a strip has. */
enum { M = 23, N = 96, K = 37, MOST = 4 };

typedef struct matrices {
    float a[M * K];
    float b[K * N];
    float c[M * N];
} matrices;

static matrices *make(void) {
    matrices *made = malloc(sizeof *made);
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 1);
    for (int i = 0; i < M * K; i++) {
        made->a[i] = (float)(om_random_uniform(&random) - 0.5);
    }
    for (int i = 0; i < K * N; i++) {
        made->b[i] = (float)(om_random_uniform(&random) - 0.5);
    }
    for (int i = 0; i < M * N; i++) {
        made->c[i] = (float)om_random_uniform(&random);
    }
    return made;
}

static om_product whole(matrices *of) {
    return (om_product){.m = M,
                        .n = N,
                        .k = K,
                        .a = of->a,
                        .a_row = K,
                        .a_column = 1,
                        .b = of->b,
                        .b_row = N,
                        .c = of->c,
                        .c_row = N};
}

static void test_add_is_the_product(void **state) {
    (void)state;
    matrices *of = make();
    matrices *before = make();
    om_product product = whole(of);
    om_product_add(&product);
    for (int i = 0; i < M; i++) {
        for (int j = 0; j < N; j++) {
            double sum = (double)before->c[i * N + j];
            for (int k = 0; k < K; k++) {
                sum += (double)of->a[i * K + k] * (double)of->b[k * N + j];
            }
            assert_true(fabs((double)of->c[i * N + j] - sum) < 1e-5);
        }
    }
    free(of);
    free(before);
}

/* A transposed, in cuts of rows, of columns and of k: the same bits. */
static void test_bits_do_not_depend_on_cuts(void **state) {
    (void)state;
    matrices *of = make();
    matrices *cut = make();
    float transposed[K * M];
    for (int i = 0; i < M * K; i++) {
        transposed[i % K * M + i / K] = of->a[i];
    }
    om_product product = whole(of);
    om_product_add(&product);
    const int rows[] = {0, 1, 6, 13, M};
    const int columns[] = {0, 16, 80, 96};
    const int ks[] = {0, 5, 32, K};
    for (int r = 0; r < 4; r++) {
        for (int c = 0; c < 3; c++) {
            for (int k = 0; k < 3; k++) {
                om_product_add(&(om_product){.m = rows[r + 1] - rows[r],
                                             .n = columns[c + 1] - columns[c],
                                             .k = ks[k + 1] - ks[k],
                                             .a = transposed + ks[k] * M + rows[r],
                                             .a_row = 1,
                                             .a_column = M,
                                             .b = cut->b + ks[k] * N + columns[c],
                                             .b_row = N,
                                             .c = cut->c + rows[r] * N + columns[c],
                                             .c_row = N});
            }
        }
    }
    assert_memory_equal(of->c, cut->c, sizeof of->c);
    free(of);
    free(cut);
}

/* Leaves of 8: five of them, the last one short, of a tree of eight. */
static void test_tree_adds_leaves_in_pairs(void **state) {
    (void)state;
    matrices *of = make();
    float leaves[8][M * N] = {{0}};
    om_product product = whole(of);
    om_product_tree(&product, 8, 8);
    for (int leaf = 0; leaf < 5; leaf++) {
        om_product part = product;
        part.k = leaf < 4 ? 8 : K - 32;
        part.a += leaf * 8;
        part.b += leaf * 8 * N;
        part.c = leaves[leaf];
        om_product_add(&part);
    }
    for (int i = 0; i < M * N; i++) {
        float sum = ((leaves[0][i] + leaves[1][i]) + (leaves[2][i] + leaves[3][i])) +
                    ((leaves[4][i] + leaves[5][i]) + (leaves[6][i] + leaves[7][i]));
        assert_memory_equal(&of->c[i], &sum, sizeof sum);
    }
    free(of);
}

static void test_nothing_to_add_up(void **state) {
    (void)state;
    matrices *of = make();
    om_product product = whole(of);
    product.k = 0;
    om_product_tree(&product, 8, MOST);
    for (int i = 0; i < M * N; i++) {
        assert_true(of->c[i] == 0);
    }
    free(of);
}

static void test_padding_and_arithmetic(void **state) {
    (void)state;
    assert_int_equal(om_padded(0), 0);
    assert_int_equal(om_padded(1), 16);
    assert_int_equal(om_padded(16), 16);
    assert_int_equal(om_padded(160), 160);
    const char *arithmetic = om_product_arithmetic();
    assert_true(strcmp(arithmetic, "fused") == 0 || strcmp(arithmetic, "plain") == 0);
#ifdef __x86_64__
    bool can_fuse = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    assert_string_equal(arithmetic, can_fuse ? "fused" : "plain");
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_is_the_product),
        cmocka_unit_test(test_bits_do_not_depend_on_cuts),
        cmocka_unit_test(test_tree_adds_leaves_in_pairs),
        cmocka_unit_test(test_nothing_to_add_up),
        cmocka_unit_test(test_padding_and_arithmetic),
    };
    return cmocka_run_group_tests_name("product", tests, NULL, NULL);
}
