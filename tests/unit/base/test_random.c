#include "unit_test.h"

#include "oncomark/random.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef OM_TEST_SOURCE_DIR
#define OM_TEST_SOURCE_DIR "."
#endif

enum { N_DRAWS = 40000, N_BINS = 64 };

static void philox_gives_the_published_answers(void **state) {
    (void)state;
    FILE *file = fopen(OM_TEST_SOURCE_DIR "/tests/golden/philox.txt", "r");
    assert_non_null(file);
    char line[256];
    int checked = 0;
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#') {
            continue;
        }
        uint32_t in[4];
        uint32_t key[2];
        uint32_t expected[4];
        assert_int_equal(sscanf(line,
                                "%" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32
                                " %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32 " %" SCNx32,
                                &in[0], &in[1], &in[2], &in[3], &key[0], &key[1], &expected[0],
                                &expected[1], &expected[2], &expected[3]),
                         10);
        uint32_t out[4];
        om_philox(in, key, out);
        assert_memory_equal(out, expected, sizeof out);
        checked++;
    }
    fclose(file);
    assert_int_equal(checked, 3);
}

static void a_stream_walks_the_blocks_of_its_counter(void **state) {
    (void)state;
    om_random random = om_random_stream(7, OM_PURPOSE_TEST, 0x1122334455667788U);
    assert_int_equal(random.counter[2], 0x55667788U);
    assert_int_equal(random.counter[3], 0x11223344U);
    uint32_t key[2] = {random.key[0], random.key[1]};
    for (uint32_t block = 0; block < 3; block++) {
        uint32_t counter[4] = {block, 0, 0x55667788U, 0x11223344U};
        uint32_t expected[4];
        om_philox(counter, key, expected);
        for (int i = 0; i < 4; i++) {
            assert_int_equal(om_random_u32(&random), expected[i]);
        }
    }
    random.counter[0] = UINT32_MAX;
    om_random_u32(&random);
    assert_int_equal(random.counter[0], 0);
    assert_int_equal(random.counter[1], 1);
}

static void seeds_purposes_and_identities_give_distinct_streams(void **state) {
    (void)state;
    uint64_t seen[3 * 3 * 3];
    int count = 0;
    for (uint64_t seed = 0; seed < 3; seed++) {
        for (int purpose = 0; purpose < 3; purpose++) {
            for (uint64_t identity = 0; identity < 3; identity++) {
                om_random random = om_random_stream(seed, (om_purpose)purpose, identity);
                uint64_t value = om_random_u64(&random);
                for (int i = 0; i < count; i++) {
                    assert_true(seen[i] != value);
                }
                seen[count++] = value;
                om_random again = om_random_stream(seed, (om_purpose)purpose, identity);
                assert_true(om_random_u64(&again) == value);
            }
        }
    }
}

static void below_is_uniform_and_bounded(void **state) {
    (void)state;
    om_random random = om_random_stream(1, OM_PURPOSE_TEST, 1);
    int64_t counts[7] = {0};
    for (int i = 0; i < N_DRAWS; i++) {
        counts[om_random_below(&random, 7)]++;
    }
    double chi_squared = 0.0;
    double expected = N_DRAWS / 7.0;
    for (int i = 0; i < 7; i++) {
        double difference = (double)counts[i] - expected;
        chi_squared += difference * difference / expected;
    }
    assert_true(chi_squared < 22.46); /* 0.999 quantile at 6 degrees of freedom */

    /* A bound of 3/4 of 2^64: without rejection one value in three would come twice as often. */
    uint64_t bound = 3U * (UINT64_C(1) << 62);
    int64_t thirds[3] = {0};
    for (int i = 0; i < N_DRAWS; i++) {
        uint64_t value = om_random_below(&random, bound);
        assert_true(value < bound);
        thirds[value % 3]++;
    }
    for (int i = 0; i < 3; i++) {
        assert_true(fabs((double)thirds[i] - N_DRAWS / 3.0) < 400.0);
    }
    assert_int_equal(om_random_below(&random, 1), 0);
}

static void uniform_fills_its_interval(void **state) {
    (void)state;
    om_random random = om_random_stream(2, OM_PURPOSE_TEST, 0);
    int64_t counts[N_BINS] = {0};
    for (int i = 0; i < N_DRAWS; i++) {
        double value = om_random_uniform(&random);
        assert_true(value >= 0.0 && value < 1.0);
        counts[(int)(value * N_BINS)]++;
    }
    double chi_squared = 0.0;
    for (int i = 0; i < N_BINS; i++) {
        double difference = (double)counts[i] - (double)N_DRAWS / N_BINS;
        chi_squared += difference * difference * N_BINS / N_DRAWS;
    }
    assert_true(chi_squared < 103.4); /* 0.999 quantile at 63 degrees of freedom */
}

