/* Quality control of cells, in Seurat's order, in one pass over them. */
#ifndef ONCOMARK_QC_H
#define ONCOMARK_QC_H

#include "oncomark/context.h"
#include "oncomark/counts.h"
#include "oncomark/job.h"

#include <stdint.h>

/* Figures of a rank's cells; plain arrays of n_cells, complete once om_qc_next_again has no cell
 * left. Genes seen in fewer than min_cells_per_gene of the data set's cells with n_genes_raw >=
 * min_genes count for nothing. The figures do not depend on how the cells are shared out. */
typedef struct om_qc {
    int64_t n_cells;
    int64_t first_cell;   /* in the data set */
    int64_t *n_genes_raw; /* rows with a value, duplicated symbols counted as rows */
    int64_t *n_genes;     /* of these, rows seen in enough cells */
    double *n_counts;     /* their sum */
    double *pct_mito; /* share of n_counts in mitochondrial genes, in percent; 0 of nothing is 0 */
    uint8_t *passed;  /* 0 or 1 */
    struct om_qc_pass *pass; /* what the passes over the cells know */
} om_qc;

/* For n_cells cells from first_cell on. `symbols` [genes of the data set] and `parameters` are
 * borrowed until om_qc_finish. Besides the figures it takes a few bytes a gene and at most `memory`
 * bytes for where rarely seen genes were seen. Local. */
om_status om_qc_create(om_qc **out, int64_t n_cells, int64_t first_cell, const om_strings *symbols,
                       const om_qc_parameters *parameters, int64_t memory);
void om_qc_destroy(om_qc **qc);

/* Takes in some of the cells; every one of them once, in order. Local. */
om_status om_qc_add(om_qc *qc, const om_counts *batch);

/* To be called when all ranks have added their cells. Collective on group. */
om_status om_qc_finish(om_qc *qc, om_ctx *group);

/* After om_qc_finish: the first cell from `cell` on (both in the data set) that has to be seen
 * again, -1 if there is none. With counts these are none, unless rare genes are too many for the
 * memory; with real numbers they are the cells with an ignored gene, because a sum without it is
 * not the sum less it. Local. */
int64_t om_qc_next_again(const om_qc *qc, int64_t cell);

/* Completes those cells of a batch that had to be seen again. Local. */
om_status om_qc_add_again(om_qc *qc, const om_counts *batch);

/* Cells of this rank that passed. */
int64_t om_qc_n_passed(const om_qc *qc);

#endif
