#include "published_genes.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The first field of each gene. */
static om_status index_genes(om_string_map **out, const om_strings *genes) {
    OM_TRY(om_string_map_create(out));
    for (int64_t i = 0; i < om_strings_count(genes); i++) {
        const char *gene = om_strings_get(genes, i);
        if (gene[0] != '\0') {
            OM_TRY(om_string_map_add(*out, gene, i, NULL));
        }
    }
    return OM_OK;
}

static int compare(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The genes of `genes` that are in both maps, sorted. */
static om_status intersect(om_strings *kept, const om_strings *genes, om_string_map *const *maps) {
    int64_t n = 0;
    const char **common = om_malloc(om_strings_count(genes), sizeof *common);
    if (common == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < om_strings_count(genes); i++) {
        const char *gene = om_strings_get(genes, i);
        if (om_string_map_get(maps[0], gene, -1) == i &&
            om_string_map_get(maps[1], gene, -1) >= 0) {
            common[n++] = gene;
        }
    }
    qsort(common, (size_t)n, sizeof *common, compare);
    om_status status = OM_OK;
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        status = om_strings_add(kept, common[i]);
    }
    om_free(common);
    return status;
}

static om_status lay_out(om_published_layout *layout, const om_strings *genes,
                         const om_string_map *fields, const om_strings *kept) {
    layout->n_fields = om_strings_count(genes);
    layout->n_columns = om_strings_count(kept);
    layout->column_of = om_malloc(layout->n_fields, sizeof *layout->column_of);
    if (layout->column_of == NULL) {
        return OM_MEMORY;
    }
    for (int64_t field = 0; field < layout->n_fields; field++) {
        layout->column_of[field] = (int32_t)layout->n_columns;
    }
    for (int64_t column = 0; column < layout->n_columns; column++) {
        int64_t field = om_string_map_get(fields, om_strings_get(kept, column), -1);
        layout->column_of[field] = (int32_t)column;
    }
    return OM_OK;
}

om_status om_published_genes_match(om_strings **kept, om_published_layout *layout,
                                   om_strings *const *genes) {
    om_string_map *maps[2] = {NULL, NULL};
    *kept = NULL;
    om_status status = index_genes(&maps[0], genes[0]);
    if (status == OM_OK) {
        status = index_genes(&maps[1], genes[1]);
    }
    if (status == OM_OK) {
        status = om_strings_create(kept);
    }
    if (status == OM_OK) {
        status = intersect(*kept, genes[0], maps);
    }
    if (status == OM_OK && om_strings_count(*kept) == 0) {
        status = om_fail(OM_INPUT,
                         "published tables: found no gene that both have (the first ones are '%s' "
                         "and '%s'), expected headers of gene symbols",
                         om_strings_get(genes[1], 0), om_strings_get(genes[0], 0));
    }
    for (int label = 0; label < 2 && status == OM_OK; label++) {
        status = lay_out(&layout[label], genes[label], maps[label], *kept);
    }
    om_string_map_destroy(&maps[0]);
    om_string_map_destroy(&maps[1]);
    return status;
}