static double draw(om_random *random, const char *distribution, double parameter) {
    if (strcmp(distribution, "normal") == 0) {
        return om_random_normal(random);
    }
    if (strcmp(distribution, "gamma") == 0) {
        return om_random_gamma(random, parameter);
    }
    assert_string_equal(distribution, "poisson");
    return (double)om_random_poisson(random, parameter);
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Share of the sorted draws that are at most x. */
static double empirical_cdf(const double *draws, double x) {
    int64_t low = 0;
    int64_t high = N_DRAWS;
    while (low < high) {
        int64_t middle = (low + high) / 2;
        if (draws[middle] <= x) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return (double)low / N_DRAWS;
}

/* Kolmogorov-Smirnov at the grid of the golden file; 1.95/sqrt(n) is the 0.999 quantile. */
static void distributions_follow_their_exact_cdf(void **state) {
    (void)state;
    FILE *file = fopen(OM_TEST_SOURCE_DIR "/tests/golden/random_cdf.csv", "r");
    assert_non_null(file);
    double *draws = malloc(N_DRAWS * sizeof *draws);
    assert_non_null(draws);
    char current[64] = "";
    char line[256];
    int n_distributions = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        char distribution[16];
        double parameter;
        double x;
        double cdf;
        assert_int_equal(sscanf(line, "%15[a-z],%lf,%lf,%lf", distribution, &parameter, &x, &cdf),
                         4);
        char name[64];
        snprintf(name, sizeof name, "%s %g", distribution, parameter);
        if (strcmp(name, current) != 0) {
            snprintf(current, sizeof current, "%s", name);
            om_random random = om_random_stream(11, OM_PURPOSE_TEST, (uint64_t)n_distributions);
            for (int i = 0; i < N_DRAWS; i++) {
                draws[i] = draw(&random, distribution, parameter);
            }
            qsort(draws, N_DRAWS, sizeof *draws, compare_doubles);
            n_distributions++;
        }
        double difference = fabs(empirical_cdf(draws, x) - cdf);
        if (difference >= 1.95 / sqrt(N_DRAWS)) {
            fail_msg("%s at %g: empirical and exact CDF differ by %g", name, x, difference);
        }
    }
    fclose(file);
    free(draws);
    assert_int_equal(n_distributions, 15);
}

static void check_moments(const char *distribution, double parameter, double mean,
                          double variance) {
    om_random random = om_random_stream(23, OM_PURPOSE_TEST, 5);
    double sum = 0.0;
    double squares = 0.0;
    for (int i = 0; i < N_DRAWS; i++) {
        double value = draw(&random, distribution, parameter) - mean;
        sum += value;
        squares += value * value;
    }
    double error = sqrt(variance / N_DRAWS);
    if (fabs(sum / N_DRAWS) > 4.0 * error) {
        fail_msg("%s(%g): mean is off by %g", distribution, parameter, sum / N_DRAWS);
    }
    if (fabs(squares / N_DRAWS / variance - 1.0) > 0.05) {
        fail_msg("%s(%g): variance is %g", distribution, parameter, squares / N_DRAWS);
    }
}

static void moments_are_right(void **state) {
    (void)state;
    check_moments("normal", 0.0, 0.0, 1.0);
    check_moments("gamma", 0.5, 0.5, 0.5);
    check_moments("gamma", 9.0, 9.0, 9.0);
    check_moments("poisson", 2.5, 2.5, 2.5);
    check_moments("poisson", 12.0, 12.0, 12.0);
    check_moments("poisson", 5.0e6, 5.0e6, 5.0e6);
}

static void poisson_of_nothing_is_nothing(void **state) {
    (void)state;
    om_random random = om_random_stream(3, OM_PURPOSE_TEST, 0);
    assert_int_equal(om_random_poisson(&random, 0.0), 0);
    for (int i = 0; i < 100; i++) {
        assert_true(isfinite(om_random_gamma(&random, 1e-3)));
    }
}

/* All 24 orders of four values come equally often. */
static void shuffle_gives_every_order(void **state) {
    (void)state;
    om_random random = om_random_stream(4, OM_PURPOSE_TEST, 0);
    int64_t counts[256] = {0};
    for (int i = 0; i < 24000; i++) {
        int64_t values[4] = {0, 1, 2, 3};
        om_random_shuffle(&random, values, 4);
        assert_int_equal(values[0] + values[1] + values[2] + values[3], 6);
        counts[values[0] | values[1] << 2 | values[2] << 4 | values[3] << 6]++;
    }
    int n_orders = 0;
    for (int i = 0; i < 256; i++) {
        if (counts[i] > 0) {
            n_orders++;
            assert_true(llabs(counts[i] - 1000) < 125); /* four standard deviations */
        }
    }
    assert_int_equal(n_orders, 24);
    om_random_shuffle(&random, NULL, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_answers),
        cmocka_unit_test(a_stream_walks_the_blocks_of_its_counter),
        cmocka_unit_test(seeds_purposes_and_identities_give_distinct_streams),
        cmocka_unit_test(below_is_uniform_and_bounded),
        cmocka_unit_test(uniform_fills_its_interval),
        cmocka_unit_test(distributions_follow_their_exact_cdf),
        cmocka_unit_test(moments_are_right),
        cmocka_unit_test(poisson_of_nothing_is_nothing),
        cmocka_unit_test(shuffle_gives_every_order),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
