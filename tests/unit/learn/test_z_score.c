#include "learn/z_score.h"
#include "unit_test.h"

#include <math.h>
#include <stdlib.h>

enum { FIRST = 2, END = 65535, N = END - FIRST };

/* All doubled ranks that there can be. */
static void test_every_rank(void **state) {
    (void)state;
    uint16_t *ranks = malloc(N * sizeof *ranks);
    float *mean = calloc(N, sizeof *mean);
    float *inverse_sd = malloc(N * sizeof *inverse_sd);
    float *z = malloc(N * sizeof *z);
    for (int i = 0; i < N; i++) {
        ranks[i] = (uint16_t)(FIRST + i);
        inverse_sd[i] = 1;
    }
    om_z_scores(z, ranks, mean, inverse_sd, N);
    for (int i = 0; i < N; i++) {
        double expected = log2((FIRST + i) / 2.0);
        assert_true(fabs((double)z[i] - expected) < 6e-7);
        assert_true(i == 0 || z[i] >= z[i - 1]);
    }
    for (int r = FIRST; r < END; r *= 2) {
        assert_true((double)z[r - FIRST] == log2(r / 2.0));
    }
    free(ranks);
    free(mean);
    free(inverse_sd);
    free(z);
}

/* Every cut, so every tail, gives the same bits; mean and standard deviation are applied. */
static void test_cuts(void **state) {
    (void)state;
    enum { COUNT = 61 };
    uint16_t ranks[COUNT];
    float mean[COUNT], inverse_sd[COUNT], whole[COUNT], cut[COUNT + 1];
    for (int i = 0; i < COUNT; i++) {
        ranks[i] = (uint16_t)(2 + 977 * i);
        mean[i] = 0.25F * (float)i;
        inverse_sd[i] = 1 / (1 + 0.125F * (float)i);
    }
    om_z_scores(whole, ranks, mean, inverse_sd, COUNT);
    for (int i = 0; i < COUNT; i++) {
        double expected = (log2(ranks[i] / 2.0) - 0.25 * i) / (1 + 0.125 * i);
        assert_true(fabs((double)whole[i] - expected) < 2e-6);
    }
    for (int at = 0; at <= COUNT; at++) {
        cut[COUNT] = 12345;
        om_z_scores(cut, ranks, mean, inverse_sd, at);
        om_z_scores(cut + at, ranks + at, mean + at, inverse_sd + at, COUNT - at);
        assert_memory_equal(whole, cut, sizeof whole);
        assert_true(cut[COUNT] == 12345);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rank),
        cmocka_unit_test(test_cuts),
    };
    return cmocka_run_group_tests_name("z_score", tests, NULL, NULL);
}
