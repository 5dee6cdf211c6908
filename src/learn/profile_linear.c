#include "profile_linear.h"

#include "oncomark/blas.h"
#include "oncomark/memory.h"
#include "z_source.h"

#include <cblas.h>
#include <string.h>

struct om_profile_linear {
    const om_linear_map *map;
    const double *mean;
    const double *sd;
    int64_t rows;
    double *log2_half;       /* [2 n_features + 1] */
    double *z;               /* [rows x n_features] */
    double *outputs;         /* [rows x n_outputs] */
    double *squared_lengths; /* [rows] */
};

om_status om_profile_linear_create(om_profile_linear **out, const om_linear_map *map,
                                   const double *mean, const double *sd, int64_t rows) {
    om_profile_linear *linear = om_calloc(1, sizeof *linear);
    *out = linear;
    if (linear == NULL) {
        return OM_MEMORY;
    }
    linear->map = map;
    linear->mean = mean;
    linear->sd = sd;
    linear->rows = rows;
    linear->log2_half = om_log2_half_create(map->n_features);
    linear->z = om_calloc_aligned(rows * map->n_features, sizeof *linear->z);
    linear->outputs = om_calloc_aligned(rows * map->n_outputs, sizeof *linear->outputs);
    linear->squared_lengths = om_calloc(rows, sizeof *linear->squared_lengths);
    if (linear->log2_half == NULL || linear->z == NULL || linear->outputs == NULL ||
        linear->squared_lengths == NULL || om_blas_begin() != OM_OK) {
        om_profile_linear_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_profile_linear_destroy(om_profile_linear **linear) {
    if (*linear == NULL) {
        return;
    }
    om_free((*linear)->log2_half);
    om_free((*linear)->z);
    om_free((*linear)->outputs);
    om_free((*linear)->squared_lengths);
    om_free(*linear);
    *linear = NULL;
}

void om_profile_linear_set(om_profile_linear *linear, int64_t row, const uint16_t *doubled_ranks) {
    int64_t n = linear->map->n_features;
    double *z = linear->z + row * n;
    om_z_exact(z, doubled_ranks, linear->mean, linear->sd, linear->log2_half, n);
    linear->squared_lengths[row] = cblas_ddot((int)n, z, 1, z, 1);
}

void om_profile_linear_compute(om_profile_linear *linear) {
    int n = (int)linear->map->n_features, n_outputs = (int)linear->map->n_outputs;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)linear->rows, n_outputs, n, 1,
                linear->z, n, linear->map->weights, n, 0, linear->outputs, n_outputs);
}

void om_profile_linear_get(const om_profile_linear *linear, int64_t row, double *values) {
    int64_t n_outputs = linear->map->n_outputs;
    memcpy(values, linear->outputs + row * n_outputs, (size_t)n_outputs * sizeof *values);
    values[n_outputs] = linear->squared_lengths[row];
}
