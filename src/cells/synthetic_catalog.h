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
    int64_t first_row;     /* in synthetic.h5ad */
} om_synthetic_data;

/* Plain data. */
typedef struct om_synthetic_catalog {
    int64_t n_data;
    om_synthetic_data *data; /* [n_data] in the order of the job */
    om_gene_union *genes;
    int64_t n_rows;
} om_synthetic_catalog;

/* True where a data set is for training and can be summed (its values are no logarithms). */
bool om_synthetic_uses(const om_data_set *data_set);

/* Reads the stores' samples and genes on the root and sends them to all ranks. Collective on ctx.
 */
om_status om_synthetic_catalog_create(om_synthetic_catalog **out, om_ctx *ctx, const om_job *job,
                                      const om_workdir *workdir);
void om_synthetic_catalog_destroy(om_synthetic_catalog **catalog);

/* Sums group_cells and group_blocks over ranks (one rank of a data set's group has them) and finds
 * where each data set's rows go. Collective on ctx. */
om_status om_synthetic_catalog_count(om_synthetic_catalog *catalog, om_ctx *ctx);

#endif
