#include "synthetic_layout.h"

#include "oncomark/memory.h"

#include <stdbool.h>

/* From this share of cells on, adding a byte of every cell takes less than adding single counts
 * (measured). */
static const double hot_share = 0.1;

/* The others apart from the rarest ones, so that those that matter lie close together. */
static const double warm_share = 0.01;

static om_status set_columns(om_synthetic_layout *layout, const int32_t *column_of) {
    int32_t last = -1;
    for (int64_t gene = 0; gene < layout->n_genes; gene++) {
        layout->n_columns += column_of[gene] >= 0 ? 1 : 0;
        last = column_of[gene] > last ? column_of[gene] : last;
    }
    layout->columns = om_malloc(layout->n_columns, sizeof *layout->columns);
    layout->slot_of_column = om_malloc(layout->n_columns, sizeof *layout->slot_of_column);
    uint32_t *place_of = om_calloc((int64_t)last + 1, sizeof *place_of);
    if (layout->columns == NULL || layout->slot_of_column == NULL || place_of == NULL) {
        om_free(place_of);
        return OM_MEMORY;
    }
    for (int64_t gene = 0; gene < layout->n_genes; gene++) {
        if (column_of[gene] >= 0) {
            place_of[column_of[gene]] = 1;
        }
    }
    uint32_t place = 0;
    for (int32_t column = 0; column <= last; column++) {
        if (place_of[column] != 0) {
            layout->columns[place] = column;
            layout->slot_of_column[place] = place;
            place_of[column] = place++;
        }
    }
    for (int64_t gene = 0; gene < layout->n_genes; gene++) {
        layout->slot_of_gene[gene] =
            column_of[gene] >= 0 ? place_of[column_of[gene]] : (uint32_t)layout->n_columns;
        layout->narrow_slot_of_gene[gene] = (uint16_t)layout->slot_of_gene[gene];
    }
    om_free(place_of);
    return OM_OK;
}

om_status om_synthetic_layout_create(om_synthetic_layout **out, int64_t n_genes,
                                     const int32_t *column_of) {
    om_synthetic_layout *layout = om_calloc(1, sizeof *layout);
    *out = layout;
    if (layout == NULL) {
        return OM_MEMORY;
    }
    layout->n_genes = n_genes;
    layout->slot_of_gene = om_malloc(n_genes, sizeof *layout->slot_of_gene);
    layout->narrow_slot_of_gene = om_malloc(n_genes, sizeof *layout->narrow_slot_of_gene);
    om_status status = layout->slot_of_gene != NULL && layout->narrow_slot_of_gene != NULL
                           ? set_columns(layout, column_of)
                           : OM_MEMORY;
    if (status != OM_OK) {
        om_synthetic_layout_destroy(out);
    }
    return status;
}

void om_synthetic_layout_destroy(om_synthetic_layout **layout) {
    if (*layout == NULL) {
        return;
    }
    om_free((*layout)->columns);
    om_free((*layout)->slot_of_gene);
    om_free((*layout)->narrow_slot_of_gene);
    om_free((*layout)->slot_of_column);
    om_free(*layout);
    *layout = NULL;
}

/* Gives the slots from `next` to `end` to genes without one that more than `least` cells have. */
static uint32_t give_slots(om_synthetic_layout *layout, const uint32_t *seen, double least,
                           uint32_t next, uint32_t end) {
    for (int64_t place = 0; place < layout->n_columns && next < end; place++) {
        bool is_free = layout->slot_of_column[place] == UINT32_MAX;
        if (is_free && seen[place] > least) {
            layout->slot_of_column[place] = next++;
        }
    }
    return next;
}

/* seen [n_columns + 1]: how many cells have the gene of each place. */
static void move_slots(om_synthetic_layout *layout, uint32_t *seen, double n_cells) {
    uint32_t n_columns = (uint32_t)layout->n_columns;
    uint32_t next = 0;
    for (int64_t place = 0; place < layout->n_columns; place++) {
        next += seen[place] > hot_share * n_cells ? 1 : 0;
        layout->slot_of_column[place] = UINT32_MAX;
    }
    next = next < OM_SYNTHETIC_MOST_HOT ? next : OM_SYNTHETIC_MOST_HOT;
    uint32_t n_hot = next / OM_SYNTHETIC_HOT_UNIT * OM_SYNTHETIC_HOT_UNIT;
    layout->n_hot = n_hot;
    next = give_slots(layout, seen, hot_share * n_cells, 0, n_hot);
    next = give_slots(layout, seen, warm_share * n_cells, next, n_columns);
    give_slots(layout, seen, -1, next, n_columns);
    for (int64_t place = 0; place < layout->n_columns; place++) {
        seen[place] = layout->slot_of_column[place];
    }
    /* A gene without a column keeps its slot behind all others. */
    seen[layout->n_columns] = n_columns;
    for (int64_t gene = 0; gene < layout->n_genes; gene++) {
        layout->slot_of_gene[gene] = seen[layout->slot_of_gene[gene]];
        layout->narrow_slot_of_gene[gene] = (uint16_t)layout->slot_of_gene[gene];
    }
}

om_status om_synthetic_layout_warm(om_synthetic_layout *layout, const om_counts *cells) {
    uint32_t *seen = om_calloc(layout->n_columns + 1, sizeof *seen);
    if (seen == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < cells->indptr[cells->n_cells]; i++) {
        seen[layout->slot_of_gene[cells->indices[i]]]++;
    }
    move_slots(layout, seen, (double)cells->n_cells);
    om_free(seen);
    return OM_OK;
}
