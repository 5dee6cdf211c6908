/* What synthetic.h5ad is made from: data sets, their samples, the union of their genes. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_CATALOG_H
#define ONCOMARK_CELLS_SYNTHETIC_CATALOG_H

#include "gene_union.h"

#include "oncomark/synthetic.h"
#include "oncomark/workdir.h"

/* One data set that gives synthetic samples. */
typedef struct om_synthetic_data {
    const om_data_set *data_set; /* borrowed */
    int64_t job_index;
    om_strings *samples;   /* in the order of their first cells */
    om_strings *patients;  /* of each sample */
    int64_t *group_cells;  /* [samples x OM_SYNTHETIC_GROUPS] */
    int64_t *group_blocks; /* [samples x OM_SYNTHETIC_GROUPS] */
    int64_t n_rows;        /* synthetic samples */
    int64_t first_row;     /* in the file */
} om_synthetic_data;

/* What cells are summed to, and of which data sets. */
typedef struct om_synthetic_use {
    const char *stage;    /* its name in the manifest */
    const char *artefact; /* that it makes */
    om_role role;         /* of the data sets */
    bool pooled;          /* all cells of a sample, hallmark and label are one row */
} om_synthetic_use;

extern const om_synthetic_use om_synthetic_training;   /* blocks of cells: synthetic.h5ad */
extern const om_synthetic_use om_synthetic_validation; /* validate/pooled.h5ad */

/* Plain data. */
typedef struct om_synthetic_catalog {
    const om_synthetic_use *use; /* borrowed */
    int64_t n_data;
    om_synthetic_data *data; /* [n_data] in the order of the job */
    om_gene_union *genes;
    int64_t n_rows;
} om_synthetic_catalog;

/* True where a data set has the role and can be summed (its values are no logarithms). */
bool om_synthetic_uses(const om_synthetic_use *use, const om_data_set *data_set);

/* Reads the stores' samples and genes on the root and sends them to all ranks. Collective on ctx.
 */
om_status om_synthetic_catalog_create(om_synthetic_catalog **out, om_ctx *ctx, const om_job *job,
                                      const om_workdir *workdir, const om_synthetic_use *use);
void om_synthetic_catalog_destroy(om_synthetic_catalog **catalog);

/* Sums group_cells and group_blocks over ranks (one rank of a data set's group has them) and finds
 * where each data set's rows go. Collective on ctx. */
om_status om_synthetic_catalog_count(om_synthetic_catalog *catalog, om_ctx *ctx);

#endif
