/* Made-up synthetic samples for measurements of training: which rows there are, and their counts.
 */
#ifndef BENCH_SYNTHETIC_MODEL_H
#define BENCH_SYNTHETIC_MODEL_H

#include "oncomark/status.h"

#include <stdint.h>

/* Genes: `n_features` vary in all samples, `n_one_sided` more in positive samples only, as many in
 * negative samples only, and the others hardly anywhere. So the features are those n_features. */
typedef struct synthetic_size {
    int64_t n_samples;
    int64_t n_genes;
    int64_t n_features;
    int64_t n_one_sided;
    int64_t n_patients;
    int64_t n_data_sets;
    uint64_t seed;
} synthetic_size;

/* What a row is. */
typedef struct synthetic_identity {
    int64_t data_set;
    int64_t patient;
    int hallmark;
    int label;
    int64_t block;
} synthetic_identity;

typedef struct synthetic_model {
    synthetic_size size;
    float *mean[2]; /* [n_genes] of negative, positive samples */
    int8_t *marker; /* [n_genes] hallmark that the gene tells of, or -1 */
    float *noise;   /* [SYNTHETIC_NOISE] factors */
} synthetic_model;

enum { SYNTHETIC_NOISE = 1 << 12 };

/* OM_USAGE where the genes are too few. */
om_status synthetic_model_create(synthetic_model **out, const synthetic_size *size);
void synthetic_model_destroy(synthetic_model **model);

/* The rows of a patient, hallmark and label are `blocks` ones behind `first`, in the order of the
 * file: data set, patient, hallmark, positive first. */
void synthetic_group(const synthetic_model *model, int64_t group, synthetic_identity *identity,
                     int64_t *first, int64_t *blocks);
int64_t synthetic_groups(const synthetic_model *model);

/* Counts above 0 of row `row`: how many, their genes (ascending) and values, [n_genes] each. */
int64_t synthetic_row(const synthetic_model *model, int64_t row, const synthetic_identity *identity,
                      int32_t *indices, uint32_t *values);

#endif
