/* How the parser of gene-set files fills the sets. */
#ifndef ONCOMARK_CELLS_GENE_SETS_PRIVATE_H
#define ONCOMARK_CELLS_GENE_SETS_PRIVATE_H

#include "oncomark/gene_sets.h"

/* Ten empty sets, to be read from `path`. */
om_status om_gene_sets_create(om_gene_sets **out, const char *path);

/* The hallmark with this code or full name (blanks around it and case ignored), or -1. */
int om_gene_sets_find_hallmark(const char *name);

/* Opens the set named on `line`; OM_INPUT if the name is no hallmark or was there already. */
om_status om_gene_sets_open_set(om_gene_sets *sets, const char *name, int64_t line, int *hallmark);

/* Adds a gene as written, with its sign; blank text is nothing. */
om_status om_gene_sets_add_gene(om_gene_sets *sets, int hallmark, const char *text, int64_t line);

/* OM_INPUT where a set is missing or has no positive gene; `last_line` is where the file ends. */
om_status om_gene_sets_check_complete(const om_gene_sets *sets, int64_t last_line);

#endif
