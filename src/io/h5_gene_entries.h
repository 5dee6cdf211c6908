/* The entries of a matrix that an HDF5 file has gene by gene. */
#ifndef ONCOMARK_IO_H5_GENE_ENTRIES_H
#define ONCOMARK_IO_H5_GENE_ENTRIES_H

#include "cell_gather.h"
#include "h5_slabs.h"
#include "oncomark/progress.h"

typedef struct om_h5_gene_entries {
    om_entry_source source;
    om_ctx *group;
    om_h5_slabs *slabs;
    int64_t most; /* entries of a rank's share of a round */
    int64_t next; /* first entry of the next round */
    int32_t *indices;
    double *values;
    om_entry *entries;
    om_progress *progress; /* of a pass */
} om_h5_gene_entries;

/* In rounds for which each rank takes `memory` bytes at most; `slabs` is borrowed. To be closed
 * after a failure too. Local. */
om_status om_h5_gene_entries_open(om_h5_gene_entries *entries, om_ctx *group, om_h5_slabs *slabs,
                                  int64_t memory);
void om_h5_gene_entries_close(om_h5_gene_entries *entries);

#endif
