/* What curation writes, as text. */
#ifndef ONCOMARK_CELLS_CURATE_TABLES_H
#define ONCOMARK_CELLS_CURATE_TABLES_H

#include "curate_votes.h"

/* GMT: a line a hallmark with the genes that are kept, bytewise. Local. */
om_status om_curate_add_sets(om_text *text, const om_curate_votes *votes);

/* A row for every gene of every hallmark: gene,hallmark,sources,n_sources,decision,why,symbols.
 * Names in a field are separated by ';'. Local. */
om_status om_curate_add_audit(om_text *text, const om_curate_votes *votes,
                              const om_curate_databases *databases, int64_t min_sources);

/* A row for every pair of hallmarks: hallmark,other,n_genes,n_other,shared,jaccard. Local. */
om_status om_curate_add_overlaps(om_text *text, const om_curate_votes *votes);

#endif
