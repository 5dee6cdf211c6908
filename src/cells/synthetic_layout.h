/* How the genes of a data set lie in memory while its cells are summed. */
#ifndef ONCOMARK_CELLS_SYNTHETIC_LAYOUT_H
#define ONCOMARK_CELLS_SYNTHETIC_LAYOUT_H

#include "oncomark/counts.h"

/* Genes that many cells have ("hot") are summed as dense vectors of bytes, the others one by one.
 * The hot genes' slots come first, the rarest genes' last; in each part slots ascend with the
 * column. Plain data. */
typedef struct om_synthetic_layout {
    int64_t n_genes;        /* of the data set */
    int64_t n_columns;      /* genes that have a column in the file: as many slots */
    int64_t n_hot;          /* hot slots, a multiple of OM_SYNTHETIC_HOT_UNIT */
    int32_t *columns;       /* [n_columns] ascending; the place in it is a gene's place in rows */
    uint32_t *slot_of_gene; /* [n_genes]; n_columns: none */
    uint16_t *narrow_slot_of_gene; /* [n_genes] the same, of use where all slots fit */
    uint32_t *slot_of_column;      /* [n_columns] by place */
} om_synthetic_layout;

enum { OM_SYNTHETIC_HOT_UNIT = 64, OM_SYNTHETIC_MOST_HOT = 1 << 16 };

/* column_of [n_genes]: column of each gene, no two the same; -1: none. No slot is hot. Local. */
om_status om_synthetic_layout_create(om_synthetic_layout **out, int64_t n_genes,
                                     const int32_t *column_of);
void om_synthetic_layout_destroy(om_synthetic_layout **layout);

/* Chooses the hot genes by what these cells have. Sums do not depend on it. Local. */
om_status om_synthetic_layout_warm(om_synthetic_layout *layout, const om_counts *cells);

#endif
