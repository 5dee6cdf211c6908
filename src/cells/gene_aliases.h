/* A table of gene symbols that were renamed: alias<TAB>symbol. */
#ifndef ONCOMARK_CELLS_GENE_ALIASES_H
#define ONCOMARK_CELLS_GENE_ALIASES_H

#include "oncomark/context.h"

#include <stdint.h>

typedef struct om_gene_aliases om_gene_aliases;

/* Which way the table is read: from an alias to its symbols, from a symbol to its aliases. */
typedef enum om_alias_direction { OM_TO_SYMBOL, OM_TO_ALIAS, OM_N_DIRECTIONS } om_alias_direction;

/* Lines that are blank or start with '#' are skipped. OM_INPUT, with file and line, where a line
 * has not two fields. Local. */
om_status om_gene_aliases_read(om_gene_aliases **out, const char *path);
void om_gene_aliases_destroy(om_gene_aliases **aliases);

/* *aliases is read on `root`, created on the other ranks. Collective on ctx. */
om_status om_gene_aliases_broadcast(om_ctx *ctx, int root, om_gene_aliases **aliases);

/* First entry of `name` in the order of the file, -1 if none; and the one after `entry`. */
int64_t om_gene_aliases_first(const om_gene_aliases *aliases, om_alias_direction direction,
                              const char *name);
int64_t om_gene_aliases_next(const om_gene_aliases *aliases, om_alias_direction direction,
                             int64_t entry);

/* What the entry leads to. Borrowed. */
const char *om_gene_aliases_target(const om_gene_aliases *aliases, om_alias_direction direction,
                                   int64_t entry);

void om_gene_aliases_digest(const om_gene_aliases *aliases, char hex[OM_DIGEST_HEX]);

#endif
