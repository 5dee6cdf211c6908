#include "gene_union.h"

#include "oncomark/symbol.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <stdlib.h>
#include <string.h>

struct om_gene_union {
    om_string_map *places; /* gene -> its place in `genes` */
    om_strings *genes;     /* as they came; sorted once shared */
};

om_status om_gene_union_create(om_gene_union **out) {
    om_gene_union *genes = om_calloc(1, sizeof *genes);
    *out = genes;
    if (genes == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_string_map_create(&genes->places);
    if (status == OM_OK) {
        status = om_strings_create(&genes->genes);
    }
    if (status != OM_OK) {
        om_gene_union_destroy(out);
    }
    return status;
}

void om_gene_union_destroy(om_gene_union **genes) {
    if (*genes == NULL) {
        return;
    }
    om_string_map_destroy(&(*genes)->places);
    om_strings_destroy(&(*genes)->genes);
    om_free(*genes);
    *genes = NULL;
}

/* Where the suffix _<number> starts, or NULL. */
static char *find_suffix(char *symbol) {
    char *mark = strrchr(symbol, '_');
    if (mark == NULL || mark == symbol || mark[1] == '\0' ||
        mark[1 + strspn(mark + 1, "0123456789")] != '\0') {
        return NULL;
    }
    return mark;
}

static om_status upper_all(om_strings *upper, om_string_map *known, const om_strings *symbols) {
    for (int64_t i = 0; i < om_strings_count(symbols); i++) {
        char *symbol = om_symbol_upper(om_strings_get(symbols, i));
        om_status status = symbol != NULL ? om_strings_add(upper, symbol) : OM_MEMORY;
        if (status == OM_OK) {
            status = om_string_map_add(known, symbol, i, NULL);
        }
        om_free(symbol);
        OM_TRY(status);
    }
    return OM_OK;
}

static om_status strip_suffixes(om_strings *names, const om_strings *upper,
                                const om_string_map *known) {
    for (int64_t i = 0; i < om_strings_count(upper); i++) {
        char *symbol = om_strdup(om_strings_get(upper, i));
        if (symbol == NULL) {
            return OM_MEMORY;
        }
        char *mark = find_suffix(symbol);
        if (mark != NULL) {
            *mark = '\0';
            if (om_string_map_get(known, symbol, -1) < 0) {
                *mark = '_';
            }
        }
        om_status status = om_strings_add(names, symbol);
        om_free(symbol);
        OM_TRY(status);
    }
    return OM_OK;
}

/* The genes that the rows of a data set stand for. */
static om_status name_rows(om_strings **out, const om_strings *symbols) {
    om_strings *upper = NULL;
    om_string_map *known = NULL;
    *out = NULL;
    om_status status = om_strings_create(&upper);
    if (status == OM_OK) {
        status = om_string_map_create(&known);
    }
    if (status == OM_OK) {
        status = om_strings_create(out);
    }
    if (status == OM_OK) {
        status = upper_all(upper, known, symbols);
    }
    if (status == OM_OK) {
        status = strip_suffixes(*out, upper, known);
    }
    om_string_map_destroy(&known);
    om_strings_destroy(&upper);
    if (status != OM_OK) {
        om_strings_destroy(out);
    }
    return status;
}

om_status om_gene_union_add(om_gene_union *genes, const om_strings *symbols) {
    om_strings *names = NULL;
    om_status status = name_rows(&names, symbols);
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(names); i++) {
        const char *name = om_strings_get(names, i);
        bool inserted = false;
        if (name[0] != '\0') {
            status = om_string_map_add(genes->places, name, om_string_map_count(genes->places),
                                       &inserted);
        }
        if (status == OM_OK && inserted) {
            status = om_strings_add(genes->genes, name);
        }
    }
    om_strings_destroy(&names);
    return status;
}

static int compare(const void *left, const void *right) {
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static om_status sort(om_gene_union *genes) {
    int64_t n = om_strings_count(genes->genes);
    om_strings *sorted = NULL;
    const char **pointers = om_malloc(n, sizeof *pointers);
    om_status status = pointers != NULL ? om_strings_create(&sorted) : OM_MEMORY;
    if (status == OM_OK) {
        for (int64_t i = 0; i < n; i++) {
            pointers[i] = om_strings_get(genes->genes, i);
        }
        qsort(pointers, (size_t)n, sizeof *pointers, compare);
    }
    for (int64_t i = 0; i < n && status == OM_OK; i++) {
        status = om_strings_add(sorted, pointers[i]);
    }
    om_free(pointers);
    if (status == OM_OK) {
        om_strings_destroy(&genes->genes);
        genes->genes = sorted;
    } else {
        om_strings_destroy(&sorted);
    }
    return status;
}

static om_status index_genes(om_gene_union *genes) {
    om_string_map_destroy(&genes->places);
    OM_TRY(om_string_map_create(&genes->places));
    for (int64_t i = 0; i < om_strings_count(genes->genes); i++) {
        OM_TRY(om_string_map_add(genes->places, om_strings_get(genes->genes, i), i, NULL));
    }
    return OM_OK;
}

om_status om_gene_union_share(om_ctx *ctx, int root, om_gene_union **genes) {
    bool is_root = om_context_rank(ctx) == root;
    OM_TRY(om_agree(ctx, is_root ? sort(*genes) : om_gene_union_create(genes)));
    if (!is_root) {
        om_strings_destroy(&(*genes)->genes);
    }
    OM_TRY(om_broadcast_strings(ctx, root, &(*genes)->genes));
    return om_agree(ctx, index_genes(*genes));
}

const om_strings *om_gene_union_genes(const om_gene_union *genes) {
    return genes->genes;
}

om_status om_gene_union_columns(const om_gene_union *genes, const om_strings *symbols,
                                int32_t *columns) {
    om_strings *names = NULL;
    uint8_t *taken = om_calloc(om_strings_count(genes->genes), sizeof *taken);
    om_status status = taken != NULL ? name_rows(&names, symbols) : OM_MEMORY;
    for (int64_t i = 0; status == OM_OK && i < om_strings_count(names); i++) {
        const char *name = om_strings_get(names, i);
        int64_t place = name[0] != '\0' ? om_string_map_get(genes->places, name, -2) : -1;
        if (place == -2 || place > INT32_MAX) {
            status = om_fail(OM_BUG, "gene %s is not in the union of the data sets' genes", name);
        } else if (place >= 0 && taken[place] == 0) {
            taken[place] = 1;
            columns[i] = (int32_t)place;
        } else {
            columns[i] = -1;
        }
    }
    om_strings_destroy(&names);
    om_free(taken);
    return status;
}
