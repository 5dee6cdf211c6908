#include "rare_genes.h"

#include "oncomark/memory.h"

enum { FIRST_CAPACITY = 4096 };

om_status om_rare_genes_create(om_rare_genes **out, int64_t n_genes, int64_t wanted,
                               int64_t memory) {
    om_rare_genes *genes = om_calloc(1, sizeof *genes);
    *out = genes;
    if (genes == NULL) {
        return OM_MEMORY;
    }
    genes->n_genes = n_genes;
    genes->wanted = wanted;
    genes->most = memory / (int64_t)sizeof *genes->sightings;
    genes->first_lost = INT64_MAX;
    genes->n_seen = om_calloc(n_genes, sizeof *genes->n_seen);
    genes->rare = om_calloc(n_genes, sizeof *genes->rare);
    if (genes->n_seen == NULL || genes->rare == NULL) {
        om_rare_genes_destroy(out);
        return OM_MEMORY;
    }
    for (int64_t gene = 0; gene < n_genes; gene++) {
        genes->rare[gene] = wanted > 0 ? 1 : 0;
    }
    return OM_OK;
}

void om_rare_genes_destroy(om_rare_genes **genes) {
    if (*genes == NULL) {
        return;
    }
    om_free((*genes)->n_seen);
    om_free((*genes)->rare);
    om_free((*genes)->sightings);
    om_free(*genes);
    *genes = NULL;
}

/* Drops the sightings of genes that are no longer rare. */
static void tidy(om_rare_genes *genes) {
    int64_t kept = 0;
    for (int64_t i = 0; i < genes->n_sightings; i++) {
        if (genes->rare[genes->sightings[i].gene] != 0) {
            genes->sightings[kept++] = genes->sightings[i];
        }
    }
    genes->n_sightings = kept;
}

/* Room for one more, *full where there is none to be had. Tidying that leaves more than half is not
 * repeated: it would soon be due again. */
static om_status make_room(om_rare_genes *genes, bool *full) {
    if (genes->n_sightings < genes->capacity) {
        return OM_OK;
    }
    tidy(genes);
    if (genes->n_sightings < (genes->capacity + 1) / 2) {
        return OM_OK;
    }
    int64_t capacity = genes->capacity == 0 ? FIRST_CAPACITY : 2 * genes->capacity;
    capacity = capacity < genes->most ? capacity : genes->most;
    if (capacity <= genes->capacity) {
        *full = true;
        return OM_OK;
    }
    om_sighting *larger = om_realloc(genes->sightings, capacity, sizeof *larger);
    if (larger == NULL) {
        return OM_MEMORY;
    }
    genes->sightings = larger;
    genes->capacity = capacity;
    return OM_OK;
}

om_status om_rare_genes_see(om_rare_genes *genes, const om_sighting *sighting, bool counts) {
    bool full = false;
    if (genes->first_lost == INT64_MAX) {
        OM_TRY(make_room(genes, &full));
        if (full) {
            genes->first_lost = sighting->cell;
        } else {
            genes->sightings[genes->n_sightings++] = *sighting;
        }
    }
    if (counts) {
        genes->n_seen[sighting->gene]++;
        genes->rare[sighting->gene] = genes->n_seen[sighting->gene] < genes->wanted ? 1 : 0;
    }
    return OM_OK;
}

om_status om_rare_genes_settle(om_rare_genes *genes, om_ctx *group) {
    OM_TRY(om_sum_i64(group, genes->n_seen, genes->n_genes));
    for (int64_t gene = 0; gene < genes->n_genes; gene++) {
        genes->rare[gene] = genes->n_seen[gene] < genes->wanted ? 1 : 0;
    }
    tidy(genes);
    return OM_OK;
}
