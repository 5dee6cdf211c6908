/* scores/<id>.h5ad. */
#ifndef ONCOMARK_CELLS_SCORE_WRITE_H
#define ONCOMARK_CELLS_SCORE_WRITE_H

#include "gene_match.h"

#include "oncomark/h5.h"
#include "oncomark/qc.h"

/* What is known of a data set's cells when they are written; all borrowed. */
typedef struct om_score_content {
    const om_data_set *data_set;
    const om_score_parameters *parameters;
    const om_h5 *store;         /* names and samples of the cells */
    const om_gene_match *match; /* of the data set */
    int64_t n_cells_total;
    int64_t first_cell;   /* of this rank */
    const om_qc *qc;      /* of this rank's cells */
    const double *scores; /* [qc->n_cells x OM_N_HALLMARKS] */
} om_score_content;

/* Writes the file at `path` and adds what this rank wrote to *digest. Collective on group. */
om_status om_score_write(const om_score_content *content, om_ctx *group, const char *path,
                         om_digest *digest);

#endif
