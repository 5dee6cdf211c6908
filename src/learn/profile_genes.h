/* Which feature of a model a table's gene is. */
#ifndef ONCOMARK_LEARN_PROFILE_GENES_H
#define ONCOMARK_LEARN_PROFILE_GENES_H

#include "oncomark/strings.h"

typedef struct om_profile_genes om_profile_genes;

/* `genes`: of the model, in the order of its features. Local. */
om_status om_profile_genes_create(om_profile_genes **out, const om_strings *genes);
void om_profile_genes_destroy(om_profile_genes **genes);

int64_t om_profile_genes_count(const om_profile_genes *genes);

/* *feature of a gene as it stands in a table ("hormad1|84072" is HORMAD1), -1 for none. */
om_status om_profile_genes_find(om_profile_genes *genes, const char *text, int64_t *feature);

#endif
