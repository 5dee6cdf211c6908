/* Quality control of cells, in Seurat's order. */
#ifndef ONCOMARK_QC_H
#define ONCOMARK_QC_H

#include "oncomark/context.h"
#include "oncomark/counts.h"
#include "oncomark/job.h"

#include <stdint.h>

/* Figures of a rank's cells; plain arrays of n_cells. */
typedef struct om_qc {
    int64_t n_cells;
    int64_t *n_genes_raw; /* rows with a value, duplicated symbols counted as rows */
    int64_t *n_genes;     /* of these, rows seen in enough cells */
    double *n_counts;     /* their sum */
    double *pct_mito; /* share of n_counts in mitochondrial genes, in percent; 0 of nothing is 0 */
    uint8_t *passed;  /* 0 or 1 */
} om_qc;

/* Figures of the cells of `counts`, this rank's part of a data set. Genes seen in fewer than
 * min_cells_per_gene of the data set's cells with n_genes_raw >= min_genes count for nothing.
 * `symbols`: [n_genes] of the data set. The figures do not depend on how the cells are shared out.
 * Collective on group. */
om_status om_qc_create(om_qc **out, om_ctx *group, const om_counts *counts,
                       const om_strings *symbols, const om_qc_parameters *parameters);
void om_qc_destroy(om_qc **qc);

/* Cells of this rank that passed. */
int64_t om_qc_n_passed(const om_qc *qc);

#endif
