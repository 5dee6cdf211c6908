/* The ten hallmarks' gene sets as a file gives them. */
#ifndef ONCOMARK_GENE_SETS_H
#define ONCOMARK_GENE_SETS_H

#include "oncomark/context.h"
#include "oncomark/hallmark.h"
#include "oncomark/strings.h"

#include <stdint.h>

typedef struct om_gene_sets om_gene_sets;

/* The two parts of a signed set; genes marked with a trailing '-' form the negative one. */
typedef enum om_sign { OM_POSITIVE, OM_NEGATIVE, OM_N_SIGNS } om_sign;

/* Reads GMT (name, description, genes; lines that start with '#' are comments) or the published
 * table (a column a hallmark, blank-padded), told apart by content, plain or gzip. A set is named
 * by its hallmark's code or full name, case ignored. Blanks around genes are trimmed, a gene given
 * again in its set is dropped. OM_INPUT, with file and line: a hallmark without set or positive
 * gene, one given twice, a name that is no hallmark, a gene that is both positive and negative.
 * Local. */
om_status om_gene_sets_read(om_gene_sets **out, const char *path);
void om_gene_sets_destroy(om_gene_sets **sets);

/* Sends the sets of rank `root` to all ranks: *sets is read on the root, created on the others.
 * Collective on ctx. */
om_status om_gene_sets_broadcast(om_ctx *ctx, int root, om_gene_sets **sets);

/* Genes of one part of a set in the order of the file, without the sign. Borrowed. */
const om_strings *om_gene_sets_genes(const om_gene_sets *sets, int hallmark, om_sign sign);

/* Genes dropped because their set had them already. */
int64_t om_gene_sets_duplicates(const om_gene_sets *sets);

const char *om_gene_sets_path(const om_gene_sets *sets);

/* Digest of the sets' content, for artefact keys. The path is no part of it. */
void om_gene_sets_digest(const om_gene_sets *sets, char hex[OM_DIGEST_HEX]);

#endif
