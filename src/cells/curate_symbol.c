#include "curate_symbol.h"

#include <string.h>

const char *om_curate_symbol(const om_gene_aliases *aliases, const char *symbol, bool *ambiguous) {
    if (ambiguous != NULL) {
        *ambiguous = false;
    }
    if (aliases == NULL || om_gene_aliases_first(aliases, OM_TO_ALIAS, symbol) >= 0) {
        return symbol;
    }
    int64_t entry = om_gene_aliases_first(aliases, OM_TO_SYMBOL, symbol);
    if (entry < 0) {
        return symbol;
    }
    const char *current = om_gene_aliases_target(aliases, OM_TO_SYMBOL, entry);
    while ((entry = om_gene_aliases_next(aliases, OM_TO_SYMBOL, entry)) >= 0) {
        if (strcmp(om_gene_aliases_target(aliases, OM_TO_SYMBOL, entry), current) != 0) {
            if (ambiguous != NULL) {
                *ambiguous = true;
            }
            return symbol;
        }
    }
    return current;
}
