#include "simulate_genes.h"

#include "oncomark/symbol.h"
#include "simulate_plan.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Mean and standard deviation of the log share by role. */
static const double base_mean[] = {0.0, 6.3, 1.0, 2.5, 6.0};
static const double base_sd[] = {2.2, 0.7, 1.0, 1.2, 0.7};

/* The pool before it is put into its final order. */
typedef struct draft {
    om_strings *symbols;
    om_string_map *index_of;
    om_simulate_role *roles;
} draft;

static om_status add_gene(draft *pool, const char *symbol, om_simulate_role role) {
    int64_t index = om_strings_count(pool->symbols);
    bool inserted = false;
    OM_TRY(om_string_map_add(pool->index_of, symbol, index, &inserted));
    if (!inserted) {
        return OM_OK;
    }
    om_simulate_role *roles = om_realloc(pool->roles, index + 1, sizeof *roles);
    if (roles == NULL) {
        return OM_MEMORY;
    }
    roles[index] = role;
    pool->roles = roles;
    return om_strings_add(pool->symbols, symbol);
}

/* Genes that every pool has. A gene of a set keeps that role if it is a marker too. */
static om_status add_named_genes(draft *pool, const om_gene_sets *sets) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        const om_strings *genes = om_gene_sets_genes(sets, h, OM_POSITIVE);
        for (int64_t i = 0; i < om_strings_count(genes); i++) {
            const char *symbol = om_strings_get(genes, i);
            if (om_symbol_has_prefix(symbol, "MT-")) {
                continue;
            }
            OM_TRY(add_gene(pool, symbol, OM_ROLE_HALLMARK));
        }
    }
    for (int i = 0; i < OM_N_MITO; i++) {
        OM_TRY(add_gene(pool, om_simulate_symbols_mito(i), OM_ROLE_MITO));
    }
    for (int type = 0; type < OM_N_CELL_TYPES; type++) {
        for (int i = 0; i < OM_N_MARKERS; i++) {
            OM_TRY(add_gene(pool, om_simulate_symbols_marker(type, i), OM_ROLE_MARKER));
        }
    }
    for (int i = 0; om_simulate_symbols_housekeeping(i) != NULL; i++) {
        OM_TRY(add_gene(pool, om_simulate_symbols_housekeeping(i), OM_ROLE_HOUSEKEEPING));
    }
    return OM_OK;
}

static om_status fill_draft(draft *pool, const om_gene_sets *sets, uint64_t seed, int64_t n_genes) {
    OM_TRY(om_strings_create(&pool->symbols));
    OM_TRY(om_string_map_create(&pool->index_of));
    OM_TRY(add_named_genes(pool, sets));
    int64_t n_named = om_strings_count(pool->symbols);
    if (n_genes < n_named || n_genes > OM_SIMULATE_MAX_GENES) {
        return om_fail(OM_USAGE,
                       "simulate: found %" PRId64 " genes, expected %" PRId64
                       " (sets, markers, ribosomal and mitochondrial genes) to %d",
                       n_genes, n_named, OM_SIMULATE_MAX_GENES);
    }
    om_random random = om_simulate_stream(seed, OM_PURPOSE_SIMULATE_GENE, "symbols", "", "");
    while (om_strings_count(pool->symbols) < n_genes) {
        char symbol[OM_SYMBOL_SIZE];
        om_simulate_symbols_draw(&random, symbol);
        OM_TRY(add_gene(pool, symbol, OM_ROLE_OTHER));
    }
    return OM_OK;
}

static void free_draft(draft *pool) {
    om_strings_destroy(&pool->symbols);
    om_string_map_destroy(&pool->index_of);
    om_free(pool->roles);
}

/* Puts the genes into a random order and draws their base expression. */
static om_status fill_pool(om_simulate_genes *genes, const draft *pool, uint64_t seed,
                           int64_t *order, int64_t *place) {
    for (int64_t i = 0; i < genes->n_genes; i++) {
        order[i] = i;
    }
    om_random random = om_simulate_stream(seed, OM_PURPOSE_SIMULATE_GENE, "order", "", "");
    om_random_shuffle(&random, order, genes->n_genes);
    random = om_simulate_stream(seed, OM_PURPOSE_SIMULATE_GENE, "base", "", "");
    for (int64_t i = 0; i < genes->n_genes; i++) {
        om_simulate_role role = pool->roles[order[i]];
        place[order[i]] = i;
        genes->roles[i] = role;
        genes->log_base[i] = base_mean[role] + base_sd[role] * om_random_normal(&random);
        OM_TRY(om_strings_add(genes->symbols, om_strings_get(pool->symbols, order[i])));
    }
    return OM_OK;
}

