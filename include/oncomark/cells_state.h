/* How large the data sets of a job are, from headers alone, and what is made of them already. */
#ifndef ONCOMARK_CELLS_STATE_H
#define ONCOMARK_CELLS_STATE_H

#include "oncomark/workdir.h"

#include <stdbool.h>

/* A data set. Plain data. */
typedef struct om_data_size {
    int64_t n_genes;
    int64_t n_cells;
    int64_t n_nonzeros; /* as the header says; of a dense matrix all its elements */
    bool is_dense;
    bool is_gzip;    /* text in gzip: one rank inflates it */
    bool is_by_gene; /* HDF5 gene by gene: has to be turned round */
    bool is_integer; /* whole numbers, as far as job and header tell */
    bool is_stored;  /* its store is there, made from these inputs: sizes are the store's */
    bool is_scored;  /* and its scores, made from this store */
    bool is_used;    /* for synthetic samples */
} om_data_size;

/* Plain data. */
typedef struct om_cells_state {
    int64_t n_data;
    om_data_size *data; /* [n_data] in the order of the job */
    bool has_thresholds;
    bool has_synthetic; /* synthetic.h5ad, made from all that the job says */
} om_cells_state;

/* Finds every data set's files, reads their headers and the gene sets, and compares the workdir's
 * records with what the stages would make. Fails as the stages do where an input is missing.
 * Local. */
om_status om_cells_state_read(om_cells_state **out, const om_job *job, const om_workdir *workdir);
void om_cells_state_destroy(om_cells_state **state);

#endif
