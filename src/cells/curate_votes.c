#include "curate_votes.h"

#include "oncomark/memory.h"

#include <stdlib.h>
#include <string.h>

om_status om_curate_votes_create(om_curate_votes **out) {
    om_curate_votes *votes = om_calloc(1, sizeof *votes);
    *out = votes;
    if (votes == NULL) {
        return OM_MEMORY;
    }
    om_status status = om_name_list_create(&votes->symbols);
    if (status != OM_OK) {
        om_curate_votes_destroy(out);
    }
    return status;
}

void om_curate_votes_destroy(om_curate_votes **votes) {
    if (*votes == NULL) {
        return;
    }
    om_name_list_destroy(&(*votes)->symbols);
    om_free((*votes)->votes);
    om_free((*votes)->genes);
    om_free(*votes);
    *votes = NULL;
}

om_status om_curate_votes_add(om_curate_votes *votes, int hallmark, const char *gene,
                              int64_t database, const char *symbol) {
    om_curate_vote vote = {.hallmark = hallmark, .database = database};
    OM_TRY(om_name_list_number(votes->symbols, gene, &vote.gene));
    OM_TRY(om_name_list_number(votes->symbols, symbol, &vote.symbol));
    if (votes->n_votes == votes->capacity) {
        int64_t wanted = votes->capacity == 0 ? 1024 : 2 * votes->capacity;
        om_curate_vote *grown = om_realloc(votes->votes, wanted, sizeof *grown);
        if (grown == NULL) {
            return OM_MEMORY;
        }
        votes->votes = grown;
        votes->capacity = wanted;
    }
    votes->votes[votes->n_votes++] = vote;
    return OM_OK;
}

/* What the order of votes needs: places of the names, so that it does not depend on the order in
 * which files were read. */
typedef struct places {
    int64_t *of_symbol;
    int64_t *of_database;
} places;

static int compare_numbers(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int compare_votes(const void *left, const void *right, void *context) {
    const om_curate_vote *a = left;
    const om_curate_vote *b = right;
    const places *order = context;
    int result = compare_numbers(a->hallmark, b->hallmark);
    if (result == 0) {
        result = compare_numbers(order->of_symbol[a->gene], order->of_symbol[b->gene]);
    }
    if (result == 0) {
        result = compare_numbers(order->of_database[a->database], order->of_database[b->database]);
    }
    if (result == 0) {
        result = compare_numbers(order->of_symbol[a->symbol], order->of_symbol[b->symbol]);
    }
    return result;
}

static om_status rank_databases(int64_t **rank, const om_curate_databases *databases) {
    om_name_list *list = NULL;
    om_status status = om_name_list_create(&list);
    for (int64_t i = 0; i < om_curate_databases_count(databases) && status == OM_OK; i++) {
        int64_t number = 0;
        status = om_name_list_number(list, om_curate_databases_name(databases, i), &number);
    }
    status = status == OM_OK ? om_name_list_rank(rank, list) : status;
    om_name_list_destroy(&list);
    return status;
}

static om_status sort_votes(om_curate_votes *votes, const om_curate_databases *databases) {
    places order = {NULL, NULL};
    om_status status = om_name_list_rank(&order.of_symbol, votes->symbols);
    status = status == OM_OK ? rank_databases(&order.of_database, databases) : status;
    if (status == OM_OK && votes->n_votes > 0) {
        qsort_r(votes->votes, (size_t)votes->n_votes, sizeof *votes->votes, compare_votes, &order);
        int64_t kept = 1;
        for (int64_t i = 1; i < votes->n_votes; i++) {
            if (compare_votes(&votes->votes[i], &votes->votes[kept - 1], &order) != 0) {
                votes->votes[kept++] = votes->votes[i];
            }
        }
        votes->n_votes = kept;
    }
    om_free(order.of_symbol);
    om_free(order.of_database);
    return status;
}

static void decide_gene(om_curate_gene *gene, const om_curate_votes *votes,
                        om_curate_exclusions *exclusions, int64_t min_sources) {
    const om_curate_vote *vote = votes->votes + gene->first_vote;
    for (int64_t i = 0; i < gene->n_votes; i++) {
        gene->n_sources += i == 0 || vote[i].database != vote[i - 1].database;
    }
    if (exclusions != NULL) {
        const char *name = om_name_list_get(votes->symbols, gene->gene);
        gene->reason = om_curate_exclusions_reason(exclusions, gene->hallmark, name);
    }
    gene->kept = gene->reason == NULL && gene->n_sources >= min_sources;
}

om_status om_curate_votes_decide(om_curate_votes *votes, const om_curate_databases *databases,
                                 om_curate_exclusions *exclusions, int64_t min_sources) {
    OM_TRY(sort_votes(votes, databases));
    votes->genes = om_malloc(votes->n_votes, sizeof *votes->genes);
    if (votes->genes == NULL) {
        return OM_MEMORY;
    }
    for (int64_t i = 0; i < votes->n_votes; i++) {
        const om_curate_vote *vote = &votes->votes[i];
        bool same = i > 0 && vote->gene == vote[-1].gene && vote->hallmark == vote[-1].hallmark;
        if (!same) {
            votes->genes[votes->n_genes++] =
                (om_curate_gene){.hallmark = vote->hallmark, .gene = vote->gene, .first_vote = i};
        }
        votes->genes[votes->n_genes - 1].n_votes++;
    }
    for (int64_t i = 0; i < votes->n_genes; i++) {
        decide_gene(&votes->genes[i], votes, exclusions, min_sources);
    }
    return OM_OK;
}

void om_curate_votes_count(const om_curate_votes *votes, int64_t kept[OM_N_HALLMARKS],
                           int64_t seen[OM_N_HALLMARKS]) {
    memset(kept, 0, OM_N_HALLMARKS * sizeof *kept);
    memset(seen, 0, OM_N_HALLMARKS * sizeof *seen);
    for (int64_t i = 0; i < votes->n_genes; i++) {
        seen[votes->genes[i].hallmark]++;
        kept[votes->genes[i].hallmark] += votes->genes[i].kept ? 1 : 0;
    }
}
