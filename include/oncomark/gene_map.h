/* Which symbol a gene's Ensembl id has, from a table. */
#ifndef ONCOMARK_GENE_MAP_H
#define ONCOMARK_GENE_MAP_H

#include "oncomark/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct om_gene_map om_gene_map;

/* Reads a CSV or TSV, plain or gzip, of two columns, ids and symbols: which is which, and whether
 * the first line is a header, is found by content. The first symbol of an id counts, versions
 * (".5") and case do not; ids without a symbol are left out. OM_INPUT with file and line. Local. */
om_status om_gene_map_read(om_gene_map **out, const char *path);
void om_gene_map_destroy(om_gene_map **map);

const char *om_gene_map_path(const om_gene_map *map);
int64_t om_gene_map_count(const om_gene_map *map);

/* The symbol of an Ensembl id in upper case and without its version; NULL: it has
 * none.
 * Borrowed. */
const char *om_gene_map_symbol(const om_gene_map *map, const char *id);

/* Length of an Ensembl gene id ("ENSG00000141510", "ENSMUSG...") at the start of a text, without
 * its version; 0 where the text is no such id. Case is ignored. */
size_t om_gene_map_id_length(const char *text);

#endif