static om_status fill_members(om_simulate_members *members, const om_strings *set,
                              const draft *pool, const int64_t *place, uint64_t seed,
                              int hallmark) {
    int64_t n = om_strings_count(set);
    members->genes = om_calloc(n, sizeof *members->genes);
    members->loadings = om_calloc(n, sizeof *members->loadings);
    if (members->genes == NULL || members->loadings == NULL) {
        return OM_MEMORY;
    }
    om_random random = om_simulate_stream(seed, OM_PURPOSE_SIMULATE_GENE, "loading",
                                          om_hallmark_code(hallmark), "");
    for (int64_t i = 0; i < n; i++) {
        int64_t drafted = om_string_map_get(pool->index_of, om_strings_get(set, i), -1);
        double loading = fabs(1.3 + 0.4 * om_random_normal(&random));
        if (drafted >= 0 && pool->roles[drafted] == OM_ROLE_HALLMARK) {
            members->genes[members->count] = place[drafted];
            members->loadings[members->count] = loading;
            members->count++;
        }
    }
    return OM_OK;
}

/* Every set must have genes that a programme can drive, and fit into the ranks of the score. */
static om_status check_members(const om_simulate_genes *genes, const om_gene_sets *sets) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        int64_t n = genes->members[h].count;
        if (n < 1 || n > OM_SIMULATE_MAX_RANK) {
            return om_fail(OM_INPUT,
                           "%s: set %s: found %" PRId64
                           " genes that are not mitochondrial, expected 1 to %d",
                           om_gene_sets_path(sets), om_hallmark_code(h), n, OM_SIMULATE_MAX_RANK);
        }
    }
    return OM_OK;
}

static om_status fill(om_simulate_genes *genes, const om_gene_sets *sets, const draft *pool,
                      uint64_t seed) {
    int64_t n = genes->n_genes;
    int64_t *order = om_calloc(n, sizeof *order);
    int64_t *place = om_calloc(n, sizeof *place); /* in the pool, of a gene of the draft */
    genes->roles = om_calloc(n, sizeof *genes->roles);
    genes->log_base = om_calloc(n, sizeof *genes->log_base);
    om_status status = OM_MEMORY;
    if (order != NULL && place != NULL && genes->roles != NULL && genes->log_base != NULL) {
        status = om_strings_create(&genes->symbols);
    }
    if (status == OM_OK) {
        status = fill_pool(genes, pool, seed, order, place);
    }
    for (int h = 0; status == OM_OK && h < OM_N_HALLMARKS; h++) {
        status = fill_members(&genes->members[h], om_gene_sets_genes(sets, h, OM_POSITIVE), pool,
                              place, seed, h);
    }
    for (int type = 0; status == OM_OK && type < OM_N_CELL_TYPES; type++) {
        for (int i = 0; i < OM_N_MARKERS; i++) {
            const char *symbol = om_simulate_symbols_marker(type, i);
            genes->markers[type][i] = place[om_string_map_get(pool->index_of, symbol, 0)];
        }
    }
    om_free(order);
    om_free(place);
    return status == OM_OK ? check_members(genes, sets) : status;
}

om_status om_simulate_genes_create(om_simulate_genes **out, const om_gene_sets *sets, uint64_t seed,
                                   int64_t n_genes) {
    *out = om_calloc(1, sizeof **out);
    if (*out == NULL) {
        return OM_MEMORY;
    }
    draft pool = {0};
    om_status status = fill_draft(&pool, sets, seed, n_genes);
    if (status == OM_OK) {
        (*out)->n_genes = n_genes;
        status = fill(*out, sets, &pool, seed);
    }
    free_draft(&pool);
    if (status != OM_OK) {
        om_simulate_genes_destroy(out);
    }
    return status;
}

void om_simulate_genes_destroy(om_simulate_genes **genes) {
    if (*genes == NULL) {
        return;
    }
    om_strings_destroy(&(*genes)->symbols);
    om_free((*genes)->roles);
    om_free((*genes)->log_base);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        om_free((*genes)->members[h].genes);
        om_free((*genes)->members[h].loadings);
    }
    om_free(*genes);
    *genes = NULL;
}
