/* The expected expression of a simulated data set, sample by sample and cell type by cell type. */
#ifndef ONCOMARK_CELLS_SIMULATE_MODEL_H
#define ONCOMARK_CELLS_SIMULATE_MODEL_H

#include "simulate_genes.h"
#include "simulate_plan.h"

/* One data set. Rows are the lines of its Genes.txt. */
typedef struct om_simulate_model {
    const om_simulate_genes *genes; /* borrowed */
    const om_simulate_study *study; /* borrowed */
    uint64_t seed;
    int64_t n_rows;
    int64_t n_duplicates; /* last rows: symbols that stand further up, too */
    om_strings *symbols;  /* n_rows, as Genes.txt has them */
    int64_t *gene_of_row;
    bool *is_mito;                               /* n_rows */
    om_simulate_members members[OM_N_HALLMARKS]; /* `genes` are rows here */
    double *log_share; /* OM_N_CELL_TYPES x n_rows: all but patient and sample */
    double *scratch;   /* n_rows */
    double *share;     /* OM_N_CELL_TYPES x n_rows: of the current sample; mitochondrial rows sum
                          to 1, and so do all others */
} om_simulate_model;

/* `genes` and `study` must outlive the model. Local; the same on all ranks. */
om_status om_simulate_model_create(om_simulate_model **out, const om_simulate_genes *genes,
                                   const om_simulate_study *study, uint64_t seed);
void om_simulate_model_destroy(om_simulate_model **model);

/* Fills `share` for a sample of the data set. Local. */
void om_simulate_model_set_sample(om_simulate_model *model, const om_simulate_sample *sample);

#endif
