#include "ood_private.h"

#include "oncomark/h5.h"
#include "oncomark/memory.h"

#include <stdlib.h>

/* Ascending, as qsort wants to know it. */
static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Samples as the components see them. */
typedef struct samples {
    int64_t n;
    const double *scores;          /* [n x n_components] */
    const double *squared_lengths; /* [n] */
} samples;

/* Distances of the samples, ascending. */
static void measure(double *residual, double *mahalanobis, const om_ood_content *content,
                    const samples *found) {
    int64_t k = content->n_components, n = found->n;
    for (int64_t i = 0; i < n; i++) {
        const double *scores = found->scores + i * k;
        residual[i] = om_ood_residual(scores, k, found->squared_lengths[i]);
        mahalanobis[i] = om_ood_mahalanobis(scores, content->variance, k);
    }
    qsort(residual, (size_t)n, sizeof *residual, compare);
    qsort(mahalanobis, (size_t)n, sizeof *mahalanobis, compare);
}

/* `names`: of the two arrays. */
static om_status write_distances(om_h5 *file, const om_ood_content *content, const samples *found,
                                 const om_ood_names *names) {
    double *residual = om_malloc(found->n, sizeof *residual);
    double *mahalanobis = om_malloc(found->n, sizeof *mahalanobis);
    om_status status = residual != NULL && mahalanobis != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK) {
        measure(residual, mahalanobis, content, found);
        status = om_h5_write(file, names->residual, OM_F64, 1, &found->n, residual);
    }
    if (status == OM_OK) {
        status = om_h5_write(file, names->mahalanobis, OM_F64, 1, &found->n, mahalanobis);
    }
    om_free(residual);
    om_free(mahalanobis);
    return status;
}

static om_status write_content(om_h5 *file, const om_ood_content *content) {
    int64_t version = OM_OOD_VERSION;
    int64_t n_features = om_strings_count(content->genes);
    const samples training = {content->n_training, content->scores, content->squared_lengths};
    const samples held_out = {content->n_held_out, content->held_out_scores,
                              content->held_out_squared_lengths};
    const int64_t shape[2] = {content->n_components, n_features};
    OM_TRY(om_h5_write_attribute_string(file, "", "format", OM_OOD_FORMAT));
    OM_TRY(om_h5_write_attribute_i64(file, "", "format_version", 0, &version));
    OM_TRY(om_h5_write_strings(file, "genes", content->genes));
    OM_TRY(om_h5_write(file, "mean", OM_F64, 1, &n_features, content->mean));
    OM_TRY(om_h5_write(file, "sd", OM_F64, 1, &n_features, content->sd));
    OM_TRY(om_h5_write(file, "loadings", OM_F64, 2, shape, content->loadings));
    OM_TRY(om_h5_write(file, "variance", OM_F64, 1, shape, content->variance));
    OM_TRY(write_distances(file, content, &training, &om_ood_training_names));
    return write_distances(file, content, &held_out, &om_ood_held_out_names);
}

om_status om_ood_write(const char *path, const om_ood_content *content, om_digest *digest) {
    om_h5 *file = NULL;
    OM_TRY(om_h5_create(&file, path));
    om_status status = write_content(file, content);
    *digest = om_h5_digest(file);
    om_status closed = om_h5_close(&file);
    return status != OM_OK ? status : closed;
}
