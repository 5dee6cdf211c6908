/* The synthetic samples of a data set: its store is read once, in order, by the ranks of its group.
 */
#ifndef ONCOMARK_CELLS_SYNTHETIC_SUM_H
#define ONCOMARK_CELLS_SYNTHETIC_SUM_H

#include "synthetic_rows.h"
#include "synthetic_window.h"

#include "oncomark/context.h"
#include "oncomark/h5.h"
#include "oncomark/progress.h"
#include "oncomark/synthetic.h"

/* Bytes on each rank. */
typedef struct om_synthetic_memory {
    int64_t stream;   /* cells as they are read */
    int64_t window;   /* cells that are summed together */
    int64_t parts;    /* sums of blocks whose cells lie in several windows or on several ranks */
    int64_t exchange; /* such sums on their way */
    int64_t rows;     /* finished sums */
    int64_t slab;     /* values on their way to synthetic.h5ad */
} om_synthetic_memory;

/* A data set and its place; all borrowed. */
typedef struct om_synthetic_task {
    const om_synthetic_plan *plan;
    const om_h5 *store;
    int64_t data;       /* number of the data set in the catalog */
    int64_t first_cell; /* of this rank */
    int64_t n_cells;
    int64_t n_genes;
    const int32_t *column_of; /* [n_genes] column of each gene, -1: none */
    bool only_counts;         /* fractions are OM_INPUT; else they are cut to whole numbers */
    const char *spill_path;   /* see om_spill_create */
    om_progress *progress;    /* gets the non-zeros of the group */
} om_synthetic_task;

/* Sums the blocks of a data set; each row goes to `rows` of the block's owner. `window` is working
 * memory that serves one data set after the other. A batch of the stream's cells is packed into the
 * window; when that is full, each block gets its cells from there. A block that is not complete
 * then, or has cells on other ranks, is put aside in parts that are added up at the end, by its
 * owner. The sums are exact and the same for any number of ranks and any memory; one beyond 32 bits
 * is OM_INPUT naming the synthetic sample. Collective on group. */
om_status om_synthetic_sum(om_synthetic_rows *rows, om_ctx *group, const om_synthetic_task *task,
                           om_synthetic_window *window, const om_synthetic_memory *memory);

#endif
