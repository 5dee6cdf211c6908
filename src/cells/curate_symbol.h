/* The gene that a symbol of a curated set or exclusion means. */
#ifndef ONCOMARK_CELLS_CURATE_SYMBOL_H
#define ONCOMARK_CELLS_CURATE_SYMBOL_H

#include "gene_aliases.h"

#include <stdbool.h>

/* The symbol that replaced an alias. What stands as it is: everything without `aliases` (NULL); a
 * current symbol, though it may be an old name of another gene; and an alias of several genes,
 * which *ambiguous (may be NULL) tells. Borrowed from `symbol` or `aliases`. Local. */
const char *om_curate_symbol(const om_gene_aliases *aliases, const char *symbol, bool *ambiguous);

#endif
