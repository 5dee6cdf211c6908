#include "oncomark/statistics.h"

#include "oncomark/memory.h"
#include "oncomark/wide.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

/* Continued fractions end where a further step changes nothing. */
static const double ENOUGH = 0x1p-52;

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static om_status sort_copy(double **sorted, const double *values, int64_t n) {
    *sorted = om_malloc(n, sizeof **sorted);
    if (*sorted == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < n; i++) {
        if (isnan(values[i])) {
            return om_fail(OM_INPUT, "Kolmogorov-Smirnov: found NaN, expected numbers");
        }
        (*sorted)[i] = values[i];
    }
    qsort(*sorted, (size_t)n, sizeof **sorted, by_value);
    return OM_OK;
}

/* Largest |i / n_a - j / n_b|, where i and j values are at or below some point. */
static double largest_distance(const double *a, int64_t n_a, const double *b, int64_t n_b) {
    int64_t i = 0;
    int64_t j = 0;
    om_wide largest = 0;
    while (i < n_a && j < n_b) {
        double point = a[i] < b[j] ? a[i] : b[j];
        while (i < n_a && a[i] == point) {
            i++;
        }
        while (j < n_b && b[j] == point) {
            j++;
        }
        om_wide distance = (om_wide)i * n_b - (om_wide)j * n_a;
        distance = distance < 0 ? -distance : distance;
        largest = distance > largest ? distance : largest;
    }
    return (double)largest / ((double)n_a * (double)n_b);
}

/* Kolmogorov's distribution, upper tail: 2 sum (-1)^(k-1) exp(-2 k^2 x^2), and for small x its
 * transform by the theta function, which then needs few terms. */
static double kolmogorov_tail(double x) {
    double sum = 0;
    if (x < 0.05) {
        return 1;
    }
    if (x < 0.8) {
        for (int k = 7; k > 0; k -= 2) {
            sum += exp(-k * k * PI * PI / (8 * x * x));
        }
        return 1 - sqrt(2 * PI) / x * sum;
    }
    for (int k = 8; k > 0; k--) {
        sum += (k % 2 == 1 ? 2 : -2) * exp(-2.0 * k * k * x * x);
    }
    return sum;
}

om_status om_ks_two_sample(double *statistic, double *p, const double *a, int64_t n_a,
                           const double *b, int64_t n_b) {
    double *sorted_a = NULL;
    double *sorted_b = NULL;
    *statistic = NAN;
    *p = NAN;
    if (n_a == 0 || n_b == 0) {
        return OM_OK;
    }
    om_status status = sort_copy(&sorted_a, a, n_a);
    status = status == OM_OK ? sort_copy(&sorted_b, b, n_b) : status;
    if (status == OM_OK) {
        double total = (double)n_a + (double)n_b;
        *statistic = largest_distance(sorted_a, n_a, sorted_b, n_b);
        *p = kolmogorov_tail(sqrt((double)n_a * (double)n_b / total) * *statistic);
    }
    om_free(sorted_a);
    om_free(sorted_b);
    return status;
}

/* Gamma(a + 1/2) / Gamma(a): not by lgamma, whose error grows with its value. The logarithm's
 * expansion in w = a - 1/4 is 1/2 log w - sum E_2k / (k 4^(2k+1) w^2k) with Euler's numbers E_2k
 * (from Abramowitz and Stegun 6.1.47); small a are brought to large ones by the recurrence. */
static double gamma_ratio(double a) {
    double factor = 1;
    while (a < 30) {
        factor *= a / (a + 0.5);
        a += 1;
    }
    double w = a - 0.25;
    double s = 1 / (w * w);
    double series =
        s * (1.0 / 64 + s * (-5.0 / 2048 + s * (61.0 / 49152 + s * (-1385.0 / 1048576))));
    return factor * sqrt(w) * exp(series);
}

/* The continued fraction K of I_x(a, b) = x^a y^b / (B(a, b) K), y = 1 - x, of DiDonato and Morris
 * (ACM TOMS 18, 1992, equation 9), evaluated as Lentz does. Unlike the better known one it loses
 * nothing where a is large and x close to 1. Converges fast for x < (a + 1) / (a + b + 2). */
static double beta_fraction(double a, double b, double x, double y) {
    const int most = 100000;
    double fraction = a * (a * y - b * x + 1) / (a + 1);
    double c = fraction;
    double d = 0;
    for (int m = 1; m < most; m++) {
        double next = a + 2 * m - 1;
        double above = (a + m - 1) * (a + b + m - 1) * m * (b - m) * x * x / (next * next);
        double below = m + m * (b - m) * x / next +
                       (a + m) * (a * y - b * x + 1 + m * (2 - x)) / (a + 2 * m + 1);
        d = 1 / (below + above * d);
        c = below + above / c;
        fraction *= c * d;
        if (fabs(c * d - 1) <= ENOUGH) {
            break;
        }
    }
    return fraction;
}

/* The incomplete beta function I_x(a, 1/2) at x = v / (v + t^2), a = v / 2. The power of x is
 * taken by way of t^2 / v, so that x close to 1 loses nothing. */
double om_student_p(double t, double degrees) {
    double square = t * t;
    double a = degrees / 2;
    if (isnan(t) || isnan(degrees) || degrees <= 0) {
        return NAN;
    }
    if (square == 0 || isinf(square)) {
        return square == 0 ? 1 : 0;
    }
    double x = degrees / (degrees + square);
    double y = square / (degrees + square);
    double power = exp(-a * log1p(square / degrees)) * sqrt(y) * gamma_ratio(a) / sqrt(PI);
    if (x < (a + 1) / (a + 2.5)) {
        return power / beta_fraction(a, 0.5, x, y);
    }
    return 1 - power / beta_fraction(0.5, a, y, x);
}

om_welch om_welch_test(om_moments a, om_moments b) {
    om_welch test = {.t = NAN, .degrees = NAN, .p = NAN};
    if (!(a.n >= 2 && b.n >= 2)) {
        return test;
    }
    double of_a = a.variance / a.n;
    double of_b = b.variance / b.n;
    double both = of_a + of_b;
    test.t = (a.mean - b.mean) / sqrt(both);
    if (isnan(test.t)) {
        return test;
    }
    double share_a = of_a / both;
    double share_b = of_b / both;
    /* SciPy takes one degree of freedom where there is no variance. */
    test.degrees =
        both > 0 ? 1 / (share_a * share_a / (a.n - 1) + share_b * share_b / (b.n - 1)) : 1;
    test.p = om_student_p(test.t, test.degrees);
    return test;
}

typedef struct ordered {
    double p;
    int64_t place;
} ordered;

static int by_p(const void *left, const void *right) {
    return by_value(&((const ordered *)left)->p, &((const ordered *)right)->p);
}

om_status om_adjust_false_discovery(double *p, int64_t n) {
    ordered *order = om_malloc(n, sizeof *order);
    if (order == NULL) {
        return OM_MEMORY;
    }
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!isnan(p[i])) {
            order[count++] = (ordered){p[i], i};
        }
    }
    qsort(order, (size_t)count, sizeof *order, by_p);
    double least = 1;
    for (int64_t i = count - 1; i >= 0; i--) {
        double adjusted = order[i].p * ((double)count / (double)(i + 1));
        least = adjusted < least ? adjusted : least;
        p[order[i].place] = least;
    }
    om_free(order);
    return OM_OK;
}
