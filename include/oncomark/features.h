/* Which genes the network looks at: the most variable ones of the positive samples that are also
 * among the most variable of the negative samples. */
#ifndef ONCOMARK_FEATURES_H
#define ONCOMARK_FEATURES_H

#include "oncomark/counts.h"
#include "oncomark/sample_table.h"
#include "oncomark/wide.h"

#include <stdbool.h>
#include <stdint.h>

/* Exact sums over samples, positive (1) and negative (0) ones apart. */
typedef struct om_gene_sums {
    int64_t n_genes;
    int64_t n_samples[2];
    om_wide *sum[2];            /* [n_genes] */
    om_wide *sum_of_squares[2]; /* [n_genes] */
} om_gene_sums;

om_status om_gene_sums_create(om_gene_sums **out, int64_t n_genes);
void om_gene_sums_destroy(om_gene_sums **sums);

/* Adds row `row` of `counts`, whole numbers below 2^32, to the sums of `label`. Local. */
void om_gene_sums_add(om_gene_sums *sums, const om_counts *counts, int64_t row, int label);

/* The sums over the samples of synthetic.h5ad at `path` that `counted` [n_samples] has: those of
 * all ranks, on all ranks. `nonzeros` (may be NULL) tells how many non-zeros this rank read.
 * Collective on ctx. */
om_status om_gene_sums_read(om_gene_sums **out, om_ctx *ctx, const char *path,
                            const om_sample_table *table, const bool *counted, int64_t *nonzeros);

/* Counts up in[gene] [n_genes] of the first `most_variable` genes of a label by decreasing variance
 * n S2 - S1^2, compared as integers (exact for n below 2^31), ties by gene. OM_INPUT if the label
 * has no sample. Local. */
om_status om_features_mark(uint8_t *in, const om_gene_sums *sums, int label, int64_t most_variable);

/* OM_USAGE, naming features.most_variable, above OM_MAX_FEATURES; OM_INPUT for none. Local. */
om_status om_features_check_count(int64_t n_features);

/* The features, ascending, in *genes (owned by the caller): the genes that om_features_mark marks
 * for both labels. OM_INPUT if a label has no sample; om_features_check_count. Local. */
om_status om_features_select(int64_t **genes, int64_t *n_features, const om_gene_sums *sums,
                             int64_t most_variable);

/* The features of synthetic.h5ad at `path`, by the samples of `counted` [n_samples]: the same on
 * all ranks. `nonzeros` (may be NULL) tells how many non-zeros this rank read. Collective on ctx.
 */
om_status om_features_read(int64_t **genes, int64_t *n_features, om_ctx *ctx, const char *path,
                           const om_sample_table *table, const bool *counted, int64_t most_variable,
                           int64_t *nonzeros);

#endif
