#include "oncomark/counts.h"

#include "oncomark/memory.h"

om_status om_counts_create(om_counts **out, int64_t n_cells, int64_t n_nonzeros) {
    *out = NULL;
    om_counts *counts = om_calloc(1, sizeof *counts);
    if (counts == NULL) {
        return OM_MEMORY;
    }
    counts->n_cells = n_cells;
    counts->indptr = om_calloc(n_cells + 1, sizeof *counts->indptr);
    counts->indices = om_malloc(n_nonzeros, sizeof *counts->indices);
    counts->values = om_malloc(n_nonzeros, sizeof *counts->values);
    if (counts->indptr == NULL || counts->indices == NULL || counts->values == NULL) {
        om_counts_destroy(&counts);
        return OM_MEMORY;
    }
    *out = counts;
    return OM_OK;
}

void om_counts_destroy(om_counts **counts) {
    if (counts == NULL || *counts == NULL) {
        return;
    }
    om_free((*counts)->indptr);
    om_free((*counts)->indices);
    om_free((*counts)->values);
    om_free(*counts);
    *counts = NULL;
}
