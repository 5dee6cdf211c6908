/* Which databases have which gene for which hallmark, and what follows from that. */
#ifndef ONCOMARK_CELLS_CURATE_VOTES_H
#define ONCOMARK_CELLS_CURATE_VOTES_H

#include "curate_databases.h"
#include "curate_exclude.h"
#include "name_list.h"

#include "oncomark/hallmark.h"

/* A set of `database` has `gene`, written as `symbol`, for `hallmark`. Numbers in lists. */
typedef struct om_curate_vote {
    int hallmark;
    int64_t gene;
    int64_t database;
    int64_t symbol;
} om_curate_vote;

/* A gene of a hallmark and the votes that it has. */
typedef struct om_curate_gene {
    int hallmark;
    int64_t gene;
    int64_t first_vote;
    int64_t n_votes;
    int64_t n_sources;  /* different databases */
    const char *reason; /* of its exclusion, borrowed; NULL: not excluded */
    bool kept;
} om_curate_gene;

/* Plain data. */
typedef struct om_curate_votes {
    om_name_list *symbols; /* as written, and of genes */
    int64_t n_votes;
    int64_t capacity;
    om_curate_vote *votes;
    int64_t n_genes;
    om_curate_gene *genes; /* [n_genes] by hallmark, then bytewise */
} om_curate_votes;

om_status om_curate_votes_create(om_curate_votes **out);
void om_curate_votes_destroy(om_curate_votes **votes);

/* `gene` and `symbol` as text. */
om_status om_curate_votes_add(om_curate_votes *votes, int hallmark, const char *gene,
                              int64_t database, const char *symbol);

/* Sorts the votes, those that say the same counted once, and decides on each gene: it is kept with
 * min_sources databases or more, unless `exclusions` (NULL: none) has it. */
om_status om_curate_votes_decide(om_curate_votes *votes, const om_curate_databases *databases,
                                 om_curate_exclusions *exclusions, int64_t min_sources);

/* Genes kept and seen for each hallmark. */
void om_curate_votes_count(const om_curate_votes *votes, int64_t kept[OM_N_HALLMARKS],
                           int64_t seen[OM_N_HALLMARKS]);

#endif
