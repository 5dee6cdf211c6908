#include "oncomark/otsu.h"

#include "oncomark/memory.h"

#include <math.h>

/* numpy.linspace: start + i x step, the last one set to the end; a step that underflows to zero is
 * not used. */
static void make_edges(om_otsu *otsu) {
    double delta = otsu->highest - otsu->lowest;
    double n = (double)otsu->n_bins;
    double step = delta / n;
    for (int64_t i = 0; i <= otsu->n_bins; i++) {
        double offset = step == 0 ? (double)i / n * delta : (double)i * step;
        otsu->edges[i] = offset + otsu->lowest;
    }
    otsu->edges[otsu->n_bins] = otsu->highest;
    otsu->scale = n / delta;
}

om_status om_otsu_create(om_otsu **out, double lowest, double highest, int64_t n_bins) {
    om_otsu *otsu = om_calloc(1, sizeof *otsu);
    *out = otsu;
    if (otsu == NULL) {
        return OM_MEMORY;
    }
    otsu->lowest = lowest;
    otsu->highest = highest;
    otsu->n_bins = n_bins;
    otsu->edges = om_calloc(n_bins + 1, sizeof *otsu->edges);
    otsu->counts = om_calloc(n_bins, sizeof *otsu->counts);
    if (otsu->edges == NULL || otsu->counts == NULL) {
        om_otsu_destroy(out);
        return OM_MEMORY;
    }
    make_edges(otsu);
    return OM_OK;
}

void om_otsu_destroy(om_otsu **otsu) {
    if (*otsu == NULL) {
        return;
    }
    om_free((*otsu)->edges);
    om_free((*otsu)->counts);
    om_free(*otsu);
    *otsu = NULL;
}

/* numpy.histogram: the scaled place, put right by at most one bin where it disagrees with the
 * edges. */
int64_t om_otsu_bin(const om_otsu *otsu, double value) {
    int64_t last = otsu->n_bins - 1;
    double place = (value - otsu->lowest) * otsu->scale;
    int64_t bin = place < (double)last ? (int64_t)place : last;
    if (value < otsu->edges[bin]) {
        bin--;
    }
    if (value >= otsu->edges[bin + 1] && bin != last) {
        bin++;
    }
    return bin;
}

static double centre(const om_otsu *otsu, int64_t bin) {
    return (otsu->edges[bin] + otsu->edges[bin + 1]) / 2;
}

/* The sums run in the order of numpy.cumsum, forwards for the lower class and backwards for the
 * upper one: they are not whole numbers, so that order decides the last bits. */
om_status om_otsu_threshold(const om_otsu *otsu, double *threshold) {
    int64_t n = otsu->n_bins;
    double *upper_weight = om_calloc(n + 1, sizeof *upper_weight);
    double *upper_sum = om_calloc(n + 1, sizeof *upper_sum);
    om_status status = upper_weight != NULL && upper_sum != NULL ? OM_OK : OM_MEMORY;
    for (int64_t i = n - 1; i >= 0 && status == OM_OK; i--) {
        upper_weight[i] = upper_weight[i + 1] + (double)otsu->counts[i];
        upper_sum[i] = upper_sum[i + 1] + (double)otsu->counts[i] * centre(otsu, i);
    }
    double weight = 0;
    double sum = 0;
    double largest = -1;
    int64_t best = 0;
    for (int64_t i = 0; i + 1 < n && status == OM_OK; i++) {
        weight += (double)otsu->counts[i];
        sum += (double)otsu->counts[i] * centre(otsu, i);
        double distance = sum / weight - upper_sum[i + 1] / upper_weight[i + 1];
        double variance = weight * upper_weight[i + 1] * (distance * distance);
        /* An empty class, from bins narrower than the numbers' own spacing, gives NaN, and
         * numpy.argmax takes the first NaN. */
        if (isnan(variance)) {
            best = i;
            break;
        }
        if (variance > largest) {
            largest = variance;
            best = i;
        }
    }
    om_free(upper_weight);
    om_free(upper_sum);
    if (status == OM_OK) {
        *threshold = centre(otsu, best);
    }
    return status;
}
