/* Otsu's threshold of a histogram, bit for bit as scikit-image 0.19 computes it (threshold_otsu on
 * exposure.histogram on numpy.histogram). */
#ifndef ONCOMARK_OTSU_H
#define ONCOMARK_OTSU_H

#include "oncomark/status.h"

#include <stdint.h>

/* `n_bins` equal bins between the smallest and the largest value, the last one closed on the right.
 * Plain data. */
typedef struct om_otsu {
    double lowest;
    double highest; /* > lowest */
    int64_t n_bins;
    double scale;    /* bins per unit */
    double *edges;   /* [n_bins + 1] as numpy.linspace makes them */
    int64_t *counts; /* [n_bins] */
} om_otsu;

/* Empty bins. `lowest` < `highest`, both finite. Local. */
om_status om_otsu_create(om_otsu **out, double lowest, double highest, int64_t n_bins);
void om_otsu_destroy(om_otsu **otsu);

/* The bin of a value between lowest and highest, decided by the edges. */
int64_t om_otsu_bin(const om_otsu *otsu, double value);

/* The centre of the lower class's last bin, for the first cut with the largest
 * w1 w2 (m1 - m2)^2. Local; OM_MEMORY. */
om_status om_otsu_threshold(const om_otsu *otsu, double *threshold);

#endif
