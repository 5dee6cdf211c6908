/* The pool of genes that simulated data sets draw on. */
#ifndef ONCOMARK_CELLS_SIMULATE_GENES_H
#define ONCOMARK_CELLS_SIMULATE_GENES_H

#include "simulate_symbols.h"

#include "oncomark/gene_sets.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum om_simulate_role {
    OM_ROLE_OTHER,
    OM_ROLE_HOUSEKEEPING,
    OM_ROLE_MARKER,
    OM_ROLE_HALLMARK,
    OM_ROLE_MITO
} om_simulate_role;

/* The genes of one hallmark: indices into the pool, and how steeply each follows the pathway's
 * level. */
typedef struct om_simulate_members {
    int64_t count;
    int64_t *genes;
    double *loadings;
} om_simulate_members;

typedef struct om_simulate_genes {
    int64_t n_genes;
    om_strings *symbols;
    om_simulate_role *roles; /* n_genes */
    double *log_base;        /* n_genes: log of the share of molecules, up to a constant */
    om_simulate_members members[OM_N_HALLMARKS];
    int64_t markers[OM_N_CELL_TYPES][OM_N_MARKERS]; /* indices into the pool */
} om_simulate_genes;

/* Positive genes of the sets are taken. OM_USAGE: fewer genes asked for than the sets, markers and
 * mitochondrial genes need. Local; the same on all ranks. */
om_status om_simulate_genes_create(om_simulate_genes **out, const om_gene_sets *sets, uint64_t seed,
                                   int64_t n_genes);
void om_simulate_genes_destroy(om_simulate_genes **genes);

#endif
