/* How the parser of gene-set files fills the sets. */
#ifndef ONCOMARK_CELLS_GENE_SETS_PRIVATE_H
#define ONCOMARK_CELLS_GENE_SETS_PRIVATE_H

#include "oncomark/gene_sets.h"

/* The hallmark with this code or full name (blanks around it and case ignored), or -1. */
int om_gene_sets_find_hallmark(const char *name);

/* Opens the set named on `line`; OM_INPUT if the name is no hallmark or was there already. */
om_status om_gene_sets_open_set(om_gene_sets *sets, const char *name, int64_t line, int *hallmark);

/* Adds a gene as written, with its sign; blank text is nothing. */
om_status om_gene_sets_add_gene(om_gene_sets *sets, int hallmark, const char *text, int64_t line);

/* Parses the file at om_gene_sets_path into empty sets; *last_line: where it ends. */
om_status om_gene_sets_file_parse(om_gene_sets *sets, int64_t *last_line);

#endif
