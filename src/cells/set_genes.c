#include "oncomark/set_genes.h"

#include "gene_aliases.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"
#include "oncomark/symbol.h"

struct om_set_genes {
    om_gene_sets *sets;
    om_gene_aliases *aliases; /* NULL: symbols match as they are */
    int64_t n;
    om_set_gene *genes;
};

void om_set_genes_destroy(om_set_genes **genes) {
    if (*genes == NULL) {
        return;
    }
    om_free((*genes)->genes);
    om_gene_aliases_destroy(&(*genes)->aliases);
    om_gene_sets_destroy(&(*genes)->sets);
    om_free(*genes);
    *genes = NULL;
}

static om_status read_files(om_set_genes *genes, om_ctx *ctx, const om_job *job) {
    bool use_aliases = job->score.aliases && job->alias_table != NULL;
    om_status status = OM_OK;
    if (om_context_is_root(ctx)) {
        status = om_gene_sets_read(&genes->sets, job->gene_sets);
        if (status == OM_OK && use_aliases) {
            status = om_gene_aliases_read(&genes->aliases, job->alias_table);
        }
    }
    OM_TRY(om_agree(ctx, status));
    OM_TRY(om_gene_sets_broadcast(ctx, 0, &genes->sets));
    return use_aliases ? om_gene_aliases_broadcast(ctx, 0, &genes->aliases) : OM_OK;
}

static om_status list_genes(om_set_genes *genes) {
    int64_t n = 0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int sign = 0; sign < OM_N_SIGNS; sign++) {
            n += om_strings_count(om_gene_sets_genes(genes->sets, h, (om_sign)sign));
        }
    }
    genes->genes = om_malloc(n, sizeof *genes->genes);
    if (genes->genes == NULL) {
        return OM_MEMORY;
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int sign = 0; sign < OM_N_SIGNS; sign++) {
            const om_strings *part = om_gene_sets_genes(genes->sets, h, (om_sign)sign);
            for (int64_t i = 0; i < om_strings_count(part); i++) {
                genes->genes[genes->n++] = (om_set_gene){.hallmark = h,
                                                         .sign = (om_sign)sign,
                                                         .name = om_strings_get(part, i),
                                                         .place = -1};
            }
        }
    }
    return OM_OK;
}

om_status om_set_genes_read(om_set_genes **out, om_ctx *ctx, const om_job *job) {
    om_set_genes *genes = om_calloc(1, sizeof *genes);
    *out = genes;
    om_status status = om_agree(ctx, genes != NULL ? OM_OK : OM_MEMORY);
    status = status == OM_OK ? read_files(genes, ctx, job) : status;
    status = status == OM_OK ? om_agree(ctx, list_genes(genes)) : status;
    if (status != OM_OK) {
        om_set_genes_destroy(out);
    }
    return status;
}

om_status om_set_genes_describe(om_text *text, const om_set_genes *genes) {
    char hex[OM_DIGEST_HEX];
    om_gene_sets_digest(genes->sets, hex);
    OM_TRY(om_text_add(text, "gene sets: %s\n", hex));
    if (genes->aliases == NULL) {
        return OM_OK;
    }
    om_gene_aliases_digest(genes->aliases, hex);
    return om_text_add(text, "aliases: %s\n", hex);
}

/* What looking up needs. */
typedef struct lookup {
    om_string_map *place_of;
    int *used_by; /* [list] hallmark + 1 that took the place last */
} lookup;

/* The place of a name in capitals unless it is taken, -1 if there is none. */
static om_status take(lookup *work, int hallmark, const char *name, int64_t *place) {
    char *capitals = om_symbol_upper(name);
    if (capitals == NULL) {
        return OM_MEMORY;
    }
    *place = om_string_map_get(work->place_of, capitals, -1);
    om_free(capitals);
    if (*place >= 0 && work->used_by[*place] == hallmark + 1) {
        *place = -1;
    }
    if (*place >= 0) {
        work->used_by[*place] = hallmark + 1;
    }
    return OM_OK;
}

static om_status take_by_alias(lookup *work, const om_gene_aliases *aliases, om_set_gene *gene) {
    for (int d = 0; d < OM_N_DIRECTIONS; d++) {
        om_alias_direction direction = (om_alias_direction)d;
        for (int64_t entry = om_gene_aliases_first(aliases, direction, gene->name);
             entry >= 0 && gene->place < 0;
             entry = om_gene_aliases_next(aliases, direction, entry)) {
            const char *other = om_gene_aliases_target(aliases, direction, entry);
            OM_TRY(take(work, gene->hallmark, other, &gene->place));
        }
    }
    return OM_OK;
}

/* Symbols that match as they stand are settled before any alias may take a place. */
static om_status locate_hallmark(lookup *work, const om_gene_aliases *aliases, om_set_gene *genes,
                                 int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        OM_TRY(take(work, genes[i].hallmark, genes[i].name, &genes[i].place));
    }
    for (int64_t i = 0; i < n && aliases != NULL; i++) {
        if (genes[i].place < 0) {
            OM_TRY(take_by_alias(work, aliases, &genes[i]));
        }
    }
    return OM_OK;
}

static om_status locate(om_set_genes *genes, lookup *work, const om_strings *list) {
    OM_TRY(om_string_map_create(&work->place_of));
    work->used_by = om_calloc(om_strings_count(list), sizeof *work->used_by);
    if (work->used_by == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < om_strings_count(list); i++) {
        OM_TRY(om_string_map_add(work->place_of, om_strings_get(list, i), i, NULL));
    }
    int64_t end = 0;
    for (int64_t first = 0; first < genes->n; first = end) {
        while (end < genes->n && genes->genes[end].hallmark == genes->genes[first].hallmark) {
            end++;
        }
        OM_TRY(locate_hallmark(work, genes->aliases, genes->genes + first, end - first));
    }
    return OM_OK;
}

om_status om_set_genes_locate(om_set_genes *genes, const om_strings *list) {
    lookup work = {NULL, NULL};
    om_status status = locate(genes, &work, list);
    om_string_map_destroy(&work.place_of);
    om_free(work.used_by);
    return status;
}

const om_set_gene *om_set_genes_all(const om_set_genes *genes, int64_t *n) {
    *n = genes->n;
    return genes->genes;
}
