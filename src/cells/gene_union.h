/* The genes of all synthetic samples: the union over data sets (method 6). */
#ifndef ONCOMARK_CELLS_GENE_UNION_H
#define ONCOMARK_CELLS_GENE_UNION_H

#include "oncomark/context.h"

typedef struct om_gene_union om_gene_union;

om_status om_gene_union_create(om_gene_union **out);
void om_gene_union_destroy(om_gene_union **genes);

/* Adds the genes of a data set: symbols in upper case; a suffix _<number> goes only where the rest
 * is another symbol of the data set (make-unique's mark); blank ones are none. Local. */
om_status om_gene_union_add(om_gene_union *genes, const om_strings *symbols);

/* Ends adding: the genes in bytewise order. On `root`, then sent to all ranks: *genes is finished
 * on the root, created on the others. Collective on ctx. */
om_status om_gene_union_share(om_ctx *ctx, int root, om_gene_union **genes);

/* After sharing: all genes, sorted. Borrowed. */
const om_strings *om_gene_union_genes(const om_gene_union *genes);

/* After sharing: columns [symbols] of a data set's rows; -1 for blank symbols and for all but the
 * first row of a gene. OM_BUG where a gene is not in the union. Local. */
om_status om_gene_union_columns(const om_gene_union *genes, const om_strings *symbols,
                                int32_t *columns);

#endif
