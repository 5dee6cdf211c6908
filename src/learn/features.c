#include "oncomark/features.h"

#include "oncomark/memory.h"
#include "oncomark/transform.h"

#include <inttypes.h>
#include <stdlib.h>

om_status om_gene_sums_create(om_gene_sums **out, int64_t n_genes) {
    om_gene_sums *sums = om_calloc(1, sizeof *sums);
    *out = sums;
    if (sums == NULL) {
        return OM_MEMORY;
    }
    sums->n_genes = n_genes;
    bool complete = true;
    for (int label = 0; label < 2; label++) {
        sums->sum[label] = om_calloc(n_genes, sizeof *sums->sum[label]);
        sums->sum_of_squares[label] = om_calloc(n_genes, sizeof *sums->sum_of_squares[label]);
        complete = complete && sums->sum[label] != NULL && sums->sum_of_squares[label] != NULL;
    }
    if (!complete) {
        om_gene_sums_destroy(out);
        return OM_MEMORY;
    }
    return OM_OK;
}

void om_gene_sums_destroy(om_gene_sums **sums) {
    if (*sums == NULL) {
        return;
    }
    for (int label = 0; label < 2; label++) {
        om_free((*sums)->sum[label]);
        om_free((*sums)->sum_of_squares[label]);
    }
    om_free(*sums);
    *sums = NULL;
}

void om_gene_sums_add(om_gene_sums *sums, const om_counts *counts, int64_t row, int label) {
    om_wide *sum = sums->sum[label];
    om_wide *sum_of_squares = sums->sum_of_squares[label];
    for (int64_t i = counts->indptr[row]; i < counts->indptr[row + 1]; i++) {
        uint64_t value = (uint64_t)counts->values[i];
        sum[counts->indices[i]] += value;
        sum_of_squares[counts->indices[i]] += (om_wide)value * value;
    }
    sums->n_samples[label]++;
}

/* n^2 x variance of a gene. */
typedef struct gene_variance {
    om_wide variance;
    int64_t gene;
} gene_variance;

static int by_decreasing_variance(const void *left, const void *right) {
    const gene_variance *a = left;
    const gene_variance *b = right;
    if (a->variance != b->variance) {
        return a->variance < b->variance ? 1 : -1;
    }
    return (a->gene > b->gene) - (a->gene < b->gene);
}

om_status om_features_mark(uint8_t *in, const om_gene_sums *sums, int label,
                           int64_t most_variable) {
    om_wide n = sums->n_samples[label];
    if (n == 0) {
        return om_fail(OM_INPUT, "features: found no %s synthetic samples, expected at least one",
                       label == 1 ? "positive" : "negative");
    }
    gene_variance *order = om_malloc(sums->n_genes, sizeof *order);
    if (order == NULL) {
        return OM_MEMORY;
    }
    for (int64_t g = 0; g < sums->n_genes; g++) {
        om_wide sum = sums->sum[label][g];
        order[g] = (gene_variance){n * sums->sum_of_squares[label][g] - sum * sum, g};
    }
    qsort(order, (size_t)sums->n_genes, sizeof *order, by_decreasing_variance);
    for (int64_t i = 0; i < sums->n_genes && i < most_variable; i++) {
        in[order[i].gene]++;
    }
    om_free(order);
    return OM_OK;
}

om_status om_features_check_count(int64_t n_features) {
    if (n_features > OM_MAX_FEATURES) {
        return om_fail(OM_USAGE,
                       "features.most_variable: %" PRId64
                       " features are in both lists, at most %d can be ranked; set it lower",
                       n_features, OM_MAX_FEATURES);
    }
    if (n_features < 1) {
        return om_fail(OM_INPUT, "no features: no gene is in both lists of the most variable genes "
                                 "(of positive and of negative samples), expected at least one; "
                                 "set features.most_variable higher");
    }
    return OM_OK;
}

om_status om_features_select(int64_t **genes, int64_t *n_features, const om_gene_sums *sums,
                             int64_t most_variable) {
    *genes = NULL;
    *n_features = 0;
    uint8_t *in = om_calloc(sums->n_genes, sizeof *in);
    *genes = om_malloc(sums->n_genes, sizeof **genes);
    om_status status = in != NULL && *genes != NULL ? OM_OK : OM_MEMORY;
    for (int label = 0; label < 2 && status == OM_OK; label++) {
        status = om_features_mark(in, sums, label, most_variable);
    }
    if (status == OM_OK) {
        for (int64_t g = 0; g < sums->n_genes; g++) {
            if (in[g] == 2) {
                (*genes)[(*n_features)++] = g;
            }
        }
        status = om_features_check_count(*n_features);
    }
    om_free(in);
    if (status != OM_OK) {
        om_free(*genes);
        *genes = NULL;
    }
    return status;
}
