/* Which genes are seen in too few cells to count, and where they were seen meanwhile. */
#ifndef ONCOMARK_CELLS_RARE_GENES_H
#define ONCOMARK_CELLS_RARE_GENES_H

#include "oncomark/context.h"

#include <stdbool.h>
#include <stdint.h>

/* A value of a gene that might be ignored in the end. */
typedef struct om_sighting {
    int64_t cell; /* of this rank */
    double value;
    int32_t gene;
    bool exact; /* the cell's sums are exact: the value can be taken off */
} om_sighting;

/* Plain data. */
typedef struct om_rare_genes {
    int64_t n_genes;
    int64_t wanted;  /* cells that make a gene count */
    int64_t *n_seen; /* [n_genes] cells it was seen in, not counted beyond `wanted` */
    uint8_t *rare;   /* [n_genes] 1: seen in fewer cells so far */
    int64_t n_sightings;
    int64_t capacity;
    int64_t most; /* sightings that may be kept */
    om_sighting *sightings;
    int64_t first_lost; /* the first cell with a sighting that was not kept, INT64_MAX: none */
} om_rare_genes;

/* Local. */
om_status om_rare_genes_create(om_rare_genes **out, int64_t n_genes, int64_t wanted,
                               int64_t memory);
void om_rare_genes_destroy(om_rare_genes **genes);

/* A rare gene in a cell; `counts`: the cell is one of those that genes are counted in. Cells come
 * in order. Local. */
om_status om_rare_genes_see(om_rare_genes *genes, const om_sighting *sighting, bool counts);

/* From now on `rare` is 1 where all ranks together have seen a gene in too few cells. Collective on
 * group. */
om_status om_rare_genes_settle(om_rare_genes *genes, om_ctx *group);

#endif
