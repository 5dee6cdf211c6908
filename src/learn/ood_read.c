#include "ood_private.h"

#include "checked_array.h"
#include "oncomark/memory.h"

#include <inttypes.h>
#include <math.h>

/* What the sizes of the arrays go by. */
static const char by_genes[] = "the file's genes";
static const char by_components[] = "the file's components";
static const char by_residual[] = "the residuals";

/* Rounding of a loading's length. */
static const double tolerance = 1e-6;

/* *rows of an array of that many dimensions: at least `least`. */
static om_status count_rows(const om_h5 *file, const char *name, int n_dimensions, int64_t least,
                            int64_t *rows) {
    int found_dimensions = 0;
    int64_t shape[OM_H5_MAX_DIMENSIONS] = {0};
    OM_TRY(om_h5_shape(file, name, &found_dimensions, shape));
    if (found_dimensions != n_dimensions || shape[0] < least) {
        return om_fail(OM_INPUT,
                       "%s: %s: found %d dimensions of %" PRId64
                       " rows, expected %d of at least %" PRId64,
                       om_h5_path(file), name, found_dimensions, shape[0], n_dimensions, least);
    }
    *rows = shape[0];
    return OM_OK;
}

static om_status fail_row(const om_h5 *file, const char *name, int64_t row, double found,
                          const char *expected) {
    return om_fail(OM_INPUT, "%s: %s: row %" PRId64 ": found %g, expected %s", om_h5_path(file),
                   name, row, found, expected);
}

static om_status read_loadings(om_ood *ood, const om_h5 *file) {
    int64_t n = ood->n_features;
    OM_TRY(count_rows(file, "loadings", 2, 1, &ood->n_components));
    if (ood->n_components > n) {
        return om_fail(OM_INPUT,
                       "%s: loadings: found %" PRId64 " components, expected at most %" PRId64
                       ", one a gene",
                       om_h5_path(file), ood->n_components, n);
    }
    OM_TRY(om_array_read_finite(file, "loadings", ood->n_components, n, by_genes, "component",
                                &ood->loadings));
    for (int64_t c = 0; c < ood->n_components; c++) {
        double squares = 0;
        for (int64_t f = 0; f < n; f++) {
            squares += ood->loadings[c * n + f] * ood->loadings[c * n + f];
        }
        if (!(fabs(squares - 1) <= tolerance)) {
            return fail_row(file, "loadings", c, sqrt(squares), "a length of 1");
        }
    }
    return OM_OK;
}

static om_status read_variance(om_ood *ood, const om_h5 *file) {
    OM_TRY(om_array_read_finite(file, "variance", ood->n_components, 0, by_components, "component",
                                &ood->variance));
    for (int64_t c = 0; c < ood->n_components; c++) {
        double most = c > 0 ? ood->variance[c - 1] : INFINITY;
        if (!(ood->variance[c] > 0) || ood->variance[c] > most) {
            return fail_row(file, "variance", c, ood->variance[c],
                            "numbers above 0 that do not ascend");
        }
    }
    return OM_OK;
}

static om_status read_ascending(const om_h5 *file, const char *name, int64_t n, double **out) {
    OM_TRY(om_array_read_finite(file, name, n, 0, by_residual, "row", out));
    for (int64_t i = 0; i < n; i++) {
        double least = i > 0 ? (*out)[i - 1] : 0;
        if (!((*out)[i] >= least)) {
            return fail_row(file, name, i, (*out)[i], "ascending numbers of at least 0");
        }
    }
    return OM_OK;
}

static om_status read_distances(om_ood_distances *distances, const om_h5 *file,
                                const om_ood_names *names, int64_t least) {
    OM_TRY(count_rows(file, names->residual, 1, least, &distances->n));
    OM_TRY(read_ascending(file, names->residual, distances->n, &distances->residual));
    return read_ascending(file, names->mahalanobis, distances->n, &distances->mahalanobis);
}

static om_status read_content(om_ood *ood, const om_h5 *file) {
    OM_TRY(om_array_check_format(file, OM_OOD_FORMAT, OM_OOD_VERSION,
                                 "ood.h5 of oncomark (made by `oncomark pca`)"));
    OM_TRY(om_array_read_scaler(file, by_genes, &ood->genes, &ood->mean, &ood->sd));
    ood->n_features = om_strings_count(ood->genes);
    OM_TRY(read_loadings(ood, file));
    OM_TRY(read_variance(ood, file));
    OM_TRY(read_distances(&ood->training, file, &om_ood_training_names, 1));
    return read_distances(&ood->held_out, file, &om_ood_held_out_names, 0);
}

om_status om_ood_read(om_ood **out, const char *path) {
    om_ood *ood = om_calloc(1, sizeof *ood);
    *out = ood;
    if (ood == NULL) {
        return OM_MEMORY;
    }
    om_h5 *file = NULL;
    om_status status = om_h5_open(&file, path);
    if (status == OM_OK) {
        status = read_content(ood, file);
    }
    om_h5_close(&file);
    if (status != OM_OK) {
        om_ood_destroy(out);
    }
    return status;
}
