#include "profile_genes.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "oncomark/symbol.h"

#include <string.h>

struct om_profile_genes {
    om_string_map *features; /* by symbol in upper case, as synthetic samples have it */
    om_text *symbol;         /* working memory */
    int64_t count;
};

/* The symbol of a gene's text: without blanks and what follows a '|', in upper case. */
static om_status normalise(om_text *symbol, const char *text) {
    om_text_clear(symbol);
    text += strspn(text, " \t");
    size_t length = strcspn(text, "|");
    while (length > 0 && strchr(" \t", text[length - 1]) != NULL) {
        length--;
    }
    for (size_t i = 0; i < length; i++) {
        char upper = om_symbol_upper_letter(text[i]);
        OM_TRY(om_text_add_n(symbol, &upper, 1));
    }
    return OM_OK;
}

om_status om_profile_genes_create(om_profile_genes **out, const om_strings *genes) {
    om_profile_genes *made = om_calloc(1, sizeof *made);
    *out = made;
    if (made == NULL) {
        return OM_MEMORY;
    }
    made->count = om_strings_count(genes);
    om_status status = om_string_map_create(&made->features);
    if (status == OM_OK) {
        status = om_text_create(&made->symbol);
    }
    for (int64_t f = 0; f < made->count && status == OM_OK; f++) {
        status = normalise(made->symbol, om_strings_get(genes, f));
        if (status == OM_OK) {
            status = om_string_map_add(made->features, om_text_get(made->symbol), f, NULL);
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

om_status om_profile_genes_find(om_profile_genes *genes, const char *text, int64_t *feature) {
    OM_TRY(normalise(genes->symbol, text));
    *feature = om_string_map_get(genes->features, om_text_get(genes->symbol), -1);
    return OM_OK;
}
