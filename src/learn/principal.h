/* Principal components of samples. */
#ifndef ONCOMARK_LEARN_PRINCIPAL_H
#define ONCOMARK_LEARN_PRINCIPAL_H

#include "z_source.h"

/* Plain data, the same on all ranks but for the seconds. */
typedef struct om_principal {
    int64_t n_samples;
    int64_t n_features;
    int64_t n_components;
    double *variance;      /* [n_components] decreasing; divisor n_samples - 1 */
    double *loadings;      /* [n_components x n_features] of length 1; the largest is positive */
    double total_variance; /* over all components that there are */
    double seconds_sums;   /* of products in the matrix */
    double seconds_eigenvectors;
} om_principal;

/* The first components of the samples of `source`, which has to be centred on them: at most
 * `most`, one fewer than there are samples, and no more than have variance. From the covariance of
 * the features, or the products of the samples where those are fewer. Equal to scikit-learn's PCA
 * but for signs. OM_USAGE where there are not two different samples or the ranks have too little
 * memory (see om_symmetric_create); OM_STOPPED. Collective on ctx, which is the source's. */
om_status om_principal_compute(om_principal **out, om_ctx *ctx, om_z_source *source, int64_t most);
void om_principal_destroy(om_principal **principal);

#endif
