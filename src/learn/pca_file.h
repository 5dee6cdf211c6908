/* pca.h5ad: principal components as AnnData's readers and scanpy's plots expect them. */
#ifndef ONCOMARK_LEARN_PCA_FILE_H
#define ONCOMARK_LEARN_PCA_FILE_H

#include "oncomark/digest.h"
#include "oncomark/strings.h"
#include "principal.h"

/* What goes into the file. All borrowed. */
typedef struct om_pca_content {
    const char *synthetic; /* path of synthetic.h5ad, whose samples these are */
    int64_t n_samples;
    const uint8_t *parts;    /* [n_samples] of the split (see om_part) */
    const om_strings *genes; /* the features */
    const double *mean;      /* [n_features] of log2 ranks over the training part */
    const double *sd;        /* [n_features] */
    const om_principal *principal;
    const double *scores; /* [n_samples x n_components] */
} om_pca_content;

/* Writes obs (all columns of synthetic.h5ad, and part), var (mean, sd), obsm/X_pca, varm/PCs
 * [n_features x n_components], uns/pca/variance and variance_ratio; there is no X. Local, on one
 * rank. */
om_status om_pca_file_write(const char *path, const om_pca_content *content, om_digest *digest);

#endif
