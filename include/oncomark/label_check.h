/* Whether the synthetic samples' labels follow the gene sets that they were made by: a set's genes
 * should be higher in the positive samples of its hallmark than in the negative ones. */
#ifndef ONCOMARK_LABEL_CHECK_H
#define ONCOMARK_LABEL_CHECK_H

#include "oncomark/hallmark.h"
#include "oncomark/sample_table.h"
#include "oncomark/statistics.h"

#include <stdbool.h>
#include <stdint.h>

/* Below this p a difference counts, after adjustment. */
#define OM_LABEL_CHECK_RATE 0.05

/* A gene of a hallmark's set. The first three are given. */
typedef struct om_label_gene {
    int hallmark;
    bool expect_up;          /* of the positive part; else expected to go down */
    int64_t column;          /* of X, different ones within a hallmark; -1: not there */
    om_moments moments[2];   /* of log2 counts per million, by label */
    double log2_fold_change; /* positive - negative samples; NaN where a label has none */
    om_welch test;
    double p_adjusted; /* over all genes of all hallmarks */
    bool ok;           /* p_adjusted < OM_LABEL_CHECK_RATE in the expected direction */
} om_label_gene;

/* How a hallmark fares. */
typedef struct om_label_summary {
    int64_t n_samples[2]; /* by label */
    int64_t n_genes;      /* expected to go up, and found in X */
    int64_t n_ok;         /* of these */
    bool flagged;         /* fewer than half of them go up */
} om_label_summary;

/* Fills in genes [n] from the samples of synthetic.h5ad at `path`, all of a hallmark's whatever
 * their tissue, and a summary for each hallmark. The measure is log2((count + 0.5) / (total + 1) x
 * 1e6), as limma-voom has it (Law et al. 2014), with the total of all genes of the file; compared
 * by Welch's t, and adjusted by Benjamini and Hochberg. Sums are exact, so that results do not
 * depend on the number of ranks; they hold for up to 2^24 samples. `nonzeros` (may be NULL) tells
 * how many non-zeros this rank read. Collective on ctx. */
om_status om_label_check(om_label_gene *genes, int64_t n, om_label_summary summary[OM_N_HALLMARKS],
                         om_ctx *ctx, const char *path, const om_sample_table *table,
                         int64_t *nonzeros);

#endif
