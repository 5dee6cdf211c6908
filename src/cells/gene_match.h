/* Where the genes of the sets stand in a data set. */
#ifndef ONCOMARK_CELLS_GENE_MATCH_H
#define ONCOMARK_CELLS_GENE_MATCH_H

#include "gene_aliases.h"

#include "oncomark/digital_score.h"
#include "oncomark/gene_sets.h"

/* Plain data. */
typedef struct om_gene_match {
    int64_t n_rows;    /* of the data set's gene list */
    int64_t n_symbols; /* different symbols: the genes of the ranking */
    uint8_t *is_first; /* [n_rows] 1 at the first row of its symbol, 0 at later ones */
    int64_t n_missing; /* different symbols of all sets together that the data set lacks */
    om_signature parts[OM_N_HALLMARKS][OM_N_SIGNS]; /* rows owned by the match */
    om_strings *missing[OM_N_HALLMARKS];            /* symbols, positive part first */
} om_gene_match;

/* Resolves the sets against `symbols`: a symbol as it stands first; then, with `aliases` (may be
 * NULL), the first current symbol or alias of it that the data set has and that no gene of the same
 * set uses yet. OM_INPUT, naming set, file and `data_set`, where no positive gene of a set is
 * found. Local. */
om_status om_gene_match_create(om_gene_match **out, const om_gene_sets *sets,
                               const om_gene_aliases *aliases, const om_strings *symbols,
                               const char *data_set);
void om_gene_match_destroy(om_gene_match **match);

/* OM_INPUT, naming set, file and `data_set`, where a part of a set is longer than the largest rank
 * that the score distinguishes. Local. */
om_status om_gene_match_check_length(const om_gene_match *match, const om_gene_sets *sets,
                                     const om_score_parameters *parameters, const char *data_set);

#endif
