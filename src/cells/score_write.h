/* scores/<id>.h5ad. */
#ifndef ONCOMARK_CELLS_SCORE_WRITE_H
#define ONCOMARK_CELLS_SCORE_WRITE_H

#include "gene_match.h"

#include "oncomark/h5.h"
#include "oncomark/qc.h"

/* What is known of a data set before its cells are scored; all borrowed. */
typedef struct om_score_content {
    const om_data_set *data_set;
    const om_score_parameters *parameters;
    const om_h5 *store;         /* names and samples of the cells */
    const om_gene_match *match; /* of the data set */
    int64_t n_cells;            /* of all ranks */
} om_score_content;

typedef struct om_score_file om_score_file;

/* Makes the file at `path`, with all but the figures of the cells; the root holds the names of all
 * cells, and then their codes, for that time. Collective on group. */
om_status om_score_file_create(om_score_file **out, om_ctx *group, const om_score_content *content,
                               const char *path);

/* Writes the scores [n_cells x OM_N_HALLMARKS] of cells first_cell .. first_cell + n_cells - 1 (no
 * cells are fine). Collective on the group. */
om_status om_score_file_write(om_score_file *file, int64_t first_cell, int64_t n_cells,
                              const double *scores);

/* Writes the figures of this rank's cells, closes the file and adds what this rank wrote to
 * *digest. Collective on the group. */
om_status om_score_file_finish(om_score_file **file, const om_qc *qc, om_digest *digest);

/* Closes a file that will not be finished. NULL is fine, on all ranks alike. Collective on the
 * group. */
void om_score_file_abandon(om_score_file **file);

#endif
