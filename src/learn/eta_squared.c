#include "eta_squared.h"

#include "oncomark/memory.h"

#include <math.h>

om_status om_eta_squared(double *eta_squared, const om_grouping *grouping, const double *values,
                         int64_t step) {
    double *sums = om_calloc(grouping->n_groups, sizeof *sums);
    int64_t *sizes = om_calloc(grouping->n_groups, sizeof *sizes);
    om_status status = sums != NULL && sizes != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        double mean = 0, total = 0, between = 0;
        for (int64_t i = 0; i < grouping->n; i++) {
            mean += values[i * step] / (double)grouping->n;
        }
        for (int64_t i = 0; i < grouping->n; i++) {
            double about_mean = values[i * step] - mean;
            total += about_mean * about_mean;
            sums[grouping->group[i]] += about_mean;
            sizes[grouping->group[i]]++;
        }
        for (int64_t g = 0; g < grouping->n_groups; g++) {
            between += sums[g] * sums[g] / (double)sizes[g];
        }
        *eta_squared = total > 0 ? between / total : NAN;
    }
    om_free(sizes);
    om_free(sums);
    return status;
}

double om_eta_squared_by_chance(const om_grouping *grouping) {
    return grouping->n > 1 ? (double)(grouping->n_groups - 1) / (double)(grouping->n - 1) : NAN;
}
