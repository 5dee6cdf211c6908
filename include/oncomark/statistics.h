/* Two-sample tests, and the correction for many of them. */
#ifndef ONCOMARK_STATISTICS_H
#define ONCOMARK_STATISTICS_H

#include "oncomark/status.h"

#include <stdint.h>

/* Two-sample Kolmogorov-Smirnov: the largest distance between the empirical distribution functions
 * of a [n_a] and b [n_b], and its asymptotic two-sided p, Q_KS(sqrt(n_a n_b / (n_a + n_b)) D), as
 * scipy.special.kolmogorov gives it. Both NaN where a sample is empty; OM_INPUT for a value that is
 * NaN. Local. */
om_status om_ks_two_sample(double *statistic, double *p, const double *a, int64_t n_a,
                           const double *b, int64_t n_b);

typedef struct om_moments {
    double n;
    double mean;
    double variance; /* unbiased */
} om_moments;

typedef struct om_welch {
    double t; /* > 0 where the first mean is the higher one */
    double degrees;
    double p; /* two-sided */
} om_welch;

/* Welch's test of two means, as scipy.stats.ttest_ind(equal_var=False): NaN below two values of
 * either sample, and for equal means without variance; different means without variance have p 0.
 * Local. */
om_welch om_welch_test(om_moments a, om_moments b);

/* Two-sided p of Student's t, 2 P(T > |t|), for any degrees > 0: relative error below 1e-12 down to
 * the smallest normal numbers. Local. */
double om_student_p(double t, double degrees);

/* Replaces n p values by those adjusted for the false discovery rate (Benjamini and Hochberg 1995),
 * as scipy.stats.false_discovery_control. NaN stay as they are and do not count. Local. */
om_status om_adjust_false_discovery(double *p, int64_t n);

#endif
