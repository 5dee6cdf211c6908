/* What synthetic.h5ad says about its samples, except for their expression. */
#ifndef ONCOMARK_SAMPLE_TABLE_H
#define ONCOMARK_SAMPLE_TABLE_H

#include "oncomark/context.h"
#include "oncomark/strings.h"

#include <stdint.h>

/* Plain data; rows are synthetic samples in the file's order. */
typedef struct om_sample_table {
    int64_t n_samples;
    int64_t n_patients;
    int64_t n_biopsies;
    uint8_t *task;       /* [n_samples] hallmark that the sample was made for */
    uint8_t *label;      /* [n_samples] 1: made of positive cells, 0: of negative ones */
    int32_t *patient;    /* [n_samples] number of (study, patient), by first appearance */
    int32_t *biopsy;     /* [n_samples] number of (data set, sample), by first appearance */
    int32_t *study;      /* [n_samples] index in studies */
    int32_t *tissue;     /* [n_samples] index in tissues */
    om_strings *studies; /* by first appearance */
    om_strings *tissues;
} om_sample_table;

/* Memory for n_samples, all zero, without studies and tissues. Local. */
om_status om_sample_table_create(om_sample_table **out, int64_t n_samples);
void om_sample_table_destroy(om_sample_table **table);

/* Reads `path` on rank 0 and hands it to all ranks. OM_INPUT for an unknown hallmark, a label other
 * than 0 and 1, a missing value, or no samples. Collective on ctx. */
om_status om_sample_table_read(om_sample_table **out, om_ctx *ctx, const char *path);

#endif
