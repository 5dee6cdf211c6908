/* The genes of a job's sets, and where they stand in a list of genes. */
#ifndef ONCOMARK_SET_GENES_H
#define ONCOMARK_SET_GENES_H

#include "oncomark/context.h"
#include "oncomark/gene_sets.h"
#include "oncomark/job.h"

typedef struct om_set_gene {
    int hallmark;
    om_sign sign;
    const char *name; /* as the set has it; borrowed from the sets */
    int64_t place;    /* in the list, -1: not there */
} om_set_gene;

typedef struct om_set_genes om_set_genes;

/* Reads the job's sets and, where score.aliases holds, its table of aliases, on rank 0 for all
 * ranks. The places are not yet known. Collective on ctx. */
om_status om_set_genes_read(om_set_genes **out, om_ctx *ctx, const om_job *job);
void om_set_genes_destroy(om_set_genes **genes);

/* Appends what the sets are, for the keys of artefacts: their digests. Local. */
om_status om_set_genes_describe(om_text *text, const om_set_genes *genes);

/* Finds the places in `list`, symbols in capitals as in synthetic.h5ad: of the symbol in capitals;
 * else of the first current symbol or alias of it that the list has; no place twice in a hallmark.
 * Local. */
om_status om_set_genes_locate(om_set_genes *genes, const om_strings *list);

/* By hallmark, positive part first, each in the order of the file. Borrowed. */
const om_set_gene *om_set_genes_all(const om_set_genes *genes, int64_t *n);

#endif
