/* The genes of the published tables that become those of synthetic.h5ad. */
#ifndef ONCOMARK_CELLS_PUBLISHED_GENES_H
#define ONCOMARK_CELLS_PUBLISHED_GENES_H

#include "published_rows.h"

/* *kept: the genes that both tables have, in bytewise order; `layout` [2]: where the fields of each
 * table go (owned: om_free column_of). `genes` [2]: those of the headers, in upper case; of a
 * repeated one the first counts, an empty one is none.
 *
 * A gene of one table alone is left out: its values in the other one are unknown, and zeros in
 * their place would tell the label. The features are genes of both tables in any case (method 7).
 *
 * OM_INPUT where the tables share no gene. Local. */
om_status om_published_genes_match(om_strings **kept, om_published_layout *layout,
                                   om_strings *const *genes);

#endif
