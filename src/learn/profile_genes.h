/* Which feature of a model a table's gene is. */
#ifndef ONCOMARK_LEARN_PROFILE_GENES_H
#define ONCOMARK_LEARN_PROFILE_GENES_H

#include "oncomark/gene_map.h"
#include "oncomark/strings.h"

#include <stdbool.h>

typedef struct om_profile_genes om_profile_genes;

/* `genes`: of the model, in the order of its features. `map`: symbols of Ensembl ids, borrowed;
 * NULL: none. Local. */
om_status om_profile_genes_create(om_profile_genes **out, const om_strings *genes,
                                  const om_gene_map *map);
void om_profile_genes_destroy(om_profile_genes **genes);

int64_t om_profile_genes_count(const om_profile_genes *genes);
const om_gene_map *om_profile_genes_map(const om_profile_genes *genes);

/* True where the model's genes are symbols, not Ensembl ids, and there is no map to them. */
bool om_profile_genes_lack_map(const om_profile_genes *genes);

/* *feature of a gene as it stands in a table ("hormad1|84072" is HORMAD1, "ENSG00000141510.18" is
 * what the map says), -1 for none. */
om_status om_profile_genes_find(om_profile_genes *genes, const char *text, int64_t *feature);

#endif
