#include "profile_genes.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "oncomark/symbol.h"

#include <string.h>

struct om_profile_genes {
    om_string_map *features; /* by symbol in upper case, as synthetic samples have it */
    const om_gene_map *map;
    om_text *symbol; /* working memory */
    int64_t count;
    int64_t n_ids; /* genes of the model that are Ensembl ids */
};

/* The symbol of a gene's text: without blanks and what follows a '|', in upper case. */
static om_status normalise(om_text *symbol, const char *text) {
    om_text_clear(symbol);
    text += strspn(text, " \t");
    size_t length = strcspn(text, "|");
    while (length > 0 && strchr(" \t", text[length - 1]) != NULL) {
        length--;
    }
    OM_TRY(om_text_add_n(symbol, text, length));
    for (char *c = (char *)om_text_get(symbol); *c != '\0'; c++) {
        *c = om_symbol_upper_letter(*c);
    }
    return OM_OK;
}

om_status om_profile_genes_create(om_profile_genes **out, const om_strings *genes,
                                  const om_gene_map *map) {
    om_profile_genes *made = om_calloc(1, sizeof *made);
    *out = made;
    if (made == NULL) {
        return OM_MEMORY;
    }
    made->map = map;
    made->count = om_strings_count(genes);
    om_status status = om_string_map_create(&made->features);
    if (status == OM_OK) {
        status = om_text_create(&made->symbol);
    }
    for (int64_t f = 0; f < made->count && status == OM_OK; f++) {
        status = normalise(made->symbol, om_strings_get(genes, f));
        if (status == OM_OK) {
            const char *symbol = om_text_get(made->symbol);
            made->n_ids += om_gene_map_id_length(symbol) > 0;
            status = om_string_map_add(made->features, symbol, f, NULL);
        }
    }
    if (status != OM_OK) {
        om_profile_genes_destroy(out);
    }
    return status;
}

void om_profile_genes_destroy(om_profile_genes **genes) {
    if (*genes == NULL) {
        return;
    }
    om_string_map_destroy(&(*genes)->features);
    om_text_destroy(&(*genes)->symbol);
    om_free(*genes);
    *genes = NULL;
}

int64_t om_profile_genes_count(const om_profile_genes *genes) {
    return genes->count;
}

const om_gene_map *om_profile_genes_map(const om_profile_genes *genes) {
    return genes->map;
}

bool om_profile_genes_lack_map(const om_profile_genes *genes) {
    return genes->map == NULL && 2 * genes->n_ids < genes->count;
}

/* Without its version, then by its symbol. */
static int64_t find_id(const om_profile_genes *genes, char *id) {
    id[om_gene_map_id_length(id)] = '\0';
    int64_t feature = om_string_map_get(genes->features, id, -1);
    if (feature < 0 && genes->map != NULL) {
        const char *symbol = om_gene_map_symbol(genes->map, id);
        feature = symbol != NULL ? om_string_map_get(genes->features, symbol, -1) : -1;
    }
    return feature;
}

om_status om_profile_genes_find(om_profile_genes *genes, const char *text, int64_t *feature) {
    OM_TRY(normalise(genes->symbol, text));
    char *symbol = (char *)om_text_get(genes->symbol);
    *feature = om_string_map_get(genes->features, symbol, -1);
    if (*feature < 0 && om_gene_map_id_length(symbol) > 0) {
        *feature = find_id(genes, symbol);
    }
    return OM_OK;
}
