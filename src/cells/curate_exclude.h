/* The reviewed list of genes that a set must not have. */
#ifndef ONCOMARK_CELLS_CURATE_EXCLUDE_H
#define ONCOMARK_CELLS_CURATE_EXCLUDE_H

#include "gene_aliases.h"

#include "oncomark/log.h"

typedef struct om_curate_exclusions om_curate_exclusions;

/* Columns gene, reason and, if need be, hallmark (code or name; empty or *: all). Aliases (may be
 * NULL) are resolved. OM_INPUT, with line, for a missing column, gene or reason, and for a name
 * that is no hallmark. Local. */
om_status om_curate_exclusions_read(om_curate_exclusions **out, const char *path,
                                    const om_gene_aliases *aliases);
void om_curate_exclusions_destroy(om_curate_exclusions **exclusions);

/* Why the gene is excluded from the hallmark: the first reason given; NULL if it is not. Notes
 * that the exclusion was of use. Borrowed. */
const char *om_curate_exclusions_reason(om_curate_exclusions *exclusions, int hallmark,
                                        const char *gene);

/* Warns of each exclusion that was of no use, with its line. */
void om_curate_exclusions_warn(const om_curate_exclusions *exclusions, om_log *log);

#endif
