#include "curate_tables.h"

#include "oncomark/memory.h"
#include "oncomark/table.h"

#include <inttypes.h>

om_status om_curate_add_sets(om_text *text, const om_curate_votes *votes) {
    int64_t next = 0;
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        OM_TRY(om_text_add(text, "%s\t%s", om_hallmark_code(h), om_hallmark_name(h)));
        for (; next < votes->n_genes && votes->genes[next].hallmark == h; next++) {
            const om_curate_gene *gene = &votes->genes[next];
            if (gene->kept) {
                OM_TRY(om_text_add(text, "\t%s", om_name_list_get(votes->symbols, gene->gene)));
            }
        }
        OM_TRY(om_text_add(text, "\n"));
    }
    return OM_OK;
}

/* The field `joined`, which is emptied. */
static om_status add_joined(om_text *csv, om_text *joined) {
    OM_TRY(om_csv_field(csv, om_text_get(joined)));
    om_text_clear(joined);
    return OM_OK;
}

static om_status join(om_text *joined, const char *name) {
    return om_text_add(joined, "%s%s", om_text_length(joined) > 0 ? ";" : "", name);
}

/* Votes are sorted by database. */
static om_status join_sources(om_text *joined, const om_curate_gene *gene,
                              const om_curate_votes *votes, const om_curate_databases *databases) {
    const om_curate_vote *vote = votes->votes + gene->first_vote;
    for (int64_t i = 0; i < gene->n_votes; i++) {
        if (i == 0 || vote[i].database != vote[i - 1].database) {
            OM_TRY(join(joined, om_curate_databases_name(databases, vote[i].database)));
        }
    }
    return OM_OK;
}

/* The different symbols, in the order of the databases that have them. */
static om_status join_symbols(om_text *joined, const om_curate_gene *gene,
                              const om_curate_votes *votes) {
    const om_curate_vote *vote = votes->votes + gene->first_vote;
    for (int64_t i = 0; i < gene->n_votes; i++) {
        bool is_new = true;
        for (int64_t j = 0; j < i && is_new; j++) {
            is_new = vote[j].symbol != vote[i].symbol;
        }
        if (is_new) {
            OM_TRY(join(joined, om_name_list_get(votes->symbols, vote[i].symbol)));
        }
    }
    return OM_OK;
}

static om_status say_why(om_text *why, const om_curate_gene *gene, int64_t min_sources) {
    if (gene->reason != NULL) {
        return om_text_add(why, "excluded: %s", gene->reason);
    }
    return om_text_add(why, "%s min_sources %" PRId64, gene->kept ? "reaches" : "below",
                       min_sources);
}

static om_status add_gene(om_text *csv, om_text *joined, const om_curate_gene *gene,
                          const om_curate_votes *votes, const om_curate_databases *databases,
                          int64_t min_sources) {
    OM_TRY(om_csv_field(csv, om_name_list_get(votes->symbols, gene->gene)));
    OM_TRY(om_text_add(csv, ",%s,", om_hallmark_code(gene->hallmark)));
    OM_TRY(join_sources(joined, gene, votes, databases));
    OM_TRY(add_joined(csv, joined));
    OM_TRY(om_text_add(csv, ",%" PRId64 ",%s,", gene->n_sources, gene->kept ? "kept" : "dropped"));
    OM_TRY(say_why(joined, gene, min_sources));
    OM_TRY(add_joined(csv, joined));
    OM_TRY(om_text_add(csv, ","));
    OM_TRY(join_symbols(joined, gene, votes));
    OM_TRY(add_joined(csv, joined));
    return om_text_add(csv, "\n");
}

om_status om_curate_add_audit(om_text *text, const om_curate_votes *votes,
                              const om_curate_databases *databases, int64_t min_sources) {
    om_text *joined = NULL;
    OM_TRY(om_text_create(&joined));
    om_status status = om_text_add(text, "gene,hallmark,sources,n_sources,decision,why,symbols\n");
    for (int64_t i = 0; i < votes->n_genes && status == OM_OK; i++) {
        status = add_gene(text, joined, &votes->genes[i], votes, databases, min_sources);
    }
    om_text_destroy(&joined);
    return status;
}

/* Bit h of sets[symbol]: the hallmark keeps that gene. */
static void mark_sets(uint16_t *sets, const om_curate_votes *votes) {
    for (int64_t i = 0; i < votes->n_genes; i++) {
        if (votes->genes[i].kept) {
            sets[votes->genes[i].gene] |= (uint16_t)(1u << votes->genes[i].hallmark);
        }
    }
}

om_status om_curate_add_overlaps(om_text *text, const om_curate_votes *votes) {
    int64_t n_symbols = om_name_list_count(votes->symbols);
    int64_t shared[OM_N_HALLMARKS][OM_N_HALLMARKS] = {{0}};
    uint16_t *sets = om_calloc(n_symbols, sizeof *sets);
    if (sets == NULL) {
        return OM_MEMORY;
    }
    mark_sets(sets, votes);
    for (int64_t i = 0; i < n_symbols; i++) {
        for (int h = 0; h < OM_N_HALLMARKS; h++) {
            for (int other = 0; other < OM_N_HALLMARKS; other++) {
                shared[h][other] += (sets[i] >> h & 1) != 0 && (sets[i] >> other & 1) != 0;
            }
        }
    }
    om_free(sets);
    OM_TRY(om_text_add(text, "hallmark,other,n_genes,n_other,shared,jaccard\n"));
    for (int h = 0; h < OM_N_HALLMARKS; h++) {
        for (int other = 0; other < OM_N_HALLMARKS; other++) {
            int64_t both = shared[h][other];
            int64_t either = shared[h][h] + shared[other][other] - both;
            OM_TRY(om_text_add(text, "%s,%s,%" PRId64 ",%" PRId64 ",%" PRId64 ",%.17g\n",
                               om_hallmark_code(h), om_hallmark_code(other), shared[h][h],
                               shared[other][other], both, (double)both / (double)either));
        }
    }
    return OM_OK;
}
