#include "oncomark/random.h"

#include <math.h>

static const double two_pi = 6.28318530717958647692;

/* Uniform in (0, 1]: a logarithm of it is finite. */
static double positive_uniform(om_random *random) {
    return 1.0 - om_random_uniform(random);
}

/* Box and Muller 1958; the second value is dropped so that a stream has no hidden state. */
double om_random_normal(om_random *random) {
    double radius = sqrt(-2.0 * log(positive_uniform(random)));
    return radius * cos(two_pi * om_random_uniform(random));
}

/* Marsaglia and Tsang 2000, doi 10.1145/358407.358414; a shape below 1 is raised by 1 and the
 * result scaled by uniform^(1/shape). */
double om_random_gamma(om_random *random, double shape) {
    double scale = 1.0;
    if (shape < 1.0) {
        scale = pow(positive_uniform(random), 1.0 / shape);
        shape += 1.0;
    }
    double d = shape - 1.0 / 3.0;
    double c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double x = om_random_normal(random);
        double root = 1.0 + c * x;
        if (root <= 0.0) {
            continue;
        }
        double v = root * root * root;
        if (log(positive_uniform(random)) < 0.5 * x * x + d - d * v + d * log(v)) {
            return scale * d * v;
        }
    }
}

/* Inversion by sequential search: one uniform a value. */
static int64_t small_poisson(om_random *random, double mean) {
    double uniform = om_random_uniform(random);
    double probability = exp(-mean);
    int64_t value = 0;
    while (uniform >= probability && probability > 0.0) {
        uniform -= probability;
        value++;
        probability *= mean / (double)value;
    }
    return value;
}

/* PTRS of Hörmann 1993, doi 10.1016/0167-6687(93)90997-4; needs mean >= 10. */
static int64_t large_poisson(om_random *random, double mean) {
    double log_mean = log(mean);
    double b = 0.931 + 2.53 * sqrt(mean);
    double a = -0.059 + 0.02483 * b;
    double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    double v_r = 0.9277 - 3.6224 / (b - 2.0);
    for (;;) {
        double u = om_random_uniform(random) - 0.5;
        double v = positive_uniform(random);
        double us = 0.5 - fabs(u);
        double k = floor((2.0 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= v_r) {
            return (int64_t)k;
        }
        if (k < 0.0 || (us < 0.013 && v > us)) {
            continue;
        }
        int sign;
        if (log(v) + log(inverse_alpha) - log(a / (us * us) + b) <=
            k * log_mean - mean - lgamma_r(k + 1.0, &sign)) {
            return (int64_t)k;
        }
    }
}

int64_t om_random_poisson(om_random *random, double mean) {
    if (mean <= 0.0) {
        return 0;
    }
    return mean < 10.0 ? small_poisson(random, mean) : large_poisson(random, mean);
}
