/* A made-up corpus for measurements: the model of a data set, and the writing of its folder. */
#ifndef BENCH_CORPUS_H
#define BENCH_CORPUS_H

#include "oncomark/gene_sets.h"
#include "oncomark/status.h"
#include "oncomark/strings.h"

#include <stdint.h>

enum {
    CORPUS_TYPES = 5, /* cell types; the last one is dying cells, full of mitochondrial genes */
    CORPUS_DYING = CORPUS_TYPES - 1,
    CORPUS_DEPTHS = 25,   /* library sizes in even steps of their logarithm */
    CORPUS_MIDDLE = 12,   /* the most frequent one */
    CORPUS_MOST_STEPS = 4 /* by which a programme moves its genes, up or down */
};

enum { CORPUS_SIZES = 64, CORPUS_QUANTILES = 256, CORPUS_LARGEST_COUNT = 8191 };

typedef struct corpus_options {
    const char *out;
    const char *gene_sets;
    int64_t n_cells; /* of all data sets together */
    int64_t n_data_sets;
    int64_t genes_per_cell; /* that are seen in a good cell, on average */
    int64_t n_genes;        /* symbols in the pool; a data set leaves about 1 % of them out */
    int64_t cells_per_sample;
    int64_t seed;
    int64_t n_processes;
} corpus_options;

/* A gene in a hallmark's set. */
typedef struct corpus_member {
    int32_t gene;
    int32_t hallmark;
} corpus_member;

/* What a data set's cells are drawn from. Gene g of a cell of type t and depth d is seen where 16
 * random bits are below chance[t][d][g]; its count is a random quantile of class size[t][d][g]. */
typedef struct corpus_model {
    om_strings *genes;
    int64_t n_genes;
    int64_t n_members;
    corpus_member *members;
    uint16_t *chance; /* [CORPUS_TYPES][CORPUS_DEPTHS][n_genes] */
    uint8_t *size;    /* likewise */
    uint16_t counts[CORPUS_SIZES][CORPUS_QUANTILES];
} corpus_model;

om_status corpus_model_create(corpus_model **out, const corpus_options *options,
                              const om_gene_sets *sets, int64_t data_set);
void corpus_model_destroy(corpus_model **model);

/* Writes <folder>/Exp_data_UMIcounts.mtx, sorted by column. */
om_status corpus_matrix_write(const corpus_options *options, const corpus_model *model,
                              int64_t data_set, int64_t n_cells, const char *folder);

/* Writes a data set's folder, <out>/Data_Bench<number>_<tissue>; tissues take turns. */
om_status corpus_folder_write(const corpus_options *options, const om_gene_sets *sets,
                              int64_t data_set, int64_t n_cells);

#endif
