#include "gene_match.h"

#include "oncomark/memory.h"
#include "oncomark/string_map.h"

#include <inttypes.h>

/* What is needed while the sets are resolved. */
typedef struct resolver {
    om_gene_match *match;
    const om_gene_sets *sets;
    const om_gene_aliases *aliases;
    om_string_map *row_of;  /* symbol -> first row */
    om_string_map *missing; /* symbols missing from the data set, over all sets */
    int *used_by;           /* [n_rows] hallmark + 1 of the set that took the row last */
} resolver;

void om_gene_match_destroy(om_gene_match **match) {
    if (*match == NULL) {
        return;
    }
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        om_strings_destroy(&(*match)->missing[h]);
        for (int sign = 0; sign < OM_N_SIGNS; sign++) {
            om_free((*match)->parts[h][sign].rows);
        }
    }
    om_free((*match)->is_first);
    om_free(*match);
    *match = NULL;
}

static om_status map_rows(resolver *work, const om_strings *symbols) {
    om_gene_match *match = work->match;
    for (int64_t row = 0; row < match->n_rows; row++) {
        bool inserted = false;
        OM_TRY(om_string_map_add(work->row_of, om_strings_get(symbols, row), row, &inserted));
        match->is_first[row] = inserted ? 1 : 0;
    }
    match->n_symbols = om_string_map_count(work->row_of);
    return OM_OK;
}

/* Gives the row to the set unless it is absent (-1) or taken. */
static bool take(resolver *work, int hallmark, int64_t row) {
    if (row < 0 || work->used_by[row] == hallmark + 1) {
        return false;
    }
    work->used_by[row] = hallmark + 1;
    return true;
}

static int64_t find_alias(resolver *work, int hallmark, const char *gene) {
    for (int d = 0; d < OM_N_DIRECTIONS; d++) {
        om_alias_direction direction = (om_alias_direction)d;
        for (int64_t entry = om_gene_aliases_first(work->aliases, direction, gene); entry >= 0;
             entry = om_gene_aliases_next(work->aliases, direction, entry)) {
            const char *other = om_gene_aliases_target(work->aliases, direction, entry);
            int64_t row = om_string_map_get(work->row_of, other, -1);
            if (take(work, hallmark, row)) {
                return row;
            }
        }
    }
    return -1;
}

/* Symbols that match as they stand are settled for both parts before any alias may take a row. */
static om_status match_exactly(resolver *work, int hallmark, om_sign sign) {
    const om_strings *genes = om_gene_sets_genes(work->sets, hallmark, sign);
    om_signature *part = &work->match->parts[hallmark][sign];
    part->n_genes = om_strings_count(genes);
    part->rows = om_malloc(part->n_genes, sizeof *part->rows);
    if (part->rows == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < part->n_genes; i++) {
        int64_t row = om_string_map_get(work->row_of, om_strings_get(genes, i), -1);
        part->rows[i] = take(work, hallmark, row) ? (int32_t)row : -1;
    }
    return OM_OK;
}

/* Looks up the rest and closes the gaps that missing genes leave among the rows. */
static om_status match_rest(resolver *work, int hallmark, om_sign sign) {
    const om_strings *genes = om_gene_sets_genes(work->sets, hallmark, sign);
    om_signature *part = &work->match->parts[hallmark][sign];
    for (int64_t i = 0; i < part->n_genes; i++) {
        int64_t row = part->rows[i];
        const char *gene = om_strings_get(genes, i);
        if (row < 0 && work->aliases != NULL) {
            row = find_alias(work, hallmark, gene);
        }
        if (row >= 0) {
            part->rows[part->n_found++] = (int32_t)row;
            continue;
        }
        OM_TRY(om_strings_add(work->match->missing[hallmark], gene));
        OM_TRY(om_string_map_add(work->missing, gene, 0, NULL));
    }
    return OM_OK;
}

static om_status resolve(resolver *work, const char *data_set) {
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        OM_TRY(om_strings_create(&work->match->missing[h]));
        OM_TRY(match_exactly(work, h, OM_POSITIVE));
        OM_TRY(match_exactly(work, h, OM_NEGATIVE));
        OM_TRY(match_rest(work, h, OM_POSITIVE));
        OM_TRY(match_rest(work, h, OM_NEGATIVE));
        const om_signature *positive = &work->match->parts[h][OM_POSITIVE];
        if (positive->n_found == 0) {
            return om_fail(OM_INPUT,
                           "%s: found none of the %" PRId64 " genes of set %s in data set %s (its "
                           "%" PRId64 " symbols), expected at least one; are the data's genes "
                           "human symbols?",
                           om_gene_sets_path(work->sets), positive->n_genes, om_hallmark_code(h),
                           data_set, work->match->n_symbols);
        }
    }
    work->match->n_missing = om_string_map_count(work->missing);
    return OM_OK;
}

om_status om_gene_match_create(om_gene_match **out, const om_gene_sets *sets,
                               const om_gene_aliases *aliases, const om_strings *symbols,
                               const char *data_set) {
    resolver work = {.sets = sets, .aliases = aliases};
    om_gene_match *match = om_calloc(1, sizeof *match);
    *out = match;
    if (match == NULL) {
        return OM_MEMORY;
    }
    match->n_rows = om_strings_count(symbols);
    match->is_first = om_calloc(match->n_rows, sizeof *match->is_first);
    work.match = match;
    work.used_by = om_calloc(match->n_rows, sizeof *work.used_by);
    om_status status = match->is_first != NULL && work.used_by != NULL ? OM_OK : OM_MEMORY;
    if (status == OM_OK && match->n_rows > INT32_MAX) {
        status = om_fail(OM_INPUT, "data set %s: found %" PRId64 " genes, expected at most %d",
                         data_set, match->n_rows, INT32_MAX);
    }
    if (status == OM_OK) {
        status = om_string_map_create(&work.row_of);
    }
    if (status == OM_OK) {
        status = om_string_map_create(&work.missing);
    }
    if (status == OM_OK) {
        status = map_rows(&work, symbols);
    }
    if (status == OM_OK) {
        status = resolve(&work, data_set);
    }
    om_string_map_destroy(&work.row_of);
    om_string_map_destroy(&work.missing);
    om_free(work.used_by);
    if (status != OM_OK) {
        om_gene_match_destroy(out);
    }
    return status;
}

om_status om_gene_match_check_length(const om_gene_match *match, const om_gene_sets *sets,
                                     const om_score_parameters *parameters, const char *data_set) {
    int64_t largest = om_digital_score_largest_rank(parameters, match->n_symbols, match->n_missing);
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int sign = 0; sign < OM_N_SIGNS; sign++) {
            const om_signature *part = &match->parts[h][sign];
            bool skips = parameters->missing_genes == OM_MISSING_SKIP;
            int64_t n = skips ? part->n_found : part->n_genes;
            if (n > largest) {
                return om_fail(OM_INPUT,
                               "%s: found %" PRId64 " genes in set %s, expected at most %" PRId64
                               " with data set %s (the smaller of max_rank %" PRId64
                               " and its number of genes)",
                               om_gene_sets_path(sets), n, om_hallmark_code(h), largest, data_set,
                               parameters->max_rank);
            }
        }
    }
    return OM_OK;
}
